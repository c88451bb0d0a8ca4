//! Streams as server-sent events, for both APIs.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;

use crate::stream::{Delivery, Listener};

/// How often something is said when nothing happens: below the minute after which proxies commonly hang up.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A comment, which clients pass over.
const THUMP: Bytes = Bytes::from_static(b":thump\n");

/// An answer that goes on as long as the listener hears something. It begins with `opening`, so that who listens learns
/// at once that it does.
pub(super) fn answer(
    listener: Listener,
    opening: &'static str,
    write: impl Fn(&Delivery) -> Bytes + Send + 'static,
) -> Response {
    let events = stream::unfold((Some(opening), listener, write), async |(opening, mut listener, write)| {
        let bytes = match opening {
            Some(opening) => Bytes::from_static(opening.as_bytes()),
            None => match tokio::time::timeout(HEARTBEAT, listener.next()).await {
                Ok(Ok(delivery)) => write(&delivery),
                Ok(Err(_)) => return None,
                Err(_) => THUMP,
            },
        };
        Some((Ok::<_, Infallible>(bytes), (None, listener, write)))
    });
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "private, no-store"),
        // nginx keeps answers back otherwise.
        (axum::http::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(events)).into_response()
}
