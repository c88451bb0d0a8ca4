//! Accounts that moved to another one, how far our followers have followed along, and who is the same person as one of
//! ours.

use super::conn::Conn;
use super::value::args;
use super::{Kind, StoreError, Value, events};
use crate::clock::Millis;
use crate::model::event::Event;
use crate::model::ids::AccountId;

/// A move from one account to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The old account.
    pub account: AccountId,
    /// Whether that is one of ours.
    pub local: bool,
    /// The new one.
    pub target: AccountId,
    /// When.
    pub at_ms: Millis,
}

/// Writes a move unless the account moved after `not_since`. Answers whether it is new.
pub fn insert(conn: &mut Conn, one: &Move, not_since: Millis) -> Result<bool, StoreError> {
    let new = conn.execute(
        "insert into moves (account_id, target_id, moved_at, followed_to) values ($1, $2, $3, 0)
         on conflict (account_id) do update set target_id = excluded.target_id, moved_at = excluded.moved_at,
             followed_to = excluded.followed_to
         where moves.moved_at <= $4",
        args![one.account, one.target, one.at_ms, not_since],
    )?;
    if new == 0 {
        return Ok(false);
    }
    let Move { account, local, target, at_ms } = *one;
    let log = [Event::AccountUpdated { account, local }, Event::AccountMoved { account, local, target }];
    events::append(conn, &log, at_ms)?;
    Ok(true)
}

/// Takes back the move of an account of ours; its date stays. Answers whether there was one.
pub fn undo(conn: &mut Conn, account: AccountId, now_ms: Millis) -> Result<bool, StoreError> {
    let changed = conn.execute(
        "update moves set target_id = null, followed_to = null where account_id = $1 and target_id is not null",
        args![account],
    )?;
    if changed > 0 {
        events::append(conn, &[Event::AccountUpdated { account, local: true }], now_ms)?;
    }
    Ok(changed > 0)
}

/// When an account last moved, whether that was taken back or not.
pub fn moved_at(conn: &mut Conn, account: AccountId) -> Result<Option<Millis>, StoreError> {
    conn.query_opt("select moved_at from moves where account_id = $1", args![account], super::int)
}

/// Whether an account has moved away.
pub fn has_moved(conn: &mut Conn, account: AccountId) -> Result<bool, StoreError> {
    conn.query_one(
        "select exists(select 1 from moves where account_id = $1 and target_id is not null)",
        args![account],
        |row| row.take(),
    )
}

/// A move along which followers of ours are still to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// The old account.
    pub account: AccountId,
    /// The new one.
    pub target: AccountId,
    /// The last follower who was looked at.
    pub after: AccountId,
}

/// Moves along which followers of ours are still to follow, in the order of their accounts from `from` on.
pub fn under_way(conn: &mut Conn, from: AccountId, limit: i64) -> Result<Vec<UnderWay>, StoreError> {
    conn.query(
        "select account_id, target_id, followed_to from moves
         where followed_to is not null and target_id is not null and account_id > $1
         order by account_id limit $2",
        args![from, limit],
        |row| Ok(UnderWay { account: row.take()?, target: row.take()?, after: row.take()? }),
    )
}

/// Remembers the last follower who was looked at; `None` when all were. Answers whether it is still the same move, and
/// nobody else works on it.
pub fn followed(conn: &mut Conn, before: &UnderWay, to: Option<AccountId>) -> Result<bool, StoreError> {
    let changed = conn.execute(
        "update moves set followed_to = $4 where account_id = $1 and target_id = $2 and followed_to = $3",
        args![before.account, before.target, before.after, to],
    )?;
    Ok(changed > 0)
}

/// The ActivityPub ids that are the same person as an account of ours.
pub fn aliases(conn: &mut Conn, account: AccountId) -> Result<Vec<String>, StoreError> {
    conn.query("select uri from aliases where account_id = $1 order by uri", args![account], |row| row.take())
}

/// Replaces them.
pub fn set_aliases(
    conn: &mut Conn,
    account: AccountId,
    uris: &[String],
    now_ms: Millis,
) -> Result<(), StoreError> {
    conn.execute("delete from aliases where account_id = $1", args![account])?;
    let rows: Vec<Vec<Value>> = uris.iter().map(|uri| vec![account.into(), uri.into()]).collect();
    let columns = [("account_id", Kind::Int), ("uri", Kind::Text)];
    conn.insert_rows("aliases", &columns, "on conflict do nothing", &rows)?;
    events::append(conn, &[Event::AccountUpdated { account, local: true }], now_ms)
}
