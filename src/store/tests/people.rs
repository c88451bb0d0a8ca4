//! Rows for tests of the store: accounts, tweets, follows, as short as they can be.

use crate::model::account::{Account, AccountKind};
use crate::model::event::Relation;
use crate::model::ids::{AccountId, TweetId};
use crate::model::tweet::Tweet;
use crate::model::visibility::Visibility;
use crate::store::hot::HotCommand as _;
use crate::store::tweet_commands::{CreateTweet, Created};
use crate::store::{Conn, StoreError, accounts, follows};

/// An account of ours with this id and name.
pub(super) fn account(id: i64, name: &str) -> Account {
    Account {
        id: AccountId(id),
        username: name.to_owned(),
        domain: None,
        display_name: String::new(),
        bio: String::new(),
        bio_html: String::new(),
        fields: Vec::new(),
        emoji: Vec::new(),
        avatar: None,
        header: None,
        kind: AccountKind::Person,
        locked: false,
        discoverable: true,
        indexable: true,
        quotable: crate::model::quote::QuotePolicy::default(),
        created_at: 1,
        updated_at: 1,
        suspended: false,
        limited: false,
        tweets_count: 0,
        followers_count: 0,
        following_count: 0,
        stated: Default::default(),
        last_tweet_at: None,
        moved_to: None,
        uri: None,
        url: None,
    }
}

/// Accounts `1..=count`, named after their numbers.
pub(super) fn insert_accounts(conn: &mut Conn, count: i64) -> Result<(), StoreError> {
    (1..=count).try_for_each(|id| accounts::insert(conn, &account(id, &format!("p{id}"))))
}

/// A public tweet with nothing but its id and author.
pub(super) fn tweet(id: i64, author: i64) -> Tweet {
    Tweet {
        id: TweetId(id),
        author: AccountId(author),
        local: true,
        visibility: Visibility::Public,
        text: format!("tweet {id}"),
        html: String::new(),
        content_warning: String::new(),
        sensitive: false,
        language: None,
        reply_to: None,
        reply_to_author: None,
        reply_to_uri: None,
        thread: TweetId(id),
        retweet_of: None,
        quote_of: None,
        quote_state: crate::model::quote::QuoteState::default(),
        quote_stamp: None,
        can_quote: None,
        uri: None,
        url: None,
        created_at: TweetId(id).time_ms(),
        edited_at: None,
        likes_count: 0,
        retweets_count: 0,
        replies_count: 0,
        quotes_count: 0,
        stated_likes: None,
        stated_retweets: None,
        poll: None,
        emoji: Vec::new(),
        media: Vec::new(),
        mentions: Vec::new(),
        tags: Vec::new(),
    }
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
