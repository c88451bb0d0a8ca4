//! A listener's end: its queue, and why it is over.

use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc;

use super::{Hub, Occurrence, Topic};
use crate::error::Result;

/// The number of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ListenerId(pub(super) u64);

/// Why a listener hears no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It did not keep up.
    Lagging,
    /// Its session ended.
    SessionEnded,
    /// The server stops.
    Stopped,
}

/// Something for a listener.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The name under which it subscribed.
    pub label: Arc<str>,
    /// What happened.
    pub occurrence: Arc<Occurrence>,
}

/// What the audience answers to who joins.
pub(super) struct Joined {
    pub(super) id: ListenerId,
    pub(super) queue: mpsc::Receiver<Delivery>,
    pub(super) ending: Arc<OnceLock<Ending>>,
}

/// Somebody who is connected; leaves when dropped.
pub struct Listener {
    hub: Hub,
    joined: Joined,
}

impl Ending {
    /// Its name in the metric.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Lagging => "lagging",
            Self::SessionEnded => "session",
            Self::Stopped => "stopped",
        }
    }
}

impl Listener {
    pub(super) fn new(hub: Hub, joined: Joined) -> Self {
        Self { hub, joined }
    }

    /// The next thing, or why there is none any more. May be dropped while it waits without losing anything.
    pub async fn next(&mut self) -> Result<Delivery, Ending> {
        // Whoever is to hear no more does not hear what still waits either.
        if let Some(ending) = self.joined.ending.get() {
            return Err(*ending);
        }
        let next = self.joined.queue.recv().await;
        match (self.joined.ending.get(), next) {
            (None, Some(delivery)) => Ok(delivery),
            (ending, _) => Err(ending.copied().unwrap_or(Ending::Stopped)),
        }
    }

    /// Listens to these topics too, under a name; a name that is there already is left as it is.
    ///
    /// # Errors
    /// [`crate::error::Error::Invalid`] when it is one too many.
    pub fn subscribe(&self, label: &str, topics: Vec<Topic>) -> Result<()> {
        self.hub.audience().subscribe(self.joined.id, label, topics)
    }

    /// Listens no more to what stands under a name.
    pub fn unsubscribe(&self, label: &str) {
        self.hub.audience().unsubscribe(self.joined.id, label);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.audience().leave(self.joined.id);
    }
}
