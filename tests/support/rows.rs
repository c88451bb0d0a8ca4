//! How many rows there are, to show that something refused left nothing behind.

use std::collections::BTreeMap;

use crate::model::ids::AccountId;
use crate::store::Store;
use crate::store::value::args;

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
    "oauth_apps",
    "oauth_codes",
    "app_tokens",
    "actor_keys",
    "actors",
    "tweets",
    "tweet_edits",
    "tweet_mentions",
    "tweet_tags",
    "remote_emoji",
    "custom_emoji",
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
    "account_notes",
    "muted_threads",
    "hidden_hosts",
    "followed_tags",
    "lists",
    "list_members",
    "filters",
    "filter_keywords",
    "filter_tweets",
    "push_subscriptions",
    "push_deliveries",
    "notifications",
    "preferences",
    "notification_policies",
    "notification_requests",
    "notification_permissions",
    "scheduled_tweets",
    "conversations",
    "conversation_tweets",
    "markers",
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
    "link_previews",
    "tweet_previews",
    "film_jobs",
    "instance_rules",
    "instance_texts",
    "featured_tags",
    "endorsements",
    "dismissed_suggestions",
    "trend_uses",
    "trend_reviews",
    "announcements",
    "announcement_reads",
    "announcement_reactions",
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

/// What belongs to an account or speaks of it, with the question how many rows that are.
const OF_ACCOUNT: &[(&str, &str)] = &[
    ("users", "select count(*) from users where account_id = $1"),
    ("sessions", "select count(*) from sessions where account_id = $1"),
    ("codes", "select count(*) from oauth_codes where account_id = $1"),
    ("tweets", "select count(*) from tweets where account_id = $1"),
    ("likes", "select count(*) from likes where account_id = $1"),
    ("bookmarks", "select count(*) from bookmarks where account_id = $1"),
    ("votes", "select count(*) from poll_votes where account_id = $1"),
    ("follows", "select count(*) from follows where follower_id = $1 or followee_id = $1"),
    ("requests", "select count(*) from follow_requests where follower_id = $1 or followee_id = $1"),
    ("blocks", "select count(*) from blocks where account_id = $1 or target_id = $1"),
    ("mutes", "select count(*) from mutes where account_id = $1 or target_id = $1"),
    ("lists", "select count(*) from lists where account_id = $1"),
    ("list members", "select count(*) from list_members where owner_id = $1 or member_id = $1"),
    ("notes", "select count(*) from account_notes where account_id = $1 or target_id = $1"),
    ("muted threads", "select count(*) from muted_threads where account_id = $1"),
    ("hidden hosts", "select count(*) from hidden_hosts where account_id = $1"),
    ("followed tags", "select count(*) from followed_tags where account_id = $1"),
    ("filters", "select count(*) from filters where account_id = $1"),
    ("push", "select count(*) from push_subscriptions where account_id = $1"),
    ("notifications", "select count(*) from notifications where account_id = $1 or from_id = $1"),
    ("markers", "select count(*) from markers where account_id = $1"),
    ("conversations", "select count(*) from conversations where account_id = $1"),
    ("said", "select count(*) from conversation_tweets where account_id = $1"),
    ("scheduled", "select count(*) from scheduled_tweets where account_id = $1"),
    ("policies", "select count(*) from notification_policies where account_id = $1"),
    ("waiting", "select count(*) from notification_requests where account_id = $1 or from_id = $1"),
    ("permitted", "select count(*) from notification_permissions where account_id = $1 or from_id = $1"),
    ("preferences", "select count(*) from preferences where account_id = $1"),
    ("mentions", "select count(*) from tweet_mentions where account_id = $1"),
    ("media", "select count(*) from media where account_id = $1 and created_at > 0"),
];

/// How many rows there are of an account, by what they are; what there is none of is left out.
pub(crate) async fn of_account(store: &Store, id: AccountId) -> Vec<(&'static str, i64)> {
    let read = store.read(move |conn| {
        let mut found = Vec::new();
        for (name, sql) in OF_ACCOUNT {
            let rows = conn.query_one(sql, args![id], |row| row.take::<i64>())?;
            found.extend((rows > 0).then_some((*name, rows)));
        }
        Ok(found)
    });
    read.await.unwrap()
}
