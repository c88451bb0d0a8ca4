//! Streams: who is connected hears at once of what the log tells.
//!
//! The [`Hub`] follows the log, as every consumer does, so that each process of an instance tells its own listeners
//! and nothing is said that did not happen. Who hears of a tweet is found among the connected accounts alone: those of
//! them that follow its author stand in a bitmap, and the rules of the home timeline ([`crate::timelines::Reader`]) and
//! of visibility ([`crate::service::SharedTweets`]) are the same ones that reading asks. A tweet is read once and made
//! into bytes once, however many listen.
//!
//! A listener hangs on a session and ends with it, also when another process ended that. Each has a bounded queue; who
//! does not keep up is let go and reads what it missed from the timelines.

mod announcing;
mod audience;
mod follower;
mod listener;
mod occurrence;
#[cfg(test)]
mod tests;
mod topic;

pub use follower::run;
pub use listener::{Delivery, Ending, Listener};
pub use occurrence::{Form, Occurrence, What};
pub use topic::{From, Topic};

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use self::audience::Audience;
use crate::error::{Error, Result};
use crate::service::{Service, SignedIn};
use crate::store::follower::Progress;

/// Listeners in all: half of the connections that the server takes, so that requests have room beside them.
const LISTENERS_MAX: usize = 5_000;
/// Listeners of one session: the tabs and columns of one app.
const PER_SESSION_MAX: usize = 20;
/// Listeners of one client's network: a household, an office or a carrier shares an address.
const PER_NETWORK_MAX: usize = 200;
/// What one listener may listen to at once.
const SUBSCRIPTIONS_MAX: usize = 20;
/// Things that may wait for a listener: minutes of a busy timeline.
const QUEUE_MAX: usize = 256;
/// Seconds after which who is one too many may try again.
const RETRY_AFTER_S: u64 = 60;

/// How listeners are connected, for the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Server-sent events.
    Events,
    /// A WebSocket.
    WebSocket,
}

/// Everybody who is connected to this process. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    service: Service,
    audience: Mutex<Audience>,
    progress: Progress,
    running: TaskTracker,
}

impl Transport {
    fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::WebSocket => "websocket",
        }
    }
}

impl Hub {
    /// A hub without listeners. It takes some in while [`run`] follows the log for it; before and after, who comes is
    /// told at once that it is over.
    pub fn new(service: Service) -> Self {
        Self(Arc::new(Inner {
            service,
            audience: Mutex::default(),
            progress: Progress::default(),
            running: TaskTracker::new(),
        }))
    }

    /// How far listeners have been told of the log.
    pub fn progress(&self) -> Progress {
        self.0.progress.clone()
    }

    /// Connects a listener, who hears nothing before it subscribes to something. What is written after this answered
    /// reaches it.
    ///
    /// # Errors
    /// [`Error::TooMany`] and [`Error::Busy`] when there are too many; [`Error::Unauthorized`] when the session ended
    /// meanwhile.
    pub async fn listen(&self, who: &SignedIn, network: IpAddr, transport: Transport) -> Result<Listener> {
        let joined = self.audience().join(who, network, transport)?;
        let listener = Listener::new(self.clone(), joined);
        // One that ended between being asked for and now is in no event to come.
        if self.0.service.live_sessions(vec![who.session]).await?.is_empty() {
            return Err(Error::Unauthorized("this session has ended; log in again"));
        }
        Ok(listener)
    }

    /// Holds the hub's end back until this is dropped: for who has a last word to send.
    pub fn hold(&self) -> TaskTrackerToken {
        self.0.running.token()
    }

    /// How many listen.
    #[cfg(test)]
    pub(crate) fn listeners(&self) -> usize {
        self.audience().len()
    }

    fn audience(&self) -> MutexGuard<'_, Audience> {
        self.0.audience.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
