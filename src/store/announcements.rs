//! What admins tell everybody here, who has read it, and who reacted how. There are few at a time.

use std::collections::HashMap;

use super::conn::Conn;
use super::value::{args, grouped};
use super::{Row, StoreError, events};
use crate::clock::Millis;
use crate::config::limits;
use crate::model::announcement::{Announcement, ReactionCount};
use crate::model::event::Event;
use crate::model::ids::{AccountId, RowId};

macro_rules! select_announcements {
    ($rest:literal) => {
        concat!(
            "select id, text, starts_at, ends_at, all_day, published_at, updated_at from announcements ",
            $rest
        )
    };
}

fn announcement(row: &mut Row<'_>) -> Result<Announcement, StoreError> {
    Ok(Announcement {
        id: row.take()?,
        text: row.take()?,
        starts_at: row.take()?,
        ends_at: row.take()?,
        all_day: row.take()?,
        published_at: row.take()?,
        updated_at: row.take()?,
    })
}

fn most() -> i64 {
    i64::try_from(limits::ANNOUNCEMENTS_MAX).unwrap_or(i64::MAX)
}

/// Publishes an announcement or changes one, and tells of it.
pub fn put(conn: &mut Conn, new: &Announcement) -> Result<(), StoreError> {
    conn.execute(
        "insert into announcements (id, text, starts_at, ends_at, all_day, published_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (id) do update set text = excluded.text, starts_at = excluded.starts_at,
             ends_at = excluded.ends_at, all_day = excluded.all_day, updated_at = excluded.updated_at",
        args![new.id, &new.text, new.starts_at, new.ends_at, new.all_day, new.published_at, new.updated_at],
    )?;
    events::append(conn, &[Event::Announced { announcement: new.id }], new.updated_at)
}

/// Takes an announcement back, and tells of it. Answers whether it was there.
pub fn remove(conn: &mut Conn, id: RowId, now_ms: Millis) -> Result<bool, StoreError> {
    if conn.execute("delete from announcements where id = $1", args![id])? == 0 {
        return Ok(false);
    }
    events::append(conn, &[Event::AnnouncementRemoved { announcement: id }], now_ms)?;
    Ok(true)
}

/// The announcement with this id.
pub fn by_id(conn: &mut Conn, id: RowId) -> Result<Option<Announcement>, StoreError> {
    conn.query_opt(select_announcements!("where id = $1"), args![id], announcement)
}

/// Those of these that there are.
pub fn among(conn: &mut Conn, ids: &[RowId]) -> Result<Vec<Announcement>, StoreError> {
    let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
    conn.query(
        select_announcements!("where id in_ints($1) order by id limit $2"),
        args![wanted, most()],
        announcement,
    )
}

/// All that are not over, the newest first.
pub fn current(conn: &mut Conn, now_ms: Millis) -> Result<Vec<Announcement>, StoreError> {
    conn.query(
        select_announcements!("where ends_at is null or ends_at > $1 order by id desc limit $2"),
        args![now_ms, most()],
        announcement,
    )
}

/// All of them, over or not, the newest first.
pub fn all(conn: &mut Conn) -> Result<Vec<Announcement>, StoreError> {
    conn.query(select_announcements!("order by id desc limit $1"), args![most()], announcement)
}

/// How many there are, counted up to the most that there may be.
pub fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.query_one(
        "select count(*) from (select 1 from announcements limit $1) as known",
        args![most()],
        super::int,
    )
}

/// Which of these an account has read.
pub fn read_among(conn: &mut Conn, account: AccountId, ids: &[RowId]) -> Result<Vec<RowId>, StoreError> {
    let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
    conn.query(
        "select announcement_id from announcement_reads where account_id = $1 and announcement_id in_ints($2)",
        args![account, wanted],
        |row| row.take(),
    )
}

/// Those that are not over and that an account has not read, the newest first.
pub fn unread(
    conn: &mut Conn,
    account: AccountId,
    now_ms: Millis,
    limit: i64,
) -> Result<Vec<Announcement>, StoreError> {
    conn.query(
        select_announcements!(
            "where (ends_at is null or ends_at > $1) and not exists (
                 select 1 from announcement_reads
                 where announcement_reads.announcement_id = announcements.id and account_id = $2
             ) order by id desc limit $3"
        ),
        args![now_ms, account, limit.min(most())],
        announcement,
    )
}

/// Remembers that an account has read one.
pub fn read(conn: &mut Conn, id: RowId, account: AccountId) -> Result<(), StoreError> {
    conn.execute(
        "insert into announcement_reads (announcement_id, account_id)
         select id, $2 from announcements where id = $1 on conflict do nothing",
        args![id, account],
    )?;
    Ok(())
}

/// How many reacted to these with which emoji, the first emoji first; whether `viewer` did too, if somebody asks.
pub fn reactions(
    conn: &mut Conn,
    viewer: Option<AccountId>,
    ids: &[RowId],
) -> Result<HashMap<RowId, Vec<ReactionCount>>, StoreError> {
    let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(RowId, ReactionCount)> = conn.query(
        "select announcement_id, name, count(*), cast(max(case when account_id = $2 then 1 else 0 end) as bigint)
         from announcement_reactions where announcement_id in_ints($1)
         group by announcement_id, name order by announcement_id, min(created_at), name",
        args![wanted, viewer],
        |row| {
            let (id, name, count, mine) = (row.take()?, row.take()?, row.take()?, row.take::<i64>()?);
            Ok((id, ReactionCount { name, count, mine: mine == 1 }))
        },
    )?;
    Ok(grouped(rows))
}

/// Adds a reaction, once, unless there would be too many different ones. Answers whether it is there, and tells of it.
pub fn react(
    conn: &mut Conn,
    (id, account): (RowId, AccountId),
    name: &str,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    let names: Vec<String> = conn.query(
        "select distinct name from announcement_reactions where announcement_id = $1 limit $2",
        args![id, i64::try_from(limits::REACTIONS_MAX).unwrap_or(i64::MAX)],
        |row| row.take(),
    )?;
    if names.len() >= limits::REACTIONS_MAX && names.iter().all(|known| known != name) {
        return Ok(false);
    }
    let new = conn.execute(
        "insert into announcement_reactions (announcement_id, name, account_id, created_at)
         values ($1, $2, $3, $4) on conflict do nothing",
        args![id, name, account, now_ms],
    )?;
    if new > 0 {
        let told = Event::AnnouncementReacted { announcement: id, name: name.to_owned() };
        events::append(conn, &[told], now_ms)?;
    }
    Ok(true)
}

/// Takes a reaction back, and tells of it.
pub fn unreact(
    conn: &mut Conn,
    (id, account): (RowId, AccountId),
    name: &str,
    now_ms: Millis,
) -> Result<(), StoreError> {
    let gone = conn.execute(
        "delete from announcement_reactions where announcement_id = $1 and name = $2 and account_id = $3",
        args![id, name, account],
    )?;
    if gone > 0 {
        let told = Event::AnnouncementReacted { announcement: id, name: name.to_owned() };
        events::append(conn, &[told], now_ms)?;
    }
    Ok(())
}
