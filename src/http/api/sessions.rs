//! Registering, logging in and out, and the list of one's sessions.

use axum::extract::{FromRequestParts, State};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::paths::OfSession;
use super::types::{Session, User, UserRef};
use super::{Answer, OWN_SCOPES, scene};
use crate::error::Result;
use crate::http::extract::{Auth, ClientAddr, Json, Path};
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::model::account::{SessionKind, UserState};
use crate::model::ids::AccountId;
use crate::model::language;
use crate::service::{Origin, SignUp};

/// A person who wants an account.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Registration {
    /// The name before the host: letters, digits and underscores.
    #[schema(min_length = 1, max_length = 30, example = "ann")]
    username: String,
    /// An e-mail address.
    #[schema(max_length = 254, example = "ann@example.org")]
    email: String,
    /// A password.
    #[schema(min_length = 8, max_length = 256)]
    password: String,
    /// The language of the pages, as a BCP 47 tag.
    #[schema(max_length = 35, example = "en")]
    language: Option<String>,
    /// Why the person would like to join; needed where an admin decides.
    #[schema(max_length = 500, example = "My friends are here")]
    reason: Option<String>,
}

/// A person who comes back.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Login {
    /// The username or the e-mail address; `username` and `email` are taken as names of this field too.
    #[serde(alias = "username", alias = "email")]
    #[schema(max_length = 254)]
    login: String,
    /// The password.
    #[schema(max_length = 256)]
    password: String,
}

/// An account and the bearer token to use it with.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Welcome {
    /// The account.
    user: User,
    /// The bearer token; it is told only once.
    token: String,
}

/// An account that nobody sees before an admin approves it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Waiting {
    /// The account.
    user: UserRef,
}

/// One's sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Sessions {
    /// The newest first.
    items: Vec<Session>,
}

/// Make an account
#[utoipa::path(
    post, path = "/api/users/register", tag = "accounts",
    responses(
        (status = 201, description = "The account, with a token.", body = Welcome),
        (status = 202, description = "The account waits for an admin's approval.", body = Waiting),
        (status = 403, description = "This instance takes no new accounts.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The username or the e-mail address is taken.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn register(
    State(state): State<AppState>,
    client: Client,
    Json(new): Json<Registration>,
) -> Result<Response, ApiError> {
    let language = new.language.as_deref().map(language::validate).transpose()?;
    let sign_up = SignUp {
        username: new.username,
        email: new.email,
        password: new.password,
        language,
        reason: new.reason.unwrap_or_default(),
    };
    let user = state.service.register(sign_up).await?;
    if user.state == UserState::Pending {
        let waiting = Waiting { user: UserRef { id: user.account_id, handle: user.username } };
        return Ok((StatusCode::ACCEPTED, Json(waiting)).into_response());
    }
    Ok((StatusCode::CREATED, welcome(&state, user.account_id, client).await?).into_response())
}

/// Log in
#[utoipa::path(
    post, path = "/api/users/login", tag = "accounts",
    responses(
        (status = 200, description = "The account, with a new token.", body = Welcome),
        (status = 401, description = "The username or the password is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The account is suspended or waits for approval.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn login(
    State(state): State<AppState>,
    from: ClientAddr,
    client: Client,
    Json(login): Json<Login>,
) -> Answer<Welcome> {
    // No name has a NUL, and PostgreSQL takes none in a question.
    let name = login.login.replace('\0', "\u{fffd}");
    let user = state.service.check_password(&name, login.password, from.network()).await?;
    Ok(welcome(&state, user.account_id, client).await?)
}

/// Log out: this request's own token or session ends
#[utoipa::path(post, path = "/api/users/logout", tag = "accounts", responses((status = 204, description = "It has ended.")))]
pub(super) async fn logout(State(state): State<AppState>, Auth(who): Auth) -> Result<StatusCode, ApiError> {
    state.service.end_session(who.account, who.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Your sessions and tokens
#[utoipa::path(get, path = "/api/users/me/sessions", tag = "accounts", responses((status = 200, description = "Those that live.", body = Sessions)))]
pub(super) async fn get_sessions(State(state): State<AppState>, Auth(who): Auth) -> Answer<Sessions> {
    let sessions = state.service.sessions(who.account).await?;
    Ok(Json(Sessions { items: sessions.into_iter().map(|session| Session::of(session, &who)).collect() }))
}

/// End one of your sessions
#[utoipa::path(delete, path = "/api/users/me/sessions/{sessionId}", tag = "accounts", params(OfSession), responses((status = 204, description = "It has ended.")))]
pub(super) async fn end_session(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfSession>,
) -> Result<StatusCode, ApiError> {
    state.service.end_session(who.account, at.session_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account's welcome, with a new token.
async fn welcome(state: &AppState, id: AccountId, Client(origin): Client) -> Result<Json<Welcome>> {
    let account = state.service.account(id).await?;
    let (_, token) = state.service.start_session(id, SessionKind::Token, OWN_SCOPES, origin).await?;
    Ok(Json(Welcome { user: User::of(&account, &scene(state)), token }))
}

/// Where a login comes from.
pub(super) struct Client(Origin);

impl FromRequestParts<AppState> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let ClientAddr(address) = ClientAddr::from_request_parts(parts, state).await?;
        Ok(Self(Origin { name: program(&parts.headers), address: address.to_string() }))
    }
}

fn program(headers: &HeaderMap) -> String {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
