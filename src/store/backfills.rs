//! What is read of other instances beside what they send: when it was last done, by whom it is being done, and what
//! it brought. A row is no job: who finds none, or an old one, may begin.

use super::StoreError;
use super::conn::Conn;
use super::value::args;
use crate::clock::Millis;
use crate::model::ids::{AccountId, TweetId};

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The answers of a thread, named by its first tweet.
    Thread(TweetId),
    /// The last posts of an account.
    Account(AccountId),
    /// Who follows an account from here.
    Followers(AccountId),
}

impl Subject {
    /// The stored word, which is also the one in metrics.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Thread(_) => "thread",
            Self::Account(_) => "account",
            Self::Followers(_) => "followers",
        }
    }

    fn id(self) -> i64 {
        match self {
            Self::Thread(id) => id.0,
            Self::Account(id) | Self::Followers(id) => id.0,
        }
    }
}

/// How it stands with one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Until when somebody is at it, unless they end sooner.
    pub lease_until: Millis,
    /// When it may be done again.
    pub next_at: Millis,
    /// What the last time brought, or has brought so far.
    pub found: i64,
}

/// How it stands; zeros when it was never done.
pub fn state(conn: &mut Conn, subject: Subject) -> Result<State, StoreError> {
    let known = conn.query_opt(
        "select lease_until, next_at, found from backfills where kind = $1 and subject_id = $2",
        args![subject.kind(), subject.id()],
        |row| Ok(State { lease_until: row.take()?, next_at: row.take()?, found: row.take()? }),
    )?;
    Ok(known.unwrap_or_default())
}

/// Begins, if it is time and nobody else is at it. A lease ends by itself when its holder dies.
pub fn begin(
    conn: &mut Conn,
    subject: Subject,
    now_ms: Millis,
    until_ms: Millis,
) -> Result<bool, StoreError> {
    let begun = conn.execute(
        "insert into backfills (kind, subject_id, lease_until, next_at) values ($1, $2, $4, $3)
         on conflict (kind, subject_id) do update set lease_until = $4, next_at = $3, found = 0
             where backfills.lease_until <= $3 and backfills.next_at <= $3",
        args![subject.kind(), subject.id(), now_ms, until_ms],
    )?;
    Ok(begun > 0)
}

/// Writes what it has brought so far.
pub fn bring(conn: &mut Conn, subject: Subject, found: i64) -> Result<(), StoreError> {
    conn.execute(
        "update backfills set found = $3 where kind = $1 and subject_id = $2",
        args![subject.kind(), subject.id(), found],
    )?;
    Ok(())
}

/// It is over, and may be done again at `next_at`.
pub fn end(conn: &mut Conn, subject: Subject, found: i64, next_at: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into backfills (kind, subject_id, found, next_at) values ($1, $2, $3, $4)
         on conflict (kind, subject_id) do update set lease_until = 0, found = $3, next_at = $4",
        args![subject.kind(), subject.id(), found, next_at],
    )?;
    Ok(())
}

/// Forgets what was due before `before_ms`, at most `limit`.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from backfills where (kind, subject_id) in (
             select kind, subject_id from backfills where next_at < $1 order by next_at limit $2)",
        args![before_ms, limit],
    )
}
