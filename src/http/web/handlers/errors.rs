//! Failures as pages, for those who ask for pages.

use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;

use crate::http::middleware::credentials::{cookie, session_cookie_name};
use crate::http::problem::{Asked, Problem, RenderFailure};
use crate::http::web::cookies::LANGUAGE;
use crate::http::web::i18n::Words;
use crate::http::web::views::pages::{ErrorKind, ErrorPage};
use crate::http::web::views::{self, FieldError, Nav, PageShell, SiteView, ViewerView};
use crate::http::web::{site, visit};
use crate::service::Service;

/// Shows failures as pages to browsers; programs keep their problem documents.
pub(in crate::http) fn render_failure(service: &Service) -> RenderFailure {
    let site = Arc::new(site::plain(service));
    let service = service.clone();
    Arc::new(move |asked, problem| wants_page(asked).then(|| page(&service, &site, asked, problem)))
}

fn wants_page(asked: &Asked) -> bool {
    let accept = asked.accept.as_ref().and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    !asked.uri.path().starts_with("/api/") && accept.contains("text/html")
}

fn page(service: &Service, site: &Arc<SiteView>, asked: &Asked, problem: &Problem) -> Response {
    let headers = HeaderMap::from_iter(asked.cookie.clone().map(|cookie| (COOKIE, cookie)));
    let accept_language = asked.accept_language.as_ref().and_then(|value| value.to_str().ok());
    let kind = kind(problem);
    let has_session = cookie(&headers, session_cookie_name(service.addresses().base())).is_some();
    // Whoever carries a session and may not do this need not be asked to log in; who it is costs a look-up that
    // a failing server should spare.
    let viewer = (has_session && kind != ErrorKind::Unauthorized).then(ViewerView::default);
    let here = match asked.method {
        Method::GET => asked.uri.path_and_query().map_or("/", |here| here.as_str()),
        _ => "/",
    };
    let shell = PageShell {
        site: Arc::clone(site),
        words: Words::negotiate(cookie(&headers, LANGUAGE), accept_language, &service.rules().language),
        theme: visit::theme(&headers),
        keys: visit::keys(&headers),
        viewer,
        nav: Nav::None,
        here: here.to_owned(),
        now_ms: service.clock().now_ms(),
        flash: None,
    };
    let detail = if explains(problem.status) { explanation(problem, shell.words) } else { String::new() };
    let request_id = match kind {
        ErrorKind::Internal => problem.request_id.as_deref().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let mut response = views::page(problem.status, &ErrorPage { shell, kind, detail, request_id });
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn kind(problem: &Problem) -> ErrorKind {
    match problem.status {
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthorized,
        StatusCode::FORBIDDEN => ErrorKind::Forbidden,
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        StatusCode::GONE => ErrorKind::Gone,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::TooMany(problem.retry_after_s.unwrap_or(1)),
        StatusCode::SERVICE_UNAVAILABLE => ErrorKind::Busy,
        status if status.is_server_error() => ErrorKind::Internal,
        _ => ErrorKind::Bad,
    }
}

/// The problem in the reader's language, as forms say it.
fn explanation(problem: &Problem, words: &'static Words) -> String {
    let field = problem.field.as_deref().unwrap_or_default().to_owned();
    let (code, message) = (problem.code.to_owned(), problem.detail.to_string());
    FieldError { field, code, message, place: None }.text(words)
}

/// The sentence of the problem helps the person who reads it.
fn explains(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::FORBIDDEN
            | StatusCode::CONFLICT
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNPROCESSABLE_ENTITY
    )
}
