//! Asking pages as they are due, a few at once.

use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio_util::sync::CancellationToken;

use super::Previews;
use crate::clock::{MINUTE_MS, Millis};
use crate::error::{Chain, Result};
use crate::store::previews::{self, Due};

/// Pages asked at once by a process.
const AT_ONCE: usize = 4;
/// How often it is looked for pages that are due; a local post does not wait for it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a page is whoever's that took it: far longer than asking takes.
pub(super) const LEASE_MS: Millis = MINUTE_MS;

impl Previews {
    /// Asks pages until `stop`. What is under way then is asked again when its lease is over.
    pub async fn work(self, stop: CancellationToken) {
        let mut asking = FuturesUnordered::new();
        loop {
            match self.take(AT_ONCE.saturating_sub(asking.len())).await {
                Ok(due) => asking.extend(due.into_iter().map(|due| self.ask(due))),
                Err(error) => tracing::warn!(error = %Chain(&error), "linked pages are not asked now"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                Some(asked) = asking.next() => {
                    if let Err(error) = asked {
                        tracing::warn!(error = %Chain(&error), "a preview could not be written");
                    }
                }
                () = self.0.hurry.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Takes at most so many pages that are due.
    pub(super) async fn take(&self, most: usize) -> Result<Vec<Due>> {
        let (now_ms, most) = (self.now_ms(), i64::try_from(most).unwrap_or_default());
        // Looking is not writing, and there is seldom something.
        if most == 0 || !self.store().read(move |conn| previews::is_due(conn, now_ms)).await? {
            return Ok(Vec::new());
        }
        let until_ms = now_ms.saturating_add(LEASE_MS);
        Ok(self.store().write(move |conn| previews::take(conn, now_ms, until_ms, most)).await?)
    }
}
