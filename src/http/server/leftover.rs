//! What a handler leaves of a request's body.
//!
//! A refusal comes before the body is read: the token is wrong, the type is. A connection that is closed over unread
//! bytes is reset, and the client may never see why it was refused. So the rest is read, up to a bound, and thrown away;
//! the connection then carries the next request.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::runtime::Handle;

/// More is not read for nothing: that of most uploads.
const LEFTOVER_MAX_BYTES: usize = 16 << 20;
/// A client that sends slower than that is hung up on.
const LEFTOVER_TIME: Duration = Duration::from_secs(10);

/// A body whose rest is read when it is dropped.
pub(super) struct Whole(Option<Incoming>);

impl Whole {
    pub(super) fn new(body: Incoming) -> Self {
        Self(Some(body))
    }
}

impl HttpBody for Whole {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.0 {
            Some(body) => pin!(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        let Some(body) = self.0.take().filter(|body| !body.is_end_stream()) else { return };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(tokio::time::timeout(LEFTOVER_TIME, throw_away(body)));
        }
    }
}

async fn throw_away(mut body: Incoming) {
    let mut read = 0_usize;
    while let Some(Ok(frame)) = body.frame().await {
        read = read.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        if read > LEFTOVER_MAX_BYTES {
            return;
        }
    }
}
