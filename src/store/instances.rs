//! Remote hosts: their health, and who holds the lease of the lane to them.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError};
use crate::clock::{MINUTE_MS, Millis};
use crate::model::ids::RowId;

/// How long a host below a blocked domain is passed over.
const BLOCKED_LOOK_MS: Millis = 10 * MINUTE_MS;

/// The stored health of a host; its meaning is the breaker's of the federation floor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// 0 closed, 1 open, 2 half-open, 3 dead.
    pub state: i64,
    /// Failures since the host last answered.
    pub failures: i64,
    /// When the next attempt may start, or since when it is dead.
    pub next_attempt_at: Option<Millis>,
    /// The first of these failures.
    pub first_failure_at: Option<Millis>,
    /// When it last answered.
    pub last_success_at: Option<Millis>,
    /// The form of signatures it takes: 0 not known, 1 draft-cavage, 2 RFC 9421.
    pub form: i64,
    /// How long it usually takes to answer; `None` while it is not known.
    pub answer_ms: Option<Millis>,
}

/// A failure of a host, for the admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When.
    pub at_ms: Millis,
    /// What went wrong, in a few words.
    pub what: String,
}

/// Makes a row for a host unless there is one.
pub fn know(conn: &mut Conn, host: &str, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into instances (host, created_at) values ($1, $2) on conflict (host) do nothing",
        args![host, now_ms],
    )?;
    Ok(())
}

/// Hosts that we exchange with, in their order; not those that are blocked or gone.
pub fn peers(conn: &mut Conn, limit: i64) -> Result<Vec<String>, StoreError> {
    conn.query(
        "select host from instances where not blocked and state <> 3 order by host limit $1",
        args![limit],
        |row| row.take(),
    )
}

/// Hosts that an admin blocked, in their order.
pub fn blocked(conn: &mut Conn, limit: i64) -> Result<Vec<String>, StoreError> {
    conn.query("select host from instances where blocked order by host limit $1", args![limit], |row| {
        row.take()
    })
}

/// Whether an admin blocked a host, or a domain that it is below.
pub fn is_blocked(conn: &mut Conn, host: &str) -> Result<bool, StoreError> {
    Ok(!blocked_among(conn, &BTreeSet::from([host]))?.is_empty())
}

/// What one unit of work has found out about blocks, so that it asks of each host once.
#[derive(Clone, Debug, Default)]
pub struct KnownBlocks(HashMap<String, bool>);

impl KnownBlocks {
    /// Whether an admin blocked each of `hosts`, of which those that are not known are asked for together.
    pub fn learn<'h>(
        &mut self,
        conn: &mut Conn,
        hosts: impl Iterator<Item = &'h str>,
    ) -> Result<(), StoreError> {
        let new: BTreeSet<&str> = hosts.filter(|host| !self.0.contains_key(*host)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let blocked = blocked_among(conn, &new)?;
        self.0.extend(new.into_iter().map(|host| (host.to_owned(), blocked.contains(host))));
        Ok(())
    }

    /// Whether a host that was asked for is blocked.
    pub fn blocks(&self, host: &str) -> bool {
        self.0.get(host).copied().unwrap_or(false)
    }
}

/// Those of `hosts` that an admin blocked, by themselves or by a domain that they are below.
pub fn blocked_among(conn: &mut Conn, hosts: &BTreeSet<&str>) -> Result<HashSet<String>, StoreError> {
    let names: BTreeSet<String> = hosts.iter().flat_map(|host| names_of(host)).map(str::to_owned).collect();
    let names: Vec<String> = names.into_iter().collect();
    let blocked: HashSet<String> = conn
        .query("select host from instances where blocked and host in_texts($1)", args![names], |row| {
            row.take()
        })?
        .into_iter()
        .collect();
    let is_blocked = |host: &&&str| names_of(host).any(|name| blocked.contains(name));
    Ok(hosts.iter().filter(is_blocked).map(|host| (*host).to_owned()).collect())
}

/// The names by which a host can be blocked: its own with and without its port, and those of the domains above it.
fn names_of(host: &str) -> impl Iterator<Item = &str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let above = std::iter::successors(Some(name), |name| name.split_once('.').map(|(_, above)| above));
    std::iter::once(host).chain(above)
}

/// Leases hosts that have something to send, may be tried now and are nobody's: those first whose last turn is the
/// longest ago. A host whose authors all wait is passed over until its time, or until there is more for it.
/// A lease ends by itself, so that another process takes over when its holder dies.
pub fn lease(
    conn: &mut Conn,
    owner: &str,
    now_ms: Millis,
    until_ms: Millis,
    limit: i64,
) -> Result<Vec<(String, Health)>, StoreError> {
    let leased: Vec<(String, Health)> = conn.query(
        "update instances set lease_owner = $1, lease_until = $3
         where host in (
             select i.host from instances i
             where i.lease_until <= $2 and i.state <> 3 and not i.blocked
                 and (i.next_attempt_at is null or i.next_attempt_at <= $2)
                 and exists (select 1 from deliveries d where d.host = i.host
                     and d.id > case when i.look_at <= $2 then 0 else i.looked_to end)
             order by i.lease_until limit $4 for update skip locked)
         returning host, state, failures, next_attempt_at, first_failure_at, last_success_at, form, answer_ms",
        args![owner, now_ms, until_ms, limit],
        |row| Ok((row.take()?, health(row)?)),
    )?;
    let hosts: BTreeSet<&str> = leased.iter().map(|(host, _)| host.as_str()).collect();
    let blocked = blocked_among(conn, &hosts)?;
    // Nothing goes below a blocked domain; that is looked at again when somebody lifts the block, or after a while.
    let look =
        LookAgain { at_ms: now_ms.saturating_add(BLOCKED_LOOK_MS), judged_to: RowId(i64::MAX), now_ms };
    for host in &blocked {
        release(conn, host, look, owner)?;
    }
    Ok(leased.into_iter().filter(|(host, _)| !blocked.contains(host)).collect())
}

/// Keeps a lease. Answers whether `owner` still has it.
pub fn renew(conn: &mut Conn, owner: &str, host: &str, until_ms: Millis) -> Result<bool, StoreError> {
    let kept = conn.execute(
        "update instances set lease_until = $3 where lease_owner = $1 and host = $2",
        args![owner, host, until_ms],
    )?;
    Ok(kept > 0)
}

/// Writes the health of a host that `owner` holds.
pub fn store_health(conn: &mut Conn, host: &str, health: &Health, owner: &str) -> Result<(), StoreError> {
    conn.execute(
        "update instances set state = $3, failures = $4, next_attempt_at = $5, first_failure_at = $6,
             last_success_at = $7, form = $8, answer_ms = $9
         where host = $1 and lease_owner = $2",
        args![
            host,
            owner,
            health.state,
            health.failures,
            health.next_attempt_at,
            health.first_failure_at,
            health.last_success_at,
            health.form,
            health.answer_ms,
        ],
    )?;
    Ok(())
}

/// Remembers how a host last failed.
pub fn store_trouble(conn: &mut Conn, host: &str, trouble: &Trouble) -> Result<(), StoreError> {
    conn.execute(
        "update instances set last_failure_at = $2, last_failure = $3 where host = $1",
        args![host, trouble.at_ms, &trouble.what],
    )?;
    Ok(())
}

/// When a host that is given back is to be looked at again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LookAgain {
    /// Not before, unless there is more for it; 0 for at once.
    pub at_ms: Millis,
    /// The last delivery that was taken into account.
    pub judged_to: RowId,
    /// The present: hosts take turns.
    pub now_ms: Millis,
}

/// Gives back one host that `owner` holds.
pub fn release(conn: &mut Conn, host: &str, look: LookAgain, owner: &str) -> Result<(), StoreError> {
    conn.execute(
        "update instances set lease_owner = null, lease_until = $5, look_at = $3, looked_to = $4
         where host = $1 and lease_owner = $2",
        args![host, owner, look.at_ms, look.judged_to, look.now_ms],
    )?;
    Ok(())
}

/// Gives back everything that `owner` holds: it starts, or stops.
pub fn release_all(conn: &mut Conn, owner: &str) -> Result<(), StoreError> {
    conn.execute("update instances set lease_until = 0 where lease_owner = $1", args![owner])?;
    Ok(())
}

/// What is known of who sends something here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// An admin blocked the host of the sender or that of its key, or a domain above.
    pub blocked: bool,
    /// The health of the sender's host; `None` when it is not known.
    pub health: Option<Health>,
}

/// The standings of senders on some hosts, each with the host of its key, in the order of `pairs`.
pub fn standings(conn: &mut Conn, pairs: &[(&str, &str)]) -> Result<Vec<Standing>, StoreError> {
    let names: BTreeSet<String> = pairs.iter().flat_map(names_of_pair).map(str::to_owned).collect();
    let names: Vec<String> = names.into_iter().collect();
    let rows = conn.query(
        "select host, blocked, state, failures, next_attempt_at, first_failure_at, last_success_at, form, answer_ms
         from instances where host in_texts($1)",
        args![names],
        |row| Ok((row.take::<String>()?, (row.take::<bool>()?, health(row)?))),
    )?;
    let known: HashMap<String, (bool, Health)> = rows.into_iter().collect();
    let standing = |pair: &(&str, &str)| Standing {
        blocked: names_of_pair(pair).any(|name| known.get(name).is_some_and(|(blocked, _)| *blocked)),
        health: known.get(pair.0).map(|(_, health)| *health),
    };
    Ok(pairs.iter().map(standing).collect())
}

fn names_of_pair<'h>((host, key_host): &(&'h str, &'h str)) -> impl Iterator<Item = &'h str> + use<'h> {
    names_of(host).chain(names_of(key_host))
}

/// A verified request came from a host that is open or dead: it may be probed again at `at_ms`.
pub fn earn_probe(conn: &mut Conn, host: &str, at_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "update instances set state = 1, next_attempt_at = case
             when state = 3 or next_attempt_at is null then $2 else least(next_attempt_at, $2) end
         where host = $1 and state in (1, 3)",
        args![host, at_ms],
    )?;
    Ok(())
}

/// Hosts in one state, and what waits for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The state, as in [`Health`].
    pub state: i64,
    /// How many hosts are in it.
    pub hosts: i64,
    /// How many deliveries wait for these.
    pub waiting: i64,
    /// When the oldest of them was planned.
    pub oldest_at: Option<Millis>,
}

/// Hosts and waiting deliveries by state. Reads an index entry of every waiting row.
pub fn by_state(conn: &mut Conn) -> Result<Vec<Tally>, StoreError> {
    conn.query(
        "select i.state, count(*), cast(coalesce(sum(w.waiting), 0) as bigint), min(w.oldest)
         from instances i left join (
                 select host, count(*) as waiting, min(id) as oldest from deliveries group by host) w
             on w.host = i.host
         group by i.state",
        args![],
        |row| {
            let (state, hosts, waiting) = (row.take()?, row.take()?, row.take()?);
            let oldest: Option<RowId> = row.take()?;
            Ok(Tally { state, hosts, waiting, oldest_at: oldest.map(RowId::time_ms) })
        },
    )
}

fn health(row: &mut Row<'_>) -> Result<Health, StoreError> {
    Ok(Health {
        state: row.take()?,
        failures: row.take()?,
        next_attempt_at: row.take()?,
        first_failure_at: row.take()?,
        last_success_at: row.take()?,
        form: row.take()?,
        answer_ms: row.take()?,
    })
}
