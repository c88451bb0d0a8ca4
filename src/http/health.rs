//! Whether the process lives and whether it can serve: `/livez` and `/readyz`.
//!
//! A supervisor restarts what does not live; a load balancer passes by what is not ready. So `/livez` asks
//! nothing of any other part, and `/readyz` asks all of them, with a limit on the time each may take.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use futures_util::future::{BoxFuture, join_all};
use serde::Serialize;

/// How long one check may take: load balancers ask every few seconds and give up after about five.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// One thing that must work before requests are welcome.
pub struct Check {
    name: &'static str,
    run: Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>,
}

impl Check {
    /// A check under a public `name`; the sentence of a failure is logged and not sent.
    pub fn new(
        name: &'static str,
        run: impl Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync + 'static,
    ) -> Self {
        Self { name, run: Box::new(run) }
    }

    async fn passes(&self) -> bool {
        let failure = match tokio::time::timeout(CHECK_TIMEOUT, (self.run)()).await {
            Ok(Ok(())) => return true,
            Ok(Err(failure)) => failure,
            Err(_) => "it took too long".to_owned(),
        };
        tracing::warn!(check.name = self.name, check.failure = failure, "not ready");
        false
    }
}

/// What `/readyz` answers.
#[derive(Debug, Serialize)]
struct Readiness {
    ready: bool,
    /// The names of the checks that fail.
    failing: Vec<&'static str>,
}

/// `GET /livez` (200 while requests are answered at all) and `GET /readyz` (503 with the names that fail).
pub fn routes(checks: Vec<Check>) -> Router {
    let checks = Arc::new(checks);
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(move || readiness(checks.clone())))
}

async fn readiness(checks: Arc<Vec<Check>>) -> (StatusCode, Json<Readiness>) {
    let passes = join_all(checks.iter().map(Check::passes)).await;
    let failing: Vec<_> =
        checks.iter().zip(passes).filter(|(_, passes)| !passes).map(|(check, _)| check.name).collect();
    let status = if failing.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready: failing.is_empty(), failing }))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(checks: Vec<Check>, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = routes(checks).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    fn good() -> Check {
        Check::new("search", || Box::pin(async { Ok(()) }))
    }

    fn bad() -> Check {
        Check::new("database", || Box::pin(async { Err("cannot open /secret".to_owned()) }))
    }

    #[tokio::test]
    async fn a_process_whose_parts_fail_lives_but_is_not_ready() {
        assert_eq!(ask(vec![bad()], "/livez").await.0, 200);
        let (status, body) = ask(vec![good(), bad()], "/readyz").await;
        assert_eq!((status, body.as_str()), (503, r#"{"ready":false,"failing":["database"]}"#));
    }

    #[tokio::test]
    async fn a_process_whose_parts_work_is_ready() {
        assert_eq!(ask(vec![good()], "/readyz").await, (200, r#"{"ready":true,"failing":[]}"#.to_owned()));
    }
}
