//! The log's upkeep, and those who follow it.

use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::database::{settled_log, stores};
use super::{count, note};
use crate::model::event::Event;
use crate::model::ids::AccountId;
use crate::store::follower::{Progress, follow};
use crate::store::{Store, StoreError, events};

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

async fn append(store: &Store, numbers: std::ops::Range<i64>) {
    for n in numbers {
        store.write(move |conn| events::append(conn, &[note(n)], n)).await.unwrap();
    }
}

/// The whole log, which has this many events.
async fn all(store: &Store, wanted: usize) -> Vec<events::Logged> {
    let all = settled_log(store, events::Position::default()).await;
    assert_eq!(all.len(), wanted);
    all
}

#[tokio::test]
async fn pruning_keeps_what_a_consumer_has_not_seen_and_always_the_newest() {
    for test in stores().await {
        let store = &test.store;
        let prune = async |before_ms: i64, limit: i64| {
            store.write(move |conn| events::prune(conn, before_ms, limit)).await.unwrap()
        };
        assert_eq!(prune(1_000, 10).await, 0, "an empty log has nothing to lose");
        append(store, 0..10).await;
        let whole = all(store, 10).await;
        let head = store.read(events::head).await.unwrap();
        assert_eq!(head, whole[9].position);

        let third = whole[2].position;
        store.write(move |conn| events::move_cursor(conn, "slow", third, 1)).await.unwrap();
        store.write(move |conn| events::move_cursor(conn, "fast", head, 1)).await.unwrap();
        assert_eq!(store.read(|conn| events::cursor(conn, "slow")).await.unwrap(), Some(third));
        assert_eq!(store.read(|conn| events::cursor(conn, "none")).await.unwrap(), None);
        assert_eq!(prune(1_000, 2).await, 2, "{}", test.engine);
        assert_eq!(prune(1_000, 10).await, 1, "{}: only what the slow one has passed", test.engine);
        store.write(move |conn| events::move_cursor(conn, "slow", head, 1)).await.unwrap();
        assert_eq!(prune(5, 10).await, 2, "{}: only what is old", test.engine);
        assert_eq!(prune(1_000, 100).await, 4, "{}: the newest stays", test.engine);
        assert_eq!(prune(1_000, 100).await, 0);
        assert_eq!(
            store.read(events::head).await.unwrap(),
            head,
            "{}: the head never goes back",
            test.engine
        );
        append(store, 10..11).await;
        let left = all(store, 2).await;
        assert!(left[1].position > head);
        let next = store.read(move |conn| events::after(conn, head, 10)).await.unwrap();
        assert!(!next.is_end());
        assert_eq!(count(store, "select count(*) from events").await, 2);
    }
}

#[tokio::test]
async fn a_follower_that_fails_gets_the_same_events_again_and_others_can_wait_for_it() {
    for test in stores().await {
        let progress = Progress::default();
        let stop = CancellationToken::new();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let failures = Arc::new(Mutex::new(2));
        let (kept, left) = (Arc::clone(&seen), Arc::clone(&failures));
        let consume = move |batch: Vec<events::Logged>| {
            let mut left = left.lock().unwrap();
            if *left > 0 {
                *left -= 1;
                return ready(Err(StoreError::NoRow));
            }
            for logged in batch {
                if let Event::AccountCreated { account: AccountId(n) } = logged.event {
                    kept.lock().unwrap().push(n);
                }
            }
            ready(Ok(()))
        };
        let follower =
            tokio::spawn(follow(test.store.clone(), "test", progress.clone(), stop.clone(), consume));
        append(&test.store, 0..20).await;
        let last = all(&test.store, 20).await[19].position;
        assert!(progress.reached(last, PATIENCE).await, "{}", test.engine);
        assert_eq!(*seen.lock().unwrap(), (0..20).collect::<Vec<i64>>(), "{}", test.engine);
        assert_eq!((progress.position(), progress.failing_for()), (last, None), "{}", test.engine);
        let beyond = events::Position { txid: i64::MAX, seq: 0 };
        assert!(!progress.reached(beyond, Duration::from_millis(1)).await);
        stop.cancel();
        follower.await.unwrap();
    }
}

#[tokio::test]
async fn what_another_process_writes_wakes_followers_here() {
    for test in stores().await.into_iter().filter(|test| test.engine == "postgres") {
        let settings = test.settings.clone();
        let other = tokio::task::spawn_blocking(move || crate::store::Store::open(&settings));
        let other = other.await.unwrap().unwrap();
        let mut signal = test.store.log_signal().subscribe();
        let mut rounds = 0;
        // Listening begins with a wake of its own; three wakes after as many foreign writes are not that.
        while rounds < 3 {
            signal.mark_unchanged();
            append(&other, rounds..rounds + 1).await;
            let woken = tokio::time::timeout(Duration::from_secs(20), signal.changed()).await;
            woken.expect("a foreign write wakes").unwrap();
            rounds += 1;
        }
        tokio::task::spawn_blocking(move || other.close()).await.unwrap();
    }
}

#[tokio::test]
async fn a_follower_that_fails_says_so_and_how_far_it_is_behind() {
    let recorded = crate::telemetry::metrics::install().unwrap();
    for test in stores().await {
        let (progress, stop) = (Progress::default(), CancellationToken::new());
        let fails = |_| ready(Err(StoreError::NoRow));
        let following = follow(test.store.clone(), test.engine, progress.clone(), stop.clone(), fails);
        let follower = tokio::spawn(following);
        append(&test.store, 0..3).await;
        all(&test.store, 3).await;
        let lag = format!("rookery_log_lag_events{{consumer=\"{}\"}} 3", test.engine);
        let told = async {
            while progress.failing_for().is_none() || !recorded.render().contains(&lag) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, told).await.expect("it says so");
        stop.cancel();
        follower.await.unwrap();
    }
}
