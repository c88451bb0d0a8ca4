//! Measures every request and leaves one log line of it.
//!
//! Logs show the route's pattern and no address, path or query: what a person reads stays out of them.

use std::time::Instant;

use axum::extract::MatchedPath;
use axum::http::{Method, Request};
use axum::response::Response;
use metrics::{Histogram, histogram};
use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use super::request_id::RequestId;
use crate::telemetry::metrics::HTTP_REQUESTS_SECONDS;

/// The route of requests that fit none.
const UNMATCHED: &str = "unmatched";
/// Histograms that are kept: more than there are routes, methods and statuses together.
const KEPT: usize = 8_192;

/// The histograms of the requests seen so far: to find one by its labels anew costs more than a small answer.
pub(super) struct Histograms(Cache<(String, &'static str, u16), Histogram>);

/// Labels, not yet owned.
#[derive(Hash)]
struct Labels<'l>(&'l str, &'static str, u16);

impl Equivalent<(String, &'static str, u16)> for Labels<'_> {
    fn equivalent(&self, (route, method, status): &(String, &'static str, u16)) -> bool {
        (self.0, self.1, self.2) == (route.as_str(), *method, *status)
    }
}

impl Default for Histograms {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Histograms {
    fn of(&self, labels: &Labels<'_>) -> Histogram {
        if let Some(known) = self.0.get(labels) {
            return known;
        }
        let Labels(route, method, status) = *labels;
        let found = histogram!(
            HTTP_REQUESTS_SECONDS,
            "route" => route.to_owned(),
            "method" => method,
            "status" => status.to_string(),
        );
        self.0.insert((route.to_owned(), method, status), found.clone());
        found
    }
}

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
    pub(super) fn end(self, histograms: &Histograms, response: &Response) {
        let seconds = self.began.elapsed().as_secs_f64();
        let status = response.status();
        histograms.of(&Labels(self.route(), self.method, status.as_u16())).record(seconds);
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
        let histograms = std::sync::Arc::new(Histograms::default());
        let track = move |request: axum::extract::Request, next: Next| {
            let histograms = std::sync::Arc::clone(&histograms);
            async move {
                let seen = Seen::begin(&request);
                let response = next.run(request).await;
                seen.end(&histograms, &response);
                response
            }
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
