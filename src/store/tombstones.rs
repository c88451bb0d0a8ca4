//! Ids of things that are gone: they answer "gone", and a late arrival does not bring them back.

use std::collections::HashMap;

use super::StoreError;
use super::conn::Conn;
use super::value::args;
use crate::clock::Millis;

/// Remembers that `uri` is gone, by our own word: that is believed of everything.
pub fn insert(conn: &mut Conn, uri: &str, now_ms: Millis) -> Result<(), StoreError> {
    insert_by(conn, uri, "", now_ms)
}

/// Remembers that `actor` says that `uri` is gone. That is believed only of what is the actor's own.
pub fn insert_by(conn: &mut Conn, uri: &str, actor: &str, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into tombstones (uri, by_actor, created_at) values ($1, $2, $3)
         on conflict (uri, by_actor) do nothing",
        args![uri, actor, now_ms],
    )?;
    Ok(())
}

/// Whether `uri` is gone by our own word.
pub fn exists(conn: &mut Conn, uri: &str) -> Result<bool, StoreError> {
    exists_by(conn, uri, "")
}

/// Whether `uri` is gone by our own word or by that of `owner`.
pub fn exists_by(conn: &mut Conn, uri: &str, owner: &str) -> Result<bool, StoreError> {
    conn.query_one(
        "select exists(select 1 from tombstones where uri = $1 and by_actor in ('', $2))",
        args![uri, owner],
        |row| row.take(),
    )
}

/// Since when an actor is gone by its own word; `None` when it is not.
pub fn actor_gone_since(conn: &mut Conn, uri: &str) -> Result<Option<Millis>, StoreError> {
    conn.query_opt(
        "select created_at from tombstones where uri = $1 and by_actor = $1",
        args![uri],
        super::int,
    )
}

/// What is known to be gone, of some ids.
#[derive(Clone, Debug, Default)]
pub struct Gone(HashMap<(String, String), Millis>);

impl Gone {
    /// Whether `uri` is gone by our own word or by that of `owner`.
    pub fn is(&self, uri: &str, owner: &str) -> bool {
        self.by(uri, "").or_else(|| self.by(uri, owner)).is_some()
    }

    /// Since when `uri` is gone by the word of `actor`.
    pub fn by(&self, uri: &str, actor: &str) -> Option<Millis> {
        self.0.get(&(uri.to_owned(), actor.to_owned())).copied()
    }
}

/// Those of `uris` that are gone by our own word or by that of any of `owners`.
pub fn among(conn: &mut Conn, uris: Vec<String>, mut owners: Vec<String>) -> Result<Gone, StoreError> {
    owners.push(String::new());
    let rows = conn.query(
        "select uri, by_actor, created_at from tombstones where uri in_texts($1) and by_actor in_texts($2)",
        args![uris, owners],
        |row| Ok(((row.take()?, row.take()?), row.take()?)),
    )?;
    Ok(Gone(rows.into_iter().collect()))
}

/// An actor that was gone is there again.
pub fn lift(conn: &mut Conn, actor: &str) -> Result<(), StoreError> {
    conn.execute("delete from tombstones where uri = $1 and by_actor = $1", args![actor])?;
    Ok(())
}

/// Forgets ids of things that are gone since before `before_ms`, at most `limit`.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from tombstones where (uri, by_actor) in (
             select uri, by_actor from tombstones where created_at < $1 order by created_at limit $2)",
        args![before_ms, limit],
    )
}
