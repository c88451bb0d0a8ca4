//! `GET /metrics` for Prometheus.
//!
//! The numbers tell nothing of any person, but much of the server: an operator who minds shuts the path at the
//! reverse proxy.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

use crate::telemetry::metrics::Metrics;

/// The Prometheus text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The route of the metrics.
pub fn routes(metrics: Metrics) -> Router {
    let answer = move || async move { ([(CONTENT_TYPE, TEXT_FORMAT)], metrics.render()) };
    Router::new().route("/metrics", get(answer))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;
    use crate::telemetry::metrics;

    #[tokio::test]
    async fn recorded_values_are_served_as_text() {
        let installed = metrics::install().unwrap();
        ::metrics::counter!(metrics::TWEETS_CREATED_TOTAL).increment(1);
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = routes(installed).oneshot(request).await.unwrap();
        assert_eq!(response.headers()[CONTENT_TYPE], TEXT_FORMAT);
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        assert!(String::from_utf8(body.to_vec()).unwrap().contains("rookery_tweets_created_total"));
    }
}
