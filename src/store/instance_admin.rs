//! What admins see of remote hosts and do about them.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError};
use crate::clock::Millis;
use crate::model::ids::RowId;
use crate::model::instance::{Instance, InstanceState, WAITING_COUNTED};

/// Paused deliveries of one host that are let go at once.
const PAUSED_LIMIT: i64 = 1_000;

/// Hosts by name after `after`, of one state or of all.
pub fn list(
    conn: &mut Conn,
    state: Option<InstanceState>,
    after: &str,
    limit: i64,
) -> Result<Vec<Instance>, StoreError> {
    let wanted: i64 = match state {
        None => 0,
        Some(InstanceState::Reachable) => 1,
        Some(InstanceState::Failing) => 2,
        Some(InstanceState::Dead) => 3,
        Some(InstanceState::Blocked) => 4,
    };
    conn.query(
        "select i.host, i.state, i.blocked, i.failures, i.next_attempt_at, i.first_failure_at, i.last_success_at,
             i.last_failure_at, i.last_failure, i.form, i.software, i.created_at,
             (select count(*) from (select 1 from deliveries d where d.host = i.host limit $4) waiting),
             (select min(d.id) from deliveries d where d.host = i.host)
         from instances i
         where i.host > $2 and ($1 = 0
             or ($1 = 1 and i.state = 0 and not i.blocked) or ($1 = 2 and i.state in (1, 2) and not i.blocked)
             or ($1 = 3 and i.state = 3 and not i.blocked) or ($1 = 4 and i.blocked))
         order by i.host limit $3",
        args![wanted, after, limit, WAITING_COUNTED.saturating_add(1)],
        instance,
    )
}

/// One host; `None` when it is not known.
pub fn one(conn: &mut Conn, host: &str) -> Result<Option<Instance>, StoreError> {
    conn.query_opt(
        "select i.host, i.state, i.blocked, i.failures, i.next_attempt_at, i.first_failure_at, i.last_success_at,
             i.last_failure_at, i.last_failure, i.form, i.software, i.created_at,
             (select count(*) from (select 1 from deliveries d where d.host = i.host limit $2) waiting),
             (select min(d.id) from deliveries d where d.host = i.host)
         from instances i where i.host = $1",
        args![host, WAITING_COUNTED.saturating_add(1)],
        instance,
    )
}

fn instance(row: &mut Row<'_>) -> Result<Instance, StoreError> {
    let host = row.take()?;
    let (state, blocked) = (row.take()?, row.take()?);
    Ok(Instance {
        host,
        state: InstanceState::of(state, blocked),
        failures: row.take()?,
        next_attempt_at: row.take()?,
        failing_since: row.take()?,
        last_success_at: row.take()?,
        last_failure_at: row.take()?,
        last_failure: row.take()?,
        form: row.take()?,
        software: row.take()?,
        known_since: row.take()?,
        waiting: row.take()?,
        oldest_at: row.take::<Option<RowId>>()?.map(RowId::time_ms),
    })
}

/// Lets a host be tried at once, also a dead one, and what pauses for it. Answers whether it is known.
pub fn retry(conn: &mut Conn, host: &str, now_ms: Millis) -> Result<bool, StoreError> {
    let known = conn.execute(
        "update instances set state = case when state = 0 then 0 else 1 end,
             next_attempt_at = case when state = 0 then null else $2 end, look_at = 0, looked_to = 0
         where host = $1",
        args![host, now_ms],
    )?;
    conn.execute(
        "update deliveries set not_before = 0 where id in (
             select id from deliveries where host = $1 and not_before > $2 order by id limit $3)",
        args![host, now_ms, PAUSED_LIMIT],
    )?;
    Ok(known > 0)
}

/// Blocks a host or domain with all below it, known or not, or lifts that. Answers whether that changed anything.
pub fn set_blocked(conn: &mut Conn, host: &str, blocked: bool, now_ms: Millis) -> Result<bool, StoreError> {
    let changed = conn.execute(
        "update instances set blocked = $2, look_at = 0, looked_to = 0 where host = $1 and blocked <> $2",
        args![host, blocked],
    )?;
    if changed > 0 || !blocked {
        return Ok(changed > 0);
    }
    let made = conn.execute(
        "insert into instances (host, blocked, created_at) values ($1, $2, $3) on conflict (host) do nothing",
        args![host, true, now_ms],
    )?;
    Ok(made > 0)
}

/// Known hosts after `after` that are this one, on whichever port, or below it.
pub fn below(conn: &mut Conn, domain: &str, after: &str, limit: i64) -> Result<Vec<String>, StoreError> {
    // No host has a wildcard of `like` in its name, but for the underscore, which then matches a little more.
    let (with_port, under, under_with_port) =
        (format!("{domain}:%"), format!("%.{domain}"), format!("%.{domain}:%"));
    conn.query(
        "select host from instances
         where host > $5 and (host = $1 or host like $2 or host like $3 or host like $4) order by host limit $6",
        args![domain, with_port, under, under_with_port, after, limit],
        |row| row.take(),
    )
}

/// Instances that are due to be asked what they run, and answer: taken until `until_ms`, so that nobody else asks.
pub fn take_unasked(
    conn: &mut Conn,
    now_ms: Millis,
    until_ms: Millis,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    conn.query(
        "update instances set software_due = $2 where host in (
             select host from instances where software_due <= $1 and state = 0 and not blocked
             order by software_due limit $3 for update skip locked)
         returning host",
        args![now_ms, until_ms, limit],
        |row| row.take(),
    )
}

/// Writes what an instance runs, if it said so, and when it is to be asked again.
pub fn learn_software(
    conn: &mut Conn,
    host: &str,
    software: Option<&str>,
    due_ms: Millis,
) -> Result<(), StoreError> {
    conn.execute(
        "update instances set software = coalesce($2, software), software_due = $3 where host = $1",
        args![host, software, due_ms],
    )?;
    Ok(())
}
