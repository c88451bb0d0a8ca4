//! What signatures cover of a request, and what answers those that are refused.

use axum::extract::OriginalUri;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::error::Chain;
use crate::federation::inbound::Refused;
use crate::federation::signature::{ACCEPT_SIGNATURE, RequestParts};
use crate::http::problem::{ApiError, BUSY_RETRY_S, Problem};

/// Tells a peer which signature would be taken (RFC 9421).
pub(super) const HINT: HeaderName = HeaderName::from_static("accept-signature");

/// A request as it came over the wire, without its body.
#[derive(Debug)]
pub(super) struct Envelope {
    method: Method,
    path_and_query: String,
    host: String,
    pub(super) headers: HeaderMap,
}

impl Envelope {
    pub(super) fn of(parts: &Parts) -> Self {
        let uri = match parts.extensions.get::<OriginalUri>() {
            Some(OriginalUri(uri)) => uri,
            None => &parts.uri,
        };
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
        Self {
            method: parts.method.clone(),
            path_and_query: uri.path_and_query().map_or_else(String::new, ToString::to_string),
            host: host.or_else(|| uri.authority().map(ToString::to_string)).unwrap_or_default(),
            headers: parts.headers.clone(),
        }
    }

    /// The request with this body.
    pub(super) fn with<'a>(&'a self, body: &'a [u8]) -> RequestParts<'a> {
        RequestParts {
            method: &self.method,
            path_and_query: &self.path_and_query,
            host: &self.host,
            headers: &self.headers,
            body,
        }
    }
}

/// The answer to a request that is refused.
pub(super) fn refusal(refused: Refused) -> Response {
    if let Refused::Inside(error) = refused {
        return ApiError(error).into_response();
    }
    let status = refused.status();
    let problem = Problem::new(status, refused.code(), Chain(&refused).to_string());
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return problem.retry_after(BUSY_RETRY_S).into_response();
    }
    let mut response = problem.into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(HINT, HeaderValue::from_static(ACCEPT_SIGNATURE));
    }
    response
}
