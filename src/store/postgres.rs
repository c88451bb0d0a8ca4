//! PostgreSQL: every thread owns one connection and the small runtime that drives it, so that a unit of
//! work crosses threads once, and a statement never does.

mod listen;

use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::conn::{Conn, Link, PgLink};
use super::{LogSignal, Outcome, StoreError, Threads, Unit, migrate};
use crate::telemetry::metrics as names;

/// Tries of a transaction that PostgreSQL asks to repeat.
const TRIES: usize = 8;
/// Pause before a lost connection is made again; doubled up to [`RECONNECT_MAX`].
const RECONNECT_MIN: Duration = Duration::from_millis(100);
/// The longest pause between two attempts to connect.
const RECONNECT_MAX: Duration = Duration::from_secs(5);
/// Prepared statements that each connection keeps.
const STATEMENT_CACHE: usize = 512;

/// Every statement names its rows by an index. Left alone, a connection keeps a plan that it made while a table
/// was small, and reads all of the table until the next `analyze`. Compiling a plan never pays for so few rows.
const PLANNING: &str = "set enable_seqscan = off; set jit = off";

/// What is answered is durable, whatever the server or the role says; a stricter choice than ours stays.
const DURABILITY: &str = "select set_config('synchronous_commit', 'on', false)
     where current_setting('synchronous_commit') = 'off'";

type Queue = Receiver<Box<dyn Unit>>;

/// Connects, migrates and starts the threads.
pub(super) fn start(
    url: &str,
    connections: usize,
    threads: &Threads,
    (read_queue, write_queue): (Queue, Queue),
    log: &LogSignal,
) -> Result<(), StoreError> {
    let options = options(url)?;
    let mut first = connect(&options)?;
    migrate::apply(&mut first)?;
    drop(first);
    let (told, commits) = listen::Commits::new(log.clone());
    let (server, log) = (options.clone(), log.clone());
    let body = move || listen::run(&server, &log, commits);
    threads.spawn("store-listener".into(), body).map_err(|_| StoreError::Closed)?;
    for n in 0..connections.max(1) {
        let (queue, server) = (read_queue.clone(), options.clone());
        let body = move || serve(&server, &queue, run_read);
        threads.spawn(format!("store-reader-{n}"), body).map_err(|_| StoreError::Closed)?;
        let (queue, server, told) = (write_queue.clone(), options.clone(), told.clone());
        let body = move || serve(&server, &queue, |conn, unit| run_write(conn, unit, &told));
        threads.spawn(format!("store-writer-{n}"), body).map_err(|_| StoreError::Closed)?;
    }
    Ok(())
}

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options = url.parse::<PgConnectOptions>()?;
    Ok(options.statement_cache_capacity(STATEMENT_CACHE).application_name("rookery"))
}

/// One connection, outside the threads.
pub(super) fn connect_to(url: &str) -> Result<Conn, StoreError> {
    connect(&options(url)?)
}

fn connect(options: &PgConnectOptions) -> Result<Conn, StoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| StoreError::Postgres(sqlx::Error::Io(cause)))?;
    let connection = runtime.block_on(PgConnection::connect_with(options))?;
    let mut conn = Conn::new(Link::Postgres(PgLink { runtime, connection }));
    conn.batch(PLANNING)?;
    conn.batch(DURABILITY)?;
    Ok(conn)
}

/// Takes units until the queue closes; a connection that broke is made again before the next one.
fn serve(options: &PgConnectOptions, queue: &Queue, mut run: impl FnMut(&mut Conn, Box<dyn Unit>) -> bool) {
    let mut conn = connect(options).ok();
    let mut pause = RECONNECT_MIN;
    while let Ok(unit) = queue.recv() {
        if conn.is_none() {
            conn = match connect(options) {
                Ok(made) => {
                    pause = RECONNECT_MIN;
                    Some(made)
                }
                Err(error) => {
                    tracing::error!(%error, "PostgreSQL cannot be reached; trying again");
                    unit.answer(Err(error));
                    rest(queue, pause);
                    pause = (pause * 2).min(RECONNECT_MAX);
                    continue;
                }
            };
        }
        let healthy = conn.as_mut().is_some_and(|conn| run(conn, unit));
        if !healthy {
            conn = None;
        }
    }
}

/// Answers what comes in meanwhile as busy, so that no caller waits for a database that is away.
fn rest(queue: &Queue, pause: Duration) {
    let until = std::time::Instant::now() + pause;
    loop {
        match queue.recv_deadline(until) {
            Ok(unit) => unit.answer(Err(StoreError::Busy)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Runs a unit without a transaction; says whether the connection is still good.
fn run_read(conn: &mut Conn, mut unit: Box<dyn Unit>) -> bool {
    let done = unit.run(conn) == Outcome::Done;
    unit.answer(Ok(()));
    done || alive(conn)
}

/// Runs a unit in a transaction; says whether the connection is still good.
fn run_write(conn: &mut Conn, mut unit: Box<dyn Unit>, told: &listen::Commits) -> bool {
    for attempt in 1..=TRIES {
        conn.echoes.clear();
        conn.units = 1;
        if let Err(error) = conn.batch("begin") {
            unit.answer(Err(error));
            return false;
        }
        let outcome = unit.run(conn);
        if outcome == Outcome::Done {
            let commit = conn.batch("commit");
            if attempt < TRIES && commit.as_ref().is_err_and(StoreError::is_retryable) {
                continue;
            }
            let good = commit.is_ok();
            if good {
                metrics::histogram!(names::STORE_WRITER_BATCH_UNITS).record(conn.units);
                told.committed(conn);
            }
            unit.answer(commit);
            return good || alive(conn);
        }
        let rolled_back = conn.batch("rollback").is_ok();
        if outcome == Outcome::Failed || attempt == TRIES || !rolled_back {
            unit.answer(Ok(()));
            return rolled_back;
        }
    }
    true
}

fn alive(conn: &mut Conn) -> bool {
    conn.batch("select 1").is_ok()
}
