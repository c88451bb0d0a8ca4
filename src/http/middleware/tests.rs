//! The gateway as a whole, without a socket.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use axum::routing::{get, post};
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;
use crate::error::Error;
use crate::http::extract::{ClientAddr, Json};
use crate::http::problem::ApiError;
use crate::http::server::PeerAddr;
use crate::model::ids::AccountId;

fn gateway() -> Gateway {
    Gateway::new("https://rookery.example".parse().unwrap(), Clock::manual(1_700_000_000_000))
}

fn router() -> Router {
    Router::new()
        .route("/api/hello", get(async || "hello"))
        .route("/api/client", get(async |ClientAddr(address): ClientAddr| address.to_string()))
        .route("/api/panic", get(boom))
        .route("/api/slow", get(std::future::pending::<()>))
        .route("/api/fails", get(async || Err::<(), _>(ApiError(Error::internal("secret")))))
        .route("/api/often", get(async || Err::<(), _>(ApiError(Error::TooMany { retry_after_s: 60 }))))
        .route("/api/account", get(account))
        .route("/api/echo", post(async |Json(value): Json<Value>| Json(value)))
        .route("/livez", get(async || "ok"))
}

/// Finds out that account 7 is asking, as an extractor does.
async fn account(axum::Extension(limit): axum::Extension<rate::ByAccount>) -> Result<(), ApiError> {
    Ok(limit.check(AccountId(7))?)
}

async fn boom() {
    panic!("a bug")
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

async fn ask(gateway: Gateway, request: Request<Body>) -> Answer {
    send(&layers(router(), gateway), request).await
}

async fn send(app: &Router, mut request: Request<Body>) -> Answer {
    request.extensions_mut().insert(PeerAddr(SocketAddr::from(([203, 0, 113, 9], 4711))));
    let (head, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    let text = String::from_utf8(to_bytes(body, 8 << 20).await.unwrap().to_vec()).unwrap();
    Answer { status: head.status.as_u16(), headers: head.headers, text }
}

fn get_request(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn every_answer_has_an_id_security_headers_and_its_limits() {
    for path in ["/api/hello", "/api/nothing", "/api/panic"] {
        let answer = ask(gateway(), get_request(path)).await;
        for name in [
            "x-request-id",
            "content-security-policy",
            "strict-transport-security",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
        ] {
            assert!(answer.headers.contains_key(name), "{path} lacks {name}");
        }
    }
    assert!(!ask(gateway(), get_request("/livez")).await.headers.contains_key("x-ratelimit-limit"));
}

#[tokio::test]
async fn failures_are_problems_with_the_request_id() {
    for (path, status, code) in
        [("/api/nothing", 404, "not_found"), ("/api/panic", 500, "internal"), ("/api/fails", 500, "internal")]
    {
        let answer = ask(gateway(), get_request(path)).await;
        let problem = answer.json();
        assert_eq!((answer.status, problem["code"].as_str()), (status, Some(code)), "{path}");
        assert_eq!(problem["request_id"].as_str(), answer.headers["x-request-id"].to_str().ok());
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(!answer.text.contains("secret"));
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_are_right() {
    let answer = ask(gateway(), Request::delete("/api/hello").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (405, Some("method_not_allowed")));
    assert_eq!(answer.headers["allow"], "GET,HEAD");
}

#[tokio::test]
async fn a_failure_in_the_gateway_itself_can_be_shown_as_a_page() {
    let mut gateway = gateway();
    gateway.limits.read.timeout = Duration::from_millis(10);
    gateway.render_failure = Some(Arc::new(|asked, problem| {
        let wants_html =
            asked.accept.as_ref().is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
        let page = format!("<h1>{}</h1>", problem.code);
        wants_html.then(|| (problem.status, axum::response::Html(page)).into_response())
    }));
    let mut request = get_request("/api/slow");
    request.headers_mut().insert("accept", "text/html".parse().unwrap());
    let page = ask(gateway.clone(), request).await;
    assert_eq!((page.status, page.text.as_str()), (503, "<h1>timeout</h1>"));
    assert_eq!(page.headers["retry-after"], "2");
    assert!(page.headers.contains_key("x-ratelimit-limit"));
    assert_eq!(ask(gateway, get_request("/api/slow")).await.json()["code"], "timeout");
}

#[tokio::test]
async fn too_many_requests_are_refused_and_told_when_to_return() {
    let mut gateway = gateway();
    gateway.rates.read.requests = 1;
    let app = layers(router(), gateway);
    assert_eq!(send(&app, get_request("/api/hello")).await.status, 200);
    let refused = send(&app, get_request("/api/hello")).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("too_many_requests")));
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(refused.headers["x-ratelimit-remaining"], "0");
    assert_eq!(send(&app, get_request("/livez")).await.status, 200);
}

#[tokio::test]
async fn an_account_that_asks_too_often_with_many_tokens_is_refused_and_told_of_its_own_limit() {
    let mut gateway = gateway();
    gateway.rates.read.requests = 3;
    let app = layers(router(), gateway);
    let ask = async |token: u32| {
        let mut request = get_request("/api/account");
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        send(&app, request).await
    };
    for token in 0..12 {
        assert_eq!(ask(token).await.status, 200);
    }
    let refused = ask(12).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("too_many_requests")));
    assert_eq!(refused.headers["x-ratelimit-limit"], "12");
    assert_eq!(refused.headers["x-ratelimit-remaining"], "0");
}

#[tokio::test]
async fn a_use_cases_own_limit_is_not_told_as_the_gateways() {
    let refused = ask(gateway(), get_request("/api/often")).await;
    assert_eq!((refused.status, refused.headers["retry-after"].to_str().unwrap()), (429, "60"));
    assert_eq!(refused.headers["x-ratelimit-remaining"], "0");
    assert_eq!(refused.headers["x-ratelimit-reset"], "2023-11-14T22:14:20Z");
    assert!(!refused.headers.contains_key("x-ratelimit-limit"));
}

#[tokio::test]
async fn the_client_behind_a_trusted_proxy_is_found() {
    let mut gateway = gateway();
    let request = || {
        let mut request = get_request("/api/client");
        request.headers_mut().insert("x-forwarded-for", "198.51.100.7".parse().unwrap());
        request
    };
    assert_eq!(ask(gateway.clone(), request()).await.text, "203.0.113.9");
    gateway.trusted_proxies = TrustedProxies::parse(["203.0.113.0/24"]).unwrap();
    assert_eq!(ask(gateway, request()).await.text, "198.51.100.7");
}

#[tokio::test]
async fn bodies_are_limited_by_class_and_not_by_the_frameworks_default() {
    let post = |size: usize| {
        let body = format!("\"{}\"", "x".repeat(size));
        Request::post("/api/echo").header("content-type", "application/json").body(Body::from(body)).unwrap()
    };
    let mut gateway = gateway();
    gateway.limits.write.body = 4 << 20;
    assert_eq!(ask(gateway.clone(), post(3 << 20)).await.status, 200);
    gateway.limits.write.body = 100;
    let refused = ask(gateway.clone(), post(101)).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (413, Some("too_large")));
    assert!(refused.headers.contains_key("x-ratelimit-remaining"), "it counts like any other");
    assert_eq!(ask(gateway, post(10)).await.status, 200);
}

#[tokio::test]
async fn another_sites_page_cannot_use_a_signed_in_browser() {
    let request = Request::post("/api/echo")
        .header("content-type", "application/json")
        .header("cookie", "__Host-rookery_session=s")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("1"))
        .unwrap();
    let refused = ask(gateway(), request).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("csrf")));
}
