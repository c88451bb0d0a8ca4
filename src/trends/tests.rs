//! Counting from the log, and what stands highest then.

use super::*;
use crate::clock::{Clock, DAY_MS, HOUR_MS};
use crate::model::account::Account;
use crate::model::address::Addresses;
use crate::model::cursor::Cursor;
use crate::model::ids::IdMaker;
use crate::model::trend::{DayUse, ReviewKind, ReviewState};
use crate::service::{NewTweet, Operator, ProfileChanges, Rules, Slice};
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

/// The use-cases of another process of the same instance, or of the same one after it stopped.
fn beside(database: &TestStore, clock: &Clock, rules: Rules) -> Service {
    let ids = Arc::new(IdMaker::new(clock.clone(), 2));
    let addresses = Addresses::new("http://rook.test".parse().unwrap()).unwrap();
    Service::new(database.store.clone(), clock.clone(), ids, addresses, rules)
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

#[tokio::test]
async fn what_is_used_every_day_does_not_trend_until_far_more_use_it() {
    for mut world in World::all(40).await {
        for day in 0..4 {
            for who in 0..8 {
                world.say(who, "#daily walk").await;
            }
            if day == 3 {
                for who in 10..13 {
                    world.say(who, "#news of today").await;
                }
            }
            world.reckoned().await;
            let there = world.names().await;
            match day {
                // What began yesterday is not its own past yet.
                0 | 1 => assert_eq!(there, ["daily"], "{} day {day}", world.database.engine),
                2 => assert_eq!(there, Vec::<String>::new(), "{}", world.database.engine),
                _ => assert_eq!(there, ["news"], "fewer, but new"),
            }
            world.clock.advance(if day < 3 { DAY_MS } else { RECKON_EVERY_MS });
        }
        for who in 8..40 {
            world.say(who, "#daily, and how").await;
        }
        world.reckoned().await;
        assert_eq!(world.names().await, ["daily", "news"], "{}", world.database.engine);
    }
}

#[tokio::test]
async fn what_is_said_each_monday_is_no_news_on_the_next() {
    for mut world in World::all(8).await {
        for (week, trends) in [(0, vec!["monday"]), (1, vec![])] {
            for who in 0..8 {
                world.say(who, "#monday").await;
            }
            world.reckoned().await;
            assert_eq!(world.names().await, trends, "{} week {week}", world.database.engine);
            world.clock.advance(7 * DAY_MS);
        }
    }
}

#[tokio::test]
async fn limited_accounts_and_such_as_do_not_want_to_be_found_make_no_trend() {
    for mut world in World::all(4).await {
        for who in 0..2 {
            world.say(who, "#limited").await;
        }
        for who in 2..4 {
            world.say(who, "#shy").await;
        }
        let (limited, shy) = (world.people[1], world.people[3]);
        let shut = ProfileChanges { discoverable: Some(false), ..ProfileChanges::default() };
        world.trends.service.update_profile(shy, shut).await.unwrap();
        world.database.store.write(move |conn| seeds::limited(conn, limited)).await.unwrap();
        world.reckoned().await;
        assert_eq!(world.names().await, Vec::<String>::new(), "{}", world.database.engine);
    }
}

#[tokio::test]
async fn every_process_answers_the_same_also_after_a_restart() {
    for mut world in World::all(3).await {
        for who in 0..3 {
            world.say(who, "#rooks").await;
        }
        world.reckoned().await;
        let other = Trends::new(beside(&world.database, &world.clock, Rules::default()));
        // It is not its turn: nothing changes, and nothing is counted twice.
        other.reckon().await.unwrap();
        let tags = other.service.trending_tags(ALL).await.unwrap();
        assert_eq!(tags, world.tags().await, "{}", world.database.engine);
        assert_eq!((tags[0].0.as_str(), tags[0].1[0].accounts), ("rooks", 3));
    }
}

#[tokio::test]
async fn nothing_trends_unreviewed_where_admins_want_that_and_a_no_holds_at_once() {
    for mut world in World::all(3).await {
        for who in 0..3 {
            world.say(who, "#rooks and #crows").await;
        }
        world.reckoned().await;
        let by = Operator::CommandLine;
        let reviewed =
            beside(&world.database, &world.clock, Rules { trends_review: true, ..Rules::default() });
        let names = async || -> Vec<String> {
            let tags = reviewed.trending_tags(ALL).await.unwrap();
            tags.into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names().await, Vec::<String>::new(), "{}", world.database.engine);
        assert_eq!(world.names().await, ["crows", "rooks"]);
        let tag = ReviewKind::Tag;
        assert_eq!(reviewed.decide_trend(by, tag, " #Rooks", Some(true)).await.unwrap(), "rooks");
        reviewed.decide_trend(by, tag, "crows", Some(false)).await.unwrap();
        assert_eq!(names().await, ["rooks"]);
        assert_eq!(world.names().await, ["rooks"], "rejected whatever the setting");

        let states: Vec<(String, ReviewState)> = reviewed
            .trend_candidates(TrendKind::Tags)
            .await
            .unwrap()
            .into_iter()
            .map(|entry| (entry.item, entry.state))
            .collect();
        let expected = [("crows", ReviewState::Rejected), ("rooks", ReviewState::Approved)];
        assert_eq!(states, expected.map(|(item, state)| (item.to_owned(), state)));
        let first = reviewed.trend_decisions(tag, Cursor::default(), 1).await.unwrap();
        assert_eq!(first.items[0].item, "crows", "the last first");
        let cursor = Cursor::parse(first.next.as_deref()).unwrap();
        let second = reviewed.trend_decisions(tag, cursor, 1).await.unwrap();
        assert_eq!((second.items[0].item.as_str(), second.next), ("rooks", None));

        reviewed.decide_trend(by, tag, "rooks", None).await.unwrap();
        assert_eq!((names().await, world.names().await), (vec![], vec!["rooks".to_owned()]));
    }
}

#[tokio::test]
async fn a_rejected_publisher_takes_all_its_pages_along_and_a_tweet_its_decision() {
    for mut world in World::all(3).await {
        let service = world.trends.service.clone();
        let by = Operator::CommandLine;
        let tweet = world.say(0, "read https://news.test/story").await;
        world.say(1, "read https://news.test/story#part").await;
        for who in 1..3 {
            service.like(world.people[who], tweet).await.unwrap();
        }
        world.reckoned().await;
        let card = |conn: &mut Conn| seeds::card(conn, "https://news.test/story", "news.test", "A story");
        world.database.store.write(card).await.unwrap();
        let links = async || service.trending_links(ALL).await.unwrap().len();
        assert_eq!(links().await, 1, "{}", world.database.engine);
        let entry = service.trend_candidates(TrendKind::Links).await.unwrap().swap_remove(0);
        assert_eq!((entry.publisher.as_str(), entry.about.as_str()), ("news.test", "A story"));

        service.decide_trend(by, ReviewKind::Publisher, "NEWS.test", Some(false)).await.unwrap();
        assert_eq!(links().await, 0);
        service.decide_trend(by, ReviewKind::Link, "https://news.test/story#x", Some(true)).await.unwrap();
        assert_eq!(links().await, 0, "a no always wins");
        service.decide_trend(by, ReviewKind::Publisher, "news.test", None).await.unwrap();
        assert_eq!(links().await, 1);

        let tweets = async || service.trending_tweets(None, ALL).await.unwrap().len();
        assert_eq!(tweets().await, 1);
        service.decide_trend(by, ReviewKind::Tweet, &tweet.to_string(), Some(false)).await.unwrap();
        assert_eq!(tweets().await, 0);
        service.delete_tweet(world.people[0], tweet).await.unwrap();
        let decided = service.trend_decisions(ReviewKind::Tweet, Cursor::default(), 9).await.unwrap();
        assert_eq!(decided.items, [], "{}", world.database.engine);
        for (kind, item) in [
            (ReviewKind::Tag, "a b"),
            (ReviewKind::Link, "news.test"),
            (ReviewKind::Tweet, "x"),
            (ReviewKind::Tweet, "1"),
            (ReviewKind::Publisher, "a..b"),
        ] {
            assert!(service.decide_trend(by, kind, item, Some(true)).await.is_err(), "{item}");
        }
    }
}
