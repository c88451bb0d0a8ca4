//! What pages of other origins may ask from a browser: the interfaces of programs, which no cookie opens.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The headers that a page of another origin may read.
const READABLE: &str =
    "Link, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id";
/// For how many seconds a browser remembers that it may ask; more than two hours no browser keeps.
const REMEMBERED_S: &str = "7200";

/// What is answered to the question that browsers ask first: with what pages of every origin may ask. Cookies stay out:
/// the answer allows no credentials.
pub const PREFLIGHT: [(HeaderName, &str); 3] = [
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
    (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, Idempotency-Key"),
    (ACCESS_CONTROL_MAX_AGE, REMEMBERED_S),
];

/// Lets pages of every origin read what these headers are of.
pub fn open(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READABLE));
}
