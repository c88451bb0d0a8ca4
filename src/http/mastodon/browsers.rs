//! What browsers may do with these answers: any page may ask, with a token that it has itself, and nobody keeps what
//! a token was answered.

use axum::http::header::{CACHE_CONTROL, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::nothing::Nothing;
use crate::http::cors;

/// What documents of the instance say, which are the same for everybody.
pub(super) const FOR_EVERYBODY: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "public, max-age=300")];

/// Answers `OPTIONS`: what a page of another origin may send.
pub(super) async fn preflight() -> Response {
    (cors::PREFLIGHT, Nothing {}.answer()).into_response()
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
    cors::open(headers);
    headers.insert(VARY, HeaderValue::from_static("Authorization, Origin"));
}
