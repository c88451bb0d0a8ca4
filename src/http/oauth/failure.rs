//! Failures as RFC 6749 (5.2) has them: `{"error": "…", "error_description": "…"}`. At addresses of Mastodon's API
//! `error` is a sentence instead, as its clients show it.

use std::sync::Arc;

use axum::Json;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::http::cors;
use crate::http::problem::{Problem, RenderFailure};

/// Where an app gets and ends tokens.
const OF_TOKENS: [&str; 2] = ["/oauth/token", "/oauth/revoke"];
/// Where an app is a client of Mastodon's API already.
const OF_APPS: [&str; 2] = ["/oauth/userinfo", "/api/v1/apps"];
/// Codes of ours that are words of the standard already.
const STANDARD: [&str; 4] = ["invalid_grant", "invalid_scope", "invalid_request", "unsupported_grant_type"];

#[derive(Debug, Serialize)]
struct Failure<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<&'a str>,
}

/// Shows failures of OAuth in its own shape, and those of other addresses by `others`.
pub(in crate::http) fn render_failure(others: RenderFailure) -> RenderFailure {
    Arc::new(move |asked, problem| {
        let path = asked.uri.path();
        if OF_TOKENS.iter().any(|prefix| path.starts_with(prefix)) {
            return Some(of_tokens(problem));
        }
        if OF_APPS.iter().any(|prefix| path.starts_with(prefix)) {
            return Some(of_apps(problem));
        }
        others(asked, problem)
    })
}

fn of_tokens(problem: &Problem) -> Response {
    let (status, error) = match (problem.status, problem.code) {
        (_, code) if STANDARD.contains(&code) => (StatusCode::BAD_REQUEST, code),
        (StatusCode::UNAUTHORIZED, _) => (StatusCode::UNAUTHORIZED, "invalid_client"),
        (status @ StatusCode::FORBIDDEN, code) => (status, code),
        (status @ StatusCode::TOO_MANY_REQUESTS, _) => (status, "too_many_requests"),
        (status, _) if status.is_server_error() => (status, "temporarily_unavailable"),
        (StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED, code) => (problem.status, code),
        _ => (StatusCode::BAD_REQUEST, "invalid_request"),
    };
    answer(status, &Failure { error, error_description: Some(&problem.detail) }, problem)
}

fn of_apps(problem: &Problem) -> Response {
    let error = match (problem.status, problem.code) {
        (StatusCode::UNAUTHORIZED, _) => "The access token is invalid",
        (_, "app_token") => "This method requires an authenticated user",
        (StatusCode::FORBIDDEN, "scope") => "This action is outside the authorized scopes",
        (StatusCode::TOO_MANY_REQUESTS, _) => "Too many requests",
        (StatusCode::NOT_FOUND, _) => "Record not found",
        (StatusCode::UNPROCESSABLE_ENTITY, _) => {
            let error = format!("Validation failed: {}", problem.detail);
            return answer(problem.status, &Failure { error: &error, error_description: None }, problem);
        }
        _ => &problem.detail,
    };
    answer(problem.status, &Failure { error, error_description: None }, problem)
}

fn answer(status: StatusCode, failure: &Failure<'_>, problem: &Problem) -> Response {
    let mut response = (status, Json(failure)).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Also where the gateway refused before the routes were reached.
    cors::open(headers);
    if status == StatusCode::UNAUTHORIZED {
        let scheme = if failure.error == "invalid_client" { "Basic" } else { "Bearer" };
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    }
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
