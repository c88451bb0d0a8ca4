//! The event log, and the cursors of those that follow it.
//!
//! A row is written in the transaction of the change it speaks of. Followers read in the order of
//! (transaction, sequence), and on PostgreSQL only rows of transactions older than every running one:
//! a transaction that commits late is therefore never skipped.

use super::conn::Conn;
use super::echo::Echo;
use super::value::{Row, args};
use super::{Kind, StoreError, Value};
use crate::clock::Millis;
use crate::model::event::Event;

/// A place in the log. Zero is before everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The transaction (PostgreSQL), or 0.
    pub txid: i64,
    /// The row.
    pub seq: i64,
}

/// An event with its place.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Where it stands.
    pub position: Position,
    /// What happened.
    pub event: Event,
    /// When, in milliseconds since 1970.
    pub at_ms: Millis,
}

/// Appends events to the log, in order, in the running transaction.
pub fn append(conn: &mut Conn, events: &[Event], now_ms: Millis) -> Result<(), StoreError> {
    let rows = events
        .iter()
        .map(|event| Ok(vec![Value::from(serde_json::to_string(event)?), Value::from(now_ms)]))
        .collect::<Result<Vec<_>, StoreError>>()?;
    conn.insert_rows("events", &[("payload", Kind::Text), ("created_at", Kind::Int)], "", &rows)?;
    conn.echoes.extend(events.iter().cloned().map(Echo::Event));
    Ok(())
}

/// What stands in the log after some place.
#[derive(Clone, Debug, Default)]
pub struct Next {
    /// The next events, in order, only what is settled.
    pub events: Vec<Logged>,
    /// There are rows that are not settled yet: a follower should look again soon.
    pub unsettled: bool,
}

impl Next {
    /// Whether the log ends there.
    pub fn is_end(&self) -> bool {
        self.events.is_empty() && !self.unsettled
    }
}

/// What stands after `position`, at most `limit` rows.
pub fn after(conn: &mut Conn, position: Position, limit: i64) -> Result<Next, StoreError> {
    let rows = conn.query(
        "select txid, seq, payload, created_at, log_settled from events
         where log_after($1, $2) order by log_order limit $3",
        args![position.txid, position.seq, limit],
        |row| Ok((logged(row)?, row.take::<bool>()?)),
    )?;
    let found = rows.len();
    // Transactions that still run are the youngest: what they wrote is last.
    let events: Vec<Logged> =
        rows.into_iter().take_while(|(_, settled)| *settled).map(|(logged, _)| logged).collect();
    Ok(Next { unsettled: events.len() < found, events })
}

/// The last settled place of the log.
pub fn head(conn: &mut Conn) -> Result<Position, StoreError> {
    let head = conn.query_opt(
        "select txid, seq from events where log_settled order by txid desc, seq desc limit 1",
        args![],
        position,
    )?;
    Ok(head.unwrap_or_default())
}

/// The last place of the log, settled or not: what was just written is at or before it.
pub fn newest(conn: &mut Conn) -> Result<Position, StoreError> {
    let newest = conn.query_opt(
        "select txid, seq from events order by txid desc, seq desc limit 1",
        args![],
        position,
    )?;
    Ok(newest.unwrap_or_default())
}

/// How many settled events stand after `position`, counted up to `most`.
pub fn count_after(conn: &mut Conn, position: Position, most: i64) -> Result<i64, StoreError> {
    conn.query_one(
        "select count(*) from (
             select 1 from events where log_after($1, $2) and log_settled limit $3) later",
        args![position.txid, position.seq, most],
        super::int,
    )
}

/// Where the named consumer goes on, and a sign of life of it: the log is kept for who was seen lately. `None`
/// before its first step, and when it was away for so long that [`forget_consumers`] gave it up.
pub fn resume(conn: &mut Conn, consumer: &str, now_ms: Millis) -> Result<Option<Position>, StoreError> {
    conn.query_opt(
        "update consumers set seen_at = $2 where name = $1 returning txid, seq",
        args![consumer, now_ms],
        position,
    )
}

/// Where the named consumer stands; `None` as in [`resume`].
pub fn cursor(conn: &mut Conn, consumer: &str) -> Result<Option<Position>, StoreError> {
    conn.query_opt("select txid, seq from consumers where name = $1", args![consumer], position)
}

/// Where the named consumer stands, held until the end of the running transaction: nobody else moves it meanwhile.
pub fn hold_cursor(conn: &mut Conn, consumer: &str) -> Result<Position, StoreError> {
    let sql = "select txid, seq from consumers where name = $1 for update";
    Ok(conn.query_opt(sql, args![consumer], position)?.unwrap_or_default())
}

/// Moves the named consumer to `to`, in the running transaction.
pub fn move_cursor(conn: &mut Conn, consumer: &str, to: Position, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into consumers (name, txid, seq, seen_at) values ($1, $2, $3, $4)
         on conflict (name) do update set txid = excluded.txid, seq = excluded.seq, seen_at = excluded.seen_at",
        args![consumer, to.txid, to.seq, now_ms],
    )?;
    Ok(())
}

/// Moves the named consumer forward to `to`, in the running transaction; one that is further already stays there.
pub fn advance_cursor(
    conn: &mut Conn,
    consumer: &str,
    to: Position,
    now_ms: Millis,
) -> Result<(), StoreError> {
    conn.execute(
        "insert into consumers (name, txid, seq, seen_at) values ($1, $2, $3, $4)
         on conflict (name) do update set txid = excluded.txid, seq = excluded.seq, seen_at = excluded.seen_at
         where (consumers.txid, consumers.seq) < (excluded.txid, excluded.seq)",
        args![consumer, to.txid, to.seq, now_ms],
    )?;
    Ok(())
}

/// Gives up at most `limit` consumers that were last seen before `before_ms`. Answers how many.
pub fn forget_consumers(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    let gone: Vec<String> = conn.query(
        "delete from consumers where name in (select name from consumers where seen_at < $1 limit $2)
             and seen_at < $1
         returning name",
        args![before_ms, limit],
        |row| row.take(),
    )?;
    for consumer in &gone {
        tracing::info!(consumer, "a consumer was not seen for long; the log is no longer kept for it");
    }
    Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
}

/// Looks at the `limit` oldest events, and removes those from before `before_ms` that every durable consumer has
/// passed. The newest settled one always stays, so that [`head`] never goes back.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from events where seq in (
             select e.seq from (
                 select seq, txid, created_at from events order by txid, seq limit $2) e
             where e.created_at < $1
               and not exists (select 1 from consumers c where (c.txid, c.seq) < (e.txid, e.seq))
               and (e.txid, e.seq) < (
                   select txid, seq from events where log_settled order by txid desc, seq desc limit 1))",
        args![before_ms, limit],
    )
}

fn position(row: &mut Row<'_>) -> Result<Position, StoreError> {
    Ok(Position { txid: row.take()?, seq: row.take()? })
}

fn logged(row: &mut Row<'_>) -> Result<Logged, StoreError> {
    let position = position(row)?;
    let payload: String = row.take()?;
    Ok(Logged { position, event: serde_json::from_str(&payload)?, at_ms: row.take()? })
}
