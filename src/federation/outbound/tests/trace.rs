//! What became of a post is told by host.

use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, Request, ResponseTemplate};

use super::*;
use crate::model::cursor::Cursor;
use crate::model::delivery::{DeliveryTrace, Outcome};
use crate::store::delivery_results;

async fn trace(world: &World, tweet: TweetId) -> BTreeMap<String, DeliveryTrace> {
    let read =
        move |conn: &mut crate::store::Conn| delivery_results::trace(conn, tweet.0, Cursor::default(), 100);
    let traces = world.test.store.read(read).await.unwrap();
    traces.into_iter().map(|trace| (trace.host.clone(), trace)).collect()
}

#[tokio::test]
async fn a_post_is_told_where_it_was_delivered_refused_waits_or_was_dropped() {
    for test in database::stores().await {
        let peers = MockServer::start().await;
        let answer = |request: &Request| {
            ResponseTemplate::new(match request.headers["host"].to_str().unwrap() {
                "good.test" => 202,
                "sour.test" => 422,
                _ => 503,
            })
        };
        Mock::given(any()).respond_with(answer).mount(&peers).await;
        let names = ["good", "sour", "down"];
        let hosts = names.map(|name| (format!("{name}.test"), *peers.address())).into();
        let world = world(test, hosts).await;
        for name in names {
            let id = world.remote(name).await;
            world.follows_ann(id).await;
        }
        world.told().await;
        let tweet = world.ann_posts("hello", Visibility::Public).await;
        world.plan().await.unwrap();
        let waiting = trace(&world, tweet).await;
        assert!(waiting.values().all(|trace| (trace.outcome, trace.waiting) == (Outcome::Waiting, 1)));
        assert_eq!(waiting.len(), 3, "{}", world.engine);

        let stop = CancellationToken::new();
        let driver = world.deliver(4, 0, &stop);
        for name in names {
            until_asked(&peers, &format!("{name}.test"), 1).await;
        }
        let told = async {
            let mut look = tokio::time::interval(Duration::from_millis(20));
            loop {
                look.tick().await;
                let told = trace(&world, tweet).await;
                let tried = told["down.test"].tries;
                if told.values().filter(|trace| trace.outcome != Outcome::Waiting).count() == 2 && tried > 0 {
                    return told;
                }
            }
        };
        let told = tokio::time::timeout(PATIENCE, told).await.expect("it is told");
        stop.cancel();
        driver.await.unwrap();
        let of = |host: &str| (told[host].outcome, told[host].status, told[host].tries);
        assert_eq!(of("good.test"), (Outcome::Delivered, None, 1), "{}", world.engine);
        assert_eq!(of("sour.test"), (Outcome::Refused, Some(422), 1), "{}", world.engine);
        assert_eq!(of("down.test"), (Outcome::Waiting, None, 1), "{}", world.engine);

        let forget = |conn: &mut crate::store::Conn| deliveries::forget_host(conn, "down.test", 9, NOW + 1);
        assert_eq!(world.test.store.write(forget).await.unwrap(), 1);
        let told = trace(&world, tweet).await;
        assert_eq!((told["down.test"].outcome, told["down.test"].dropped), (Outcome::Dropped, 1));
        let prune = |conn: &mut crate::store::Conn| delivery_results::prune(conn, NOW + 1, 9);
        assert_eq!(world.test.store.write(prune).await.unwrap(), 2, "{}: the older ones", world.engine);
    }
}

#[tokio::test]
async fn the_admin_sees_how_a_host_failed() {
    for test in database::stores().await {
        let peers = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(503)).mount(&peers).await;
        let world = world(test, [("down.test".to_owned(), *peers.address())].into()).await;
        world.remote("down").await;
        world.ann_posts("@down@down.test", Visibility::Direct).await;
        world.plan().await.unwrap();
        let stop = CancellationToken::new();
        let driver = world.deliver(4, 0, &stop);
        until_asked(&peers, "down.test", 1).await;
        let seen = async {
            let mut look = tokio::time::interval(Duration::from_millis(20));
            loop {
                look.tick().await;
                let instance = world.service().instance("down.test").await.unwrap();
                if instance.last_failure_at.is_some() {
                    return instance;
                }
            }
        };
        let instance = tokio::time::timeout(PATIENCE, seen).await.expect("it is seen");
        assert_eq!(instance.last_failure, "503 Service Unavailable", "{}", world.engine);
        assert_eq!(instance.state.word(), "failing", "{}", world.engine);
        stop.cancel();
        driver.await.unwrap();
    }
}
