//! How many rows there are, to show that something refused left nothing behind.

use std::collections::BTreeMap;

use crate::store::Store;

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
    "reports",
    "report_tweets",
    "moves",
    "relays",
    "aliases",
    "reached_hosts",
    "departures",
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
    "polls",
    "poll_options",
    "poll_votes",
    "quote_stamps",
    "backfills",
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
