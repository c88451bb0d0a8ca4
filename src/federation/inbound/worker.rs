//! Working off what was received: several objects at once, one object in order.
//!
//! A row is claimed with a lease that is renewed while it is worked on, so that another process takes over when
//! this one dies. What fails for a passing cause is tried again with growing pauses; what cannot be understood is
//! parked with its reason for the admin and no longer stands in the way.

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::clock::{Millis, SECOND_MS};
use crate::error::{Chain, Error};
use crate::federation::Federation;
use crate::federation::objects::Activity;
use crate::federation::objects::liberal::ObjectError;
use crate::federation::resolve::{FetchError, ResolveError};
use crate::model::ids::RowId;
use crate::store::StoreError;
use crate::store::inbox::{self, Claimed, PER_HOST, UnderWay, WorkedOff};
use crate::telemetry::metrics as names;

/// Activities worked on at once: most of their time is waiting for the database or another host.
const WORKERS: usize = 64;
/// Activities that are claimed ahead of being worked on: a claim costs the database as much for many as for one.
const AHEAD: usize = 64;
/// Of all places, those that a host may take beyond its own few: the rest is always there for others.
const SPARE: usize = (WORKERS + AHEAD) / 2;
/// The same of the workers.
const SPARE_WORKERS: usize = WORKERS / 2;
/// How long a claim holds unless it is renewed.
const LEASE_MS: Millis = 30 * SECOND_MS;
/// How often claims are renewed.
const RENEW_EVERY_MS: Millis = 10 * SECOND_MS;
/// How often a worker looks by itself: for what other processes received, and for what waits for its time.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// How long one activity may take: its budget of fetches ends well before.
const WORK_PATIENCE: Duration = Duration::from_secs(60);
/// How long an activity may take before its host counts as slow.
const SLOW_AFTER_MS: Millis = SECOND_MS;
/// The pause after the first failure; it doubles each time.
const RETRY_FIRST_MS: Millis = 30 * SECOND_MS;
/// Attempts before an activity is parked; the last comes about an hour after the first.
const ATTEMPTS_MAX: i64 = 8;
/// Characters kept of a reason.
const REASON_MAX: usize = 500;

/// Why an activity was not worked off.
#[derive(Debug)]
pub(super) enum Failure {
    /// For a passing cause.
    Passing(String),
    /// It never will be.
    Poison(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Internal(cause) => Self::Passing(Chain(cause.as_ref()).to_string()),
            Error::Busy | Error::TooMany { .. } => Self::Passing(error.to_string()),
            other => Self::Poison(other.to_string()),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::from(Error::from(error))
    }
}

impl From<ObjectError> for Failure {
    fn from(error: ObjectError) -> Self {
        Self::Poison(error.to_string())
    }
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Inside(error) => error.into(),
            ResolveError::Fetch(FetchError::Passing(reason)) => Self::Passing(reason),
            other => Self::Poison(other.to_string()),
        }
    }
}

/// What a worker holds.
#[derive(Default)]
struct Held {
    /// What is claimed and waits for its place.
    ready: VecDeque<Claimed>,
    /// What each task works on.
    rows: HashMap<tokio::task::Id, HeldRow>,
    renewed_ms: Millis,
}

struct HeldRow {
    id: RowId,
    host: String,
    since_ms: Millis,
}

impl Federation {
    /// Works off what was received, until `stop`. What is under way then is let go, for the next start.
    pub async fn work_inbox(&self, stop: CancellationToken) {
        let mut running = JoinSet::new();
        let mut held = Held::default();
        while !stop.is_cancelled() {
            let room = held.room();
            if room >= AHEAD / 2 {
                let under_way = held.under_way(self.now_ms());
                held.ready.extend(self.claim(room, under_way).await);
            }
            while running.len() < WORKERS
                && let Some(claimed) = held.next()
            {
                let row = HeldRow { id: claimed.id, host: claimed.host.clone(), since_ms: self.now_ms() };
                let federation = self.clone();
                let task = running.spawn(async move { federation.process(claimed).await });
                held.rows.insert(task.id(), row);
            }
            tokio::select! {
                () = stop.cancelled() => break,
                Some(done) = running.join_next_with_id() => held.let_go(done),
                () = self.0.inbound.arrived.notified(), if held.room() >= AHEAD / 2 => {}
                () = tokio::time::sleep(POLL_EVERY) => {}
            }
            while let Some(done) = running.try_join_next_with_id() {
                held.let_go(done);
            }
            self.renew(&mut held).await;
        }
        running.shutdown().await;
        let ids = held.ids();
        logged(self.service().store().write(move |conn| inbox::lease_until(conn, &ids, 0)).await);
    }

    /// Claims at most `places` activities beside those under way.
    pub(super) async fn claim(&self, places: usize, under_way: UnderWay) -> Vec<Claimed> {
        if places == 0 {
            return Vec::new();
        }
        let now_ms = self.now_ms();
        let until_ms = now_ms.saturating_add(LEASE_MS);
        let claim = move |conn: &mut _| inbox::claim(conn, now_ms, until_ms, places, &under_way);
        logged(self.service().store().write(claim).await).unwrap_or_default()
    }

    /// Works off one activity, and writes what became of it.
    pub(super) async fn process(&self, claimed: Claimed) {
        let id = claimed.id;
        let attempts = claimed.attempts.saturating_add(1);
        let work = AssertUnwindSafe(self.work(&claimed)).catch_unwind();
        let outcome = match tokio::time::timeout(WORK_PATIENCE, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Failure::Poison("working on it panicked".to_owned())),
            Err(_) => Err(Failure::Passing("it took too long".to_owned())),
        };
        let now_ms = self.now_ms();
        let store = self.service().store();
        let (word, written) = match outcome {
            Ok(()) => ("done", self.0.inbound.worked_off.write(WorkedOff(id)).await),
            Err(Failure::Passing(reason)) if attempts < ATTEMPTS_MAX => {
                let at_ms = now_ms.saturating_add(pause_ms(attempts));
                let reason = short(&reason);
                ("retry", store.write(move |conn| inbox::retry(conn, id, &reason, at_ms)).await)
            }
            Err(Failure::Passing(reason) | Failure::Poison(reason)) => {
                let activity = claimed.activity_uri.as_str();
                tracing::info!(federation.activity = activity, reason, "an activity is parked");
                let reason = short(&reason);
                ("parked", store.write(move |conn| inbox::park(conn, id, &reason)).await)
            }
        };
        metrics::counter!(names::INBOX_TOTAL, "outcome" => word).increment(1);
        logged(written);
    }

    async fn work(&self, claimed: &Claimed) -> Result<(), Failure> {
        let activity = Activity::parse(&claimed.body)?;
        self.perform(activity).await
    }

    /// Renews what is held, when it is time.
    async fn renew(&self, held: &mut Held) {
        let now_ms = self.now_ms();
        if now_ms.saturating_sub(held.renewed_ms) >= RENEW_EVERY_MS {
            held.renewed_ms = now_ms;
            let ids = held.ids();
            let until_ms = now_ms.saturating_add(LEASE_MS);
            let renew = move |conn: &mut _| inbox::lease_until(conn, &ids, until_ms);
            logged(self.service().store().write(renew).await);
        }
    }
}

impl Held {
    /// How many more may be claimed.
    fn room(&self) -> usize {
        (WORKERS + AHEAD).saturating_sub(self.rows.len() + self.ready.len())
    }

    /// What is worked on next: the oldest whose host has few under way, or which finds a spare worker.
    fn next(&mut self) -> Option<Claimed> {
        let running = count(self.rows.values().map(|row| &row.host));
        let is_spare = beyond(&running) < SPARE_WORKERS;
        let is_few = |claimed: &Claimed| running.get(&claimed.host).is_none_or(|of_host| *of_host < PER_HOST);
        let place = self.ready.iter().position(|claimed| is_spare || is_few(claimed))?;
        self.ready.remove(place)
    }

    fn ids(&self) -> Vec<RowId> {
        let ready = self.ready.iter().map(|claimed| claimed.id);
        self.rows.values().map(|row| row.id).chain(ready).collect()
    }

    fn under_way(&self, now_ms: Millis) -> UnderWay {
        let ready = self.ready.iter().map(|claimed| &claimed.host);
        let by_host = count(self.rows.values().map(|row| &row.host).chain(ready));
        let spare = SPARE.saturating_sub(beyond(&by_host));
        let mut under_way = UnderWay { by_host, spare, slow: HashSet::new() };
        for row in self.rows.values() {
            if now_ms.saturating_sub(row.since_ms) >= SLOW_AFTER_MS {
                under_way.slow.insert(row.host.clone());
            }
        }
        under_way
    }

    fn let_go(&mut self, done: Result<(tokio::task::Id, ()), JoinError>) {
        let task = done.map_or_else(|error| error.id(), |(task, ())| task);
        self.rows.remove(&task);
    }
}

fn count<'h>(hosts: impl Iterator<Item = &'h String>) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for host in hosts {
        *counts.entry(host.clone()).or_default() += 1;
    }
    counts
}

/// How many places hosts have beyond their own few.
fn beyond(by_host: &HashMap<String, usize>) -> usize {
    by_host.values().map(|of_host| of_host.saturating_sub(PER_HOST)).sum()
}

fn pause_ms(attempts: i64) -> Millis {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    RETRY_FIRST_MS.saturating_mul(2_i64.saturating_pow(doublings))
}

fn short(reason: &str) -> String {
    reason.chars().take(REASON_MAX).collect()
}

/// The answer of the store, or a line in the log: what is not written down is done again.
fn logged<T>(written: Result<T, StoreError>) -> Option<T> {
    written
        .inspect_err(
            |error| tracing::warn!(error = %Chain(error), "the inbox could not be written; trying again"),
        )
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_half_a_minute() {
        let pauses: Vec<Millis> = (1..=7).map(|attempts| pause_ms(attempts) / SECOND_MS).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 480, 960, 1_920]);
    }

    fn claimed(number: i64, host: &str) -> Claimed {
        Claimed {
            id: RowId(number),
            activity_uri: String::new(),
            actor_uri: String::new(),
            host: host.to_owned(),
            object_uri: String::new(),
            body: Vec::new(),
            attempts: 0,
        }
    }

    #[tokio::test]
    async fn a_busy_host_takes_spare_workers_and_leaves_the_rest_to_others() {
        let mut held = Held::default();
        held.ready.extend((0..60).map(|number| claimed(number, "big.test")));
        held.ready.push_back(claimed(99, "small.test"));
        let mut tasks = JoinSet::new();
        let mut start = |held: &mut Held| {
            let next = held.next()?;
            let task = tasks.spawn(std::future::pending::<()>());
            held.rows.insert(task.id(), HeldRow { id: next.id, host: next.host, since_ms: 0 });
            Some(next.id)
        };
        for number in 0..i64::try_from(PER_HOST + SPARE_WORKERS).unwrap() {
            assert_eq!(start(&mut held), Some(RowId(number)));
        }
        assert_eq!(start(&mut held), Some(RowId(99)), "the small host does not wait for the big one");
        assert_eq!(start(&mut held), None, "the other workers stay free");
        let under_way = held.under_way(0);
        assert_eq!(under_way.by_host["big.test"], 60);
        assert_eq!(under_way.spare, SPARE - (60 - PER_HOST));
    }

    #[test]
    fn only_passing_causes_are_tried_again() {
        assert!(matches!(Failure::from(Error::Busy), Failure::Passing(_)));
        assert!(matches!(Failure::from(Error::internal("disk")), Failure::Passing(_)));
        assert!(matches!(Failure::from(ObjectError::NotAnObject), Failure::Poison(_)));
        let passing = ResolveError::Fetch(FetchError::Passing(String::new()));
        assert!(matches!(Failure::from(passing), Failure::Passing(_)));
        let refused = ResolveError::Fetch(FetchError::Refused(String::new()));
        assert!(matches!(Failure::from(refused), Failure::Poison(_)));
    }
}
