//! Waking the followers of the log in other processes: LISTEN and NOTIFY on a connection of their own.
//!
//! A process tells the others once for many commits, never inside a transaction: PostgreSQL lets commits that
//! notify pass one at a time. A message that is lost costs little, as followers look by themselves too.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::watch;

use super::{Conn, LogSignal};

/// The channel. A database belongs to one instance.
const CHANNEL: &str = "rookery_log";
/// How long commits are collected before the others are told of them.
const COLLECT_FOR: Duration = Duration::from_millis(5);
/// Pause before a lost connection is made again.
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

/// Says of a commit that it appended to the log: here at once, elsewhere soon.
#[derive(Clone)]
pub(super) struct Commits {
    log: LogSignal,
    told: watch::Sender<()>,
}

impl Commits {
    /// With what [`run`] needs to tell others.
    pub(super) fn new(log: LogSignal) -> (Self, watch::Receiver<()>) {
        let (told, commits) = watch::channel(());
        (Self { log, told }, commits)
    }

    /// A unit of work was committed.
    pub(super) fn committed(&self, conn: &Conn) {
        if self.log.committed(conn) {
            self.told.send_replace(());
        }
    }
}

/// Tells other processes of our commits, and the followers here of theirs, until every [`Commits`] is gone.
pub(super) fn run(options: &PgConnectOptions, log: &LogSignal, mut commits: watch::Receiver<()>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "other processes' changes will be seen late"),
    };
    runtime.block_on(async {
        while let Err(error) = exchange(options, log, &mut commits).await {
            tracing::warn!(%error, "other processes' changes are seen late until PostgreSQL is back");
            let closed = async { while commits.changed().await.is_ok() {} };
            if tokio::time::timeout(RECONNECT_AFTER, closed).await.is_ok() {
                return;
            }
        }
    });
}

async fn exchange(
    options: &PgConnectOptions,
    log: &LogSignal,
    commits: &mut watch::Receiver<()>,
) -> Result<(), sqlx::Error> {
    // The library listens on a connection of a pool; this one is alone in its own and lives as long as it can.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_with(options.clone())
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.ignore_pool_close_event(true);
    listener.listen(CHANNEL).await?;
    let own: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut listener).await?;
    // What others did while nobody listened.
    log.wake();
    loop {
        tokio::select! {
            message = listener.try_recv() => match message? {
                Some(message) if message.process_id() == own.unsigned_abs() => {}
                // Theirs; or the connection was lost, and with it we know not what.
                _ => log.wake(),
            },
            changed = commits.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
                tokio::time::sleep(COLLECT_FOR).await;
                commits.mark_unchanged();
                sqlx::query("select pg_notify($1, '')").bind(CHANNEL).execute(&mut listener).await?;
            }
        }
    }
}
