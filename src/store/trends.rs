//! Who used what on which day, and what was used most of late.

pub mod reviews;

use std::collections::HashMap;

use super::conn::Conn;
use super::value::args;
use super::{Kind, StoreError, Value};
use crate::clock::{DAY_MS, Millis};
use crate::model::host::Host;
use crate::model::ids::AccountId;
use crate::model::trend::{self, DayUse, PAST_DAYS, TrendKind, day_of, hour_of, past_ends};

/// Accounts that must have used something of late before it is thought of.
const ACCOUNTS_MIN: i64 = 2;
/// Items that are weighed: those that most accounts used.
const WEIGHED: i64 = 500;
/// Items that are kept of each kind: more than are shown, as moderators may leave few of them.
pub(super) const KEPT: usize = 200;
/// Items that are shown of each kind.
const SHOWN: i64 = 40;

/// Somebody used something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// What kind of thing, by its number.
    pub kind: i64,
    /// The thing.
    pub item: String,
    /// Who used it.
    pub account: AccountId,
}

/// Writes who used what now. Each use counts.
pub fn used(conn: &mut Conn, uses: &[Use], now_ms: Millis) -> Result<(), StoreError> {
    let (day, hour) = (day_of(now_ms), hour_of(now_ms));
    let rows: Vec<Vec<Value>> = uses
        .iter()
        .map(|one| vec![one.kind.into(), (&one.item).into(), day.into(), one.account.into(), hour.into()])
        .collect();
    let columns = [
        ("kind", Kind::Int),
        ("item", Kind::Text),
        ("day", Kind::Int),
        ("account_id", Kind::Int),
        ("hour", Kind::Int),
    ];
    conn.insert_rows(
        "trend_uses",
        &columns,
        "on conflict (kind, item, day, account_id) do update set
             hour = excluded.hour, uses = trend_uses.uses + 1",
        &rows,
    )?;
    Ok(())
}

/// Reckons anew what was used most of late, unless that was done since `since_ms`.
pub fn reckon(
    conn: &mut Conn,
    kind: TrendKind,
    since_ms: Millis,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    let turn = conn.execute(
        "insert into trend_reckonings (kind, reckoned_at) values ($1, $2)
         on conflict (kind) do update set reckoned_at = excluded.reckoned_at
         where trend_reckonings.reckoned_at <= $3",
        args![kind.number(), now_ms, since_ms],
    )?;
    if turn == 0 {
        return Ok(false);
    }
    let since_hour = hour_of(now_ms).saturating_sub(kind.horizon_hours());
    let items = used_by_many(conn, kind, since_hour)?;
    let used = last_uses(conn, kind, items, since_hour)?;
    let sums = kind.sums(used, hour_of(now_ms));
    let usual = usual(conn, kind, sums.keys().cloned().collect(), day_of(now_ms))?;
    note_peaks(conn, kind, &sums, day_of(now_ms))?;
    conn.execute("delete from trends where kind = $1", args![kind.number()])?;
    let rows: Vec<Vec<Value>> = trend::ranked(sums, &usual)
        .into_iter()
        .take(KEPT)
        .zip(0_i64..)
        .map(|(item, position)| {
            let host = host_of(kind, &item);
            vec![kind.number().into(), position.into(), item.into(), host.into()]
        })
        .collect();
    let columns = [("kind", Kind::Int), ("position", Kind::Int), ("item", Kind::Text), ("host", Kind::Text)];
    conn.insert_rows("trends", &columns, "", &rows)?;
    Ok(true)
}

/// The publisher of a linked page; nothing else has one.
fn host_of(kind: TrendKind, item: &str) -> String {
    let host = url::Url::parse(item).ok().filter(|_| kind == TrendKind::Links).and_then(|url| Host::of(&url));
    host.map(|host| host.to_string()).unwrap_or_default()
}

/// The highest that each of these stood on the days that are its past; what has none is left out.
pub(super) fn usual(
    conn: &mut Conn,
    kind: TrendKind,
    items: Vec<String>,
    today: i64,
) -> Result<HashMap<String, i64>, StoreError> {
    let rows: Vec<(String, i64)> = conn.query(
        "select item, max(peak) from trend_peaks
         where kind = $1 and item in_texts($2) and day >= $3 and day < $4 group by item",
        args![kind.number(), items, today.saturating_sub(PAST_DAYS), past_ends(today)],
        |row| Ok((row.take()?, row.take()?)),
    )?;
    Ok(rows.into_iter().collect())
}

fn note_peaks(
    conn: &mut Conn,
    kind: TrendKind,
    sums: &HashMap<String, i64>,
    today: i64,
) -> Result<(), StoreError> {
    let mut sums: Vec<(&String, &i64)> = sums.iter().collect();
    sums.sort_unstable();
    let rows: Vec<Vec<Value>> = sums
        .into_iter()
        .map(|(item, sum)| vec![kind.number().into(), item.into(), today.into(), (*sum).into()])
        .collect();
    let columns = [("kind", Kind::Int), ("item", Kind::Text), ("day", Kind::Int), ("peak", Kind::Int)];
    conn.insert_rows(
        "trend_peaks",
        &columns,
        "on conflict (kind, item, day) do update set peak = excluded.peak where excluded.peak > trend_peaks.peak",
        &rows,
    )?;
    Ok(())
}

/// What several accounts used since that hour, by how many.
pub(super) fn used_by_many(
    conn: &mut Conn,
    kind: TrendKind,
    since_hour: i64,
) -> Result<Vec<String>, StoreError> {
    // The cast keeps SQLite from reading all the kind's days only because they stand in the order of their items.
    conn.query(
        "select cast(u.item as text) from trend_uses u join accounts a on a.id = u.account_id
         where u.kind = $1 and u.hour > $2
             and a.suspended_at is null and a.limited_at is null and a.discoverable
         group by cast(u.item as text) having count(distinct u.account_id) >= $3
         order by count(*) desc, cast(u.item as text) limit $4",
        args![kind.number(), since_hour, ACCOUNTS_MIN, WEIGHED],
        |row| row.take(),
    )
}

/// By how many accounts each of these was used, by the hour in which each account last did.
pub(super) fn last_uses(
    conn: &mut Conn,
    kind: TrendKind,
    items: Vec<String>,
    since_hour: i64,
) -> Result<Vec<(String, i64, i64)>, StoreError> {
    conn.query(
        "select last.item, last.hour, count(*) from (
             select u.item, u.account_id, max(u.hour) as hour from trend_uses u
             join accounts a on a.id = u.account_id
             where u.kind = $1 and u.item in_texts($2) and u.day >= $3 and u.hour > $4
                 and a.suspended_at is null and a.limited_at is null and a.discoverable
             group by u.item, u.account_id) last
         group by last.item, last.hour",
        args![kind.number(), items, since_hour.div_euclid(24), since_hour],
        |row| Ok((row.take()?, row.take()?, row.take()?)),
    )
}

/// What stands highest, and may be shown: nothing that a moderator rejected, and only what one approved where `reviewed`.
pub fn list(conn: &mut Conn, kind: TrendKind, reviewed: bool) -> Result<Vec<String>, StoreError> {
    conn.query(
        "select t.item from trends t
         left join trend_reviews own on own.kind = t.kind and own.item = t.item
         left join trend_reviews host on host.kind = 3 and host.item = t.host
         where t.kind = $1 and coalesce(own.approved, true) and coalesce(host.approved, true)
             and ($2 = 0 or own.approved or host.approved)
         order by t.position limit $3",
        args![kind.number(), i64::from(reviewed), SHOWN],
        |row| row.take(),
    )
}

/// How often these were used on each of the last `days` days, today first. Each of them has all the days.
pub fn histories(
    conn: &mut Conn,
    kind: TrendKind,
    items: Vec<String>,
    days: i64,
    now_ms: Millis,
) -> Result<HashMap<String, Vec<DayUse>>, StoreError> {
    let today = day_of(now_ms);
    let blank: Vec<DayUse> = (0..days)
        .map(|back| DayUse {
            begins_ms: today.saturating_sub(back).saturating_mul(DAY_MS),
            accounts: 0,
            uses: 0,
        })
        .collect();
    let mut histories: HashMap<String, Vec<DayUse>> =
        items.iter().map(|item| (item.clone(), blank.clone())).collect();
    let rows: Vec<(String, i64, i64, i64)> = conn.query(
        "select item, day, count(*), cast(sum(uses) as bigint) from trend_uses
         where kind = $1 and item in_texts($2) and day > $3 group by item, day",
        args![kind.number(), items, today.saturating_sub(days)],
        |row| Ok((row.take()?, row.take()?, row.take()?, row.take()?)),
    )?;
    for (item, day, accounts, uses) in rows {
        let place = usize::try_from(today.saturating_sub(day)).unwrap_or(usize::MAX);
        if let Some(slot) = histories.get_mut(&item).and_then(|days| days.get_mut(place)) {
            (slot.accounts, slot.uses) = (accounts, uses);
        }
    }
    Ok(histories)
}

/// Forgets uses of days before a time, at most so many; answers how many.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from trend_uses where (kind, item, day, account_id) in (
             select kind, item, day, account_id from trend_uses where day < $1 limit $2)",
        args![day_of(before_ms), limit],
    )
}

/// Forgets peaks of days before a time, at most so many; answers how many.
pub fn prune_peaks(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from trend_peaks where (kind, item, day) in (
             select kind, item, day from trend_peaks where day < $1 limit $2)",
        args![day_of(before_ms), limit],
    )
}
