//! The workers that empty the lanes: they lease hosts, not rows, and hosts take turns.
//!
//! A dead or slow host never delays a live one: each leased host has a task of its own, sends share a bounded
//! number of places, each busy host has its share of them, and slow hosts hold at most half. A host that is busy for
//! long gives its place up when others wait. A restart repeats at most what was under way or answered within the last
//! second; receivers know activities by their ids.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::known_reached::KnownReached;
use super::lane_run::LaneRun;
use super::send::{Keys, Places};
use crate::clock::Millis;
use crate::error::{Chain, Result};
use crate::federation::Federation;
use crate::federation::delivery::pace::FIRST_WINDOW;
use crate::store::instances;

/// How long a lease holds without being renewed: another process takes over after that. The process that held it
/// takes its own back as soon as it starts again.
pub(super) const LEASE_MS: Millis = 60_000;
/// How often hosts are looked for when nothing wakes the driver: for due probes and other processes' rows.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// Accounts that are checked at once for being gone.
const CHECKS: usize = 4;

/// How deliveries run.
#[derive(Clone, Copy, Debug)]
pub struct DeliverySettings {
    /// Sends under way at once, over all hosts.
    pub at_once: usize,
    /// The number of this process among those of the instance: the owner of its leases.
    pub process: u8,
}

impl Federation {
    /// Delivers until `stop`: then sends under way are dropped (they are repeated), what was answered is stored, and
    /// leases are given back.
    pub(crate) async fn run_delivery(
        &self,
        settings: DeliverySettings,
        planned: &watch::Sender<()>,
        stop: CancellationToken,
    ) {
        let driver = Driver {
            federation: self.clone(),
            owner: format!("process {}", settings.process).into(),
            at_once: settings.at_once.max(1),
            places: Arc::new(Places::new(settings.at_once)),
            keys: Arc::new(Keys::new()),
            reached: Arc::new(KnownReached::new()),
            planned: planned.clone(),
            hosts: Arc::default(),
            crowded: watch::Sender::new(false),
            given_back: Arc::default(),
            checks: Arc::new(Semaphore::new(CHECKS)),
            stop: stop.clone(),
        };
        // What this process held when it was killed.
        driver.release_all().await;
        let lanes = TaskTracker::new();
        let mut planned = planned.subscribe();
        while !stop.is_cancelled() {
            planned.mark_unchanged();
            if let Err(error) = driver.lease_hosts(&lanes).await {
                tracing::warn!(error = %Chain(&error), "hosts with waiting deliveries could not be leased");
            }
            tokio::select! {
                () = stop.cancelled() => break,
                Ok(()) = planned.changed() => {}
                () = driver.given_back.notified() => {}
                () = tokio::time::sleep(POLL_EVERY) => {}
            }
        }
        lanes.close();
        lanes.wait().await;
        driver.release_all().await;
    }
}

/// What all lanes of this process share.
#[derive(Clone)]
pub(super) struct Driver {
    pub(super) federation: Federation,
    pub(super) owner: Arc<str>,
    pub(super) places: Arc<Places>,
    pub(super) keys: Arc<Keys>,
    pub(super) reached: Arc<KnownReached>,
    /// Told when there is more to deliver.
    pub(super) planned: watch::Sender<()>,
    pub(super) stop: CancellationToken,
    at_once: usize,
    /// The hosts that are worked on.
    hosts: Arc<Mutex<HashSet<String>>>,
    /// More hosts wait than there are places for.
    pub(super) crowded: watch::Sender<bool>,
    /// Told when a host's place is free that others wait for.
    given_back: Arc<Notify>,
    checks: Arc<Semaphore>,
}

impl Driver {
    pub(super) fn now_ms(&self) -> Millis {
        self.federation.service().clock().now_ms()
    }

    /// Whether hosts wait that there is no place for.
    pub(super) fn is_crowded(&self) -> bool {
        *self.crowded.borrow()
    }

    /// How many sends one host may have under way: its part of all of them, and a few in any case.
    pub(super) fn share(&self) -> usize {
        let busy = self.hosts.lock().unwrap_or_else(PoisonError::into_inner).len();
        (self.at_once / busy.max(1)).max(FIRST_WINDOW)
    }

    /// Has it checked whether the account of an inbox is gone. When many are being checked, this one waits until
    /// something is sent there again.
    pub(super) fn check_owner(&self, host: &str, inbox: &str) {
        let Ok(place) = Arc::clone(&self.checks).try_acquire_owned() else { return };
        let (federation, stop) = (self.federation.clone(), self.stop.clone());
        let (host, inbox) = (host.to_owned(), inbox.to_owned());
        tokio::spawn(async move {
            stop.run_until_cancelled(federation.check_owner(&host, &inbox)).await;
            drop(place);
        });
    }

    async fn release_all(&self) {
        let owner = self.owner.to_string();
        let store = self.federation.service().store();
        if let Err(error) = store.write(move |conn| instances::release_all(conn, &owner)).await {
            tracing::warn!(error = %Chain(&error), "leases were not given back; they end by themselves");
        }
    }

    /// Leases hosts that wait, and starts a lane for each.
    async fn lease_hosts(&self, lanes: &TaskTracker) -> Result<()> {
        let room = self.at_once.saturating_mul(2).saturating_sub(lanes.len());
        let limit = i64::try_from(room).unwrap_or(i64::MAX);
        if limit == 0 {
            self.crowded.send_replace(true);
            return Ok(());
        }
        let (owner, now_ms) = (self.owner.to_string(), self.now_ms());
        let lease = move |conn: &mut _| {
            instances::lease(conn, &owner, now_ms, now_ms.saturating_add(LEASE_MS), limit)
        };
        let leased = self.federation.service().store().write(lease).await?;
        self.crowded.send_replace(leased.len() >= room);
        for (host, health) in leased {
            // A lane that could not renew its lease in time goes on: it has just been renewed.
            if self.hosts.lock().unwrap_or_else(PoisonError::into_inner).insert(host.clone()) {
                let driver = self.clone();
                lanes.spawn(async move {
                    let _working = Working { driver: driver.clone(), host: host.clone() };
                    LaneRun::new(driver, host.into(), &health).run().await;
                });
            }
        }
        Ok(())
    }
}

/// A host is worked on for as long as this lives, whatever becomes of its task.
struct Working {
    driver: Driver,
    host: String,
}

impl Drop for Working {
    fn drop(&mut self) {
        self.driver.hosts.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.host);
        if self.driver.is_crowded() {
            self.driver.given_back.notify_one();
        }
    }
}
