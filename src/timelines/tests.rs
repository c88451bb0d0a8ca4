//! The shell around the rings, on both engines: what people see is what the database says, whichever way.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Home, Settings, Thresholds, run};
use crate::clock::Clock;
use crate::model::account::{Role, UserState};
use crate::model::address::Addresses;
use crate::model::cursor::{Cursor, Page};
use crate::model::follow::FollowChoices;
use crate::model::ids::{AccountId, IdMaker, RowId, TweetId};
use crate::model::list::ListReplies;
use crate::secrets;
use crate::service::{ListChanges, NewTweet, Rules, Service, SignUp, TweetView};
use crate::store::events;
use crate::store::tests::database::{TestStore, stores};

/// How long the consumer may take to catch up.
const PATIENCE: Duration = Duration::from_secs(20);
const MORNING_MS: i64 = 1_780_000_000_000;

struct World {
    service: Service,
    clock: Clock,
    people: Vec<AccountId>,
    /// A list of each of the people.
    lists: Vec<RowId>,
    engine: &'static str,
    _database: TestStore,
}

async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        let clock = Clock::manual(MORNING_MS);
        let ids = Arc::new(IdMaker::new(clock.clone(), 0));
        let addresses = Addresses::new("https://rookery.test".parse().unwrap()).unwrap();
        let service = Service::new(database.store.clone(), clock.clone(), ids, addresses, Rules::default());
        let mut people = Vec::new();
        for name in ["ann", "bob", "cai", "dia"] {
            let new = SignUp {
                username: name.to_owned(),
                email: format!("{name}@mail.test"),
                password: "correct horse battery".to_owned(),
                language: None,
                reason: String::new(),
            };
            people.push(service.create_user(new, Role::User, UserState::Active).await.unwrap().account_id);
        }
        let mut lists = Vec::new();
        for owner in &people {
            let new = ListChanges { title: Some("some".to_owned()), ..ListChanges::default() };
            lists.push(service.create_list(*owner, new).await.unwrap().id);
        }
        worlds.push(World { service, clock, people, lists, engine: database.engine, _database: database });
    }
    worlds
}

/// A home with the rings of `settings`, following the log.
async fn following(world: &World, settings: &Settings, stop: &CancellationToken) -> Home {
    let home = Home::new(world.service.clone(), settings);
    let head = world.service.store().read(events::head).await.unwrap();
    tokio::spawn(run(home.clone(), head, stop.clone()));
    home
}

async fn caught_up(world: &World, home: &Home) {
    let newest = world.service.store().read(events::newest).await.unwrap();
    assert!(home.inner().progress.reached(newest, PATIENCE).await, "{}", world.engine);
}

/// The whole home timeline of a reader, page by page.
async fn whole(home: &Home, reader: AccountId, limit: usize) -> Vec<TweetId> {
    pages(async |cursor| home.page(reader, cursor, limit).await.unwrap()).await
}

/// All that is on a reader's list, page by page.
async fn whole_list(home: &Home, (reader, list): (AccountId, RowId), limit: usize) -> Vec<TweetId> {
    pages(async |cursor| home.list_page(reader, list, cursor, limit).await.unwrap()).await
}

async fn pages(read: impl AsyncFn(Cursor) -> Page<TweetView>) -> Vec<TweetId> {
    let mut ids = Vec::new();
    let mut cursor = Cursor::default();
    loop {
        let page = read(cursor).await;
        ids.extend(page.items.iter().map(|view| view.tweet.id));
        match page.next {
            Some(next) => cursor = Cursor::parse(Some(&next)).unwrap(),
            None => return ids,
        }
    }
}

fn rings(dear_looks_per_day: u64, author_ring: usize) -> Settings {
    let thresholds = Thresholds { dear_looks_per_day, ..Thresholds::default() };
    Settings { author_ring, reader_ring: 8, thresholds, ..Settings::default() }
}

fn no_rings() -> Settings {
    Settings { author_budget: 0, ..Settings::default() }
}

/// One random act of one random person.
async fn act(world: &World, tweets: &mut Vec<TweetId>) {
    let [what, who, whom, which] = secrets::random_bytes::<4>().unwrap().map(usize::from);
    let (me, other) = (world.people[who % 4], world.people[whom % 4]);
    let list = world.lists[who % 4];
    let service = &world.service;
    let tweet = tweets.get(which % tweets.len().max(1)).copied();
    world.clock.advance(1_000);
    // Refusals (of what is hidden, of oneself) are part of a random life.
    match (what % 15, tweet) {
        (0..4, _) | (_, None) => tweets.extend(post(service, me, None).await),
        (4 | 5, Some(tweet)) => tweets.extend(post(service, me, Some(tweet)).await),
        (6, Some(tweet)) => drop(service.retweet(me, tweet).await),
        (7, Some(tweet)) => drop(service.delete_tweet(me, tweet).await),
        (8 | 9, _) => drop(service.follow(me, other).await),
        (10, _) => drop(service.unfollow(me, other).await),
        (11, _) => drop(service.add_to_list(me, list, vec![other]).await),
        (12, _) => {
            let changes = ListChanges {
                exclusive: Some(which % 2 == 0),
                replies: Some(ListReplies::ALL[which % 3]),
                title: None,
            };
            drop(service.change_list(me, list, changes).await);
        }
        (13, _) if which % 4 == 1 => drop(service.follow_tag(me, "rooks", which % 8 == 1).await),
        (13, _) if which % 4 == 2 => {
            let choices = FollowChoices { retweets: Some(which % 8 == 2), ..FollowChoices::default() };
            drop(service.tune_follow(me, other, choices).await);
        }
        (13, _) if which % 4 == 0 => drop(service.take_off_list(me, list, vec![other]).await),
        (_, Some(_)) if which % 3 == 0 => drop(service.block(me, other).await),
        (_, Some(_)) if which % 3 == 1 => drop(service.mute(me, other, true).await),
        _ => {
            drop(service.unblock(me, other).await);
            drop(service.unmute(me, other).await);
        }
    }
}

async fn post(service: &Service, author: AccountId, reply_to: Option<TweetId>) -> Option<TweetId> {
    let text = if secrets::random_bytes::<1>().unwrap() < [80] { "caw #rooks" } else { "caw" };
    let new = NewTweet { text: text.to_owned(), reply_to, ..NewTweet::default() };
    service.create_tweet(author, new).await.ok().map(|view| view.tweet.id)
}

#[tokio::test]
async fn pages_from_rings_are_pages_from_the_database_through_random_lives() {
    for world in worlds().await {
        let stop = CancellationToken::new();
        let pulled = following(&world, &rings(u64::MAX, 4), &stop).await;
        let pushed = following(&world, &rings(0, 4), &stop).await;
        let database = Home::new(world.service.clone(), &no_rings());
        let mut tweets = Vec::new();
        for round in 0..25 {
            for _ in 0..8 {
                act(&world, &mut tweets).await;
            }
            caught_up(&world, &pulled).await;
            caught_up(&world, &pushed).await;
            for reader in &world.people {
                let truth = whole(&database, *reader, 3).await;
                assert_eq!(whole(&pulled, *reader, 3).await, truth, "{} pull, round {round}", world.engine);
                assert_eq!(whole(&pushed, *reader, 3).await, truth, "{} push, round {round}", world.engine);
            }
            for reader in world.people.iter().copied().zip(world.lists.iter().copied()) {
                let truth = whole_list(&database, reader, 3).await;
                let found = whole_list(&pulled, reader, 3).await;
                assert_eq!(found, truth, "{} list, round {round}", world.engine);
            }
        }
        stop.cancel();
    }
}

#[tokio::test]
async fn one_sees_the_own_post_and_the_new_follow_at_once() {
    for world in worlds().await {
        let stop = CancellationToken::new();
        // However busy the machine is.
        let settings = Settings { own_write_patience: Duration::from_secs(20), ..Settings::default() };
        let home = following(&world, &settings, &stop).await;
        let [ann, bob] = [world.people[0], world.people[1]];
        let bobs = post(&world.service, bob, None).await.unwrap();
        assert_eq!(whole(&home, ann, 20).await, []);
        for _ in 0..20 {
            world.clock.advance(10);
            let own = post(&world.service, ann, None).await.unwrap();
            assert_eq!(whole(&home, ann, 20).await.first(), Some(&own), "{}", world.engine);
        }
        world.service.follow(ann, bob).await.unwrap();
        assert!(whole(&home, ann, 40).await.contains(&bobs), "{}", world.engine);
        world.service.unfollow(ann, bob).await.unwrap();
        assert!(!whole(&home, ann, 40).await.contains(&bobs), "{}", world.engine);
        stop.cancel();
    }
}

#[tokio::test]
async fn what_is_newer_than_a_page_can_be_asked_for() {
    for world in worlds().await {
        let home = Home::new(world.service.clone(), &Settings::default());
        let ann = world.people[0];
        post(&world.service, ann, None).await.unwrap();
        let page = home.page(ann, Cursor::default(), 20).await.unwrap();
        world.clock.advance(10);
        let fresh = post(&world.service, ann, None).await.unwrap();
        let newer = Cursor::parse(page.prev.as_deref()).unwrap();
        let page = home.page(ann, newer, 20).await.unwrap();
        assert_eq!(page.items.iter().map(|view| view.tweet.id).collect::<Vec<_>>(), [fresh]);
    }
}

#[tokio::test]
async fn what_is_older_is_reached_beyond_any_number_of_hidden_posts() {
    for world in worlds().await {
        let settings = Settings { rows_looked_through: 100, ..no_rings() };
        let home = Home::new(world.service.clone(), &settings);
        let [ann, bob, cai] = [world.people[0], world.people[1], world.people[2]];
        world.service.follow(ann, bob).await.unwrap();
        world.service.follow(ann, cai).await.unwrap();
        let oldest = post(&world.service, cai, None).await.unwrap();
        for _ in 0..120 {
            world.clock.advance(10);
            post(&world.service, bob, None).await.unwrap();
        }
        world.service.mute(ann, bob, true).await.unwrap();
        let first = home.page(ann, Cursor::default(), 20).await.unwrap();
        assert!(first.items.is_empty() && first.next.is_some(), "{}", world.engine);
        assert_eq!(whole(&home, ann, 20).await, [oldest], "{}", world.engine);
    }
}

#[tokio::test]
async fn catching_up_page_by_page_ends_where_it_was_left() {
    for world in worlds().await {
        let home = Home::new(world.service.clone(), &Settings::default());
        let ann = world.people[0];
        let mut own = Vec::new();
        for _ in 0..4 {
            world.clock.advance(10);
            own.extend(post(&world.service, ann, None).await);
        }
        let page = home.page(ann, Cursor::after(own[0].0), 2).await.unwrap();
        assert_eq!(page.items.iter().map(|view| view.tweet.id).collect::<Vec<_>>(), [own[3], own[2]]);
        let next = Cursor::parse(page.next.as_deref()).unwrap();
        let page = home.page(ann, next, 2).await.unwrap();
        assert_eq!(page.items.iter().map(|view| view.tweet.id).collect::<Vec<_>>(), [own[1]]);
        assert_eq!(page.next, None, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_ring_loaded_after_the_start_hears_of_what_came_before_the_first_look() {
    for world in worlds().await {
        let (home, stop) = (Home::new(world.service.clone(), &Settings::default()), CancellationToken::new());
        let ann = world.people[0];
        let start = world.service.store().read(events::head).await.unwrap();
        assert_eq!(whole(&home, ann, 20).await, []);
        let own = post(&world.service, ann, None).await.unwrap();
        tokio::spawn(run(home.clone(), start, stop.clone()));
        caught_up(&world, &home).await;
        assert_eq!(whole(&home, ann, 20).await, [own], "{}", world.engine);
        stop.cancel();
    }
}

#[tokio::test]
async fn pages_are_counted_by_where_they_came_from() {
    let recorded = crate::telemetry::metrics::install().unwrap();
    let world = worlds().await.remove(0);
    let home = Home::new(world.service.clone(), &rings(0, 4));
    let database = Home::new(world.service.clone(), &no_rings());
    for home in [&home, &home, &database] {
        home.page(world.people[0], Cursor::default(), 20).await.unwrap();
    }
    for source in ["ring", "reader", "database"] {
        let line = format!("rookery_timeline_reads_total{{source=\"{source}\"}} 1");
        assert!(recorded.render().contains(&line), "{line}\n{}", recorded.render());
    }
}
