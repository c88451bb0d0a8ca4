//! The home timeline from the database is what a naive reading of the same rows gives.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::database::stores;
use super::people::{follow, insert_accounts, insert_tweets, tweet};
use crate::clock::DAY_MS;
use crate::model::ids::{AccountId, TweetId, floor_at};
use crate::model::tweet::Tweet;
use crate::model::visibility::Visibility;
use crate::store::timelines::{self, Slice};

const PEOPLE: i64 = 5;
const NOW_MS: i64 = 1_780_000_000_000;

/// A tweet so many hours ago, by somebody, of some visibility; or a retweet of an earlier one.
fn row() -> impl Strategy<Value = (i64, i64, usize, Option<usize>)> {
    // Ages at all scales, so that every window is the one that fills the page now and then.
    let hours = prop_oneof![0..24_i64, 0..168_i64, 0..720_i64, 0..9_000_i64];
    (hours, 1..=PEOPLE, 0..4_usize, proptest::option::weighted(0.2, 0..40_usize))
}

fn tweets(rows: &[(i64, i64, usize, Option<usize>)]) -> Vec<Tweet> {
    let mut tweets: Vec<Tweet> = Vec::new();
    let mut retweets = BTreeSet::new();
    for (number, (hours, author, visibility, original)) in (1_i64..).zip(rows) {
        let id = floor_at(NOW_MS - hours * (DAY_MS / 24)) + number;
        let mut row = tweet(id, *author);
        row.visibility = Visibility::ALL[*visibility];
        let original = original.and_then(|n| tweets.get(n)).filter(|original| original.retweet_of.is_none());
        if let Some(original) = original.filter(|original| retweets.insert((*author, original.id))) {
            row.retweet_of = Some(original.id);
        }
        tweets.push(row);
    }
    tweets
}

#[tokio::test]
async fn every_page_of_every_reader_is_that_of_a_naive_reading() {
    let mut runner = TestRunner::deterministic();
    let rows = proptest::collection::vec(row(), 0..120);
    let bonds = proptest::collection::btree_set((1..=PEOPLE, 1..=PEOPLE), 0..12);
    for _ in 0..8 {
        let tweets = tweets(&rows.new_tree(&mut runner).unwrap().current());
        let bonds = bonds.new_tree(&mut runner).unwrap().current();
        let bonds: BTreeSet<_> = bonds.into_iter().filter(|(from, to)| from != to).collect();
        for test in stores().await {
            let (written, follows) = (tweets.clone(), bonds.clone());
            test.store
                .write(move |conn| {
                    insert_accounts(conn, PEOPLE)?;
                    for (id, (from, to)) in (1..).zip(&follows) {
                        follow(conn, id, *from, *to)?;
                    }
                    insert_tweets(conn, written.clone())
                })
                .await
                .unwrap();
            for reader in 1..=PEOPLE {
                let mut naive: Vec<TweetId> = tweets
                    .iter()
                    .filter(|tweet| {
                        let own = tweet.author.0 == reader;
                        let followed = bonds.contains(&(reader, tweet.author.0));
                        own || (followed && tweet.visibility != Visibility::Direct)
                    })
                    .map(|tweet| tweet.id)
                    .collect();
                naive.sort_unstable_by(|a, b| b.cmp(a));
                for limit in [1, 3, 20, 200] {
                    check_pages(&test, reader, limit, &naive).await;
                }
                check_bounds(&test, reader, &naive).await;
            }
        }
    }
}

async fn home(test: &super::database::TestStore, reader: i64, slice: Slice) -> Vec<TweetId> {
    let lines = test.store.read(move |conn| timelines::home(conn, AccountId(reader), slice, NOW_MS)).await;
    lines.unwrap().iter().map(|line| line.id).collect()
}

async fn check_pages(test: &super::database::TestStore, reader: i64, limit: i64, naive: &[TweetId]) {
    let mut before = None;
    let mut seen = Vec::new();
    loop {
        let page = home(test, reader, Slice { before, after: None, limit }).await;
        let Some(last) = page.last() else { break };
        before = Some(*last);
        seen.extend(page);
    }
    assert_eq!(seen, naive, "{} reader {reader} in pages of {limit}", test.engine);
}

async fn check_bounds(test: &super::database::TestStore, reader: i64, naive: &[TweetId]) {
    let (Some(newest), Some(oldest)) = (naive.first(), naive.last()) else { return };
    let slice = Slice { before: Some(*newest), after: Some(*oldest), limit: 500 };
    let between: Vec<TweetId> = naive.iter().copied().filter(|id| id < newest && id > oldest).collect();
    assert_eq!(home(test, reader, slice).await, between, "{}", test.engine);
}

#[tokio::test]
async fn a_line_says_what_the_filters_need() {
    for test in stores().await {
        let lines = test
            .store
            .write(|conn| {
                insert_accounts(conn, 3)?;
                let answer = Tweet {
                    reply_to: Some(TweetId(10)),
                    reply_to_author: Some(AccountId(1)),
                    thread: TweetId(10),
                    ..tweet(11, 2)
                };
                let retweet = Tweet { retweet_of: Some(TweetId(10)), ..tweet(12, 2) };
                insert_tweets(conn, vec![tweet(10, 1), answer, retweet])?;
                follow(conn, 1, 3, 2)?;
                timelines::home(conn, AccountId(3), Slice { before: None, after: None, limit: 9 }, NOW_MS)
            })
            .await
            .unwrap();
        let [retweet, answer] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((retweet.retweet_of, retweet.retweet_of_author), (Some(TweetId(10)), Some(AccountId(1))));
        assert_eq!((answer.is_reply, answer.reply_to_author), (true, Some(AccountId(1))));
        assert_eq!((retweet.author, retweet.is_reply, retweet.has_media), (AccountId(2), false, false));
    }
}
