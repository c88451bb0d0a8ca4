//! Incoming activities: stored before they are acknowledged, then worked off in order per object.

mod order;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use self::order::{Candidate, Places};
use super::conn::Conn;
use super::hot::HotCommand;
use super::value::args;
use super::{Kind, Row, StoreError, Value};
use crate::clock::{Millis, SECOND_MS};
use crate::model::ids::RowId;

/// A verified activity to store.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The row's id.
    pub id: RowId,
    /// The activity's id: the same one again from the same actor is not stored again.
    pub activity_uri: String,
    /// Who signed it.
    pub actor_uri: String,
    /// The actor's host, with its port if that is unusual.
    pub host: String,
    /// What it is about: activities of the same object are worked off in order.
    pub object_uri: String,
    /// The JSON bytes as they came.
    pub body: Vec<u8>,
    /// The present.
    pub now_ms: Millis,
}

impl HotCommand for Receipt {
    /// Whether it is new.
    type Output = bool;

    fn write_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<bool>, StoreError> {
        let rows: Vec<Vec<Value>> = set
            .iter()
            .map(|receipt| {
                vec![
                    receipt.id.into(),
                    (&receipt.activity_uri).into(),
                    (&receipt.actor_uri).into(),
                    (&receipt.host).into(),
                    (&receipt.object_uri).into(),
                    receipt.body.as_slice().into(),
                    receipt.now_ms.into(),
                ]
            })
            .collect();
        let new: HashSet<i64> = conn
            .insert_rows_returning(
                "inbox",
                &[
                    ("id", Kind::Int),
                    ("activity_uri", Kind::Text),
                    ("actor_uri", Kind::Text),
                    ("host", Kind::Text),
                    ("object_uri", Kind::Text),
                    ("body", Kind::Bytes),
                    ("created_at", Kind::Int),
                ],
                "on conflict (activity_uri, actor_uri) do nothing returning id",
                &rows,
                super::int,
            )?
            .into_iter()
            .collect();
        Ok(set.iter().map(|receipt| new.contains(&receipt.id.0)).collect())
    }
}

/// An activity that a worker has claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The row's id.
    pub id: RowId,
    /// The activity's id.
    pub activity_uri: String,
    /// Who signed it.
    pub actor_uri: String,
    /// The actor's host.
    pub host: String,
    /// What it is about.
    pub object_uri: String,
    /// The JSON bytes as they came.
    pub body: Vec<u8>,
    /// How often it was tried before.
    pub attempts: i64,
}

/// What a worker has taken, so that one host does not take all its places while others wait.
#[derive(Clone, Debug, Default)]
pub struct UnderWay {
    /// How many activities of each host.
    pub by_host: HashMap<String, usize>,
    /// Hosts whose activities take long: theirs that wait are put off, so that they hide nobody's.
    pub slow: HashSet<String>,
    /// Places that hosts may take beyond [`PER_HOST`].
    pub spare: usize,
}

/// Activities that every host may have taken at once before any has more.
pub const PER_HOST: usize = 2;
/// Waiting activities that are looked at together.
const WINDOW: i64 = 200;
/// How often a claim looks.
const LOOKS: usize = 4;
/// How long an activity is put off behind an older one of its object. It is called as soon as that is over; this is
/// for when the call is lost.
const BEHIND_MS: Millis = 30 * SECOND_MS;
/// How long an activity of a slow host is put off.
const SLOW_MS: Millis = 5 * SECOND_MS;

/// Claims activities that may be worked off now: never one whose object has an older one waiting, whoever
/// holds that; few of each host first, and more only of those that are not slow, into the places that are spare.
/// A claim ends by itself at `until_ms`, so that another worker takes over when its holder dies. What cannot be taken is put off, so that each claim looks at few rows however many wait.
pub fn claim(
    conn: &mut Conn,
    now_ms: Millis,
    until_ms: Millis,
    limit: usize,
    under_way: &UnderWay,
) -> Result<Vec<Claimed>, StoreError> {
    let mut taken: Vec<i64> = Vec::new();
    let mut places = Places::new(limit, under_way);
    for _ in 0..LOOKS {
        let window = window(conn, now_ms, &taken)?;
        let full = i64::try_from(window.len()).is_ok_and(|looked| looked == WINDOW);
        let choice = places.choose(window);
        let moved = choice.moves();
        put_off(conn, choice.behind, now_ms.saturating_add(BEHIND_MS))?;
        put_off(conn, choice.slow, now_ms.saturating_add(SLOW_MS))?;
        taken.extend(choice.taken);
        if places.are_full() || !full || !moved {
            break;
        }
    }
    taken.extend(places.spare());
    take(conn, taken, until_ms)
}

fn window(conn: &mut Conn, now_ms: Millis, but: &[i64]) -> Result<Vec<Candidate>, StoreError> {
    conn.query(
        "select i.id, i.host, not exists (
                 select 1 from inbox older
                 where older.object_uri = i.object_uri and older.state = 'waiting' and older.id < i.id)
         from inbox i
         where i.state = 'waiting' and i.lease_until <= $1 and i.next_attempt_at <= $1 and i.id not_in_ints($3)
         order by i.next_attempt_at, i.id limit $2 for update skip locked",
        args![now_ms, WINDOW, but.to_vec()],
        |row| Ok(Candidate { id: row.take()?, host: row.take()?, oldest: row.take()? }),
    )
}

fn put_off(conn: &mut Conn, ids: Vec<i64>, until_ms: Millis) -> Result<(), StoreError> {
    if !ids.is_empty() {
        conn.execute("update inbox set next_attempt_at = $2 where id in_ints($1)", args![ids, until_ms])?;
    }
    Ok(())
}

fn take(conn: &mut Conn, ids: Vec<i64>, until_ms: Millis) -> Result<Vec<Claimed>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut claimed = conn.query(
        "update inbox set lease_until = $2 where id in_ints($1)
         returning id, activity_uri, actor_uri, host, object_uri, body, attempts",
        args![ids, until_ms],
        claimed_row,
    )?;
    claimed.sort_unstable_by_key(|row| row.id);
    Ok(claimed)
}

fn claimed_row(row: &mut Row<'_>) -> Result<Claimed, StoreError> {
    Ok(Claimed {
        id: row.take()?,
        activity_uri: row.take()?,
        actor_uri: row.take()?,
        host: row.take()?,
        object_uri: row.take()?,
        body: row.take()?,
        attempts: row.take()?,
    })
}

/// An activity is worked off. Its id stays, so that it is known when it comes again; its bytes go.
#[derive(Clone, Copy, Debug)]
pub struct WorkedOff(pub RowId);

impl HotCommand for WorkedOff {
    type Output = ();

    fn write_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<()>, StoreError> {
        let ids: Vec<i64> = set.iter().map(|done| done.0.0).collect();
        let nothing: &[u8] = &[];
        conn.execute(
            "update inbox set state = 'done', body = $2, error = null where id in_ints($1)",
            args![ids.clone(), nothing],
        )?;
        call_next(conn, ids)?;
        Ok(vec![(); set.len()])
    }
}

/// What was put off behind these activities need not wait any more.
fn call_next(conn: &mut Conn, over: Vec<i64>) -> Result<(), StoreError> {
    conn.execute(
        "update inbox set next_attempt_at = 0
         where attempts = 0 and id in (
             select min(later.id) from inbox later where later.state = 'waiting'
                 and later.object_uri in (select object_uri from inbox where id in_ints($1))
             group by later.object_uri)",
        args![over],
    )?;
    Ok(())
}

/// An activity failed for a passing cause: it is tried again at `at_ms`.
pub fn retry(conn: &mut Conn, id: RowId, error: &str, at_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "update inbox set attempts = attempts + 1, error = $2, next_attempt_at = $3, lease_until = 0 where id = $1",
        args![id, error, at_ms],
    )?;
    Ok(())
}

/// An activity cannot be worked off: it is kept with the reason for the admin, and no longer stands in the way.
pub fn park(conn: &mut Conn, id: RowId, error: &str) -> Result<(), StoreError> {
    conn.execute(
        "update inbox set state = 'parked', attempts = attempts + 1, error = $2 where id = $1",
        args![id, error],
    )?;
    call_next(conn, vec![id.0])
}

/// Whether something about this object waits.
pub fn is_waiting(conn: &mut Conn, object_uri: &str) -> Result<bool, StoreError> {
    conn.query_one(
        "select exists(select 1 from inbox where object_uri = $1 and state = 'waiting')",
        args![object_uri],
        |row| row.take(),
    )
}

/// What an activity of this actor that has come before is about.
pub fn object_of(conn: &mut Conn, activity_uri: &str, actor_uri: &str) -> Result<Option<String>, StoreError> {
    conn.query_opt(
        "select object_uri from inbox where activity_uri = $1 and actor_uri = $2",
        args![activity_uri, actor_uri],
        |row| row.take(),
    )
}

/// Holds claims until `until_ms`; the past lets them go.
pub fn lease_until(conn: &mut Conn, ids: &[RowId], until_ms: Millis) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    conn.execute(
        "update inbox set lease_until = $2 where state = 'waiting' and id in_ints($1)",
        args![ids, until_ms],
    )?;
    Ok(())
}

/// How many wait, and how many are parked.
pub fn counts(conn: &mut Conn) -> Result<(i64, i64), StoreError> {
    conn.query_one(
        "select (select count(*) from inbox where state = 'waiting'), (select count(*) from inbox where state = 'parked')",
        args![],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// Forgets worked-off activities from before `before_ms`, at most `limit`.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from inbox where id in (
             select id from inbox where state = 'done' and created_at < $1 order by created_at limit $2)",
        args![before_ms, limit],
    )
}

/// Forgets parked activities from before `before_ms`, at most `limit`.
pub fn prune_parked(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from inbox where id in (
             select id from inbox where state = 'parked' and created_at < $1 order by created_at limit $2)",
        args![before_ms, limit],
    )
}
