//! Rows as only tests see and set them: how many there are, to show that something left nothing behind, and
//! states that take long to come about.

use std::collections::BTreeMap;

use crate::store::{Conn, Store, StoreError};

macro_rules! tables {
    ($($name:literal),* $(,)?) => {
        &[$(($name, concat!("select count(*) from ", $name))),*]
    };
}

/// Every table that a refused request could have written to.
const TABLES: &[(&str, &str)] = tables![
    "accounts",
    "users",
    "sessions",
    "actor_keys",
    "actors",
    "tweets",
    "tweet_edits",
    "tweet_mentions",
    "tweet_tags",
    "media",
    "likes",
    "bookmarks",
    "pins",
    "follows",
    "follow_requests",
    "blocks",
    "mutes",
    "notifications",
    "idempotency_keys",
    "events",
    "consumers",
    "instances",
    "outbox",
    "deliveries",
    "inbox",
    "tombstones",
    "settings",
];

/// The rows of every table.
pub(crate) async fn counts(store: &Store) -> BTreeMap<&'static str, i64> {
    let read = store.read(|conn| {
        let mut counts = BTreeMap::new();
        for (table, sql) in TABLES {
            counts.insert(*table, conn.query_one(sql, &[], |row| row.take())?);
        }
        Ok(counts)
    });
    read.await.unwrap()
}

/// A host that an admin blocked.
pub(crate) fn block_host(conn: &mut Conn, host: &str) -> Result<(), StoreError> {
    conn.execute(
        "insert into instances (host, created_at, blocked) values ($1, 0, true)
         on conflict (host) do update set blocked = true",
        &[host.into()],
    )?;
    Ok(())
}

/// A known host to which deliveries failed for so long that it counts as dead.
pub(crate) fn bury_host(conn: &mut Conn, host: &str) -> Result<(), StoreError> {
    conn.execute("update instances set state = 3, failures = 9 where host = $1", &[host.into()])?;
    Ok(())
}
