//! Ids of things that are gone: they answer "gone", and a late arrival does not bring them back.

use super::StoreError;
use super::conn::Conn;
use super::value::args;
use crate::clock::Millis;

/// Remembers that `uri` is gone.
pub fn insert(conn: &mut Conn, uri: &str, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into tombstones (uri, created_at) values ($1, $2) on conflict do nothing",
        args![uri, now_ms],
    )?;
    Ok(())
}

/// Whether `uri` is gone.
pub fn exists(conn: &mut Conn, uri: &str) -> Result<bool, StoreError> {
    conn.query_one("select exists(select 1 from tombstones where uri = $1)", args![uri], |row| row.take())
}

/// Whether any of `uris` is gone.
pub fn any(conn: &mut Conn, uris: Vec<String>) -> Result<bool, StoreError> {
    conn.query_one("select exists(select 1 from tombstones where uri in_texts($1))", args![uris], |row| {
        row.take()
    })
}

/// Forgets ids of things that are gone since before `before_ms`, at most `limit`.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from tombstones where uri in (
             select uri from tombstones where created_at < $1 order by created_at limit $2)",
        args![before_ms, limit],
    )
}
