//! What a viewer did of late, held against what is asked of each tweet.

use super::database::stores;
use super::people::{insert_accounts, insert_tweets, tweet};
use crate::clock::HOUR_MS;
use crate::model::ids::{AccountId, TweetId, floor_at};
use crate::store::value::args;
use crate::store::{Conn, StoreError, marks};

const ME: AccountId = AccountId(1);
const NOON_MS: i64 = 1_780_000_000_000;

/// The tweet of a number: one an hour.
fn id(number: i64) -> TweetId {
    TweetId(floor_at(NOON_MS + number * HOUR_MS) + 7)
}

fn mark(conn: &mut Conn, table: &str, row: i64, tweet: TweetId) -> Result<(), StoreError> {
    let sql: &'static str = match table {
        "likes" => "insert into likes (id, account_id, tweet_id, created_at) values ($1, $2, $3, 1)",
        "bookmarks" => "insert into bookmarks (id, account_id, tweet_id) values ($1, $2, $3)",
        "pins" => "insert into pins (id, account_id, tweet_id) values ($1, $2, $3)",
        _ => "insert into muted_threads (created_at, account_id, thread_id) values ($1, $2, $3)",
    };
    conn.execute(sql, args![row, ME, tweet])?;
    Ok(())
}

/// How many of these tweets are told of late, after each was held against what is asked of it alone.
async fn told(store: &crate::store::Store, tweets: Vec<(TweetId, TweetId)>, since_ms: i64) -> usize {
    let read = store.read(move |conn| {
        let recent = marks::recent(conn, ME, since_ms)?;
        let ids: Vec<TweetId> = tweets.iter().map(|(id, _)| *id).collect();
        let asked = marks::flags(conn, ME, &ids)?;
        let mut told = 0;
        for (id, thread) in &tweets {
            let Some(flags) = recent.of(*id, *thread) else { continue };
            assert_eq!(flags, asked.get(id).copied().unwrap_or_default(), "of {id}");
            told += 1;
        }
        Ok(told)
    });
    read.await.unwrap()
}

#[tokio::test]
async fn what_was_done_of_late_is_what_is_asked_of_each_tweet_and_older_ones_are_not_told() {
    for test in stores().await {
        let filled = test.store.write(|conn| {
            insert_accounts(conn, 2)?;
            let mut tweets: Vec<_> = (0..40).map(|number| tweet(id(number).0, 2)).collect();
            // Every fourth answers the first: one thread.
            for answer in tweets.iter_mut().step_by(4) {
                answer.thread = id(0);
            }
            let reposts = (0..40).step_by(5).map(|number| {
                let mut repost = tweet(id(number).0 + 1, 1);
                repost.retweet_of = Some(id(number));
                repost
            });
            tweets.extend(reposts);
            insert_tweets(conn, tweets)?;
            for number in 0..40 {
                if number % 2 == 0 {
                    mark(conn, "likes", number + 1, id(number))?;
                }
                if number % 3 == 0 {
                    mark(conn, "bookmarks", number + 1, id(number))?;
                }
            }
            mark(conn, "pins", 1, id(0))?;
            mark(conn, "pins", 2, id(39))?;
            mark(conn, "muted_threads", 1, id(0))
        });
        filled.await.unwrap();
        let thread = |number: i64| if number % 4 == 0 { id(0) } else { id(number) };
        let all: Vec<_> = (0..40).map(|number| (id(number), thread(number))).collect();
        for (since, wanted) in [(0, 40), (30, 10), (39, 1), (41, 0)] {
            let since_ms = NOON_MS + since * HOUR_MS;
            assert_eq!(told(&test.store, all.clone(), since_ms).await, wanted, "{} {since}", test.engine);
        }
    }
}

#[tokio::test]
async fn who_does_very_much_is_told_of_the_newest_only() {
    for test in stores().await {
        let filled = test.store.write(|conn| {
            insert_accounts(conn, 2)?;
            insert_tweets(conn, (0..600).map(|number| tweet(id(number).0, 2)).collect())?;
            (0..600).try_for_each(|number| mark(conn, "likes", number + 1, id(number)))
        });
        filled.await.unwrap();
        let all: Vec<_> = (0..600).map(|number| (id(number), id(number))).collect();
        let told = told(&test.store, all, NOON_MS).await;
        assert!((400..=500).contains(&told), "{}: {told}", test.engine);
    }
}
