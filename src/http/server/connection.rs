//! One connection and the deadlines of its states.
//!
//! The state changes at four places: the stream that reads bytes and writes them, the call of a handler, and the
//! end of its answer's body. All of them run inside the connection's own task, which looks at the state after
//! every step and sets its one timer by it.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::header::HOST;
use axum::http::{StatusCode, Version};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use super::leftover::Whole;
use super::slots::Slot;
use super::{PeerAddr, ServerLimits};

/// An accepted connection.
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) slot: Slot,
    pub(super) peer: PeerAddr,
    pub(super) limits: Arc<ServerLimits>,
    pub(super) router: Router,
}

impl Connection {
    /// Answers the connection's requests until either side ends it or a deadline passes.
    pub(super) fn serve(
        self,
        http: &http1::Builder,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + Send + use<> {
        let Self { stream, slot, peer, limits, router } = self;
        let progress = Arc::new(Progress::new(limits));
        let answering = progress.clone();
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            answering.answering();
            request.extensions_mut().insert(peer);
            let answer = names_its_host(&request).then(|| router.clone().call(request.map(whole)));
            let progress = answering.clone();
            async move {
                let response = match answer {
                    Some(answer) => answer.await.unwrap_or_else(|never| match never {}),
                    None => (StatusCode::BAD_REQUEST, "a request of HTTP/1.1 needs one Host header\n")
                        .into_response(),
                };
                Ok::<_, Infallible>(response.map(|inner| AnswerBody { inner, progress }))
            }
        });
        let watched = Watched { stream, progress: progress.clone(), _slot: slot };
        let serving = http.serve_connection(TokioIo::new(watched), service).with_upgrades();
        drive(serving, progress, stop)
    }
}

/// The body for a handler. Most requests have none.
fn whole(body: Incoming) -> Body {
    if body.is_end_stream() { Body::empty() } else { Body::new(Whole::new(body)) }
}

/// RFC 9112, section 3.2: one `Host` header, in every request since version 1.1.
fn names_its_host<B>(request: &hyper::Request<B>) -> bool {
    let hosts = request.headers().get_all(HOST).iter().count();
    hosts == 1 || (hosts == 0 && request.version() < Version::HTTP_11)
}

/// Runs a connection to its end or to a deadline; when the server stops, to the end of the running request.
async fn drive<S>(
    serving: http1::UpgradeableConnection<TokioIo<Watched>, S>,
    progress: Arc<Progress>,
    stop: CancellationToken,
) where
    S: HttpService<Incoming, ResBody = AnswerBody, Error = Infallible>,
{
    let mut serving = pin!(serving);
    let mut stopped = pin!(stop.cancelled());
    let mut stopping = false;
    let mut timer = pin!(tokio::time::sleep_until(Instant::now()));
    poll_fn(|context| {
        if !stopping && stopped.as_mut().poll(context).is_ready() {
            stopping = true;
            serving.as_mut().graceful_shutdown();
        }
        // How a connection ends (closed, reset, not HTTP) is the client's affair.
        if serving.as_mut().poll(context).is_ready() || (stopping && progress.is_untouched()) {
            return Poll::Ready(());
        }
        let Some(deadline) = progress.deadline() else { return Poll::Pending };
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(context)
    })
    .await;
}

/// What a connection waits for, since when, and how long it may.
struct Progress {
    limits: Arc<ServerLimits>,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    since: Instant,
    /// Since when the client has taken nothing of what we have for it.
    stalled_since: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// For its first byte.
    Untouched,
    /// For the rest of a request's head.
    Head,
    /// For our answer.
    Answering,
    /// For the next request.
    Idle,
}

impl Progress {
    fn new(limits: Arc<ServerLimits>) -> Self {
        let state = State { phase: Phase::Untouched, since: Instant::now(), stalled_since: None };
        Self { limits, state: Mutex::new(state) }
    }

    fn bytes_came(&self) {
        let mut state = self.lock();
        if matches!(state.phase, Phase::Untouched | Phase::Idle) {
            state.enter(Phase::Head);
        }
    }

    fn answering(&self) {
        self.lock().enter(Phase::Answering);
    }

    fn answered(&self) {
        self.lock().enter(Phase::Idle);
    }

    fn writing(&self, is_pending: bool) {
        let mut state = self.lock();
        match (is_pending, state.stalled_since) {
            (true, None) => state.stalled_since = Some(Instant::now()),
            (false, Some(_)) => state.stalled_since = None,
            _ => {}
        }
    }

    fn is_untouched(&self) -> bool {
        self.lock().phase == Phase::Untouched
    }

    /// When the connection has waited long enough.
    fn deadline(&self) -> Option<Instant> {
        let state = self.lock();
        let patience = match state.phase {
            Phase::Untouched => Some(self.limits.first_byte),
            Phase::Head => Some(self.limits.head),
            Phase::Answering => None,
            Phase::Idle => Some(self.limits.idle),
        };
        let waiting = patience.map(|patience| state.since + patience);
        let stalled = state.stalled_since.map(|since| since + self.limits.stalled);
        waiting.into_iter().chain(stalled).min()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }
}

/// The stream. It holds the connection's place for as long as it lives, after an upgrade too.
struct Watched {
    stream: TcpStream,
    progress: Arc<Progress>,
    _slot: Slot,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.progress.bytes_came();
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.progress.writing(polled.is_pending());
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.progress.writing(polled.is_pending());
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The body of an answer; the answer is given when it drops.
struct AnswerBody {
    inner: Body,
    progress: Arc<Progress>,
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.progress.answered();
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(context)
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
    use super::*;

    #[test]
    fn bytes_that_trickle_in_win_no_more_time_for_a_head() {
        let progress = Progress::new(Arc::new(ServerLimits::default()));
        let untouched = progress.deadline();
        progress.bytes_came();
        let head = progress.deadline();
        assert!(head > untouched);
        progress.bytes_came();
        assert_eq!(progress.deadline(), head);
    }

    #[test]
    fn a_handler_may_take_its_time_unless_the_client_does_not_read() {
        let progress = Progress::new(Arc::new(ServerLimits::default()));
        progress.answering();
        progress.bytes_came();
        assert_eq!(progress.deadline(), None);
        progress.writing(true);
        let stalled = progress.deadline();
        assert!(stalled.is_some());
        progress.writing(true);
        assert_eq!(progress.deadline(), stalled);
        progress.writing(false);
        assert_eq!(progress.deadline(), None);
        progress.answered();
        assert!(progress.deadline().is_some());
    }
}
