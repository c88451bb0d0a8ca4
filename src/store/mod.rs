//! The one storage door: the only SQL of the project, on SQLite and PostgreSQL alike.
//!
//! Every connection lives on a thread of its own, and a *unit of work* is a plain closure that is sent to
//! such a thread and runs there to its end. On SQLite one thread writes, and commits the units that wait
//! together (group commit, a savepoint each); on PostgreSQL every write unit is one transaction, and the
//! hot writes come in sets ([`hot`]). A write is answered after it is durable, never before.

pub mod about;
pub mod accounts;
pub mod actors;
pub mod announcements;
pub mod apps;
pub mod backfills;
pub mod bonds;
pub mod cached_pictures;
pub mod conn;
pub mod conversations;
pub mod custom_emoji;
pub mod deliveries;
pub mod delivery_results;
pub mod departures;
pub mod dialect;
pub mod digests;
pub mod echo;
pub mod emails;
pub mod emoji;
pub mod events;
mod examine;
pub mod featured;
pub mod films;
pub mod filters;
pub mod followed_tags;
pub mod follower;
pub mod follows;
pub mod hot;
pub mod inbox;
pub mod instance_admin;
pub mod instances;
pub mod intake;
pub mod keeping;
pub mod lists;
pub mod markers;
pub mod marks;
pub mod media;
mod migrate;
pub mod moves;
pub mod notifications;
pub mod own_keys;
pub mod parked;
pub mod polls;
mod postgres;
pub mod preferences;
pub mod previews;
pub mod push;
pub mod quotes;
pub mod reached;
pub mod reactions;
pub mod relays;
pub mod reports;
pub mod scheduled;
pub mod search;
pub mod seeding;
pub mod sessions;
pub mod settings;
pub mod sifting;
pub mod signups;
mod sqlite;
pub mod synchronization;
pub mod telling;
pub mod threads;
pub mod timelines;
pub mod tombstones;
pub mod trends;
pub mod tweet_commands;
pub mod tweets;
pub mod users;
pub mod value;

#[cfg(test)]
pub(crate) mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{oneshot, watch};

use crate::model::cursor::Cursor;
use crate::telemetry::metrics as names;

pub use conn::Conn;
pub use dialect::Dialect;
pub use echo::{Echo, Echoes};
pub use examine::{Examined, examine};
pub(crate) use value::{Kind, Row, Value};

/// Units of work that may wait for a database thread before callers are told that the server is busy.
const QUEUE_LIMIT: usize = 4_096;

/// Which database to open.
#[derive(Clone, Debug)]
pub enum Place {
    /// An SQLite file, made when it is absent.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by URL.
    Postgres(String),
}

/// How to open the store.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which database.
    pub place: Place,
    /// Connections for reading (SQLite), and for reading and writing each (PostgreSQL).
    pub connections: usize,
}

/// Why a unit of work failed. Nothing of it remains.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("sqlite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused or could not be reached.
    #[error("postgres: {0}")]
    Postgres(#[from] sqlx::Error),
    /// A query that always has a row had none.
    #[error("a query that must have a row had none")]
    NoRow,
    /// What is stored makes no sense.
    #[error("stored data is damaged: {0}")]
    Corrupt(String),
    /// An argument could not be encoded.
    #[error("an argument could not be encoded: {0}")]
    Argument(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// JSON inside a column could not be read or written.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    /// Too many units wait.
    #[error("the database is busy")]
    Busy,
    /// The store is stopping.
    #[error("the store is closed")]
    Closed,
    /// The commit of the group failed after the unit had run.
    #[error("commit failed: {0}")]
    Commit(Arc<StoreError>),
    /// The unit panicked; it was rolled back.
    #[error("a unit of work panicked")]
    Panicked,
    /// The use-case refused: its answer, carried out of the unit so that everything is rolled back.
    #[error(transparent)]
    Refused(crate::error::Error),
}

impl StoreError {
    fn argument(cause: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self::Argument(cause)
    }

    /// Whether PostgreSQL asks for the same transaction to be tried again (40001, 40P01).
    fn is_retryable(&self) -> bool {
        match self {
            Self::Postgres(sqlx::Error::Database(cause)) => {
                matches!(cause.code().as_deref(), Some("40001" | "40P01"))
            }
            _ => false,
        }
    }

    /// Whether a unique key stood in the way.
    pub fn is_unique_violation(&self) -> bool {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(cause, _)) => {
                matches!(
                    cause.extended_code,
                    rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                )
            }
            Self::Postgres(sqlx::Error::Database(cause)) => cause.is_unique_violation(),
            _ => false,
        }
    }

    /// Whether a row that this one hangs on is gone: it was deleted at the same moment.
    pub fn is_foreign_key_violation(&self) -> bool {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(cause, _)) => {
                cause.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY
            }
            Self::Postgres(sqlx::Error::Database(cause)) => cause.is_foreign_key_violation(),
            _ => false,
        }
    }
}

impl From<crate::error::Error> for StoreError {
    fn from(refused: crate::error::Error) -> Self {
        Self::Refused(refused)
    }
}

impl From<StoreError> for crate::error::Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refused) => refused,
            StoreError::Busy | StoreError::Closed => Self::Busy,
            gone if gone.is_foreign_key_violation() => Self::NotFound("post or account"),
            other => Self::internal(other),
        }
    }
}

/// A unit of work as the database threads see it: run it, then answer it once it is durable.
pub(crate) trait Unit: Send {
    /// Runs the unit. Returns whether it succeeded; its answer stays inside.
    fn run(&mut self, conn: &mut Conn) -> Outcome;
    /// Answers the caller: after the commit, or with what went wrong.
    fn answer(self: Box<Self>, commit: Result<(), StoreError>);
}

/// How a run of a unit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    Failed,
    Retry,
}

struct Work<F, T> {
    work: F,
    result: Option<Result<T, StoreError>>,
    queued: std::time::Instant,
    /// The metric of the time it waits for a thread.
    wait: &'static str,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Unit for Work<F, T>
where
    F: Fn(&mut Conn) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, conn: &mut Conn) -> Outcome {
        metrics::histogram!(self.wait).record(self.queued.elapsed());
        let work = &self.work;
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(conn)))
            .unwrap_or(Err(StoreError::Panicked));
        let outcome = match &result {
            Ok(_) => Outcome::Done,
            Err(error) if error.is_retryable() => Outcome::Retry,
            Err(_) => Outcome::Failed,
        };
        self.result = Some(result);
        outcome
    }

    fn answer(self: Box<Self>, commit: Result<(), StoreError>) {
        let result = match (self.result, commit) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::Closed),
        };
        // A caller that went away does not care.
        let _ = self.reply.send(result);
    }
}

/// The store: cheap to clone, shared by everything.
#[derive(Clone)]
pub struct Store {
    readers: crossbeam_channel::Sender<Box<dyn Unit>>,
    writers: crossbeam_channel::Sender<Box<dyn Unit>>,
    log: LogSignal,
    dialect: Dialect,
    threads: Arc<Threads>,
}

/// Database threads, joined when the store closes.
#[derive(Default)]
pub(crate) struct Threads(std::sync::Mutex<Vec<std::thread::JoinHandle<()>>>);

impl Threads {
    /// Starts a named thread that is joined on close.
    pub(crate) fn spawn(
        &self,
        name: String,
        body: impl FnOnce() + Send + 'static,
    ) -> Result<(), std::io::Error> {
        let handle = std::thread::Builder::new().name(name).spawn(body)?;
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(handle);
        Ok(())
    }
}

/// Tells the followers of the log that something was committed.
#[derive(Clone)]
pub struct LogSignal {
    woken: watch::Sender<u64>,
    echoes: Echoes,
}

impl LogSignal {
    fn new() -> Self {
        Self { woken: watch::Sender::new(0), echoes: Echoes::default() }
    }

    /// Wakes every follower.
    pub fn wake(&self) {
        self.woken.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// What was written on this connection is committed. Answers whether the log has more.
    fn committed(&self, conn: &Conn) -> bool {
        self.echoes.tell(&conn.echoes);
        let logged = conn.logged();
        if logged {
            self.wake();
        }
        logged
    }

    /// A receiver that changes after every commit that appended to the log.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.woken.subscribe()
    }
}

impl Store {
    /// Opens the database, applies the migrations that are missing, and starts its threads.
    /// Blocks; call it on a blocking thread.
    pub fn open(settings: &Settings) -> Result<Self, StoreError> {
        let (readers, read_queue) = crossbeam_channel::bounded(QUEUE_LIMIT);
        let (writers, write_queue) = crossbeam_channel::bounded(QUEUE_LIMIT);
        let log = LogSignal::new();
        let threads = Arc::new(Threads::default());
        let dialect = match &settings.place {
            Place::Sqlite(path) => {
                sqlite::start(path, settings.connections, &threads, (read_queue, write_queue), &log)?;
                Dialect::Sqlite
            }
            Place::Postgres(url) => {
                postgres::start(url, settings.connections, &threads, (read_queue, write_queue), &log)?;
                Dialect::Postgres
            }
        };
        Ok(Self { readers, writers, log, dialect, threads })
    }

    /// Which engine this is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Tells this process what each commit changed.
    pub fn echoes(&self) -> &Echoes {
        &self.log.echoes
    }

    /// Wakes after every commit that appended to the event log.
    pub fn log_signal(&self) -> &LogSignal {
        &self.log
    }

    /// Runs a reading unit of work: on SQLite in one snapshot.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: Fn(&mut Conn) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        #[cfg(test)]
        tests::units::one_more();
        Self::submit(&self.readers, names::STORE_READ_WAIT_SECONDS, work).await
    }

    /// Runs a writing unit of work in a transaction and answers after it is durable. An error undoes the
    /// whole unit and no other. The closure may run more than once (serialization failures), so it changes
    /// nothing outside.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: Fn(&mut Conn) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        Self::submit(&self.writers, names::STORE_WRITER_WAIT_SECONDS, work).await
    }

    async fn submit<T, F>(
        queue: &crossbeam_channel::Sender<Box<dyn Unit>>,
        wait: &'static str,
        work: F,
    ) -> Result<T, StoreError>
    where
        F: Fn(&mut Conn) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let unit: Box<dyn Unit> =
            Box::new(Work { work, result: None, queued: std::time::Instant::now(), wait, reply });
        queue.try_send(unit).map_err(|refused| match refused {
            crossbeam_channel::TrySendError::Full(_) => StoreError::Busy,
            crossbeam_channel::TrySendError::Disconnected(_) => StoreError::Closed,
        })?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Lets the threads finish what waits and joins them. Blocks; every other clone must be gone by then,
    /// else their handles keep the threads alive and this returns at once without waiting.
    pub fn close(self) {
        let Self { readers, writers, threads, .. } = self;
        drop((readers, writers));
        let Some(threads) = Arc::into_inner(threads) else { return };
        let handles = threads.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        for handle in handles {
            // A thread that panicked has nothing left to wait for.
            let _ = handle.join();
        }
    }
}

/// The bound below which a list ordered by id goes on.
pub(crate) fn older_than(cursor: Cursor) -> i64 {
    cursor.before.unwrap_or(i64::MAX)
}

/// The bound above which a list ordered by id stays.
pub(crate) fn newer_than(cursor: Cursor) -> i64 {
    cursor.after.unwrap_or(-1)
}

/// Reads one integer column.
pub(crate) fn int(row: &mut Row<'_>) -> Result<i64, StoreError> {
    row.take()
}
