use super::*;
use crate::model::event::Event;
use crate::store::instances::KnownBlocks;
use crate::store::own_keys::{self, OwnKey};

/// Writes events of follows of ours into the log: each makes one activity.
async fn ask_to_follow(world: &World, target: AccountId, count: i64) {
    let events: Vec<Event> = (0..count)
        .map(|_| {
            Event::FollowRequested(Relation {
                from: world.ann.id,
                to: target,
                from_local: true,
                to_local: false,
                id: world.service().ids().next(),
                uri: None,
            })
        })
        .collect();
    world.test.store.write(move |conn| events::append(conn, &events, NOW)).await.unwrap();
}

/// An account of ours whose profile cannot be told to anybody, since its key cannot be opened.
async fn broken(world: &World) -> AccountId {
    let account = local_account(&world.federation, "broken").await.id;
    let key = OwnKey {
        key_uri: "http://a.test/users/broken#main-key".into(),
        public_pem: "none".into(),
        private_sealed: vec![1, 2, 3],
    };
    world.test.store.write(move |conn| own_keys::of_or_insert(conn, account, &key, NOW)).await.unwrap();
    account
}

async fn waiting(world: &World, host: &'static str) -> usize {
    let read = move |conn: &mut crate::store::Conn| deliveries::waiting(conn, host, RowId(0), 10_000);
    world.test.store.read(read).await.unwrap().len()
}

#[tokio::test]
async fn an_event_that_fails_is_tried_again_alone_then_passed_over_and_all_others_are_planned_once() {
    for world in worlds().await {
        let bob = world.remote("bob").await;
        let account = broken(&world).await;
        world.told().await;
        ask_to_follow(&world, bob, 70).await;
        let poison = [Event::AccountUpdated { account, local: true }];
        world.test.store.write(move |conn| events::append(conn, &poison, NOW)).await.unwrap();
        ask_to_follow(&world, bob, 10).await;
        let mut failures = 0;
        let batch = world.log().await;
        // The follower of the log gives the same batch again after a failure.
        while let Err(error) =
            world.federation.plan_batch(batch.clone(), &world.planned, &world.trouble).await
        {
            failures += 1;
            assert!((50..=70).contains(&waiting(&world, "bob.test").await), "{}: {error}", world.engine);
            assert!(failures < 50, "{}: it is tried for ever", world.engine);
        }
        assert!(failures > 3, "{}: {failures}", world.engine);
        assert_eq!(waiting(&world, "bob.test").await, 80, "{}", world.engine);
    }
}

#[tokio::test]
async fn two_planners_at_once_plan_each_event_once() {
    for world in worlds().await {
        let bob = world.remote("bob").await;
        world.follows_ann(bob).await;
        world.told().await;
        ask_to_follow(&world, bob, 120).await;
        world.ann_posts("hello", Visibility::Public).await;
        ask_to_follow(&world, bob, 60).await;
        let batch = world.log().await;
        let planner = |batch: Vec<_>| {
            let federation = world.federation.clone();
            tokio::spawn(async move {
                federation.plan_batch(batch, &watch::Sender::new(()), &Mutex::default()).await.unwrap();
            })
        };
        let planners = [planner(batch.clone()), planner(batch)];
        for planner in planners {
            planner.await.unwrap();
        }
        assert_eq!(waiting(&world, "bob.test").await, 181, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_an_author_does_is_told_to_followers_and_to_named_ones_in_its_order() {
    for world in worlds().await {
        let bob = world.remote("bob").await;
        world.follows_ann(bob).await;
        world.told().await;
        world.ann_posts("for followers", Visibility::Public).await;
        world.ann_posts("for @bob@bob.test", Visibility::Direct).await;
        let liked = world.post_of(bob).await;
        world.service().like(world.ann.id, liked).await.unwrap();
        world.service().retweet(world.ann.id, liked).await.unwrap();
        world.service().unlike(world.ann.id, liked).await.unwrap();
        let told = world.told().await;
        assert_eq!(told["bob"], ["Create", "Create", "Like", "Announce", "Undo"], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_post_reaches_every_one_of_many_followers_once_whatever_the_chunks() {
    for world in worlds().await {
        for number in 0..25 {
            let host = format!("h{}.test", number % 20);
            let follower = world.remote_on(&format!("f{number}"), &host).await;
            world.follows_ann(follower).await;
        }
        world.told().await;
        let mut after = RowId(0);
        let mut inboxes = Vec::new();
        loop {
            let account = world.ann.id;
            let page = move |conn: &mut crate::store::Conn| {
                deliveries::follower_inboxes(conn, account, after, 7, &mut KnownBlocks::default())
            };
            let page = world.test.store.read(page).await.unwrap();
            assert!(page.targets.len() <= 7, "{}", world.engine);
            inboxes.extend(page.targets.into_iter().map(|target| target.inbox));
            let Some(last) = page.last else { break };
            after = last;
        }
        inboxes.sort();
        inboxes.dedup();
        assert_eq!(inboxes.len(), 25, "{}", world.engine);
        world.ann_posts("hello", Visibility::Public).await;
        assert_eq!(world.told_only("Create").await.len(), 25, "{}", world.engine);
    }
}
