use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::clock::MINUTE_MS;

const NOTE: &str = "http://b.test/notes/1";

fn follow(number: usize) -> Value {
    activity(&format!("{BOB}#follows/{number}"), "Follow", BOB, json!("http://a.test/users/ann"))
}

#[tokio::test]
async fn what_a_dead_worker_had_claimed_is_done_by_the_next_and_only_once() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let create = activity(&format!("{BOB}#creates/1"), "Create", BOB, note(NOTE, BOB, "<p>once</p>"));
        assert_eq!(world.post(&create).await.unwrap(), Accepted::New);
        // It did its work and died before it could say so.
        let claimed = world.federation.claim(16, UnderWay::default()).await.pop().unwrap();
        world
            .federation
            .perform(crate::federation::objects::Activity::parse(&claimed.body).unwrap())
            .await
            .unwrap();
        assert!(
            world.federation.claim(16, UnderWay::default()).await.is_empty(),
            "{}: the claim still holds",
            world.engine
        );
        world.clock.advance(MINUTE_MS);
        world.work().await;
        assert_eq!(world.waiting_and_parked().await, (0, 0), "{}", world.engine);
        assert_eq!(world.home().await, ["once"], "{}", world.engine);
        let created =
            world.events().await.into_iter().filter(|event| matches!(event, Event::TweetCreated(_)));
        assert_eq!(created.count(), 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_fails_for_a_passing_cause_is_tried_again_later() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let uri = "http://c.test/notes/1";
        world.answer(uri, ResponseTemplate::new(503));
        let announce = activity(&format!("{BOB}#announces/1"), "Announce", BOB, json!(uri));
        assert_eq!(world.post(&announce).await.unwrap(), Accepted::New);
        world.work().await;
        assert_eq!(world.waiting_and_parked().await, (1, 0), "{}", world.engine);
        world.serve(uri, &note(uri, CAT, "<p>late</p>"));
        world.clock.advance(MINUTE_MS);
        world.work().await;
        assert_eq!(world.waiting_and_parked().await, (0, 0), "{}", world.engine);
        assert_eq!(world.home().await, ["late"], "{}", world.engine);
    }
}

#[tokio::test]
async fn what_fails_too_often_is_parked_and_lets_others_pass() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let uri = "http://c.test/notes/1";
        world.answer(uri, ResponseTemplate::new(503));
        let announce =
            |number: u8| activity(&format!("{BOB}#announces/{number}"), "Announce", BOB, json!(uri));
        world.post(&announce(1)).await.unwrap();
        for _ in 0..8 {
            world.work().await;
            world.clock.advance(60 * MINUTE_MS);
        }
        assert_eq!(world.waiting_and_parked().await, (0, 1), "{}", world.engine);
        world.serve(uri, &note(uri, CAT, "<p>late</p>"));
        world.post(&announce(2)).await.unwrap();
        world.work().await;
        assert_eq!(world.home().await, ["late"], "{}", world.engine);
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_parked_with_its_reason() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.serve(NOTE, &with(note(NOTE, BOB, "<p>hi</p>"), "content", json!(7)));
        let create = activity(&format!("{BOB}#creates/1"), "Create", BOB, json!(NOTE));
        assert_eq!(world.post(&create).await.unwrap(), Accepted::New);
        world.work().await;
        assert_eq!(world.waiting_and_parked().await, (0, 1), "{}", world.engine);
    }
}

#[tokio::test]
async fn the_worker_takes_what_waited_and_what_arrives_and_stops_when_told() {
    for world in worlds().await {
        world.post(&follow(1)).await.unwrap();
        let stop = CancellationToken::new();
        let federation = world.federation.clone();
        let worker = tokio::spawn({
            let stop = stop.clone();
            async move { federation.work_inbox(stop).await }
        });
        for number in 2..20 {
            world.post(&follow(number)).await.unwrap();
        }
        let mut signal = world.test.store.log_signal().subscribe();
        let all_done = async {
            while world.waiting_and_parked().await != (0, 0) {
                let _ = tokio::time::timeout(Duration::from_millis(50), signal.changed()).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), all_done).await.unwrap();
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(5), worker).await.unwrap().unwrap();
        let numbers: Vec<String> = world
            .events()
            .await
            .into_iter()
            .filter_map(|event| match event {
                Event::Followed(relation) => relation.uri,
                _ => None,
            })
            .collect();
        let wanted: Vec<String> = (1..20).map(|number| format!("{BOB}#follows/{number}")).collect();
        assert_eq!(numbers, wanted, "{}: one object's activities are done in their order", world.engine);
    }
}

#[tokio::test]
async fn a_thousand_activities_about_one_thing_hide_nothing_behind_them_and_keep_their_order() {
    for world in worlds().await {
        for number in 0..300 {
            world.post(&follow(number)).await.unwrap();
        }
        let cats = activity(&format!("{CAT}#follows/1"), "Follow", CAT, json!("http://a.test/users/ann"));
        world.post(&cats).await.unwrap();
        let claimed = world.federation.claim(16, UnderWay::default()).await;
        let ids: Vec<&str> = claimed.iter().map(|claimed| claimed.activity_uri.as_str()).collect();
        assert_eq!(ids, [format!("{BOB}#follows/0"), format!("{CAT}#follows/1")], "{}", world.engine);
        for claimed in claimed {
            world.federation.process(claimed).await;
        }
        let next = world.federation.claim(16, UnderWay::default()).await;
        let ids: Vec<&str> = next.iter().map(|claimed| claimed.activity_uri.as_str()).collect();
        assert_eq!(ids, [format!("{BOB}#follows/1")], "{}: it is called at once", world.engine);
    }
}

#[tokio::test]
async fn a_host_has_few_activities_under_way_and_spare_places_and_a_slow_one_lets_others_pass() {
    for world in worlds().await {
        for number in 0..250 {
            let like = activity(
                &format!("{BOB}#likes/{number}"),
                "Like",
                BOB,
                json!(format!("http://a.test/{number}")),
            );
            world.post(&like).await.unwrap();
        }
        let cats = activity(&format!("{CAT}#follows/1"), "Follow", CAT, json!("http://a.test/users/ann"));
        world.post(&cats).await.unwrap();
        let first = world.federation.claim(16, UnderWay::default()).await;
        assert_eq!(first.len(), 2, "{}: {first:?}", world.engine);
        let busy = UnderWay { by_host: [("b.test".into(), 2)].into(), slow: [].into(), spare: 3 };
        let more = world.federation.claim(16, busy).await;
        assert_eq!(more.len(), 3, "{}: {more:?}", world.engine);
        let slow =
            UnderWay { by_host: [("b.test".into(), 5)].into(), slow: ["b.test".into()].into(), spare: 16 };
        let others = world.federation.claim(16, slow).await;
        let ids: Vec<&str> = others.iter().map(|claimed| claimed.activity_uri.as_str()).collect();
        assert_eq!(ids, [format!("{CAT}#follows/1")], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_like_waits_for_the_post_that_came_before_it() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.actor(CAT).await;
        let create = activity(&format!("{BOB}#creates/1"), "Create", BOB, note(NOTE, BOB, "<p>hi</p>"));
        world.post(&create).await.unwrap();
        world.post(&activity(&format!("{CAT}#likes/1"), "Like", CAT, json!(NOTE))).await.unwrap();
        let mut claimed = world.federation.claim(16, UnderWay::default()).await;
        // The like is faster.
        while let Some(one) = claimed.pop() {
            world.federation.process(one).await;
        }
        world.clock.advance(MINUTE_MS);
        world.work().await;
        let tweet = world.tweet(NOTE).await.unwrap();
        assert_eq!(tweet.likes_count, 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    for world in worlds().await {
        world.post(&follow(1)).await.unwrap();
        let World { federation, peers, pages, test, clock, ann, engine } = world;
        drop(federation);
        let database::TestStore { store, settings, _folder, .. } = test;
        let reopened = tokio::task::spawn_blocking(move || {
            store.close();
            crate::store::Store::open(&settings).unwrap()
        });
        let store = reopened.await.unwrap();
        let (waiting, _) = store.read(inbox::counts).await.unwrap();
        assert_eq!(waiting, 1, "{engine}");
        drop((peers, pages, clock, ann, _folder));
    }
}
