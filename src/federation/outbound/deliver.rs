//! The workers that empty the lanes: they lease hosts, not rows, and hosts take turns.
//!
//! A dead or slow host never delays a live one: each leased host has a task of its own, sends share a bounded
//! number of places, and one host holds only a few of them. A restart repeats at most what was under way or
//! answered within the last [`FLUSH_EVERY`]; receivers know activities by their ids.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Mutex, Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::clock::Millis;
use crate::error::{Chain, Error, Result};
use crate::federation::Federation;
use crate::federation::delivery::breaker::{Breaker, BreakerRow, Gate, Outcome, retry_after_ms};
use crate::federation::delivery::lane::{Command, End, Lane, Loaded, MAX_LOADED, Rest, Tries};
use crate::federation::own_keys::SigningKey;
use crate::federation::signature::Form;
use crate::model::account::INSTANCE;
use crate::model::ids::{AccountId, RowId};
use crate::secrets;
use crate::store::deliveries::{self, Fared, Waiting};
use crate::store::instances::{self, Health, LookAgain};
use crate::telemetry::metrics as names;

/// How long a lease holds without being renewed: another process takes over after that. The process that held it
/// takes its own back as soon as it starts again.
const LEASE_MS: Millis = 60_000;
/// How often a lane renews its lease.
const RENEW_EVERY_MS: Millis = LEASE_MS / 3;
/// How often hosts are looked for when nothing wakes the driver: for due probes and other processes' rows.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// How often a lane looks for new rows while it is at work.
const LOOK_EVERY_MS: Millis = 1_000;
/// How long a lane with nothing to do keeps its host: for longer waits it makes room for other hosts.
const SOON_MS: Millis = 1_000;
/// The longest time after which a host whose authors all wait is looked at again.
const LOOK_AGAIN_MAX_MS: Millis = 60_000;
/// Authors whose deliveries to one host are under way at once.
const PER_HOST: usize = 4;
/// Answered rows are deleted together, after this time or at [`FLUSH_ROWS`].
const FLUSH_EVERY: Duration = Duration::from_millis(200);
/// Answered rows that are deleted at once.
const FLUSH_ROWS: usize = 100;
/// Rows of a dead host that are deleted in one unit of work.
const FORGET_ROWS: i64 = 1_000;

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
        planned: &Notify,
        stop: CancellationToken,
    ) {
        let driver = Driver {
            federation: self.clone(),
            owner: format!("process {}", settings.process).into(),
            places: Arc::new(Semaphore::new(settings.at_once.max(1))),
            stop: stop.clone(),
        };
        // What this process held when it was killed.
        driver.release_all().await;
        let lanes = TaskTracker::new();
        while !stop.is_cancelled() {
            if let Err(error) = driver.lease_hosts(settings.at_once, &lanes).await {
                tracing::warn!(error = %Chain(&error), "hosts with waiting deliveries could not be leased");
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = planned.notified() => {}
                () = tokio::time::sleep(POLL_EVERY) => {}
            }
        }
        lanes.close();
        lanes.wait().await;
        driver.release_all().await;
    }
}

#[derive(Clone)]
struct Driver {
    federation: Federation,
    owner: Arc<str>,
    places: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Driver {
    fn now_ms(&self) -> Millis {
        self.federation.service().clock().now_ms()
    }

    async fn release_all(&self) {
        let owner = self.owner.to_string();
        let store = self.federation.service().store();
        if let Err(error) = store.write(move |conn| instances::release_all(conn, &owner)).await {
            tracing::warn!(error = %Chain(&error), "leases were not given back; they end by themselves");
        }
    }

    /// Leases hosts that wait, and starts a lane for each.
    async fn lease_hosts(&self, at_once: usize, lanes: &TaskTracker) -> Result<()> {
        let room = at_once.saturating_mul(2).saturating_sub(lanes.len());
        let limit = i64::try_from(room).unwrap_or(i64::MAX);
        if limit == 0 {
            return Ok(());
        }
        let (owner, now_ms) = (self.owner.to_string(), self.now_ms());
        let leased = self
            .federation
            .service()
            .store()
            .write(move |conn| instances::lease(conn, &owner, now_ms, now_ms.saturating_add(LEASE_MS), limit))
            .await?;
        for (host, health) in leased {
            let run = LaneRun::new(self.clone(), host, health);
            lanes.spawn(run.run());
        }
        Ok(())
    }
}

/// The work on one leased host.
struct LaneRun {
    driver: Driver,
    host: String,
    lane: Lane,
    rows: HashMap<RowId, Waiting>,
    bodies: HashMap<RowId, Bytes>,
    keys: Mutex<HashMap<AccountId, Arc<SigningKey>>>,
    loaded_to: RowId,
    /// Whether the last look found no more rows than are loaded.
    drained: bool,
    looked_ms: Millis,
    done: Vec<i64>,
    kept: Vec<(RowId, Fared)>,
    leased_ms: Millis,
}

/// A send that has ended.
struct Answer {
    id: RowId,
    outcome: Outcome,
}

impl LaneRun {
    fn new(driver: Driver, host: String, health: Health) -> Self {
        let leased_ms = driver.now_ms();
        Self {
            lane: Lane::new(Breaker::from_row(&to_row(&health)), PER_HOST),
            driver,
            host,
            rows: HashMap::new(),
            bodies: HashMap::new(),
            keys: Mutex::default(),
            loaded_to: RowId(0),
            drained: false,
            looked_ms: 0,
            done: Vec::new(),
            kept: Vec::new(),
            leased_ms,
        }
    }

    async fn run(mut self) {
        let worked = self.work().await;
        if let Err(error) = &worked {
            tracing::warn!(host = self.host, error = %Chain(error), "a lane stopped; it is taken up again");
        }
        let ended = match self.flush().await {
            Ok(()) => self.give_back().await,
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::warn!(host = self.host, error = %Chain(&error), "a lane's end was not stored; its lease ends by itself");
        }
    }

    async fn work(&mut self) -> Result<()> {
        let mut under_way = FuturesUnordered::new();
        let mut flush = tokio::time::interval(FLUSH_EVERY);
        let stop = self.driver.stop.clone();
        while !stop.is_cancelled() {
            self.load().await?;
            let commands = self.lane.advance(self.driver.now_ms());
            let sends = self.obey(commands).await?;
            under_way.extend(sends.into_iter().map(|send| send.run()));
            if under_way.is_empty() && !self.waits_here().await? {
                break;
            }
            tokio::select! {
                // Whoever is slow to answer shall not hold up the end: receivers know activities by their ids.
                () = stop.cancelled() => break,
                Some(answer) = under_way.next() => {
                    let sends = self.take(answer).await?;
                    under_way.extend(sends.into_iter().map(|send| send.run()));
                    if self.done.len() >= FLUSH_ROWS {
                        self.flush().await?;
                    }
                }
                _ = flush.tick() => {
                    self.flush().await?;
                    self.renew().await?;
                    if self.driver.now_ms().saturating_sub(self.looked_ms) >= LOOK_EVERY_MS {
                        self.drained = false;
                    }
                }
            }
        }
        Ok(())
    }

    /// With nothing under way: whether there is something to do soon. Else the host is given back, so that pauses,
    /// however many hosts ask for them, hold up nobody.
    async fn waits_here(&mut self) -> Result<bool> {
        let now_ms = self.driver.now_ms();
        match self.lane.rest(now_ms) {
            Rest::Until(until_ms) => {
                let may_send = matches!(self.lane.breaker().gate(now_ms), Gate::Free | Gate::Probe);
                Ok(may_send && until_ms.saturating_sub(now_ms) <= SOON_MS)
            }
            Rest::Nothing => {
                self.drained = false;
                self.load().await?;
                Ok(self.lane.rest(now_ms) != Rest::Nothing)
            }
            Rest::Answers | Rest::Dead => Ok(false),
        }
    }

    /// Loads more of what waits, when there is room.
    async fn load(&mut self) -> Result<()> {
        let room = self.lane.room();
        if self.drained || room < MAX_LOADED / 2 {
            return Ok(());
        }
        self.looked_ms = self.driver.now_ms();
        let (host, after) = (self.host.clone(), self.loaded_to);
        let limit = i64::try_from(room).unwrap_or(0);
        let waiting = self.store().read(move |conn| deliveries::waiting(conn, &host, after, limit)).await?;
        self.drained = waiting.len() < room;
        let Some(last) = waiting.last() else { return Ok(()) };
        self.loaded_to = last.id;
        self.lane.load(waiting.iter().map(|row| Loaded {
            id: row.id,
            author: row.account,
            tries: to_tries(&row.fared),
        }));
        self.rows.extend(waiting.into_iter().map(|row| (row.id, row)));
        Ok(())
    }

    /// Takes an answer in; answers what is to be sent next.
    async fn take(&mut self, answer: Answer) -> Result<Vec<Send>> {
        let seed = u64::from_le_bytes(secrets::random_bytes().map_err(Error::internal)?);
        let commands = self.lane.answered(answer.id, answer.outcome, self.driver.now_ms(), seed);
        self.obey(commands).await
    }

    async fn obey(&mut self, commands: Vec<Command>) -> Result<Vec<Send>> {
        let mut sends = Vec::new();
        for command in commands {
            match command {
                Command::Send { id, form } => sends.extend(self.send(id, form).await?),
                Command::Done { id, end } => self.finish(id, end),
                Command::Keep { id, tries } => self.kept.push((id, from_tries(&tries))),
                Command::HostDead => self.forget_host().await?,
            }
        }
        Ok(sends)
    }

    async fn send(&mut self, id: RowId, form: Form) -> Result<Option<Send>> {
        let Some(row) = self.rows.get(&id).cloned() else { return Ok(None) };
        let body = self.body(row.outgoing).await?;
        let key = self.key(row.account).await?;
        Ok(Some(Send { driver: self.driver.clone(), row, form, body, key }))
    }

    /// The bytes of an activity, read once for all rows of the host.
    async fn body(&mut self, outgoing: RowId) -> Result<Option<Bytes>> {
        if let Some(body) = self.bodies.get(&outgoing) {
            return Ok(Some(body.clone()));
        }
        let read = self.store().read(move |conn| deliveries::bodies(conn, vec![outgoing.0])).await?;
        let body = read.into_iter().next().map(|(_, body)| Bytes::from(body));
        if let Some(body) = &body {
            if self.bodies.len() >= MAX_LOADED {
                self.bodies.clear();
            }
            self.bodies.insert(outgoing, body.clone());
        }
        Ok(body)
    }

    /// The signer's key; `None` when the account is gone or suspended.
    async fn key(&self, account: AccountId) -> Result<Option<Arc<SigningKey>>> {
        let mut keys = self.keys.lock().await;
        if let Some(key) = keys.get(&account) {
            return Ok(Some(Arc::clone(key)));
        }
        if account == INSTANCE {
            return Ok(Some(Arc::clone(self.driver.federation.0.own_keys.instance())));
        }
        let account = match self.driver.federation.service().account(account).await {
            Ok(account) => account,
            Err(Error::NotFound(_)) => return Ok(None),
            Err(other) => return Err(other),
        };
        let key = self.driver.federation.0.own_keys.of(&account).await?;
        keys.insert(account.id, Arc::clone(&key));
        Ok(Some(key))
    }

    fn finish(&mut self, id: RowId, end: End) {
        let outcome = match end {
            End::Delivered => "sent",
            End::Refused(_) => "refused",
            End::GivenUp | End::Unsendable => "dropped",
        };
        metrics::counter!(names::DELIVERY_TOTAL, "outcome" => outcome).increment(1);
        if let (Some(row), End::Refused(status)) = (self.rows.get(&id), end) {
            tracing::info!(host = self.host, inbox = row.inbox, status, "a delivery was refused for good");
        }
        self.rows.remove(&id);
        self.done.push(id.0);
    }

    async fn forget_host(&mut self) -> Result<()> {
        tracing::info!(host = self.host, "the host is dead: what waits for it is dropped");
        loop {
            let host = self.host.clone();
            let forgotten =
                self.store().write(move |conn| deliveries::forget_host(conn, &host, FORGET_ROWS)).await?;
            metrics::counter!(names::DELIVERY_TOTAL, "outcome" => "dropped").increment(forgotten);
            if forgotten == 0 {
                return Ok(());
            }
        }
    }

    /// Deletes answered rows together, and stores the host's health with them.
    async fn flush(&mut self) -> Result<()> {
        if self.done.is_empty() && self.kept.is_empty() {
            return Ok(());
        }
        let (done, kept) = (std::mem::take(&mut self.done), std::mem::take(&mut self.kept));
        let (ids, rows) = (done.clone(), kept.clone());
        let write = move |conn: &mut _| {
            deliveries::keep(conn, &rows)?;
            deliveries::finish(conn, ids.clone())
        };
        if let Err(error) = self.store().write(write).await {
            (self.done, self.kept) = (done, kept);
            return Err(error.into());
        }
        self.store_health().await
    }

    async fn renew(&mut self) -> Result<()> {
        let now_ms = self.driver.now_ms();
        if now_ms.saturating_sub(self.leased_ms) < RENEW_EVERY_MS {
            return Ok(());
        }
        self.leased_ms = now_ms;
        let (owner, hosts) = (self.driver.owner.to_string(), vec![self.host.clone()]);
        let until_ms = now_ms.saturating_add(LEASE_MS);
        Ok(self.store().write(move |conn| instances::renew(conn, &owner, hosts.clone(), until_ms)).await?)
    }

    async fn store_health(&self) -> Result<()> {
        let health = from_row(&self.lane.breaker().to_row());
        let (host, owner) = (self.host.clone(), self.driver.owner.to_string());
        let store = move |conn: &mut _| instances::store_health(conn, &host, &health, &owner);
        Ok(self.store().write(store).await?)
    }

    /// Ends the lease, and says when the host is to be looked at again.
    async fn give_back(&self) -> Result<()> {
        let now_ms = self.driver.now_ms();
        let at_ms = match self.lane.rest(now_ms) {
            Rest::Until(until_ms) => until_ms.min(now_ms.saturating_add(LOOK_AGAIN_MAX_MS)),
            Rest::Answers | Rest::Nothing | Rest::Dead => 0,
        };
        let look = LookAgain { at_ms, judged_to: self.loaded_to };
        let health = from_row(&self.lane.breaker().to_row());
        let (host, owner) = (self.host.clone(), self.driver.owner.to_string());
        let store = move |conn: &mut _| {
            instances::store_health(conn, &host, &health, &owner)?;
            instances::release(conn, &host, look, &owner)
        };
        Ok(self.store().write(store).await?)
    }

    fn store(&self) -> &crate::store::Store {
        self.driver.federation.service().store()
    }
}

/// One activity to one inbox.
struct Send {
    driver: Driver,
    row: Waiting,
    form: Form,
    body: Option<Bytes>,
    key: Option<Arc<SigningKey>>,
}

impl Send {
    async fn run(self) -> Answer {
        let id = self.row.id;
        Answer { id, outcome: self.outcome().await }
    }

    async fn outcome(self) -> Outcome {
        let (Some(body), Some(key), Ok(inbox)) = (self.body, self.key, Url::parse(&self.row.inbox)) else {
            // Its activity or its signer is gone, or the inbox is no address: it cannot be sent, ever.
            return Outcome::Unsendable;
        };
        let Ok(_place) = self.driver.places.acquire().await else { return Outcome::NotSent };
        let federation = &self.driver.federation;
        let outcome = match federation.post_activity(&inbox, body, &key, self.form).await {
            Ok(response) => {
                let wait = response.header(http::header::RETRY_AFTER);
                let wait_ms = wait.and_then(|wait| retry_after_ms(wait, self.driver.now_ms()));
                let shared =
                    response.status == http::StatusCode::GONE && federation.is_shared(&self.row.inbox).await;
                Outcome::of_status(response.status, shared, wait_ms)
            }
            Err(error) => {
                tracing::debug!(inbox = self.row.inbox, error = %Chain(&error), "a delivery failed");
                Outcome::of_error(&error)
            }
        };
        if matches!(outcome, Outcome::Transient | Outcome::RetryAfter(_) | Outcome::Unauthorized) {
            metrics::counter!(names::DELIVERY_TOTAL, "outcome" => "retry").increment(1);
        }
        outcome
    }
}

impl Federation {
    async fn is_shared(&self, inbox: &str) -> bool {
        let inbox = inbox.to_owned();
        let shared = self.service().store().read(move |conn| deliveries::is_shared_inbox(conn, &inbox)).await;
        shared.unwrap_or(false)
    }
}

fn to_tries(fared: &Fared) -> Tries {
    let count = |count: i64| u32::try_from(count).unwrap_or(0);
    Tries {
        unauthorized: count(fared.refusals),
        own_failures: count(fared.attempts),
        failed_ms: fared.failed_at,
        not_before_ms: fared.not_before,
    }
}

fn from_tries(tries: &Tries) -> Fared {
    Fared {
        attempts: i64::from(tries.own_failures),
        refusals: i64::from(tries.unauthorized),
        failed_at: tries.failed_ms,
        not_before: tries.not_before_ms,
    }
}

/// The breaker of a host as it is stored.
pub(in crate::federation) fn to_row(health: &Health) -> BreakerRow {
    BreakerRow {
        state: health.state,
        failures: health.failures,
        next_attempt_at: health.next_attempt_at,
        first_failure_at: health.first_failure_at,
        last_success_at: health.last_success_at,
        form: health.form,
    }
}

fn from_row(row: &BreakerRow) -> Health {
    Health {
        state: row.state,
        failures: row.failures,
        next_attempt_at: row.next_attempt_at,
        first_failure_at: row.first_failure_at,
        last_success_at: row.last_success_at,
        form: row.form,
    }
}
