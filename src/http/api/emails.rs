//! Your e-mail address.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use crate::http::extract::{Auth, Json};
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::notify::EmailView;

/// How your e-mail address stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Email {
    /// The address; nobody else is shown it.
    address: String,
    /// Whether you followed the link in a letter to it; nothing else is mailed there before.
    confirmed: bool,
    /// Another address that takes its place once you follow the link in the letter to it.
    wanted: Option<String>,
    /// Whether a letter was asked for whose link you have not followed yet.
    waits: bool,
    /// Whether the last letter could not be brought to where it was to go.
    failed: bool,
    /// Whether this instance sends mail; where it does not, no address is ever confirmed.
    sends: bool,
}

/// Another e-mail address.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewEmail {
    /// The address.
    #[schema(max_length = 254, example = "ann@example.org")]
    email: String,
    /// Your password.
    #[schema(max_length = 256)]
    password: String,
}

/// Your e-mail address
#[utoipa::path(get, path = "/api/users/me/email", tag = "accounts", responses((status = 200, description = "How it stands.", body = Email)))]
pub(super) async fn get_email(State(state): State<AppState>, Auth(who): Auth) -> Answer<Email> {
    Ok(Json(state.letters.email(who.account).await?.into()))
}

/// Choose another e-mail address
///
/// A letter goes there, and it takes the place of the present one when you follow the link in it. Where the instance sends
/// no mail, it does so at once.
#[utoipa::path(
    put, path = "/api/users/me/email", tag = "accounts",
    responses(
        (status = 200, description = "How it stands.", body = Email),
        (status = 409, description = "Another account has this address.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn set_email(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(new): Json<NewEmail>,
) -> Answer<Email> {
    Ok(Json(state.letters.set_email(&who, &new.email, new.password).await?.into()))
}

/// Let yourself be sent the letter that asks whether an address is yours
///
/// To the address that waits to be confirmed, else to the present one: once in two minutes and five times a day.
#[utoipa::path(
    post, path = "/api/users/me/email/confirmation", tag = "accounts",
    responses(
        (status = 200, description = "It is on its way.", body = Email),
        (status = 409, description = "Another account has this address.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn confirm_email(State(state): State<AppState>, Auth(who): Auth) -> Answer<Email> {
    Ok(Json(state.letters.ask_again(who.account).await?.into()))
}

impl From<EmailView> for Email {
    fn from(view: EmailView) -> Self {
        let EmailView { address, confirmed, wanted, waits, failed, sends } = view;
        Self { address, confirmed, wanted, waits, failed, sends }
    }
}
