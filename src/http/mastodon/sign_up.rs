//! Making an account in an app.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::nothing::Nothing;
use super::{Answer, Json};
use crate::clock::SECOND_MS;
use crate::error::{Error, Result};
use crate::http::extract::{AppAuth, Auth, ClientAddr, Lenient};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::language;
use crate::service::{Credential, SignUp};

/// Somebody who wants an account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    username: String,
    email: String,
    password: String,
    agreement: bool,
    locale: Option<String>,
    reason: Option<String>,
}

/// The token of a new account.
#[derive(Debug, Serialize)]
struct Given {
    access_token: String,
    token_type: &'static str,
    scope: String,
    /// In seconds since 1970.
    created_at: i64,
}

/// Why there is no account, with the field that is wrong.
#[derive(Debug, Serialize)]
struct Refused {
    error: String,
    details: BTreeMap<&'static str, [Detail; 1]>,
}

#[derive(Debug, Serialize)]
struct Detail {
    error: &'static str,
    description: String,
}

/// `POST /api/v1/accounts`, with a token of an app that acts for nobody.
pub(super) async fn create(
    State(state): State<AppState>,
    AppAuth(credential): AppAuth,
    ClientAddr(address): ClientAddr,
    Lenient(wanted): Lenient<Wanted>,
) -> Result<Response, ApiError> {
    let Credential::App(app) = credential else {
        let message = "an account is made with a token of an app that acts for nobody";
        return Err(Error::forbidden("app_token_needed", message).into());
    };
    if !wanted.agreement {
        let message = "the rules of this instance must be agreed to";
        return Ok(refused("agreement", "ERR_ACCEPTED", message.to_owned()));
    }
    let new = SignUp {
        username: wanted.username,
        email: wanted.email,
        password: wanted.password,
        language: wanted.locale.as_deref().and_then(language::primary),
        reason: wanted.reason.unwrap_or_default(),
    };
    match state.service.sign_up_in_app(&app, new, address.to_string()).await {
        Ok(token) => {
            let given = Given {
                access_token: token.secret,
                token_type: "Bearer",
                scope: token.scopes,
                created_at: token.created_at / SECOND_MS,
            };
            Ok(([(CACHE_CONTROL, "private, no-store")], Json(given)).into_response())
        }
        Err(Error::Invalid { field, code, message } | Error::Conflict { field, code, message }) => {
            Ok(refused(field, word_of(code), message))
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /api/v1/emails/confirmations`: the letter that asks whether one's address is one's own, once more.
pub(super) async fn confirm(State(state): State<AppState>, Auth(who): Auth) -> Answer<Nothing> {
    state.letters.ask_again(who.account).await?;
    Ok(Nothing {}.answer())
}

fn refused(field: &'static str, error: &'static str, description: String) -> Response {
    let body = Refused {
        error: format!("Validation failed: {description}"),
        details: [(field, [Detail { error, description }])].into(),
    };
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}

/// Mastodon's word for what is wrong with a field.
fn word_of(code: &str) -> &'static str {
    match code {
        "taken" => "ERR_TAKEN",
        "reserved" => "ERR_RESERVED",
        "empty" | "required" => "ERR_BLANK",
        "too_long" => "ERR_TOO_LONG",
        "too_short" => "ERR_TOO_SHORT",
        _ => "ERR_INVALID",
    }
}
