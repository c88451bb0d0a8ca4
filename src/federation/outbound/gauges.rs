//! What the lanes look like from outside: waiting deliveries and known hosts, by the state of the host's breaker.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::error::Chain;
use crate::federation::Federation;
use crate::federation::delivery::breaker::STATE_NAMES;
use crate::store::instances::{self, Tally};
use crate::telemetry::metrics as names;

/// How often they are counted: counting reads an entry of every waiting row.
const EVERY: Duration = Duration::from_secs(15);

impl Federation {
    /// Counts now and then, until `stop`.
    pub(crate) async fn watch_lanes(&self, stop: CancellationToken) {
        loop {
            match self.service().store().read(instances::by_state).await {
                Ok(tallies) => show(&tallies, self.now_ms()),
                Err(error) => {
                    tracing::warn!(error = %Chain(&error), "waiting deliveries could not be counted");
                }
            }
            if stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
                return;
            }
        }
    }
}

fn show(tallies: &[Tally], now_ms: crate::clock::Millis) {
    for (state, name) in (0..).zip(STATE_NAMES) {
        // A state without hosts is zero, not what it was.
        let tally = tallies.iter().find(|tally| tally.state == state).copied().unwrap_or_default();
        metrics::gauge!(names::HOSTS, "state" => name).set(float(tally.hosts));
        metrics::gauge!(names::DELIVERY_WAITING, "state" => name).set(float(tally.waiting));
        let age_ms = tally.oldest_at.map_or(0, |at_ms| now_ms.saturating_sub(at_ms));
        metrics::gauge!(names::DELIVERY_OLDEST_SECONDS, "state" => name).set(float(age_ms / 1_000));
    }
}

/// Counts fit: nobody has four thousand million hosts.
fn float(count: i64) -> f64 {
    f64::from(u32::try_from(count.max(0)).unwrap_or(u32::MAX))
}
