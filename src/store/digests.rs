//! Digests: who gets one, and when the next is due. Whoever makes one has it until its lease is over.

use std::collections::HashMap;

use super::StoreError;
use super::conn::Conn;
use super::value::args;
use crate::clock::Millis;
use crate::model::digest::{Digest, Every};
use crate::model::ids::{AccountId, NotificationId};
use crate::model::telling::Doer;

/// A digest that is to be made now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueDigest {
    /// Whose.
    pub account: AccountId,
    /// The last notification that a digest spoke of.
    pub told_to: NotificationId,
    /// How often it was tried in vain.
    pub attempts: i64,
}

/// How an account gets its digest.
pub fn of(conn: &mut Conn, account: AccountId) -> Result<Digest, StoreError> {
    let found = conn.query_opt(
        "select every, hour, sent_at, failed from digests where account_id = $1",
        args![account],
        |row| {
            let every = Every::from_stored(&row.take::<String>()?);
            Ok(Digest { every, hour: row.take()?, sent_at: row.take()?, failed: row.take()? })
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// Writes how an account gets its digest, and when the next one is due. That a last one failed is forgotten.
pub fn set(
    conn: &mut Conn,
    account: AccountId,
    digest: &Digest,
    due_at: Option<Millis>,
) -> Result<(), StoreError> {
    conn.execute(
        "insert into digests (account_id, every, hour, due_at) values ($1, $2, $3, $4)
         on conflict (account_id) do update set every = excluded.every, hour = excluded.hour,
             due_at = excluded.due_at, attempts = 0, failed = false",
        args![account, digest.every.as_str(), digest.hour, due_at],
    )?;
    Ok(())
}

/// Whether a digest is to be made now.
pub fn is_due(conn: &mut Conn, now_ms: Millis) -> Result<bool, StoreError> {
    conn.query_one(
        "select exists(select 1 from digests where due_at is not null and due_at <= $1 and lease_until <= $1)",
        args![now_ms],
        |row| row.take(),
    )
}

/// Takes digests that are to be made now until `until_ms`, what waits for longest first.
pub fn take(
    conn: &mut Conn,
    (now_ms, until_ms): (Millis, Millis),
    limit: i64,
) -> Result<Vec<DueDigest>, StoreError> {
    conn.query(
        "update digests set lease_until = $2 where account_id in (
             select account_id from digests
             where due_at is not null and due_at <= $1 and lease_until <= $1
             order by due_at limit $3 for update skip locked)
         returning account_id, told_to, attempts",
        args![now_ms, until_ms, limit],
        |row| Ok(DueDigest { account: row.take()?, told_to: row.take()?, attempts: row.take()? }),
    )
}

/// One was sent, which spoke of all up to this.
pub fn sent(
    conn: &mut Conn,
    account: AccountId,
    told_to: NotificationId,
    now_ms: Millis,
) -> Result<(), StoreError> {
    conn.execute(
        "update digests set sent_at = $2, told_to = $3 where account_id = $1",
        args![account, now_ms, told_to],
    )?;
    Ok(())
}

/// The next is due then; it is tried anew, or once more.
pub fn next(
    conn: &mut Conn,
    account: AccountId,
    due_at: Option<Millis>,
    attempts: i64,
) -> Result<(), StoreError> {
    conn.execute(
        "update digests set due_at = $2, attempts = $3, lease_until = 0 where account_id = $1",
        args![account, due_at, attempts],
    )?;
    Ok(())
}

/// None comes any more: there is no such address.
pub fn fail(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    conn.execute(
        "update digests set every = $2, due_at = null, lease_until = 0, failed = true where account_id = $1",
        args![account, Every::Off.as_str()],
    )?;
    Ok(())
}

/// Who some accounts are by the follows between them and `account`.
pub fn doers(
    conn: &mut Conn,
    account: AccountId,
    whom: Vec<AccountId>,
) -> Result<HashMap<AccountId, Doer>, StoreError> {
    let ids: Vec<i64> = whom.into_iter().map(|id| id.0).collect();
    let found = conn.query(
        "select a.id,
             exists (select 1 from follows f where f.follower_id = $1 and f.followee_id = a.id),
             exists (select 1 from follows f where f.follower_id = a.id and f.followee_id = $1)
         from accounts a where a.id in_ints($2)",
        args![account, ids],
        |row| Ok((row.take()?, Doer::of(row.take()?, row.take()?))),
    )?;
    Ok(found.into_iter().collect())
}
