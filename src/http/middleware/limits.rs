//! How big a request may be and how long its answer may take, by class.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http_body_util::Limited;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::class::PerClass;
use crate::http::problem::{BUSY_RETRY_S, Problem};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// The limits of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimit {
    /// Bytes of its body.
    pub body: usize,
    /// Time until the head of its answer, the arrival of the body included. Streams run on after it.
    pub timeout: Duration,
}

impl Default for PerClass<RequestLimit> {
    fn default() -> Self {
        let limit = |body, seconds| RequestLimit { body, timeout: Duration::from_secs(seconds) };
        Self {
            // A name, a password and a code; Argon2 may queue for some seconds.
            login: limit(16 * KIB, 30),
            register: limit(16 * KIB, 30),
            // Text, and lists of ids; long pasted domain-block lists are the largest.
            write: limit(MIB, 30),
            // Some APIs read by POST with a small body.
            read: limit(64 * KIB, 30),
            // The images of one post, on a slow line. How many and how big they may be is configured, and so is this.
            media: limit(64 * MIB, 600),
            // What other servers accept at most; they give up after 10 s and send again.
            inbox: limit(MIB, 10),
            federation: limit(64 * KIB, 15),
            page: limit(64 * KIB, 30),
        }
    }
}

/// Whether a request's body has arrived whole.
pub(super) struct Arrival(Arc<AtomicBool>);

/// Refuses a body that announces too many bytes, and cuts one that turns out to have them.
pub(super) fn bound_body(request: Request, limit: usize) -> Result<(Request, Arrival), Problem> {
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| usize::try_from(bytes).map_or(true, |bytes| bytes > limit)) {
        let detail = format!("the body is too big; at most {limit} bytes are taken here");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail));
    }
    if request.body().is_end_stream() {
        return Ok((request, Arrival(Arc::new(AtomicBool::new(true)))));
    }
    let whole = Arc::new(AtomicBool::new(false));
    let bound = |body| Body::new(Watched { inner: Limited::new(body, limit), whole: whole.clone() });
    Ok((request.map(bound), Arrival(whole)))
}

/// The answer, or a problem when it takes too long: 408 while we wait for the client's body, else 503.
pub(super) async fn in_time(
    timeout: Duration,
    arrival: &Arrival,
    answer: impl Future<Output = Response>,
) -> Response {
    if let Ok(response) = tokio::time::timeout(timeout, answer).await {
        return response;
    }
    if !arrival.0.load(Ordering::Relaxed) {
        let detail = "the body of the request came too slowly";
        return Problem::new(StatusCode::REQUEST_TIMEOUT, "slow_body", detail).into_response();
    }
    tracing::warn!(limit.timeout = ?timeout, "a request ran out of time");
    let detail = "the server took too long; try again shortly";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", detail).retry_after(BUSY_RETRY_S).into_response()
}

struct Watched {
    inner: Limited<Body>,
    whole: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) || self.inner.is_end_stream() {
            self.whole.store(true, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequest as _;
    use futures_util::stream;

    use super::*;
    use crate::http::extract::Json;

    const SHORT: Duration = Duration::from_millis(20);

    fn request(body: Body, announced: Option<&str>) -> Request {
        let mut request = Request::post("/").header("content-type", "application/json");
        if let Some(announced) = announced {
            request = request.header(CONTENT_LENGTH, announced);
        }
        request.body(body).unwrap()
    }

    async fn code(response: Response) -> (u16, &'static str) {
        (response.status().as_u16(), response.extensions().get::<Problem>().unwrap().code)
    }

    #[test]
    fn a_body_that_announces_too_much_is_refused_unread() {
        for announced in ["11", "18446744073709551615"] {
            let refused = bound_body(request(Body::from("x"), Some(announced)), 10).err().unwrap();
            assert_eq!(refused.status.as_u16(), 413);
        }
        assert!(bound_body(request(Body::from("0123456789"), Some("10")), 10).is_ok());
    }

    #[tokio::test]
    async fn a_body_that_grows_too_big_on_the_way_is_cut() {
        let chunks = stream::repeat_with(|| Ok::<_, std::io::Error>("[1,2,3,"));
        let (request, _) = bound_body(request(Body::from_stream(chunks), None), 1_000).ok().unwrap();
        let problem = Json::<Vec<u8>>::from_request(request, &()).await.unwrap_err();
        assert_eq!((problem.status.as_u16(), problem.code), (413, "too_large"));
    }

    #[tokio::test]
    async fn a_slow_handler_is_our_fault_and_a_slow_body_is_the_clients() {
        let (_, arrival) = bound_body(request(Body::empty(), None), 10).ok().unwrap();
        assert_eq!(code(in_time(SHORT, &arrival, std::future::pending()).await).await, (503, "timeout"));

        let never = stream::pending::<Result<Bytes, std::io::Error>>();
        let (request, arrival) = bound_body(request(Body::from_stream(never), None), 10).ok().unwrap();
        let reading = async { Json::<u8>::from_request(request, &()).await.map(|_| ()).into_response() };
        assert_eq!(code(in_time(SHORT, &arrival, reading).await).await, (408, "slow_body"));
    }

    #[tokio::test]
    async fn a_handler_that_is_slow_after_the_body_arrived_is_our_fault() {
        let (request, arrival) = bound_body(request(Body::from("7"), None), 10).ok().unwrap();
        let reading = async {
            let taken = Json::<u8>::from_request(request, &()).await;
            assert_eq!(taken.unwrap().0, 7);
            std::future::pending().await
        };
        assert_eq!(code(in_time(SHORT, &arrival, reading).await).await, (503, "timeout"));
    }
}
