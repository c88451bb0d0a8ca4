//! Following the log: one loop for every consumer.
//!
//! Delivery is at-least-once and in commit order. A consumer that fails is tried again after a pause, with
//! the same events, and never skips one. Those whose work lasts go on after a restart where they were: a
//! [`Consumer`] keeps their place.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::events::{self, Logged, Next, Position};
use super::{Store, StoreError};
use crate::clock::Clock;
use crate::error::Chain;
use crate::telemetry::metrics as names;

/// Events that a consumer is given at once.
const BATCH_LIMIT: i64 = 500;
/// Events behind a consumer that are counted for its metric; more are this many.
const LAG_COUNTED: i64 = 10_000;
/// How long a follower sleeps when nothing wakes it: the safety net behind the signal, and the way to see
/// what another process wrote.
const POLL_EVERY: Duration = Duration::from_millis(500);
/// How soon it looks again when rows are there that are not settled yet.
const UNSETTLED_RETRY: Duration = Duration::from_millis(5);
/// Pause after a consumer failed; doubled up to [`FAILURE_PAUSE_MAX`].
const FAILURE_PAUSE_MIN: Duration = Duration::from_millis(50);
/// The longest pause after failures.
const FAILURE_PAUSE_MAX: Duration = Duration::from_secs(10);

/// How often a durable consumer gives a sign of life, beside moving its cursor.
const SEEN_EVERY: Duration = Duration::from_secs(60 * 60);
/// How often the cursor of one moves while there is nothing for it to do.
const NOTE_EVERY: Duration = Duration::from_secs(10);
/// The pause before it is tried again to begin.
const BEGIN_PAUSE: Duration = Duration::from_secs(1);

/// How far a consumer has come, on which others wait; and whether it gets on.
#[derive(Clone, Debug)]
pub struct Progress {
    position: watch::Sender<Position>,
    failing_since: Arc<Mutex<Option<Instant>>>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { position: watch::Sender::new(Position::default()), failing_since: Arc::default() }
    }
}

impl Progress {
    /// Where the consumer stands.
    pub fn position(&self) -> Position {
        *self.position.borrow()
    }

    /// Sets where the consumer stands.
    pub fn set(&self, position: Position) {
        self.position.send_replace(position);
    }

    /// Notes that the consumer failed and will try again.
    pub fn failed(&self) {
        let mut since = self.failing_since.lock().unwrap_or_else(PoisonError::into_inner);
        since.get_or_insert_with(Instant::now);
    }

    /// For how long the consumer has done nothing but fail; `None` while it works.
    pub fn failing_for(&self) -> Option<Duration> {
        let since = *self.failing_since.lock().unwrap_or_else(PoisonError::into_inner);
        since.map(|since| since.elapsed())
    }

    fn works(&self) {
        *self.failing_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Waits until the consumer has reached `position`, at most `patience`. Says whether it has.
    pub async fn reached(&self, position: Position, patience: Duration) -> bool {
        let mut progress = self.position.subscribe();
        let reached = progress.wait_for(|current| *current >= position);
        matches!(tokio::time::timeout(patience, reached).await, Ok(Ok(_)))
    }
}

/// Follows the log from `progress` on until `stop`: gives `consume` each batch, and moves `progress` after it.
/// `name` is the consumer's, for logs and metrics.
pub async fn follow<F: Future<Output = Result<(), StoreError>> + Send>(
    store: Store,
    name: &'static str,
    progress: Progress,
    stop: CancellationToken,
    mut consume: impl FnMut(Vec<Logged>) -> F + Send,
) {
    let mut signal = store.log_signal().subscribe();
    let mut pause = FAILURE_PAUSE_MIN;
    while !stop.is_cancelled() {
        signal.mark_unchanged();
        let wait = match step(&store, &progress, &mut consume).await {
            Ok(step) => {
                pause = FAILURE_PAUSE_MIN;
                progress.works();
                match step {
                    Step::Full(behind) => {
                        tell_lag(name, behind);
                        continue;
                    }
                    Step::Unsettled => UNSETTLED_RETRY,
                    Step::Idle => {
                        tell_lag(name, 0);
                        POLL_EVERY
                    }
                }
            }
            Err(error) => {
                tracing::warn!(consumer = name, error = %Chain(&error), "a consumer of the log failed; trying again");
                progress.failed();
                let position = progress.position();
                let count = move |conn: &mut _| events::count_after(conn, position, LAG_COUNTED);
                // When the store is what fails there is nothing to tell.
                if let Ok(behind) = store.read(count).await {
                    tell_lag(name, behind);
                }
                let failed_for = pause;
                pause = (pause * 2).min(FAILURE_PAUSE_MAX);
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(failed_for) => continue,
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            _ = signal.changed() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Gives signs of life for a durable consumer until `stop`, so that the log is kept for it while nothing happens
/// and while it cannot go on.
pub async fn keep_cursor(store: &Store, clock: &Clock, consumer: &str, stop: &CancellationToken) {
    loop {
        let (name, now_ms) = (consumer.to_owned(), clock.now_ms());
        if let Err(error) = store.write(move |conn| events::resume(conn, &name, now_ms)).await {
            tracing::warn!(consumer, error = %Chain(&error), "a sign of life of a consumer could not be written");
        }
        if stop.run_until_cancelled(tokio::time::sleep(SEEN_EVERY)).await.is_none() {
            return;
        }
    }
}

/// A durable consumer: it has a cursor in the database. Several processes follow from the same one side by side.
#[derive(Clone)]
pub struct Consumer {
    store: Store,
    clock: Clock,
    name: &'static str,
}

impl Consumer {
    /// The consumer with this name, which is its cursor's too.
    pub fn new(store: Store, clock: Clock, name: &'static str) -> Self {
        Self { store, clock, name }
    }

    /// Where to go on. A new consumer, or one that was given up after a long absence, begins with what happens now.
    pub async fn begin(&self) -> Result<Position, StoreError> {
        let (name, now_ms) = (self.name, self.clock.now_ms());
        if let Some(position) = self.store.write(move |conn| events::resume(conn, name, now_ms)).await? {
            return Ok(position);
        }
        let head = self.store.read(events::head).await?;
        self.store.write(move |conn| events::advance_cursor(conn, name, head, now_ms)).await?;
        tracing::info!(
            consumer = name,
            "a consumer of the log begins here; it is not told of what happened earlier"
        );
        Ok(head)
    }

    /// Where the cursor stands, by whichever process; as in [`Consumer::begin`] when there is none.
    pub async fn position(&self) -> Result<Position, StoreError> {
        let name = self.name;
        match self.store.read(move |conn| events::cursor(conn, name)).await? {
            Some(position) => Ok(position),
            None => self.begin().await,
        }
    }

    /// Begins, again and again until that succeeds, and follows the log until `stop` as [`Consumer::follow_on`] does.
    pub async fn follow<F: Future<Output = Result<bool, StoreError>> + Send>(
        &self,
        progress: Progress,
        stop: CancellationToken,
        consume: impl FnMut(Vec<Logged>, bool) -> F + Send,
    ) {
        let from = loop {
            match self.begin().await {
                Ok(from) => break from,
                Err(error) => {
                    progress.failed();
                    tracing::warn!(
                        consumer = self.name, error = %Chain(&error),
                        "a consumer of the log could not begin; trying again"
                    );
                }
            }
            if stop.run_until_cancelled(tokio::time::sleep(BEGIN_PAUSE)).await.is_none() {
                return;
            }
        };
        progress.set(from);
        self.follow_on(progress, stop, consume).await;
    }

    /// Follows the log from `progress` on until `stop`. `consume` does what a batch asks for and moves the cursor in the
    /// same unit of work; of a batch that asks for nothing it may leave the cursor behind unless its second argument is
    /// true. It answers whether the cursor moved.
    pub async fn follow_on<F: Future<Output = Result<bool, StoreError>> + Send>(
        &self,
        progress: Progress,
        stop: CancellationToken,
        mut consume: impl FnMut(Vec<Logged>, bool) -> F + Send,
    ) {
        let noted = Mutex::new(Instant::now());
        let noted = &noted;
        let consume = |batch: Vec<Logged>| {
            let now = Instant::now();
            let is_time =
                now.duration_since(*noted.lock().unwrap_or_else(PoisonError::into_inner)) >= NOTE_EVERY;
            let consuming = consume(batch, is_time);
            async move {
                if consuming.await? {
                    *noted.lock().unwrap_or_else(PoisonError::into_inner) = now;
                }
                Ok(())
            }
        };
        let following = follow(self.store.clone(), self.name, progress, stop.clone(), consume);
        tokio::join!(following, keep_cursor(&self.store, &self.clock, self.name, &stop));
    }
}

enum Step {
    /// It took as many as it may, with so many still to come.
    Full(i64),
    /// It took what was settled.
    Unsettled,
    /// It took all.
    Idle,
}

async fn step<F: Future<Output = Result<(), StoreError>> + Send>(
    store: &Store,
    progress: &Progress,
    consume: &mut (impl FnMut(Vec<Logged>) -> F + Send),
) -> Result<Step, StoreError> {
    let position = progress.position();
    let (next, behind) = store
        .read(move |conn| {
            let next = events::after(conn, position, BATCH_LIMIT)?;
            // Counting costs a query: only who is behind by more than a batch pays it.
            let full = i64::try_from(next.events.len()).is_ok_and(|taken| taken == BATCH_LIMIT);
            let behind = match next.events.last() {
                Some(last) if full => Some(events::count_after(conn, last.position, LAG_COUNTED)?),
                _ => None,
            };
            Ok((next, behind))
        })
        .await?;
    let Next { events: batch, unsettled } = next;
    if let Some(last) = batch.last().map(|logged| logged.position) {
        consume(batch).await?;
        progress.set(last);
    }
    Ok(match behind {
        Some(behind) => Step::Full(behind),
        None if unsettled => Step::Unsettled,
        None => Step::Idle,
    })
}

fn tell_lag(name: &'static str, behind: i64) {
    let behind = u32::try_from(behind).map_or(f64::MAX, f64::from);
    metrics::gauge!(names::LOG_LAG_EVENTS, "consumer" => name).set(behind);
}
