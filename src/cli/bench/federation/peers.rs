//! The other instances of a bench: one listener that plays as many hosts as it is asked for.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::cli::Failure;
use crate::config::DevHost;

/// What stands before the number of a post in its text.
pub(super) const MARK: &str = "bench post ";
/// How often a count is looked at while something is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// How a host behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Manner {
    /// It answers at once.
    #[default]
    Prompt,
    /// It answers after this time.
    After(Duration),
    /// It takes the connection and never answers.
    Silent,
}

/// A delivery that arrived.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    /// At which host.
    pub(super) host: String,
    /// The number of the post.
    pub(super) post: usize,
    /// When.
    pub(super) at: Instant,
}

#[derive(Default)]
struct Seen {
    manners: Mutex<HashMap<String, Manner>>,
    arrivals: Mutex<Vec<Arrival>>,
}

/// Many hosts behind one listener.
pub(super) struct Peers {
    seen: Arc<Seen>,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Peers {
    pub(super) async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let seen = Arc::<Seen>::default();
        let router = Router::new().fallback(arrive).with_state(Arc::clone(&seen));
        let listener = listener.tap_io(|stream| {
            // Without it the measured times are those of the kernel's patience.
            let _ = stream.set_nodelay(true);
        });
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { seen, address, serving })
    }

    /// The hosts with these names, as the server under measurement finds them.
    pub(super) fn found(&self, names: &[String]) -> Vec<DevHost> {
        names.iter().map(|name| DevHost { name: name.clone(), address: self.address }).collect()
    }

    /// How a host behaves from now on.
    pub(super) fn behave(&self, host: &str, manner: Manner) {
        lock(&self.seen.manners).insert(host.to_owned(), manner);
    }

    /// Forgets what has arrived.
    pub(super) fn forget(&self) {
        lock(&self.seen.arrivals).clear();
    }

    /// Waits until `count` deliveries have arrived, and answers them; fewer when that takes longer than `patience`.
    pub(super) async fn arrived(&self, count: usize, patience: Duration) -> Vec<Arrival> {
        let end = Instant::now() + patience;
        while lock(&self.seen.arrivals).len() < count && Instant::now() < end {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        lock(&self.seen.arrivals).clone()
    }

    pub(super) async fn stop(self) {
        self.serving.abort();
        let _ = self.serving.await;
    }
}

async fn arrive(State(seen): State<Arc<Seen>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let Some(post) = number_of(&body) else { return StatusCode::NOT_FOUND };
    let manner = lock(&seen.manners).get(&host).copied().unwrap_or_default();
    match manner {
        Manner::Prompt => {}
        Manner::After(time) => tokio::time::sleep(time).await,
        Manner::Silent => std::future::pending().await,
    }
    lock(&seen.arrivals).push(Arrival { host, post, at: Instant::now() });
    StatusCode::ACCEPTED
}

/// The number of the post that a delivery carries.
fn number_of(body: &[u8]) -> Option<usize> {
    let (_, rest) = std::str::from_utf8(body).ok()?.split_once(MARK)?;
    let digits = rest.find(|letter: char| !letter.is_ascii_digit()).and_then(|end| rest.get(..end));
    digits?.parse().ok()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_post_is_found_in_its_delivery() {
        assert_eq!(number_of(br#"{"content":"<p>bench post 17, hello</p>"}"#), Some(17));
        assert_eq!(number_of(br#"{"content":"<p>hello</p>"}"#), None);
    }
}
