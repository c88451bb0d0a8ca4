//! What pages of other origins may ask from a browser: the interfaces of programs, which no cookie opens.

use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LINK, RETRY_AFTER};
use axum::http::{HeaderName, Method};
use tower_http::cors::{Any, CorsLayer};

/// How long a browser remembers that it may ask; more than two hours no browser keeps.
const REMEMBERED: Duration = Duration::from_secs(2 * 60 * 60);

/// Lets scripts of every origin ask the routes under it with a token, and read what those answer. Cookies stay out:
/// the answer allows no credentials.
pub fn for_programs() -> CorsLayer {
    let exposed = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id"];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, HeaderName::from_static("idempotency-key")])
        .expose_headers(
            exposed.map(HeaderName::from_static).into_iter().chain([LINK, RETRY_AFTER]).collect::<Vec<_>>(),
        )
        .max_age(REMEMBERED)
}
