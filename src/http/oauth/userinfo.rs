//! Who is signed in, as OpenID Connect (Core, 5.3) says it.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::http::extract::{Auth, Json};
use crate::http::media::urls;
use crate::http::problem::ApiError;
use crate::http::state::AppState;

#[derive(Debug, Serialize)]
struct UserInfo {
    iss: String,
    sub: String,
    name: String,
    preferred_username: String,
    profile: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
}

/// `GET /oauth/userinfo`
pub(super) async fn userinfo(State(state): State<AppState>, Auth(who): Auth) -> Result<Response, ApiError> {
    let addresses = state.service.addresses();
    let account = state.service.account(who.account).await?;
    let name = if account.display_name.is_empty() { &account.username } else { &account.display_name };
    let info = UserInfo {
        iss: addresses.origin().to_owned(),
        sub: addresses.actor(&account),
        name: name.clone(),
        profile: addresses.profile(&account),
        picture: urls::avatar_url(&account).map(|path| addresses.at(&path)),
        preferred_username: account.username,
    };
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(info)).into_response())
}
