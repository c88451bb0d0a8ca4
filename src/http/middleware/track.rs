//! Measures every request and leaves one log line of it.
//!
//! Logs show the route's pattern and no address, path or query: what a person reads stays out of them.

use std::time::Instant;

use axum::extract::MatchedPath;
use axum::http::{Method, Request};
use axum::response::Response;

use super::request_id::RequestId;
use crate::telemetry::metrics::HTTP_REQUESTS_SECONDS;

/// The route of requests that fit none.
const UNMATCHED: &str = "unmatched";

/// A request whose answer is awaited.
pub(super) struct Seen {
    began: Instant,
    matched: Option<MatchedPath>,
    method: &'static str,
}

impl Seen {
    pub(super) fn begin<B>(request: &Request<B>) -> Self {
        Self {
            began: Instant::now(),
            matched: request.extensions().get::<MatchedPath>().cloned(),
            method: method_label(request.method()),
        }
    }

    /// The span of all log lines of the request; of the error level, so that errors carry it at every setting.
    pub(super) fn span(&self, id: &RequestId) -> tracing::Span {
        tracing::error_span!("request", id = %id, method = self.method, route = self.route())
    }

    /// Counts the answer's head as the end: how long a body streams is the client's affair.
    pub(super) fn end(self, response: &Response) {
        let seconds = self.began.elapsed().as_secs_f64();
        let status = response.status();
        metrics::histogram!(
            HTTP_REQUESTS_SECONDS,
            "route" => self.route().to_owned(),
            "method" => self.method,
            "status" => status.as_str().to_owned(),
        )
        .record(seconds);
        let took_ms = seconds * 1e3;
        if status.is_server_error() {
            tracing::info!(http.status = status.as_u16(), http.took_ms = took_ms, "failed");
        } else {
            tracing::debug!(http.status = status.as_u16(), http.took_ms = took_ms, "answered");
        }
    }

    fn route(&self) -> &str {
        self.matched.as_ref().map_or(UNMATCHED, MatchedPath::as_str)
    }
}

/// A closed set: a client may invent methods.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{Next, from_fn};
    use axum::routing::get;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use tower::ServiceExt as _;

    use super::*;

    #[test]
    fn requests_are_counted_by_pattern_and_never_by_what_a_client_invents() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let track = async |request: axum::extract::Request, next: Next| {
            let seen = Seen::begin(&request);
            let response = next.run(request).await;
            seen.end(&response);
            response
        };
        let router = Router::new().route("/tweets/{id}", get(async || "")).layer(from_fn(track));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        metrics::with_local_recorder(&recorder, || {
            for (method, path) in [("GET", "/tweets/1"), ("GET", "/tweets/2"), ("PROPFIND", "/x/y")] {
                let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
                runtime.block_on(router.clone().oneshot(request)).unwrap();
            }
        });
        let text = recorder.handle().render();
        let count = |labels: &str| format!("rookery_http_requests_seconds_count{{{labels}}}");
        let matched = count(r#"route="/tweets/{id}",method="GET",status="200""#);
        assert!(text.contains(&format!("{matched} 2")), "{text}");
        let unmatched = count(r#"route="unmatched",method="other",status="404""#);
        assert!(text.contains(&format!("{unmatched} 1")), "{text}");
    }
}
