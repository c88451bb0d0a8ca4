//! Hashtags that people follow.

use super::conn::Conn;
use super::value::args;
use super::{StoreError, accounts, events, newer_than, older_than};
use crate::clock::Millis;
use crate::config::limits;
use crate::error::Error;
use crate::model::cursor::Cursor;
use crate::model::event::Event;
use crate::model::ids::{AccountId, RowId};

/// Follows a hashtag (folded). Answers whether that is new.
pub fn follow(
    conn: &mut Conn,
    (id, account): (RowId, AccountId),
    tag: &str,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    accounts::hold(conn, account)?;
    let new = conn.execute(
        "insert into followed_tags (id, account_id, tag) values ($1, $2, $3) on conflict do nothing",
        args![id, account, tag],
    )?;
    if new == 0 {
        return Ok(false);
    }
    let most = i64::try_from(limits::FOLLOWED_TAGS_MAX).unwrap_or(i64::MAX);
    let there = conn.query_one(
        "select count(*) from (select 1 from followed_tags where account_id = $1 limit $2) as there",
        args![account, most.saturating_add(1)],
        super::int,
    )?;
    if there > most {
        let message = format!("an account follows at most {most} hashtags");
        return Err(Error::invalid("tag", "too_many", message).into());
    }
    events::append(conn, &[changed(account, tag)], now_ms)?;
    Ok(true)
}

/// Ends that. Answers whether it was followed.
pub fn unfollow(conn: &mut Conn, account: AccountId, tag: &str, now_ms: Millis) -> Result<bool, StoreError> {
    let gone =
        conn.execute("delete from followed_tags where account_id = $1 and tag = $2", args![account, tag])?;
    if gone > 0 {
        events::append(conn, &[changed(account, tag)], now_ms)?;
    }
    Ok(gone > 0)
}

/// The hashtags that an account follows, the last one first.
pub fn list(
    conn: &mut Conn,
    account: AccountId,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<(RowId, String)>, StoreError> {
    conn.query(
        "select id, tag from followed_tags where account_id = $1 and id < $2 and id > $3 order by id desc limit $4",
        args![account, older_than(cursor), newer_than(cursor), limit],
        |row| Ok((row.take()?, row.take()?)),
    )
}

fn changed(account: AccountId, tag: &str) -> Event {
    Event::FollowedTagsChanged { account, tag: tag.to_owned() }
}
