//! How much is in the database, to show that a refused request changed nothing.

use std::collections::BTreeMap;

use crate::store::Store;
use crate::store::value::args;

/// The number of rows of every table that a request of a person could change.
pub(crate) async fn rows(store: &Store) -> BTreeMap<String, i64> {
    let counted = store.read(|conn| {
        conn.query(
            "select 'accounts', count(*) from accounts
             union all select 'users', count(*) from users
             union all select 'sessions', count(*) from sessions
             union all select 'tweets', count(*) from tweets
             union all select 'tweet_edits', count(*) from tweet_edits
             union all select 'media', count(*) from media
             union all select 'likes', count(*) from likes
             union all select 'bookmarks', count(*) from bookmarks
             union all select 'pins', count(*) from pins
             union all select 'follows', count(*) from follows
             union all select 'follow_requests', count(*) from follow_requests
             union all select 'blocks', count(*) from blocks
             union all select 'mutes', count(*) from mutes
             union all select 'notifications', count(*) from notifications
             union all select 'idempotency_keys', count(*) from idempotency_keys
             union all select 'tombstones', count(*) from tombstones
             union all select 'events', count(*) from events",
            args![],
            |row| Ok((row.take()?, row.take()?)),
        )
    });
    counted.await.unwrap().into_iter().collect()
}
