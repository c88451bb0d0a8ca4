//! Rows for tests of the store: accounts, tweets, follows, as short as they can be.

use crate::model::account::Account;
use crate::model::event::Relation;
use crate::model::ids::{AccountId, TweetId};
use crate::model::tweet::{Tweet, blank_tweet};
use crate::store::hot::HotCommand as _;
use crate::store::tweet_commands::{CreateTweet, Created};
use crate::store::{Conn, StoreError, accounts, follows};

/// An account of ours with this id and name.
pub(super) fn account(id: i64, name: &str) -> Account {
    Account::blank(AccountId(id), name.to_owned(), 1)
}

/// Accounts `1..=count`, named after their numbers.
pub(super) fn insert_accounts(conn: &mut Conn, count: i64) -> Result<(), StoreError> {
    (1..=count).try_for_each(|id| accounts::insert(conn, &account(id, &format!("p{id}"))))
}

/// A public tweet with nothing but its id and author.
pub(super) fn tweet(id: i64, author: i64) -> Tweet {
    let (id, author) = (TweetId(id), AccountId(author));
    Tweet { text: format!("tweet {id}"), ..blank_tweet(id, author, id.time_ms()) }
}

pub(super) fn command(tweet: Tweet) -> CreateTweet {
    CreateTweet::alone(tweet, 1)
}

pub(super) fn insert_tweets(conn: &mut Conn, tweets: Vec<Tweet>) -> Result<Vec<Created>, StoreError> {
    let set: Vec<CreateTweet> = tweets.into_iter().map(command).collect();
    CreateTweet::write_set(conn, &set)
}

pub(super) fn follow(conn: &mut Conn, id: i64, from: i64, to: i64) -> Result<bool, StoreError> {
    let (from, to) = (AccountId(from), AccountId(to));
    let uri = Some(format!("https://b.test/follows/{id}"));
    follows::follow(conn, &Relation { from, to, from_local: true, to_local: true, id, uri }, 1)
}
