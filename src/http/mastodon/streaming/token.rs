//! The token of who listens. Browsers can set no header for a stream: it may stand in the address too, or be offered as
//! the protocol of a WebSocket. A cookie is not taken, as any page could open a WebSocket with it.

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE, SEC_WEBSOCKET_PROTOCOL};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use serde::Deserialize;

use crate::http::extract::{Auth, Query};
use crate::http::middleware::credentials::bearer_token;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::service::SignedIn;

/// Who listens, by a token.
#[derive(Clone, Debug)]
pub(in crate::http::mastodon) struct ByToken(pub(super) SignedIn);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct InQuery {
    access_token: Option<String>,
}

impl FromRequestParts<AppState> for ByToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        parts.headers.remove(COOKIE);
        if bearer_token(&parts.headers).is_none() {
            let offered = offered(&parts.headers).map(str::to_owned);
            let token = match offered {
                Some(offered) => Some(offered),
                // What else stands in the query is for others to judge.
                None => Query::<InQuery>::from_request_parts(parts, state)
                    .await
                    .ok()
                    .and_then(|Query(query)| query.access_token),
            };
            let header = token.and_then(|token| HeaderValue::try_from(format!("Bearer {token}")).ok());
            parts.headers.extend(header.map(|header| (AUTHORIZATION, header)));
        }
        Auth::from_request_parts(parts, state).await.map(|Auth(who)| Self(who))
    }
}

/// The first protocol that a WebSocket offers.
pub(super) fn offered(headers: &HeaderMap) -> Option<&str> {
    let offered = headers.get(SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?.split(',').next()?.trim();
    (!offered.is_empty()).then_some(offered)
}
