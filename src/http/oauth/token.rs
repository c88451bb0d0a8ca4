//! Tokens for codes, tokens of apps for themselves, and the end of either.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::clock::SECOND_MS;
use crate::error::Error;
use crate::http::extract::lenient::blank_is_none;
use crate::http::extract::{ClientAddr, Json, Lenient};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::service::{AppSecret, Offer, Token};

/// What an app asks for a token with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    grant_type: String,
    client_id: String,
    client_secret: String,
    code: String,
    redirect_uri: String,
    #[serde(deserialize_with = "blank_is_none")]
    code_verifier: Option<String>,
    scope: String,
}

/// A token that an app wants ended.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Unwanted {
    client_id: String,
    client_secret: String,
    token: String,
}

#[derive(Debug, Serialize)]
struct Given {
    access_token: String,
    token_type: &'static str,
    scope: String,
    /// In seconds since 1970.
    created_at: i64,
}

#[derive(Debug, Serialize)]
struct Done {}

/// `POST /oauth/token`
pub(super) async fn give(
    State(state): State<AppState>,
    ClientAddr(address): ClientAddr,
    headers: HeaderMap,
    Lenient(asked): Lenient<Asked>,
) -> Result<Response, ApiError> {
    let client = app_secret(&headers, asked.client_id, asked.client_secret);
    let token = match asked.grant_type.as_str() {
        "authorization_code" => {
            let offer =
                Offer { code: asked.code, redirect_uri: asked.redirect_uri, verifier: asked.code_verifier };
            state.service.exchange_code(&client, offer, address.to_string()).await?
        }
        "client_credentials" => state.service.token_for_app(&client, &asked.scope).await?,
        "" => return Err(Error::invalid("grant_type", "invalid_request", "say the grant_type").into()),
        _ => {
            let message = "only authorization_code and client_credentials are granted";
            return Err(Error::invalid("grant_type", "unsupported_grant_type", message).into());
        }
    };
    Ok(never_kept(given(token)))
}

/// `POST /oauth/revoke`
pub(super) async fn revoke(
    State(state): State<AppState>,
    headers: HeaderMap,
    Lenient(unwanted): Lenient<Unwanted>,
) -> Result<Response, ApiError> {
    let client = app_secret(&headers, unwanted.client_id, unwanted.client_secret);
    state.service.revoke_token(&client, &unwanted.token).await?;
    Ok(never_kept(Done {}))
}

fn given(token: Token) -> Given {
    Given {
        access_token: token.secret,
        token_type: "Bearer",
        scope: token.scopes,
        created_at: token.created_at / SECOND_MS,
    }
}

/// RFC 6749, 5.1: no answer with a token is kept on its way.
fn never_kept(answer: impl Serialize) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// What an app proves itself by: HTTP Basic (RFC 6749, 2.3.1), else the fields of the body.
fn app_secret(headers: &HeaderMap, client_id: String, secret: String) -> AppSecret {
    basic(headers).unwrap_or(AppSecret { client_id, secret })
}

fn basic(headers: &HeaderMap) -> Option<AppSecret> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    // Our ids and secrets have nothing that would be percent-encoded.
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client_id, secret) = text.split_once(':')?;
    Some(AppSecret { client_id: client_id.to_owned(), secret: secret.to_owned() })
}
