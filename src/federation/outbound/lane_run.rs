//! The work on one leased host: loads its lane, sends what the lane says, and stores what became of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::Instant;

use super::deliver::{Driver, LEASE_MS};
use super::health::{from_tries, health_of, to_row, to_tries};
use super::send::{Answer, Send, count};
use crate::clock::{Millis, SECOND_MS};
use crate::error::{Chain, Error, Result};
use crate::federation::delivery::breaker::{Breaker, Gate};
use crate::federation::delivery::lane::{Command, End, Lane, Loaded, MAX_LOADED, Rest};
use crate::federation::delivery::pace::Pace;
use crate::federation::signature::Form;
use crate::model::delivery::Outcome;
use crate::model::ids::{AccountId, RowId};
use crate::secrets;
use crate::store::deliveries::{self, Fared, Over, Waiting};
use crate::store::instances::{self, Health, LookAgain, Trouble};
use crate::store::{Conn, StoreError, reached};
use crate::telemetry::metrics as names;

/// How often a lane renews its lease.
const RENEW_EVERY_MS: Millis = LEASE_MS / 3;
/// How often a lane looks for new rows while it is at work.
const LOOK_EVERY_MS: Millis = SECOND_MS;
/// How long a lane that has sent everything keeps its host: a stream of posts is one lane's, which gives the host back
/// at its end only.
const LINGER: Duration = Duration::from_secs(1);
/// How long after a look a lane looks again, once there is more for anybody: a stream is read some at a time.
const LOOK_PAUSE: Duration = Duration::from_millis(200);
/// The shortest wait for what is due soon.
const WAIT_MIN: Duration = Duration::from_millis(10);
/// How long a lane with nothing to do keeps its host: for longer waits it makes room for other hosts.
const SOON_MS: Millis = SECOND_MS;
/// How long a host keeps its place while others wait for one.
const TURN_MS: Millis = 5 * SECOND_MS;
/// The longest time after which a host whose authors all wait is looked at again.
const LOOK_AGAIN_MAX_MS: Millis = 60 * SECOND_MS;
/// Answered rows are deleted together, after this time or at [`FLUSH_ROWS`]: what a crash repeats. The lane waits for
/// each commit.
const FLUSH_EVERY: Duration = Duration::from_secs(1);
/// Answered rows that are deleted at once.
const FLUSH_ROWS: usize = 500;
/// Rows of a dead host that are deleted in one unit of work.
const FORGET_ROWS: i64 = 1_000;
/// Looks for rows in a row before something else has its turn.
const LOOKS: usize = 4;
/// Characters kept of what went wrong.
const TROUBLE_MAX: usize = 200;

/// The work on one leased host.
pub(super) struct LaneRun {
    driver: Driver,
    host: Arc<str>,
    lane: Lane,
    rows: HashMap<RowId, Loaned>,
    loaded_to: RowId,
    /// The newest row that was ever seen: what was left to the database for a while lies before it.
    seen_to: RowId,
    /// Whether the last look found no more rows than are loaded.
    drained: bool,
    looked_ms: Millis,
    /// The same for waits that are too short for the instance's clock.
    looked: Instant,
    /// When there was last something to do.
    busy: Instant,
    /// Told when there is more to deliver to anybody.
    planned: watch::Receiver<()>,
    began_ms: Millis,
    leased_ms: Millis,
    /// Another process may have the host now.
    lost: bool,
    news: News,
}

/// A row that the lane holds.
struct Loaned {
    row: Waiting,
    /// The form it was last sent in.
    form: Form,
    sent: i64,
}

/// What is to be stored.
#[derive(Clone, Default)]
struct News {
    done: Vec<i64>,
    over: BTreeMap<i64, Over>,
    /// From whom the host took something for the first time, and where.
    reached: BTreeMap<AccountId, String>,
    kept: Vec<(RowId, Fared)>,
    trouble: Option<Trouble>,
}

impl News {
    fn is_empty(&self) -> bool {
        self.done.is_empty() && self.kept.is_empty() && self.trouble.is_none()
    }
}

impl LaneRun {
    pub(super) fn new(driver: Driver, host: Arc<str>, health: &Health) -> Self {
        let now_ms = driver.now_ms();
        let pace = Pace::new(health.answer_ms, driver.share());
        Self {
            lane: Lane::new(Breaker::from_row(&to_row(health)), pace),
            host,
            rows: HashMap::new(),
            loaded_to: RowId(0),
            seen_to: RowId(0),
            drained: false,
            looked_ms: 0,
            looked: Instant::now(),
            busy: Instant::now(),
            planned: driver.planned.subscribe(),
            began_ms: now_ms,
            leased_ms: now_ms,
            lost: false,
            news: News::default(),
            driver,
        }
    }

    pub(super) async fn run(mut self) {
        if let Err(error) = self.work().await {
            tracing::warn!(host = &*self.host, error = %Chain(&error), "a lane stopped; it is taken up again");
        }
        if let Err(error) = self.give_back().await {
            tracing::warn!(host = &*self.host, error = %Chain(&error), "a lane's end was not stored; its lease ends by itself");
        }
    }

    async fn work(&mut self) -> Result<()> {
        let mut under_way = FuturesUnordered::new();
        let mut flush = tokio::time::interval(FLUSH_EVERY);
        let stop = self.driver.stop.clone();
        while !stop.is_cancelled() && !self.lost {
            self.take_turns();
            self.load().await?;
            let commands = self.lane.advance(self.driver.now_ms());
            let sends = self.obey(commands).await?;
            under_way.extend(sends.into_iter().map(Send::run));
            if !under_way.is_empty() {
                self.busy = Instant::now();
            } else if !self.waits_here().await? {
                break;
            }
            tokio::select! {
                // Whoever is slow to answer shall not hold up the end: receivers know activities by their ids.
                () = stop.cancelled() => break,
                Some(answer) = under_way.next() => {
                    let sends = self.take(answer).await?;
                    under_way.extend(sends.into_iter().map(Send::run));
                    if self.news.done.len() >= FLUSH_ROWS {
                        self.flush().await?;
                    }
                }
                () = linger(&self.driver, &self.lane, self.busy), if under_way.is_empty() => {}
                () = more(&mut self.planned, self.looked), if self.drained => self.drained = false,
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

    /// The host has its share of the places, and gives its own up after a while when others have none.
    fn take_turns(&mut self) {
        self.lane.set_cap(self.driver.share());
        let worked_ms = self.driver.now_ms().saturating_sub(self.began_ms);
        if worked_ms >= TURN_MS && self.driver.is_crowded() {
            self.lane.close();
        }
    }

    /// With nothing under way: whether there is something to do soon. Else the host is given back, so that pauses,
    /// however many hosts ask for them, hold up nobody.
    async fn waits_here(&mut self) -> Result<bool> {
        let now_ms = self.driver.now_ms();
        if self.lane.is_closing() {
            return Ok(false);
        }
        match self.lane.rest(now_ms) {
            Rest::Until(until_ms) => {
                let may_send = matches!(self.lane.breaker().gate(now_ms), Gate::Free | Gate::Probe);
                Ok(may_send && until_ms.saturating_sub(now_ms) <= SOON_MS)
            }
            Rest::Nothing if self.busy.elapsed() < LINGER && !self.driver.is_crowded() => Ok(true),
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
        let now_ms = self.driver.now_ms();
        if let Some(from) = self.lane.wake(now_ms) {
            // What is over must not be found again.
            self.flush().await?;
            self.loaded_to = self.loaded_to.min(RowId(from.0.saturating_sub(1)));
            self.drained = false;
        }
        for _ in 0..LOOKS {
            if self.lane.room() < MAX_LOADED / 2 && !self.drained {
                self.lane.make_room(now_ms);
            }
            if self.drained || self.lane.room() < MAX_LOADED / 2 {
                return Ok(());
            }
            self.look(now_ms).await?;
        }
        Ok(())
    }

    async fn look(&mut self, now_ms: Millis) -> Result<()> {
        self.looked_ms = now_ms;
        self.looked = Instant::now();
        self.planned.mark_unchanged();
        let room = self.lane.room();
        let (host, after) = (self.host.clone(), self.loaded_to);
        let limit = i64::try_from(room).unwrap_or(0);
        let waiting = self.store().read(move |conn| deliveries::waiting(conn, &host, after, limit)).await?;
        self.drained = waiting.len() < room;
        let Some(last) = waiting.last() else { return Ok(()) };
        self.loaded_to = last.id;
        self.seen_to = self.seen_to.max(last.id);
        self.lane.load(waiting.iter().map(|row| Loaded {
            id: row.id,
            author: row.account,
            about: row.about,
            tries: to_tries(&row.fared),
        }));
        for row in waiting.into_iter().filter(|row| self.lane.holds(row.id)) {
            let sent = row.fared.sent;
            self.rows.entry(row.id).or_insert(Loaned { row, form: Form::Cavage, sent });
        }
        let lane = &self.lane;
        self.rows.retain(|id, _| lane.holds(*id));
        Ok(())
    }

    /// Takes an answer in; answers what is to be sent next.
    async fn take(&mut self, answer: Answer) -> Result<Vec<Send>> {
        let now_ms = self.driver.now_ms();
        if let Some(what) = answer.trouble {
            let what = what.chars().take(TROUBLE_MAX).collect();
            self.news.trouble = Some(Trouble { at_ms: now_ms, what });
        }
        let seed = secrets::seed().map_err(Error::internal)?;
        let commands = self.lane.answered(answer.answered, now_ms, seed);
        self.obey(commands).await
    }

    async fn obey(&mut self, commands: Vec<Command>) -> Result<Vec<Send>> {
        let mut sends = Vec::new();
        for command in commands {
            match command {
                Command::Send { id, form } => sends.extend(self.send(id, form)),
                Command::Done { id, end } => self.finish(id, end),
                Command::Keep { id, tries } => {
                    let sent = self.rows.get(&id).map_or(0, |loaned| loaned.sent);
                    self.news.kept.push((id, from_tries(&tries, sent)));
                }
                Command::HostDead => self.forget_host().await?,
            }
        }
        Ok(sends)
    }

    fn send(&mut self, id: RowId, form: Form) -> Option<Send> {
        let loaned = self.rows.get_mut(&id)?;
        loaned.form = form;
        loaned.sent = loaned.sent.saturating_add(1);
        Some(Send {
            federation: self.driver.federation.clone(),
            places: Arc::clone(&self.driver.places),
            keys: Arc::clone(&self.driver.keys),
            row: loaned.row.clone(),
            form,
            is_slow: self.lane.pace().is_slow(),
        })
    }

    fn finish(&mut self, id: RowId, end: End) {
        self.news.done.push(id.0);
        let Some(Loaned { row, form, sent }) = self.rows.remove(&id) else { return };
        let (outcome, word) = match end {
            End::Delivered => (Outcome::Delivered, "sent"),
            End::Refused(_) => (Outcome::Refused, "refused"),
            End::GivenUp => (Outcome::GivenUp, "dropped"),
            End::Unsendable => (Outcome::Dropped, "dropped"),
        };
        count(word, form);
        let status = match end {
            End::Refused(status) => Some(status),
            End::Delivered | End::GivenUp | End::Unsendable => None,
        };
        if let Some(status) = status {
            tracing::info!(host = &*self.host, inbox = row.inbox, status, "a delivery was refused for good");
            if matches!(status, 404 | 410) {
                self.driver.check_owner(&self.host, &row.inbox);
            }
        }
        // What cannot be sent any more may have arrived before, when nobody heard the answer.
        if outcome == Outcome::Delivered || (end == End::Unsendable && sent > 1) {
            self.driver.reached.note(&self.host, &row, &mut self.news.reached);
        }
        if let Some(tweet) = row.tweet {
            let over = self.news.over.entry(tweet).or_insert_with(|| Over::new(row.id));
            over.add(row.id, outcome, status, sent);
        }
    }

    async fn forget_host(&mut self) -> Result<()> {
        tracing::info!(host = &*self.host, "the host is dead: what waits for it is dropped");
        loop {
            let (host, now_ms) = (self.host.clone(), self.driver.now_ms());
            let forget = move |conn: &mut _| deliveries::forget_host(conn, &host, FORGET_ROWS, now_ms);
            let forgotten = self.store().write(forget).await?;
            metrics::counter!(names::DELIVERY_TOTAL, "outcome" => "dropped", "form" => "none")
                .increment(forgotten);
            if forgotten == 0 {
                return Ok(());
            }
        }
    }

    /// Deletes answered rows together, and stores what became of them and the host's health with that.
    async fn flush(&mut self) -> Result<()> {
        if self.news.is_empty() {
            return Ok(());
        }
        self.store_news(None).await
    }

    /// Ends the lease, and says when the host is to be looked at again. What is answered is stored in any case, but
    /// of a host that may be another's by now nothing else.
    async fn give_back(&mut self) -> Result<()> {
        let now_ms = self.driver.now_ms();
        let at_ms = match self.lane.rest(now_ms) {
            Rest::Until(until_ms) => until_ms.min(now_ms.saturating_add(LOOK_AGAIN_MAX_MS)),
            Rest::Answers | Rest::Nothing | Rest::Dead => 0,
        };
        // What is due may have been left behind only because the host's turn is over.
        let at_ms = if at_ms <= now_ms { 0 } else { at_ms };
        self.store_news(Some(LookAgain { at_ms, judged_to: self.seen_to, now_ms })).await
    }

    async fn store_news(&mut self, look: Option<LookAgain>) -> Result<()> {
        let news = std::mem::take(&mut self.news);
        let (host, owner, lost) = (Arc::clone(&self.host), self.driver.owner.to_string(), self.lost);
        let (health, now_ms, stored) = (health_of(&self.lane), self.driver.now_ms(), news.clone());
        let write = move |conn: &mut Conn| -> Result<(), StoreError> {
            deliveries::record(conn, &host, &stored.over, now_ms)?;
            reached::record(conn, &host, &stored.reached, now_ms)?;
            deliveries::finish(conn, stored.done.clone())?;
            if lost {
                return Ok(());
            }
            deliveries::keep(conn, &stored.kept)?;
            instances::store_health(conn, &host, &health, &owner)?;
            if let Some(trouble) = &stored.trouble {
                instances::store_trouble(conn, &host, trouble)?;
            }
            look.map_or(Ok(()), |look| instances::release(conn, &host, look, &owner))
        };
        let written = self.store().write(write).await;
        match written {
            Ok(()) => self.driver.reached.keep(&self.host, &news.reached),
            Err(_) => self.news = news,
        }
        Ok(written?)
    }

    /// Keeps the lease. A lane whose lease is another's stops at once.
    async fn renew(&mut self) -> Result<()> {
        let now_ms = self.driver.now_ms();
        if now_ms.saturating_sub(self.leased_ms) < RENEW_EVERY_MS {
            return Ok(());
        }
        self.leased_ms = now_ms;
        let (owner, host) = (self.driver.owner.to_string(), self.host.clone());
        let until_ms = now_ms.saturating_add(LEASE_MS);
        let renew = move |conn: &mut _| instances::renew(conn, &owner, &host, until_ms);
        if !self.store().write(renew).await? {
            tracing::warn!(host = &*self.host, "another process has the host now: this one lets it go");
            self.lost = true;
        }
        Ok(())
    }

    fn store(&self) -> &crate::store::Store {
        self.driver.federation.service().store()
    }
}

/// With nothing under way: until something is due, or the lane is over.
async fn linger(driver: &Driver, lane: &Lane, busy: Instant) {
    let now_ms = driver.now_ms();
    if let Rest::Until(until_ms) = lane.rest(now_ms) {
        let wait_ms = u64::try_from(until_ms.saturating_sub(now_ms)).unwrap_or(0);
        return tokio::time::sleep(Duration::from_millis(wait_ms).max(WAIT_MIN)).await;
    }
    let mut crowded = driver.crowded.subscribe();
    tokio::select! {
        () = tokio::time::sleep_until(busy + LINGER) => {}
        // Others wait for its place.
        _ = crowded.wait_for(|is| *is) => {}
    }
}

/// Until there is more to deliver to anybody, and a while after the last look.
async fn more(planned: &mut watch::Receiver<()>, looked: Instant) {
    tokio::time::sleep_until(looked + LOOK_PAUSE).await;
    // When nobody plans any more, it is looked at the end.
    if planned.changed().await.is_err() {
        std::future::pending().await
    }
}
