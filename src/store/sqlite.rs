//! SQLite: one writer thread that commits waiting units together, and several reader threads (WAL).

use std::path::Path;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use rusqlite::config::DbConfig;
use rusqlite::{ErrorCode, OpenFlags};

use super::conn::{Conn, Link};
use super::dialect::Dialect;
use super::{LogSignal, Outcome, StoreError, Threads, Unit, migrate};
use crate::telemetry::metrics as names;

/// Units that one commit may carry. Larger groups only make the last one wait longer.
const GROUP_LIMIT: usize = 512;
/// Statements that each connection keeps prepared: all that there are.
const STATEMENT_CACHE: usize = 1_024;
/// How long a connection waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause before it is tried again to have the file written ahead.
const WAL_PAUSE: Duration = Duration::from_millis(10);
/// How often the write-ahead log is moved into the database file, away from the writer's path.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);

type Queue = Receiver<Box<dyn Unit>>;

/// Opens the file, migrates it and starts the threads.
pub(super) fn start(
    path: &Path,
    readers: usize,
    threads: &Threads,
    (read_queue, write_queue): (Queue, Queue),
    log: &LogSignal,
) -> Result<(), StoreError> {
    let mut writer = open(path)?;
    migrate::apply(&mut writer)?;
    let log = log.clone();
    let failed = |_| StoreError::Closed;
    let (stop, stopped) = crossbeam_channel::bounded::<()>(0);
    threads
        .spawn("store-writer".into(), move || {
            write_loop(writer, &write_queue, &log);
            drop(stop);
        })
        .map_err(failed)?;
    for n in 0..readers.max(1) {
        let reader = open(path)?;
        let queue = read_queue.clone();
        threads.spawn(format!("store-reader-{n}"), move || read_loop(reader, &queue)).map_err(failed)?;
    }
    let checkpointer = open(path)?;
    threads.spawn("store-checkpoint".into(), move || checkpoint_loop(checkpointer, &stopped)).map_err(failed)
}

fn open(path: &Path) -> Result<Conn, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let link = rusqlite::Connection::open_with_flags(path, flags)?;
    link.busy_timeout(BUSY_TIMEOUT)?;
    link.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    enter_wal(&link)?;
    // FULL: an answered write survives a power cut. Checkpoints are another thread's work.
    link.execute_batch(
        "pragma synchronous = full; pragma foreign_keys = on;
         pragma temp_store = memory; pragma cache_size = -8000; pragma mmap_size = 268435456;
         pragma wal_autocheckpoint = 20000;",
    )?;
    // A plan is made once, whatever the arguments: else each new `limit` has its statement compiled again.
    link.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(Conn::new(Link::Sqlite(link)))
}

/// Has the file written ahead. Of several that open a new file at once, SQLite turns all but one away without waiting,
/// whatever the timeout.
#[expect(
    clippy::disallowed_methods,
    reason = "SQLite has no signal to wait for, and this is a thread that opens only"
)]
fn enter_wal(link: &rusqlite::Connection) -> Result<(), StoreError> {
    let until = Instant::now() + BUSY_TIMEOUT;
    loop {
        match link.execute_batch("pragma journal_mode = wal") {
            Err(error) if is_busy(&error) && Instant::now() < until => std::thread::sleep(WAL_PAUSE),
            entered => return Ok(entered?),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Opens a file that is there, only to look at it.
pub(super) fn open_to_look(path: &Path) -> Result<Conn, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let link = rusqlite::Connection::open_with_flags(path, flags)?;
    link.busy_timeout(BUSY_TIMEOUT)?;
    Ok(Conn::new(Link::Sqlite(link)))
}

fn read_loop(mut conn: Conn, queue: &Queue) {
    while let Ok(mut unit) = queue.recv() {
        let begun = conn.frame("begin");
        if begun.is_ok() {
            unit.run(&mut conn);
        }
        // Nothing was written: ending the snapshot cannot fail in a way that matters.
        let _ = conn.frame("rollback");
        unit.answer(begun);
    }
}

fn write_loop(mut conn: Conn, queue: &Queue, log: &LogSignal) {
    let mut group: Vec<Box<dyn Unit>> = Vec::with_capacity(GROUP_LIMIT);
    while let Ok(first) = queue.recv() {
        group.push(first);
        group.extend(queue.try_iter().take(GROUP_LIMIT - 1));
        metrics::histogram!(names::STORE_WRITER_BATCH_UNITS)
            .record(u32::try_from(group.len()).unwrap_or(u32::MAX));
        conn.echoes.clear();
        let commit = commit_group(&mut conn, &mut group);
        if commit.is_ok() {
            log.committed(&conn);
        }
        let shared = commit.map_err(std::sync::Arc::new);
        for unit in group.drain(..) {
            unit.answer(shared.clone().map_err(StoreError::Commit));
        }
    }
}

/// Runs every unit in its own savepoint and commits them all: a unit that fails is undone alone.
fn commit_group(conn: &mut Conn, group: &mut [Box<dyn Unit>]) -> Result<(), StoreError> {
    conn.frame("begin immediate")?;
    let ran = group.iter_mut().try_for_each(|unit| {
        conn.frame("savepoint unit")?;
        let echoes = conn.echoes.len();
        if unit.run(conn) != Outcome::Done {
            conn.echoes.truncate(echoes);
            conn.frame("rollback to unit")?;
        }
        conn.frame("release unit")
    });
    let done = ran.and_then(|()| conn.frame("commit"));
    if done.is_err() {
        // The group is lost and every caller is told so; the next one starts clean.
        let _ = conn.frame("rollback");
    }
    done
}

fn checkpoint_loop(mut conn: Conn, stopped: &Receiver<()>) {
    while stopped.recv_timeout(CHECKPOINT_EVERY) == Err(RecvTimeoutError::Timeout) {
        debug_assert_eq!(conn.dialect(), Dialect::Sqlite);
        if let Err(error) = conn.batch("pragma wal_checkpoint(passive)") {
            tracing::warn!(%error, "the write-ahead log could not be checkpointed; trying again later");
        }
    }
    let _ = conn.batch("pragma wal_checkpoint(truncate)");
}
