//! Counting from the log, and what stands highest then.

use super::*;
use crate::clock::{Clock, DAY_MS, HOUR_MS};
use crate::model::account::Account;
use crate::model::address::Addresses;
use crate::model::ids::IdMaker;
use crate::model::trend::DayUse;
use crate::service::{NewTweet, Rules, Slice};
use crate::store::accounts;
use crate::store::tests::database::{TestStore, settled_log, stores};
use crate::store::tests::seeds;
use std::sync::Arc;

/// Noon of 2 January 2026.
const NOON: Millis = 1_767_355_200_000;
const ALL: Slice = Slice { offset: 0, limit: 20 };

struct World {
    trends: Trends,
    clock: Clock,
    at: Position,
    people: Vec<AccountId>,
    database: TestStore,
}

impl World {
    async fn all(people: usize) -> Vec<Self> {
        let mut worlds = Vec::new();
        for database in stores().await {
            let clock = Clock::manual(NOON);
            let ids = Arc::new(IdMaker::new(clock.clone(), 1));
            let addresses = Addresses::new("http://rook.test".parse().unwrap()).unwrap();
            let service =
                Service::new(database.store.clone(), clock.clone(), ids, addresses, Rules::default());
            let mut made = Vec::new();
            for n in 0..people {
                let id = AccountId(service.ids().next());
                let account = Account::blank(id, format!("user{n}"), NOON);
                database.store.write(move |conn| accounts::insert(conn, &account)).await.unwrap();
                made.push(id);
            }
            let trends = Trends::new(service);
            let at = trends.consumer().begin().await.unwrap();
            worlds.push(Self { trends, clock, at, people: made, database });
        }
        worlds
    }

    async fn say(&self, who: usize, text: &str) -> TweetId {
        let new = NewTweet { text: text.to_owned(), ..NewTweet::default() };
        self.trends.service.create_tweet(self.people[who], new).await.unwrap().tweet.id
    }

    /// Counts what happened since, twice, and reckons.
    async fn reckoned(&mut self) {
        let at = self.at;
        let batch: Vec<Logged> = settled_log(&self.database.store, at).await;
        self.trends.take_in(&batch, true).await.unwrap();
        self.trends.take_in(&batch, true).await.unwrap();
        self.at = batch.last().map_or(at, |logged| logged.position);
        self.trends.reckon().await.unwrap();
    }

    async fn tags(&self) -> Vec<(String, Vec<DayUse>)> {
        self.trends.service.trending_tags(ALL).await.unwrap()
    }

    async fn names(&self) -> Vec<String> {
        self.tags().await.into_iter().map(|(name, _)| name).collect()
    }
}

#[tokio::test]
async fn hashtags_rank_by_distinct_accounts_and_fall_with_time() {
    for mut world in World::all(4).await {
        for who in 0..3 {
            world.say(who, "#old news").await;
        }
        for _ in 0..5 {
            world.say(0, "#loud and alone").await;
        }
        world.reckoned().await;
        assert_eq!(world.names().await, ["old"], "one account makes no trend however often it speaks");
        world.clock.advance(9 * HOUR_MS);
        for who in 0..2 {
            world.say(who, "#new #new").await;
        }
        world.reckoned().await;
        assert_eq!(world.names().await, ["new", "old"]);
        let days = world.tags().await.swap_remove(1).1;
        let today = DayUse { begins_ms: NOON - 12 * HOUR_MS, accounts: 3, uses: 3 };
        assert_eq!((days.len(), days[0]), (7, today), "{}", world.database.engine);
        world.clock.advance(2 * DAY_MS);
        world.reckoned().await;
        assert_eq!(world.names().await, Vec::<String>::new());
        let history = world.trends.service.tag_histories(vec!["old".to_owned()]).await.unwrap();
        assert_eq!((history["old"][0].accounts, history["old"][2]), (0, today));
    }
}

#[tokio::test]
async fn nothing_counts_of_hidden_posts_and_of_who_does_not_want_to_be_found() {
    for mut world in World::all(4).await {
        let hidden = |text: &str| NewTweet {
            text: text.to_owned(),
            visibility: Some(Visibility::Unlisted),
            ..NewTweet::default()
        };
        for who in 0..2 {
            let author = world.people[who];
            world.trends.service.create_tweet(author, hidden("#quiet")).await.unwrap();
        }
        for who in 2..4 {
            world.say(who, "#gone").await;
        }
        world.reckoned().await;
        assert_eq!(world.names().await, ["gone"]);
        let id = world.people[3];
        let suspend = move |conn: &mut Conn| accounts::set_suspended(conn, id, Some(NOON));
        world.database.store.write(suspend).await.unwrap();
        world.clock.advance(RECKON_EVERY_MS);
        world.reckoned().await;
        assert_eq!(world.names().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn liked_and_repeated_tweets_rank_for_those_who_may_see_them() {
    for mut world in World::all(4).await {
        let (one, two) = (world.say(0, "one").await, world.say(1, "two").await);
        let (service, people) = (world.trends.service.clone(), world.people.clone());
        for who in [1, 2, 3] {
            service.like(people[who], one).await.unwrap();
        }
        service.like(people[0], one).await.unwrap();
        service.retweet(people[2], two).await.unwrap();
        service.like(people[3], two).await.unwrap();
        service.like(people[3], two).await.unwrap();
        world.reckoned().await;
        let shown = async |viewer| -> Vec<TweetId> {
            let views = service.trending_tweets(viewer, ALL).await.unwrap();
            views.iter().map(|view| view.tweet.id).collect()
        };
        assert_eq!(shown(None).await, [one, two], "{}", world.database.engine);
        service.block(people[1], people[3]).await.unwrap();
        assert_eq!(shown(Some(people[3])).await, [one]);
        service.delete_tweet(people[0], one).await.unwrap();
        assert_eq!(shown(None).await, [two]);
    }
}

#[tokio::test]
async fn links_that_many_share_are_shown_with_their_card() {
    for mut world in World::all(2).await {
        for who in 0..2 {
            world.say(who, "read https://news.test/story").await;
        }
        world.reckoned().await;
        assert_eq!(world.trends.service.trending_links(ALL).await.unwrap(), [], "no card yet");
        let card = |conn: &mut Conn| seeds::card(conn, "https://news.test/story", "news.test", "A story");
        world.database.store.write(card).await.unwrap();
        let links = world.trends.service.trending_links(ALL).await.unwrap();
        assert_eq!((links.len(), links[0].0.title.as_str(), links[0].1[0].accounts), (1, "A story", 2));
    }
}
