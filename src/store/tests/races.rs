//! Two transactions that meet on the same rows, in the order that hurts. SQLite has one writer, so that there
//! the second simply comes after the first.

use std::time::Duration;

use super::database::{TestStore, stores};
use super::people::{command, insert_accounts, insert_tweets, tweet};
use crate::error::Error;
use crate::model::event::Relation;
use crate::model::ids::{AccountId, TweetId};
use crate::model::tweet::Tweet;
use crate::store::hot::HotCommand as _;
use crate::store::tweet_commands::{self, CreateTweet, RequestKey};
use crate::store::value::args;
use crate::store::{Conn, StoreError, accounts, follows, int, tweets};

/// How often a test looks whether the second transaction waits, every 5 ms.
const TRIES: usize = 2_000;

/// Waits until a transaction of this database waits for another one's lock.
async fn somebody_waits(test: &TestStore) {
    for _ in 0..TRIES {
        let waiting = test.store.read(|conn| {
            conn.query_one(
                "select count(*) from pg_stat_activity
                 where datname = current_database() and wait_event_type = 'Lock'",
                args![],
                int,
            )
        });
        if waiting.await.unwrap() > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the second transaction never waited for the first");
}

/// Runs `first`, and before it commits `second`, which has to wait for it; answers what both came to.
async fn meet<A: Send + 'static, B: Send + 'static>(
    test: &TestStore,
    first: impl Fn(&mut Conn) -> Result<A, StoreError> + Send + 'static,
    second: impl Fn(&mut Conn) -> Result<B, StoreError> + Send + 'static,
) -> (Result<A, StoreError>, Result<B, StoreError>) {
    if test.engine == "sqlite" {
        return (test.store.write(first).await, test.store.write(second).await);
    }
    let (done, is_done) = crossbeam_channel::bounded::<()>(1);
    let (finish, may_finish) = crossbeam_channel::bounded::<()>(1);
    let store = test.store.clone();
    let first = tokio::spawn(async move {
        store
            .write(move |conn| {
                let answer = first(conn)?;
                let _ = done.send(());
                let _ = may_finish.recv();
                Ok(answer)
            })
            .await
    });
    tokio::task::spawn_blocking(move || is_done.recv()).await.unwrap().unwrap();
    let store = test.store.clone();
    let second = tokio::spawn(async move { store.write(second).await });
    somebody_waits(test).await;
    finish.send(()).unwrap();
    (first.await.unwrap(), second.await.unwrap())
}

/// Tweet 10 by account 1, in every database.
async fn prepared() -> Vec<TestStore> {
    let prepared = stores().await;
    for test in &prepared {
        let written = test.store.write(|conn| {
            insert_accounts(conn, 2)?;
            insert_tweets(conn, vec![tweet(10, 1)])
        });
        written.await.unwrap();
    }
    prepared
}

fn retweet() -> CreateTweet {
    command(Tweet { retweet_of: Some(TweetId(10)), ..tweet(12, 2) })
}

async fn counted(test: &TestStore, account: i64) -> i64 {
    let found = test.store.read(move |conn| accounts::by_id(conn, AccountId(account))).await.unwrap();
    found.unwrap().tweets_count
}

#[tokio::test]
async fn a_tweet_deleted_twice_at_once_is_counted_once() {
    for test in prepared().await {
        test.store.write(|conn| insert_tweets(conn, vec![tweet(11, 1)])).await.unwrap();
        let delete = |conn: &mut Conn| tweet_commands::delete(conn, TweetId(11), None, 1);
        let (first, second) = meet(&test, delete, delete).await;
        assert_eq!((first.unwrap(), second.unwrap()), (true, false), "{}", test.engine);
        assert_eq!(counted(&test, 1).await, 1, "{}", test.engine);
    }
}

#[tokio::test]
async fn nobody_repeats_a_tweet_that_is_being_deleted() {
    for test in prepared().await {
        let delete = |conn: &mut Conn| {
            let removal = tweet_commands::Removal::of(conn, TweetId(10), None, 1)?;
            tweet_commands::delete_slice(conn, &removal, 9)
        };
        let repeat = |conn: &mut Conn| CreateTweet::write_set(conn, &[retweet()]);
        let (deleted, repeated) = meet(&test, delete, repeat).await;
        assert!(deleted.unwrap(), "{}", test.engine);
        assert!(
            matches!(repeated, Err(StoreError::Refused(Error::NotFound(_)))),
            "{}: {repeated:?}",
            test.engine
        );
        assert_eq!(counted(&test, 2).await, 0, "{}", test.engine);
    }
}

#[tokio::test]
async fn a_tweet_that_is_being_repeated_is_deleted_with_that_retweet() {
    for test in prepared().await {
        let repeat = |conn: &mut Conn| CreateTweet::write_set(conn, &[retweet()]);
        let delete = |conn: &mut Conn| {
            let removal = tweet_commands::Removal::of(conn, TweetId(10), None, 1)?;
            tweet_commands::delete_slice(conn, &removal, 9)
        };
        let (repeated, deleted) = meet(&test, repeat, delete).await;
        assert!(repeated.is_ok() && deleted.unwrap(), "{}", test.engine);
        let left = test.store.read(|conn| tweets::by_ids(conn, &[TweetId(10), TweetId(12)])).await.unwrap();
        assert!(left.is_empty(), "{}", test.engine);
        assert_eq!((counted(&test, 1).await, counted(&test, 2).await), (0, 0), "{}", test.engine);
    }
}

#[tokio::test]
async fn the_same_key_in_two_transactions_is_one_tweet() {
    for test in prepared().await {
        let keyed = |id: i64| CreateTweet {
            idempotency_key: Some(RequestKey { key: "k".into(), request_hash: vec![1] }),
            ..command(tweet(id, 1))
        };
        let write = move |id: i64| move |conn: &mut Conn| CreateTweet::write_set(conn, &[keyed(id)]);
        let (first, second) = meet(&test, write(20), write(21)).await;
        let expected =
            (vec![tweet_commands::Created::New], vec![tweet_commands::Created::Existing(TweetId(20))]);
        assert_eq!((first.unwrap(), second.unwrap()), expected, "{}", test.engine);
    }
}

/// From one account to another, both of ours.
fn relation(id: i64, from: i64, to: i64) -> Relation {
    let (from, to) = (AccountId(from), AccountId(to));
    Relation { from, to, from_local: true, to_local: true, id, uri: None }
}

/// 2 wants to follow 1, which blocks it.
fn block(conn: &mut Conn) -> Result<bool, StoreError> {
    follows::block(conn, &relation(20, 1, 2), 1)
}

type Ask = fn(&mut Conn) -> Result<bool, StoreError>;

/// The ways in which 2 comes to follow 1, or to ask for it.
const ASKS: [(&str, Ask); 3] = [
    ("follow", |conn| follows::follow(conn, &relation(21, 2, 1), 1)),
    ("request", |conn| follows::request(conn, &relation(22, 2, 1), 1)),
    ("accept", |conn| follows::accept(conn, &relation(0, 2, 1), 1)),
];

/// Accounts 1 and 2; when a request is to be accepted, it waits.
async fn asked(ask: &str) -> Vec<TestStore> {
    let prepared = prepared().await;
    for test in prepared.iter().filter(|_| ask == "accept") {
        test.store.write(|conn| follows::request(conn, &relation(22, 2, 1), 1)).await.unwrap();
    }
    prepared
}

async fn check_nothing_but_the_block(test: &TestStore, what: &str) {
    let read = test.store.read(|conn| {
        let bonds = follows::all_bonds(conn, AccountId(2))?;
        Ok((bonds, accounts::by_id(conn, AccountId(1))?.unwrap().followers_count))
    });
    let (bonds, followers) = read.await.unwrap();
    assert_eq!(bonds.blocked_by, [AccountId(1)].into(), "{} {what}", test.engine);
    assert!(bonds.following.is_empty() && bonds.requested.is_empty(), "{} {what}: {bonds:?}", test.engine);
    assert_eq!(followers, 0, "{} {what}", test.engine);
}

#[tokio::test]
async fn a_block_ends_a_follow_that_is_being_made() {
    for (what, ask) in ASKS {
        for test in asked(what).await {
            let (made, blocked) = meet(&test, ask, block).await;
            assert!(made.unwrap() && blocked.unwrap(), "{} {what}", test.engine);
            check_nothing_but_the_block(&test, what).await;
        }
    }
}

#[tokio::test]
async fn nobody_comes_to_follow_an_account_that_is_just_blocking_it() {
    for (what, ask) in ASKS {
        for test in asked(what).await {
            let (blocked, made) = meet(&test, block, ask).await;
            assert!(blocked.unwrap() && !made.unwrap(), "{} {what}", test.engine);
            check_nothing_but_the_block(&test, what).await;
        }
    }
}
