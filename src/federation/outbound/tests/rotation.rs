//! New keys: followers are told under the old one, and what comes after is signed by the new one.

use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, Request, ResponseTemplate};

use super::*;
use crate::config::limits;
use crate::federation::keys::PublicKey;
use crate::federation::signature::{self, RequestParts};
use crate::model::event::Event;
use crate::store::own_keys;

/// Lets `bob@b.test` follow `ann`, and delivers what is planned until `stop`.
async fn delivering(world: &World, stop: &CancellationToken) {
    let bob = world.remote_on("bob", "b.test").await;
    world.service().follow(bob, world.ann.id).await.unwrap();
    world.deliver(2, 0, stop);
}

/// Waits for the first delivery of this kind, and answers it.
pub(super) async fn delivered(peer: &MockServer, kind: &str) -> (Request, Value) {
    let arrived = async {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        loop {
            for request in peer.received_requests().await.unwrap() {
                let activity: Value = serde_json::from_slice(&request.body).unwrap_or_default();
                if activity["type"] == kind {
                    return (request, activity);
                }
            }
            look.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, arrived).await.unwrap()
}

/// The id of the key that signed a delivery, if it is the one with this PEM.
pub(super) fn signed_by(request: &Request, pem: &str, now_ms: i64) -> Option<String> {
    let parts = RequestParts {
        method: &request.method,
        path_and_query: request.url.path(),
        host: request.headers["host"].to_str().unwrap(),
        headers: &request.headers,
        body: &request.body,
    };
    let claim = signature::inspect(&parts, now_ms, &Url::parse("http://b.test").unwrap()).unwrap();
    let holds = claim.verify(&PublicKey::from_pem(pem).unwrap()).is_ok();
    holds.then(|| claim.key_id().as_str().to_owned())
}

#[tokio::test]
async fn a_new_key_is_announced_under_the_old_one_and_signs_all_that_follows() {
    for test in database::stores().await {
        let peer = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(202)).mount(&peer).await;
        let world = world(test, [("b.test".to_owned(), *peer.address())].into()).await;
        let stop = CancellationToken::new();
        delivering(&world, &stop).await;
        let old = world.federation.public_key_pem(&world.ann).await.unwrap();

        world.federation.rotate_key(&world.ann).await.unwrap();
        let new = world.federation.public_key_pem(&world.ann).await.unwrap();
        assert_ne!(old, new, "{}", world.engine);
        world.plan().await.unwrap();
        let (request, update) = delivered(&peer, "Update").await;
        let old_id = "http://a.test/users/ann#main-key";
        assert_eq!(signed_by(&request, &old, NOW).as_deref(), Some(old_id), "{}", world.engine);
        let listed = &update["object"]["publicKey"];
        assert_eq!(listed["publicKeyPem"], new.as_str(), "{}", world.engine);
        let new_id = listed["id"].as_str().unwrap();
        assert_ne!(new_id, old_id, "{}", world.engine);

        world.ann_posts("hello", Visibility::Public).await;
        world.plan().await.unwrap();
        let (request, _) = delivered(&peer, "Create").await;
        assert_eq!(signed_by(&request, &new, NOW).as_deref(), Some(new_id), "{}", world.engine);
        stop.cancel();
    }
}

#[tokio::test]
async fn who_keeps_no_keys_is_told_under_the_new_one_at_once() {
    for test in database::stores().await {
        let peer = MockServer::start().await;
        let by_new = |request: &Request| request.headers["signature"].to_str().unwrap().contains("#key-");
        Mock::given(by_new).respond_with(ResponseTemplate::new(202)).mount(&peer).await;
        Mock::given(any()).respond_with(ResponseTemplate::new(401)).with_priority(9).mount(&peer).await;
        let world = world(test, [("b.test".to_owned(), *peer.address())].into()).await;
        let stop = CancellationToken::new();
        delivering(&world, &stop).await;
        world.federation.public_key_pem(&world.ann).await.unwrap();
        world.federation.rotate_key(&world.ann).await.unwrap();
        world.ann_posts("hello", Visibility::Public).await;
        world.plan().await.unwrap();
        // The post waits for the word about the key, and that did not have to wait.
        delivered(&peer, "Create").await;
        stop.cancel();
    }
}

#[tokio::test]
async fn a_retired_key_is_forgotten_after_two_days_and_the_present_one_signs_in_its_place() {
    for test in database::stores().await {
        let peer = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(202)).mount(&peer).await;
        let world = world(test, [("b.test".to_owned(), *peer.address())].into()).await;
        let stop = CancellationToken::new();
        world.federation.public_key_pem(&world.ann).await.unwrap();
        world.federation.rotate_key(&world.ann).await.unwrap();
        world.clock.advance(limits::RETIRED_KEY_KEEP_MS + 1);
        let before_ms = world.clock.now_ms() - limits::RETIRED_KEY_KEEP_MS;
        let forget = move |conn: &mut crate::store::Conn| own_keys::forget_retired(conn, before_ms, 9);
        assert_eq!(world.test.store.write(forget).await.unwrap(), 1, "{}", world.engine);
        let new = world.federation.public_key_pem(&world.ann).await.unwrap();

        delivering(&world, &stop).await;
        let late = [Event::KeyRotated {
            account: world.ann.id,
            retired: "http://a.test/users/ann#main-key".to_owned(),
            at_ms: NOW,
        }];
        world.test.store.write(move |conn| events::append(conn, &late, NOW)).await.unwrap();
        world.plan().await.unwrap();
        let (request, _) = delivered(&peer, "Update").await;
        assert!(signed_by(&request, &new, world.clock.now_ms()).is_some(), "{}", world.engine);
        stop.cancel();
    }
}
