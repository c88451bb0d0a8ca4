//! A small world for stories: a service over a fresh database, with a clock that is moved by hand.

use std::sync::Arc;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::model::account::{Account, Role, User, UserState};
use crate::model::address::Addresses;
use crate::model::cursor::{Cursor, Page};
use crate::model::event::Event;
use crate::model::ids::{AccountId, IdMaker, MediaId, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::tweet::{Media, Tweet};
use crate::model::visibility::Visibility;
use crate::service::accounts::SignUp;
use crate::service::tweets::NewTweet;
use crate::service::{Registration, RequestKey, Rules, Service};
use crate::store::tests::database::{TestStore, settled_log, stores};
use crate::store::{Store, events};

/// Some day in 2026, in milliseconds since 1970.
pub(super) const MORNING_MS: i64 = 1_780_000_000_000;

/// An instance on one engine.
pub(super) struct World {
    pub(super) service: Service,
    pub(super) engine: &'static str,
    pub(super) clock: Clock,
    _database: TestStore,
}

/// One world an engine, with the default rules.
pub(super) async fn worlds() -> Vec<World> {
    worlds_with(&Rules::default()).await
}

/// One world an engine, with these rules.
pub(super) async fn worlds_with(rules: &Rules) -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        let clock = Clock::manual(MORNING_MS);
        let ids = Arc::new(IdMaker::new(clock.clone(), 0));
        let addresses = Addresses::new("https://rookery.test".parse().unwrap()).unwrap();
        let service = Service::new(database.store.clone(), clock.clone(), ids, addresses, rules.clone());
        worlds.push(World { service, engine: database.engine, clock, _database: database });
    }
    worlds
}

/// The default rules with another way to register.
pub(super) fn registering(registration: Registration) -> Rules {
    Rules { registration, ..Rules::default() }
}

/// What somebody types into the sign-up form.
pub(super) fn form(username: &str) -> SignUp {
    SignUp {
        username: username.to_owned(),
        email: format!("{username}@mail.test"),
        password: PASSWORD.to_owned(),
        language: None,
        reason: " I like\0 rooks ".to_owned(),
    }
}

/// Everybody's password.
pub(super) const PASSWORD: &str = "correct horse battery";

/// A tweet with nothing but a text.
pub(super) fn saying(text: &str) -> NewTweet {
    NewTweet { text: text.to_owned(), ..NewTweet::default() }
}

/// A client's key, of always the same request.
pub(super) fn key(key: &str) -> RequestKey {
    RequestKey::new(key.to_owned(), &()).unwrap()
}

/// The stable word of a refusal.
pub(super) fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

/// The newest end of a list.
pub(super) fn start() -> Cursor {
    Cursor::default()
}

impl World {
    pub(super) fn store(&self) -> &Store {
        self.service.store()
    }

    /// Somebody with an account, whose password nobody knows: hashing one would take the tests' time.
    pub(super) async fn person(&self, name: &str) -> AccountId {
        let id = AccountId(self.service.next_id());
        let account = Account::blank(id, name.to_owned(), self.service.now_ms());
        let user = User {
            account_id: id,
            username: name.to_owned(),
            email: format!("{name}@mail.test"),
            password_hash: "none".to_owned(),
            role: Role::User,
            state: UserState::Active,
            suspended: false,
            language: None,
        };
        self.service.write_user(account, user, String::new(), false).await.unwrap();
        id
    }

    /// Several people.
    pub(super) async fn people<const N: usize>(&self, names: [&str; N]) -> [AccountId; N] {
        let mut ids = [AccountId(0); N];
        for (id, name) in ids.iter_mut().zip(names) {
            *id = self.person(name).await;
        }
        ids
    }

    /// A crowd of so many people, named after their number.
    pub(super) async fn crowd(&self, count: usize) -> Vec<AccountId> {
        let mut crowd = Vec::new();
        for number in 0..count {
            crowd.push(self.person(&format!("p{number}")).await);
        }
        crowd
    }

    pub(super) async fn post(&self, author: AccountId, new: NewTweet) -> TweetId {
        self.service.create_tweet(author, new).await.unwrap().tweet.id
    }

    pub(super) async fn tweet(&self, author: AccountId, text: &str) -> TweetId {
        self.post(author, saying(text)).await
    }

    pub(super) async fn tweet_for(&self, author: AccountId, text: &str, visibility: Visibility) -> TweetId {
        self.post(author, NewTweet { visibility: Some(visibility), ..saying(text) }).await
    }

    pub(super) async fn reply(&self, author: AccountId, to: TweetId, text: &str) -> TweetId {
        self.post(author, NewTweet { reply_to: Some(to), ..saying(text) }).await
    }

    pub(super) async fn retweet(&self, who: AccountId, tweet: TweetId) -> TweetId {
        self.service.retweet(who, tweet).await.unwrap().tweet.id
    }

    pub(super) async fn follow(&self, who: AccountId, whom: AccountId) {
        self.service.follow(who, whom).await.unwrap();
    }

    /// A picture that waits for its tweet.
    pub(super) async fn picture(&self, account: AccountId) -> MediaId {
        self.service.add_upload(account, picture()).await.unwrap().id
    }

    /// A tweet as its author sees it.
    pub(super) async fn own(&self, author: AccountId, id: TweetId) -> Tweet {
        Arc::unwrap_or_clone(self.service.tweet(Some(author), id).await.unwrap().tweet)
    }

    /// Likes, retweets, replies and quotes of a tweet.
    pub(super) async fn counts(&self, author: AccountId, id: TweetId) -> [i64; 4] {
        let tweet = self.own(author, id).await;
        [tweet.likes_count, tweet.retweets_count, tweet.replies_count, tweet.quotes_count]
    }

    /// Tweets, followers and followees of an account.
    pub(super) async fn account_counts(&self, id: AccountId) -> [i64; 3] {
        let account = self.service.account(id).await.unwrap();
        [account.tweets_count, account.followers_count, account.following_count]
    }

    /// Kinds and doers of an account's notifications, newest first.
    pub(super) async fn told(&self, account: AccountId) -> Vec<(NotificationKind, AccountId)> {
        let page = self.service.notifications(account, Vec::new(), start(), 40).await.unwrap();
        page.items.iter().map(|view| (view.notification.kind, view.from.id)).collect()
    }

    /// The whole log, oldest first.
    pub(super) async fn log(&self) -> Vec<Event> {
        let all = settled_log(self.store(), events::Position::default()).await;
        all.into_iter().map(|logged| without_number(logged.event)).collect()
    }

    /// What an act appends to the log.
    pub(super) async fn logged_by<T>(&self, act: impl Future<Output = T>) -> (T, Vec<Event>) {
        let before = self.log().await.len();
        let answer = act.await;
        (answer, self.log().await.split_off(before))
    }
}

/// That somebody was told something, as [`World::log`] has it: which notification it is differs from engine to engine.
pub(super) fn told(account: AccountId) -> Event {
    Event::Notified { account, notification: None }
}

fn without_number(event: Event) -> Event {
    match event {
        Event::Notified { account, notification: Some(_) } => told(account),
        other => other,
    }
}

/// A picture of a file that is not there.
pub(super) fn picture() -> Media {
    Media {
        id: MediaId(0),
        account: AccountId(0),
        tweet: None,
        kind: "image".to_owned(),
        mime: "image/png".to_owned(),
        file_key: Some("ab/cd.png".to_owned()),
        thumb_key: None,
        remote_url: None,
        alt: String::new(),
        width: 640,
        height: 480,
        thumb_width: 64,
        thumb_height: 48,
        blurhash: None,
        size_bytes: 1_000,
        ..Default::default()
    }
}

/// Reads a list page by page to its end; answers the ids in the order they came, and how many pages there were.
pub(super) async fn walk<T>(
    id: impl Fn(&T) -> i64,
    read: impl AsyncFn(Cursor) -> Result<Page<T>>,
) -> (Vec<i64>, usize) {
    let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, Cursor::default());
    loop {
        let page = read(cursor).await.unwrap();
        seen.extend(page.items.iter().map(&id));
        pages += 1;
        assert!(pages < 1_000, "the list does not end");
        match page.next {
            Some(next) => cursor = Cursor::parse(Some(&next)).unwrap(),
            None => return (seen, pages),
        }
    }
}

/// Whether this is "there is no such thing".
pub(super) fn is_not_found<T>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::NotFound(_)))
}
