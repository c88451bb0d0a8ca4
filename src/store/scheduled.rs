//! Tweets to be published later, with the uploads that they keep.

use super::conn::Conn;
use super::tweet_commands::{RequestKey, unknown_media};
use super::value::args;
use super::{Row, StoreError, accounts, newer_than, older_than};
use crate::clock::{DAY_MS, Millis};
use crate::config::limits;
use crate::error::Error;
use crate::model::cursor::Cursor;
use crate::model::ids::{AccountId, MediaId, RowId};

/// A tweet to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// Its id; the tweet gets one of its own.
    pub id: RowId,
    /// Its author.
    pub account: AccountId,
    /// When it is to be published.
    pub due_at: Millis,
    /// All that was asked for, as JSON.
    pub params: String,
    /// Why it could not be published when its time came.
    pub failure: Option<String>,
}

macro_rules! select_scheduled {
    ($rest:literal) => {
        concat!("select s.id, s.account_id, s.due_at, s.params, s.failure from scheduled_tweets s ", $rest)
    };
}

fn scheduled(row: &mut Row<'_>) -> Result<Scheduled, StoreError> {
    Ok(Scheduled {
        id: row.take()?,
        account: row.take()?,
        due_at: row.take()?,
        params: row.take()?,
        failure: row.take()?,
    })
}

/// Writes a tweet to come and keeps its uploads for it. Answers its id: an earlier one's, when the same request made it.
/// Refused are uploads that are not free, and more than the limits allow.
pub fn insert(
    conn: &mut Conn,
    new: &Scheduled,
    media: &[MediaId],
    key: Option<&RequestKey>,
    now_ms: Millis,
) -> Result<RowId, StoreError> {
    // Two at once are counted one after the other.
    accounts::hold(conn, new.account)?;
    if let Some(key) = key
        && let Some(earlier) = claim(conn, new, key, now_ms)?
    {
        return Ok(earlier);
    }
    let most = limits::SCHEDULED_MAX;
    let all = conn.query_one(
        "select count(*) from (select 1 from scheduled_tweets where account_id = $1 limit $2) counted",
        args![new.account, most],
        super::int,
    )?;
    if all >= most {
        let message = format!("at most {most} posts can wait for their time");
        return Err(Error::invalid("scheduled_at", "too_many", message).into());
    }
    refuse_full_day(conn, new.account, new.id, new.due_at)?;
    conn.execute(
        "insert into scheduled_tweets (id, account_id, due_at, params, created_at) values ($1, $2, $3, $4, $5)",
        args![new.id, new.account, new.due_at, &new.params, now_ms],
    )?;
    let ids: Vec<i64> = media.iter().map(|id| id.0).collect();
    let kept = conn.execute(
        "update media set scheduled_id = $1
         where id in_ints($2) and account_id = $3 and tweet_id is null and scheduled_id is null",
        args![new.id, ids, new.account],
    )?;
    if usize::try_from(kept).is_ok_and(|kept| kept == media.len()) {
        Ok(new.id)
    } else {
        Err(unknown_media().into())
    }
}

/// Takes a key for a tweet to come. Answers the one that has it already.
fn claim(
    conn: &mut Conn,
    new: &Scheduled,
    key: &RequestKey,
    now_ms: Millis,
) -> Result<Option<RowId>, StoreError> {
    let claimed = conn.execute(
        "insert into idempotency_keys (account_id, key, tweet_id, request_hash, created_at, scheduled)
         values ($1, $2, $3, $4, $5, true) on conflict do nothing",
        args![new.account, &key.key, new.id, key.request_hash.as_slice(), now_ms],
    )?;
    if claimed > 0 { Ok(None) } else { claimed_by(conn, new.account, key) }
}

/// The tweet to come that was made under this key. Refused when it was another request.
pub fn claimed_by(conn: &mut Conn, author: AccountId, key: &RequestKey) -> Result<Option<RowId>, StoreError> {
    let claimed: Option<(RowId, Option<Vec<u8>>, bool)> = conn.query_opt(
        "select tweet_id, request_hash, scheduled from idempotency_keys where account_id = $1 and key = $2",
        args![author, &key.key],
        |row| Ok((row.take()?, row.take()?, row.take()?)),
    )?;
    let Some((id, request_hash, is_scheduled)) = claimed else { return Ok(None) };
    if !is_scheduled || request_hash.is_some_and(|hash| hash != key.request_hash) {
        return Err(super::tweet_commands::key_reused().into());
    }
    Ok(Some(id))
}

fn refuse_full_day(
    conn: &mut Conn,
    account: AccountId,
    but: RowId,
    due_at: Millis,
) -> Result<(), StoreError> {
    let most = limits::SCHEDULED_PER_DAY_MAX;
    let begin = due_at.div_euclid(DAY_MS).saturating_mul(DAY_MS);
    let that_day = conn.query_one(
        "select count(*) from (select 1 from scheduled_tweets
             where account_id = $1 and due_at >= $2 and due_at < $3 and id <> $4 limit $5) counted",
        args![account, begin, begin.saturating_add(DAY_MS), but, most],
        super::int,
    )?;
    if that_day >= most {
        let message = format!("at most {most} posts can be due on one day");
        return Err(Error::invalid("scheduled_at", "full_day", message).into());
    }
    Ok(())
}

/// Tweets to come of an account, the newest first.
pub fn list(
    conn: &mut Conn,
    account: AccountId,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<Scheduled>, StoreError> {
    conn.query(
        select_scheduled!("where s.account_id = $1 and s.id < $2 and s.id > $3 order by s.id desc limit $4"),
        args![account, older_than(cursor), newer_than(cursor), limit],
        scheduled,
    )
}

/// One of them.
pub fn by_id(conn: &mut Conn, account: AccountId, id: RowId) -> Result<Option<Scheduled>, StoreError> {
    conn.query_opt(select_scheduled!("where s.id = $1 and s.account_id = $2"), args![id, account], scheduled)
}

/// Gives a tweet to come another time, and another chance if it had failed. Answers whether it is there.
pub fn put_off(conn: &mut Conn, account: AccountId, id: RowId, due_at: Millis) -> Result<bool, StoreError> {
    accounts::hold(conn, account)?;
    refuse_full_day(conn, account, id, due_at)?;
    let changed = conn.execute(
        "update scheduled_tweets set due_at = $3, failure = null where id = $1 and account_id = $2",
        args![id, account, due_at],
    )?;
    Ok(changed > 0)
}

/// Takes a tweet to come back; its uploads are free again. Answers whether it was there.
pub fn remove(conn: &mut Conn, account: AccountId, id: RowId) -> Result<bool, StoreError> {
    let removed =
        conn.execute("delete from scheduled_tweets where id = $1 and account_id = $2", args![id, account])?;
    Ok(removed > 0)
}

/// Tweets whose time has come, of accounts that may write, in the order of their times after that of `after`.
pub fn due(
    conn: &mut Conn,
    now_ms: Millis,
    after: (Millis, RowId),
    limit: i64,
) -> Result<Vec<Scheduled>, StoreError> {
    conn.query(
        select_scheduled!(
            "join users u on u.account_id = s.account_id join accounts a on a.id = s.account_id
             where s.failure is null and s.due_at <= $1 and (s.due_at, s.id) > ($2, $3)
                 and u.state = 'active' and a.suspended_at is null
             order by s.due_at, s.id limit $4"
        ),
        args![now_ms, after.0, after.1, limit],
        scheduled,
    )
}

/// Takes a tweet whose time has come away, in the unit that writes it, which has its uploads then. Answers whether it was
/// still there and due: else another process has published it, or its author thought better of it.
pub fn take(conn: &mut Conn, id: RowId, now_ms: Millis) -> Result<bool, StoreError> {
    let taken = conn.execute(
        "delete from scheduled_tweets where id = $1 and due_at <= $2 and failure is null",
        args![id, now_ms],
    )?;
    Ok(taken > 0)
}

/// Remembers why a tweet could not be published when its time came.
pub fn fail(conn: &mut Conn, failed: &Scheduled, why: &str) -> Result<(), StoreError> {
    conn.execute(
        "update scheduled_tweets set failure = $3 where id = $1 and due_at = $2",
        args![failed.id, failed.due_at, why],
    )?;
    Ok(())
}
