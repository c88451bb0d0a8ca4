//! The accept loop: HTTP/1.1 on TCP with a deadline for every state a connection can be in.
//!
//! A client may be slow, silent, or many; none of that may hold the others up. So there are caps on connections,
//! in all and for each client, and a connection that waits (for its first byte, the rest of a head, its next
//! request, or for the client to read) is cut when its time is over. While a handler works there is no deadline
//! here: the gateway's time limit ends it, and streams may live long. TLS and HTTP/2 are the reverse proxy's.

mod connection;
mod leftover;
mod slots;

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::connection::Connection;
use self::slots::{Refused, Slots};
pub use super::peer::PeerAddr;
use super::peer::TrustedProxies;

/// Bytes of a request's head; signed requests and long cookies stay below 8 KiB. Above it: 431.
const MAX_HEAD: usize = 32 * 1024;
/// Bytes a connection may buffer of what it reads.
const MAX_BUFFER: usize = 128 * 1024;
/// The pause after a failed accept (no file descriptors left), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What connections may cost.
#[derive(Clone, Debug)]
pub struct ServerLimits {
    /// Open connections in all; each costs about 10 kB and a file descriptor.
    pub max_connections: usize,
    /// Open connections of one client (an IPv6 client counts with its /64); trusted proxies have no cap.
    /// A browser holds six, and a household, an office or a carrier shares an address.
    pub max_per_client: usize,
    /// From accepting to the first byte. Browsers open spare connections and reopen them when cut.
    pub first_byte: Duration,
    /// From the first byte of a request to the end of its head.
    pub head: Duration,
    /// Between two requests. Above the 60 s of common proxies, so that they close first and never send a
    /// request into a closing connection.
    pub idle: Duration,
    /// How long a client may take nothing of an answer that waits for it.
    pub stalled: Duration,
    /// How long running requests may take to end once the server stops.
    pub drain: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            max_per_client: 256,
            first_byte: Duration::from_secs(10),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            stalled: Duration::from_secs(30),
            drain: Duration::from_secs(8),
        }
    }
}

/// A server yet to run.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// What connections may cost.
    pub limits: ServerLimits,
    /// Peers without a cap of their own.
    pub trusted_proxies: TrustedProxies,
}

impl Server {
    /// Serves `router` until `stop`, then accepts no more, lets running requests end, and cuts what is left
    /// after [`ServerLimits::drain`]. Streams should end themselves on the same token.
    pub async fn run(self, listener: TcpListener, router: Router, stop: CancellationToken) {
        let cut = CancellationToken::new();
        let open = TaskTracker::new();
        let drain = self.limits.drain;
        let accepting = Accepting {
            slots: Slots::new(self.limits.max_connections, self.limits.max_per_client),
            http: http(),
            limits: Arc::new(self.limits),
            trusted_proxies: self.trusted_proxies,
            router,
            stop,
            cut: cut.clone(),
        };
        accepting.until_stopped(&listener, &open).await;
        drop(listener);
        drop(accepting);

        open.close();
        if tokio::time::timeout(drain, open.wait()).await.is_err() {
            tracing::warn!(http.connections = open.len(), "cutting connections that did not end in time");
            cut.cancel();
            open.wait().await;
        }
    }
}

struct Accepting {
    slots: Arc<Slots>,
    http: http1::Builder,
    limits: Arc<ServerLimits>,
    trusted_proxies: TrustedProxies,
    router: Router,
    stop: CancellationToken,
    cut: CancellationToken,
}

impl Accepting {
    async fn until_stopped(&self, listener: &TcpListener, open: &TaskTracker) {
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.admit(stream, peer, open),
                Err(error) if is_the_clients(&error) => {}
                Err(error) => {
                    tracing::error!(error = %error, "cannot accept connections");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr, open: &TaskTracker) {
        // A listener on [::] shows IPv4 clients as mapped addresses.
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let capped = !self.trusted_proxies.contains(peer.ip());
        let slot = match self.slots.take(peer.ip(), capped) {
            Ok(slot) => slot,
            Err(refused) => return refuse(stream, refused),
        };
        // Answers are written whole; waiting to fill packets would only delay them. Failing costs only time.
        let _ = stream.set_nodelay(true);
        let connection = Connection {
            stream,
            slot,
            peer: PeerAddr(peer),
            limits: self.limits.clone(),
            router: self.router.clone(),
        };
        let serving = connection.serve(&self.http, self.stop.clone());
        let cut = self.cut.clone();
        open.spawn(async move {
            tokio::select! {
                () = serving => {}
                () = cut.cancelled() => {}
            }
        });
    }
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    // Deadlines are the connection's: hyper's own counts the idle time as part of the head.
    http.timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_header_size(MAX_HEAD)
        .max_buf_size(MAX_BUFFER);
    http
}

/// Says why in one packet, without waiting, and hangs up.
fn refuse(stream: TcpStream, refused: Refused) {
    let answer: &[u8] = match refused {
        Refused::Full => {
            b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        }
        Refused::TooManyOfOneClient => {
            b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        }
    };
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write_all(answer);
    }
}

/// A connection that broke before it was accepted says nothing about the listener.
fn is_the_clients(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

#[cfg(test)]
mod tests;
