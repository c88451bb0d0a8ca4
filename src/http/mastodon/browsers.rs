//! What browsers may do with these answers: any page may ask, with a token that it has itself, and nobody keeps what
//! a token was answered.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::nothing::Nothing;

/// The headers that a page of another origin may read.
const READABLE: &str =
    "Link, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id";
/// A day: none of this changes while the server runs.
const ASKED_FOR_S: &str = "86400";

/// What documents of the instance say, which are the same for everybody.
pub(super) const FOR_EVERYBODY: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "public, max-age=300")];

/// Answers `OPTIONS`: what a page of another origin may send.
pub(super) async fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, Idempotency-Key"),
        (ACCESS_CONTROL_MAX_AGE, ASKED_FOR_S),
    ];
    (headers, Nothing {}.answer()).into_response()
}

/// Lets every origin read an answer, and nobody keep it unless it says so.
pub(super) async fn allow(mut response: Response) -> Response {
    let headers = response.headers_mut();
    open(headers);
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
    response
}

/// Lets every origin read what these headers are of.
pub(super) fn open(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READABLE));
    headers.insert(VARY, HeaderValue::from_static("Authorization, Origin"));
}
