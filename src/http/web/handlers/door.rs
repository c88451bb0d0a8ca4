//! The way in and out: the first account, sign up, log in, log out.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use serde::Deserialize;

use super::refused;
use crate::error::{Error, Result};
use crate::http::extract::{ClientAddr, Form, Query};
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::http::web::cookies;
use crate::http::web::i18n::Words;
use crate::http::web::views::pages::{LoginPage, SetupPage, SignupPage, SignupState};
use crate::http::web::views::{self, FieldError, FormErrors, Nav};
use crate::http::web::visit::{Answer, Visit, show};
use crate::model::account::{SessionKind, User, UserState};
use crate::service::{Origin, SignUp};

const HOME: &str = "/home";
/// A browser may do all that its person may, whatever its session says; the words are for the list of sessions.
const SCOPES: &str = "read write follow push profile";

/// What somebody who wants an account fills in.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct NewAccount {
    username: String,
    email: String,
    password: String,
    reason: String,
}

impl NewAccount {
    fn sign_up(&self, visit: &Visit) -> SignUp {
        SignUp {
            username: self.username.trim().to_owned(),
            email: self.email.trim().to_owned(),
            password: self.password.clone(),
            language: Some(visit.words.tag().to_owned()),
            reason: self.reason.clone(),
        }
    }
}

/// `GET /setup`
pub(in crate::http::web) async fn setup_page(visit: Visit) -> Answer {
    if visit.service().has_users().await? {
        return Ok(visit.to("/", None));
    }
    let shell = visit.shell(Nav::None).await?;
    show(&SetupPage { shell, username: String::new(), email: String::new(), errors: FormErrors::default() })
}

/// `POST /setup`
pub(in crate::http::web) async fn set_up(
    visit: Visit,
    client: Client,
    Form(form): Form<NewAccount>,
) -> Answer {
    match visit.service().set_up(form.sign_up(&visit)).await {
        Ok(user) => let_in(&visit, client, &user, HOME, Some("welcome")).await,
        Err(error) => {
            let (status, errors) = refused(error)?;
            let shell = visit.shell(Nav::None).await?;
            let page = SetupPage { shell, username: form.username, email: form.email, errors };
            Ok(views::page(status, &page))
        }
    }
}

/// How far signing up has come.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct SignupStep {
    waiting: Option<String>,
}

/// `GET /signup`
pub(in crate::http::web) async fn signup_page(visit: Visit, Query(step): Query<SignupStep>) -> Answer {
    if visit.who.is_some() {
        return Ok(visit.to(HOME, None));
    }
    let state = if step.waiting.is_some() { SignupState::Waiting } else { SignupState::Form };
    show(&signup_form(&visit, NewAccount::default(), state, FormErrors::default()).await?)
}

/// `POST /signup`
pub(in crate::http::web) async fn sign_up(
    visit: Visit,
    client: Client,
    Form(form): Form<NewAccount>,
) -> Answer {
    match visit.service().register(form.sign_up(&visit)).await {
        Ok(user) if user.state == UserState::Pending => Ok(visit.to("/signup?waiting=yes", None)),
        Ok(user) => let_in(&visit, client, &user, HOME, Some("welcome")).await,
        Err(error) => {
            let (status, errors) = refused(error)?;
            Ok(views::page(status, &signup_form(&visit, form, SignupState::Form, errors).await?))
        }
    }
}

async fn signup_form(
    visit: &Visit,
    form: NewAccount,
    state: SignupState,
    errors: FormErrors,
) -> Result<SignupPage> {
    let NewAccount { username, email, reason, .. } = form;
    Ok(SignupPage { shell: visit.shell(Nav::None).await?, state, username, email, reason, errors })
}

/// What somebody who comes back fills in.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Login {
    login: String,
    password: String,
    return_to: String,
}

/// `GET /login?return_to=`
pub(in crate::http::web) async fn login_page(visit: Visit, Query(form): Query<Login>) -> Answer {
    let return_to = visit.return_path(&form.return_to, HOME);
    if visit.who.is_some() {
        return Ok(visit.to(&return_to, None));
    }
    let shell = visit.shell(Nav::None).await?;
    show(&LoginPage { shell, login: String::new(), return_to, errors: FormErrors::default() })
}

/// `POST /login`
pub(in crate::http::web) async fn log_in(
    visit: Visit,
    from: ClientAddr,
    client: Client,
    Form(form): Form<Login>,
) -> Answer {
    let return_to = visit.return_path(&form.return_to, HOME);
    // No name has a NUL, and PostgreSQL takes none in a question.
    let name = form.login.replace('\0', "\u{fffd}");
    let error = match visit.service().check_password(&name, form.password, from.network()).await {
        Ok(user) => return let_in(&visit, client, &user, &return_to, None).await,
        Err(error) => error,
    };
    let (status, errors) = match error {
        Error::Unauthorized(message) => {
            let code = "bad_credentials".to_owned();
            let error = FieldError { field: String::new(), code, message: message.to_owned(), place: None };
            (StatusCode::UNPROCESSABLE_ENTITY, FormErrors(vec![error]))
        }
        other => refused(other)?,
    };
    let shell = visit.shell(Nav::None).await?;
    Ok(views::page(status, &LoginPage { shell, login: form.login, return_to, errors }))
}

/// `POST /logout`
pub(in crate::http::web) async fn log_out(visit: Visit) -> Answer {
    if let Some(who) = &visit.who {
        match visit.service().end_session(who.account, who.session).await {
            // Another tab was quicker.
            Ok(()) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(cookies::with(visit.to("/", Some("logged-out")), visit.cookies().no_session()))
}

/// Starts a session for this browser.
async fn let_in(
    visit: &Visit,
    Client(origin): Client,
    user: &User,
    path: &str,
    flash: Option<&'static str>,
) -> Answer {
    let started = visit.service().start_session(user.account_id, SessionKind::Web, SCOPES, origin).await;
    let (_, secret) = started?;
    let response = cookies::with(visit.to(path, flash), visit.cookies().session(&secret));
    // The language of one's account holds in a browser that has not chosen its own.
    match user.language.as_deref().and_then(Words::tagged) {
        Some(words) if visit.language.is_none() => {
            Ok(cookies::with(response, visit.cookies().language(Some(words.tag()))))
        }
        _ => Ok(response),
    }
}

/// Where a login comes from.
pub(in crate::http::web) struct Client(Origin);

impl FromRequestParts<AppState> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let ClientAddr(address) = ClientAddr::from_request_parts(parts, state).await?;
        let name = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self(Origin { name: name.to_owned(), address: address.to_string() }))
    }
}
