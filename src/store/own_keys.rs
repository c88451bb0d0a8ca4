//! Key pairs of our own actors: the one that signs, and those that were retired a while ago.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError, events};
use crate::clock::Millis;
use crate::model::event::Event;
use crate::model::ids::AccountId;

/// A key pair of ours: public half in PEM, private half sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnKey {
    /// The key's id.
    pub key_uri: String,
    /// The public half.
    pub public_pem: String,
    /// The private half, sealed with the instance's key.
    pub private_sealed: Vec<u8>,
}

/// The key pair that an account of ours signs with.
pub fn of(conn: &mut Conn, account: AccountId) -> Result<Option<OwnKey>, StoreError> {
    conn.query_opt(
        "select key_uri, public_pem, private_sealed from actor_keys
         where account_id = $1 and private_sealed is not null and retired_at is null
         order by created_at desc limit 1",
        args![account],
        own_key,
    )
}

/// A key pair of ours by its id, retired or not.
pub fn by_uri(conn: &mut Conn, key_uri: &str) -> Result<Option<OwnKey>, StoreError> {
    conn.query_opt(
        "select key_uri, public_pem, private_sealed from actor_keys
         where key_uri = $1 and private_sealed is not null",
        args![key_uri],
        own_key,
    )
}

/// Writes a key pair of ours unless there is one; answers the one that holds.
pub fn of_or_insert(
    conn: &mut Conn,
    account: AccountId,
    key: &OwnKey,
    now_ms: Millis,
) -> Result<OwnKey, StoreError> {
    if let Some(known) = of(conn, account)? {
        return Ok(known);
    }
    insert(conn, account, key, now_ms)?;
    of(conn, account)?.ok_or(StoreError::NoRow)
}

fn insert(conn: &mut Conn, account: AccountId, key: &OwnKey, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into actor_keys (key_uri, account_id, public_pem, private_sealed, created_at, fetched_at)
         values ($1, $2, $3, $4, $5, $5) on conflict do nothing",
        args![&key.key_uri, account, &key.public_pem, key.private_sealed.as_slice(), now_ms],
    )?;
    Ok(())
}

/// Retires the key pair that an account of ours signs with, for `fresh`, and logs it. An account without one gets its
/// first, which is nothing to tell anybody. Answers the id of the retired one.
pub fn rotate(
    conn: &mut Conn,
    account: AccountId,
    fresh: &OwnKey,
    now_ms: Millis,
) -> Result<Option<String>, StoreError> {
    let retired = of(conn, account)?.map(|key| key.key_uri);
    conn.execute(
        "update actor_keys set retired_at = $2
         where account_id = $1 and private_sealed is not null and retired_at is null",
        args![account, now_ms],
    )?;
    insert(conn, account, fresh, now_ms)?;
    if let Some(key_uri) = &retired {
        let event = Event::KeyRotated { account, retired: key_uri.clone(), at_ms: now_ms };
        events::append(conn, &[event], now_ms)?;
    }
    Ok(retired)
}

/// Forgets at most `limit` key pairs that were retired before `before_ms`; answers how many.
pub fn forget_retired(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from actor_keys where key_uri in (
             select key_uri from actor_keys where retired_at < $1 order by retired_at limit $2)",
        args![before_ms, limit],
    )
}

fn own_key(row: &mut Row<'_>) -> Result<OwnKey, StoreError> {
    Ok(OwnKey { key_uri: row.take()?, public_pem: row.take()?, private_sealed: row.take()? })
}
