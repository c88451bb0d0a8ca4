//! Failures as Mastodon's clients know them: `{"error": "…"}`, with its statuses and, where clients look at them, its
//! words.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::browsers;
use crate::http::problem::{Problem, RenderFailure};

/// Everything below these is this API's, also what has no route.
const OURS: [&str; 4] = ["/api/v1/", "/api/v2/", "/api/v1_alpha/", "/api/v2_alpha/"];

#[derive(Debug, Serialize)]
struct Failure {
    error: String,
}

/// Shows failures of this API in its own shape, and those of other addresses by `others`.
pub(in crate::http) fn render_failure(others: Option<RenderFailure>) -> RenderFailure {
    Arc::new(move |asked, problem| {
        if OURS.iter().any(|prefix| asked.uri.path().starts_with(prefix)) {
            return Some(shown(problem));
        }
        others.as_ref().and_then(|others| others(asked, problem))
    })
}

fn shown(problem: &Problem) -> Response {
    let (status, error) = said(problem);
    let mut response = (status, Json(Failure { error })).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    after(headers, status, problem);
    browsers::open(headers);
    response
}

fn after(headers: &mut HeaderMap, status: StatusCode, problem: &Problem) {
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// The status and the words for a problem.
fn said(problem: &Problem) -> (StatusCode, String) {
    let words = |status, words: &str| (status, words.to_owned());
    match (problem.status, problem.code) {
        (StatusCode::UNAUTHORIZED, _) => words(StatusCode::UNAUTHORIZED, "The access token is invalid"),
        (StatusCode::FORBIDDEN, "scope") => {
            words(StatusCode::FORBIDDEN, "This action is outside the authorized scopes")
        }
        // An app that acts for nobody.
        (_, "app_token") => {
            words(StatusCode::UNPROCESSABLE_ENTITY, "This method requires an authenticated user")
        }
        // What is somebody else's is not told from what is not there.
        (StatusCode::FORBIDDEN, "not_yours") | (_, "bad_id") => {
            words(StatusCode::NOT_FOUND, "Record not found")
        }
        (StatusCode::FORBIDDEN, "own_poll")
        | (StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY, _) => {
            (StatusCode::UNPROCESSABLE_ENTITY, format!("Validation failed: {}", problem.detail))
        }
        (StatusCode::METHOD_NOT_ALLOWED, _) => words(StatusCode::NOT_FOUND, "Not Found"),
        (StatusCode::NOT_FOUND | StatusCode::GONE, _) => words(StatusCode::NOT_FOUND, "Record not found"),
        (StatusCode::TOO_MANY_REQUESTS, _) => words(StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
        (StatusCode::BAD_GATEWAY, _) => {
            words(StatusCode::SERVICE_UNAVAILABLE, "Remote data could not be fetched")
        }
        (status, _) => (status, problem.detail.to_string()),
    }
}
