//! How long notifications are kept: not for ever, and not more of one account than anybody reads.

use std::collections::BTreeSet;

use super::conn::Conn;
use super::value::args;
use super::{StoreError, sifting};
use crate::clock::Millis;
use crate::model::ids::{AccountId, NotificationId};

/// Forgets at most so many of the oldest notifications, those from before `before_ms`; answers how many. They are
/// written in the order of their ids, so that the first ones are the oldest.
pub fn forget_old(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    let gone = conn.query(
        "delete from notifications where created_at < $1
             and id in (select id from notifications order by id limit $2)
         returning account_id, from_id, filtered",
        args![before_ms, limit],
        |row| Ok((row.take()?, row.take()?, row.take()?)),
    )?;
    close_empty(conn, &gone)?;
    Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
}

/// An account, and whether it is about those of its notifications that wait.
pub type Receiver = (AccountId, bool);

/// Whom the notifications after `after` are for, by whether these wait, and the last of them; at most so many
/// notifications are looked at.
pub fn receivers_after(
    conn: &mut Conn,
    after: NotificationId,
    limit: i64,
) -> Result<(BTreeSet<Receiver>, Option<NotificationId>), StoreError> {
    let rows: Vec<(NotificationId, AccountId, bool)> = conn.query(
        "select id, account_id, filtered from notifications where id > $1 order by id limit $2",
        args![after, limit],
        |row| Ok((row.take()?, row.take()?, row.take()?)),
    )?;
    let last = rows.last().map(|(id, _, _)| *id);
    Ok((rows.into_iter().map(|(_, account, waits)| (account, waits)).collect(), last))
}

/// The newest notification of an account beyond its newest `keep`, of those that wait or of those that are told.
pub fn newest_beyond(
    conn: &mut Conn,
    account: AccountId,
    waits: bool,
    keep: i64,
) -> Result<Option<NotificationId>, StoreError> {
    let sql = match waits {
        true => {
            "select id from notifications where account_id = $1 and filtered order by id desc limit 1 offset $2"
        }
        false => {
            "select id from notifications where account_id = $1 and not filtered order by id desc limit 1 offset $2"
        }
    };
    conn.query_opt(sql, args![account, keep], |row| row.take())
}

/// Forgets at most so many of an account's notifications up to one; answers how many.
pub fn forget_up_to(
    conn: &mut Conn,
    (account, waits): Receiver,
    up_to: NotificationId,
    limit: i64,
) -> Result<u64, StoreError> {
    let sql = match waits {
        true => {
            "delete from notifications where id in (
                 select id from notifications where account_id = $1 and filtered and id <= $2 order by id limit $3)
             returning account_id, from_id, filtered"
        }
        false => {
            "delete from notifications where id in (
                 select id from notifications where account_id = $1 and not filtered and id <= $2 order by id limit $3)
             returning account_id, from_id, filtered"
        }
    };
    let gone =
        conn.query(sql, args![account, up_to, limit], |row| Ok((row.take()?, row.take()?, row.take()?)))?;
    close_empty(conn, &gone)?;
    Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
}

/// A request of which nothing waits any more is none.
fn close_empty(conn: &mut Conn, gone: &[(AccountId, AccountId, bool)]) -> Result<(), StoreError> {
    let waited = gone.iter().filter(|(_, _, waits)| *waits).map(|(account, from, _)| (*account, *from));
    for (account, from) in waited.collect::<BTreeSet<_>>() {
        sifting::close_empty(conn, account, from)?;
    }
    Ok(())
}
