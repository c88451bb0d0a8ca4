use http::StatusCode;

use super::*;
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::store::instances;

fn follow() -> Value {
    activity(&format!("{BOB}#follows/1"), "Follow", BOB, json!("http://a.test/users/ann"))
}

async fn status(world: &World, delivery: &Delivery) -> StatusCode {
    match world.deliver(delivery).await {
        Ok(accepted) => panic!("{}: {accepted:?}", world.engine),
        Err(refused) => refused.status(),
    }
}

#[tokio::test]
async fn what_is_refused_leaves_no_row_and_no_fetch() {
    for world in worlds().await {
        let before = rows::counts(&world.test.store).await;
        let good = || world.delivery(BOB, test_key(), &follow());
        let body_of = |body: &[u8]| Delivery { body: body.to_vec(), ..good() };
        let foreign_id = activity("http://c.test/1", "Follow", BOB, json!("http://a.test/users/ann"));
        let mut unsigned = good();
        unsigned.headers.remove("signature");
        let refused = [
            ("unsigned", unsigned, StatusCode::UNAUTHORIZED),
            ("tampered", body_of(br#"{"id":"http://b.test/1","type":"Follow","actor":"http://b.test/users/bob","object":"http://a.test/users/ann"}"#), StatusCode::UNAUTHORIZED),
            ("no json", body_of(b"hello"), StatusCode::BAD_REQUEST),
            ("no activity", body_of(b"{}"), StatusCode::BAD_REQUEST),
            ("too large", body_of(&vec![b' '; 1024 * 1024 + 1]), StatusCode::PAYLOAD_TOO_LARGE),
            ("a page", good().set("content-type", "text/html"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
            ("plain json", good().set("content-type", "application/json"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
            ("another host", Delivery { host: "c.test".into(), ..good() }, StatusCode::UNAUTHORIZED),
            ("unreadable", good().set("signature", "keyId=x"), StatusCode::BAD_REQUEST),
            ("another's id", world.delivery(BOB, test_key(), &foreign_id), StatusCode::BAD_REQUEST),
            ("another's signature", world.delivery(CAT, test_key(), &follow()), StatusCode::UNAUTHORIZED),
        ];
        for (what, delivery, wanted) in refused {
            assert_eq!(status(&world, &delivery).await, wanted, "{}: {what}", world.engine);
        }
        let ours = activity("http://a.test/1", "Follow", "http://a.test/users/ann", json!(BOB));
        let claimed = world.delivery("http://a.test/users/ann", test_key(), &ours);
        assert_eq!(status(&world, &claimed).await, StatusCode::FORBIDDEN, "{}", world.engine);
        let stale = good();
        world.clock.advance(13 * HOUR_MS);
        assert_eq!(status(&world, &stale).await, StatusCode::UNAUTHORIZED, "{}", world.engine);
        assert_eq!(rows::counts(&world.test.store).await, before, "{}", world.engine);
        assert!(world.asked().await.is_empty(), "{}: {:?}", world.engine, world.asked().await);
    }
}

#[tokio::test]
async fn a_wrong_signature_leaves_no_row_and_makes_us_ask_once() {
    for world in worlds().await {
        let before = rows::counts(&world.test.store).await;
        let other = KeyPair::generate().unwrap();
        for _ in 0..3 {
            let forged = world.delivery(BOB, &other, &follow());
            assert_eq!(status(&world, &forged).await, StatusCode::UNAUTHORIZED, "{}", world.engine);
        }
        assert_eq!(rows::counts(&world.test.store).await, before, "{}", world.engine);
        assert_eq!(world.asked().await, [BOB], "{}", world.engine);
        world.happens(&follow()).await;
        assert_eq!(world.asked().await, [BOB], "what was fetched serves the true one");
    }
}

#[tokio::test]
async fn a_deletion_of_what_we_never_knew_is_taken_and_forgotten() {
    for world in worlds().await {
        let before = rows::counts(&world.test.store).await;
        for object in [json!(BOB), json!("http://b.test/notes/1")] {
            let delete = activity(&format!("{BOB}#deletes/1"), "Delete", BOB, object);
            assert_eq!(world.post(&delete).await.unwrap(), Accepted::Forgotten, "{}", world.engine);
        }
        assert_eq!(rows::counts(&world.test.store).await, before, "{}", world.engine);
        assert!(world.asked().await.is_empty(), "{}", world.engine);
    }
}

#[tokio::test]
async fn blocked_hosts_and_suspended_accounts_are_turned_away() {
    for world in worlds().await {
        let bob = world.actor(BOB).await;
        world.service().set_suspended(bob.id, true).await.unwrap();
        let delivery = world.delivery(BOB, test_key(), &follow());
        assert_eq!(status(&world, &delivery).await, StatusCode::FORBIDDEN, "{}", world.engine);
        world.test.store.write(|conn| hosts::block_host(conn, "c.test")).await.unwrap();
        let asked = world.asked().await.len();
        let follow = activity(&format!("{CAT}#follows/1"), "Follow", CAT, json!("http://a.test/users/ann"));
        let delivery = world.delivery(CAT, test_key(), &follow);
        assert_eq!(status(&world, &delivery).await, StatusCode::FORBIDDEN, "{}", world.engine);
        assert_eq!(world.asked().await.len(), asked, "{}", world.engine);
        assert!(world.federation.by_handle("@cat@c.test").await.is_err(), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_changed_key_is_learned_from_its_owner_and_the_old_one_no_longer_counts() {
    for world in worlds().await {
        world.happens(&follow()).await;
        let fresh = KeyPair::generate().unwrap();
        world.serve(BOB, &person(BOB, &fresh));
        world.clock.advance(6 * MINUTE_MS);
        let undo = |number: u8| activity(&format!("{BOB}#undos/{number}"), "Undo", BOB, follow());
        let delivery = world.delivery(BOB, &fresh, &undo(1));
        assert_eq!(world.deliver(&delivery).await.unwrap(), Accepted::New, "{}", world.engine);
        let old = world.delivery(BOB, test_key(), &undo(2));
        assert_eq!(status(&world, &old).await, StatusCode::UNAUTHORIZED, "{}", world.engine);
        assert_eq!(world.asked().await, [BOB, BOB], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_host_that_does_not_show_the_key_now_is_told_to_come_again() {
    for world in worlds().await {
        world.answer(BOB, ResponseTemplate::new(503));
        let delivery = world.delivery(BOB, test_key(), &follow());
        assert_eq!(status(&world, &delivery).await, StatusCode::SERVICE_UNAVAILABLE, "{}", world.engine);
        world.serve(BOB, &person(BOB, test_key()));
        world.clock.advance(MINUTE_MS);
        world.happens(&follow()).await;
    }
}

#[tokio::test]
async fn an_actor_whose_host_says_gone_is_deleted_whatever_key_signs_it() {
    for world in worlds().await {
        let bob = world.actor(BOB).await;
        world.clock.advance(6 * MINUTE_MS);
        world.answer(BOB, ResponseTemplate::new(410));
        let delete = activity(&format!("{BOB}#delete"), "Delete", BOB, json!(BOB));
        let delivery = world.delivery(BOB, &KeyPair::generate().unwrap(), &delete);
        assert_eq!(world.deliver(&delivery).await.unwrap(), Accepted::New, "{}", world.engine);
        world.work().await;
        assert!(world.service().account(bob.id).await.is_err(), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_host_that_writes_to_us_earns_a_probe() {
    for world in worlds().await {
        world.actor(BOB).await;
        world.test.store.write(|conn| hosts::bury_host(conn, "b.test")).await.unwrap();
        world.happens(&follow()).await;
        let health =
            world.test.store.read(|conn| instances::health_of(conn, "b.test")).await.unwrap().unwrap();
        assert_eq!((health.state, health.next_attempt_at), (1, Some(NOW)), "{}", world.engine);
    }
}
