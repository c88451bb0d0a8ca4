use http::StatusCode;

use super::*;
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::store::instances;
use crate::store::tests::hosts;

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
        world.serve(BOB, &person(BOB, &other));
        let forged = world.delivery(BOB, &KeyPair::generate().unwrap(), &follow());
        assert_eq!(status(&world, &forged).await, StatusCode::UNAUTHORIZED, "{}", world.engine);
        assert_eq!(world.asked().await, [BOB], "{}: asked once in vain, not so soon again", world.engine);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_wrong_signatures_makes_us_ask_once() {
    for world in worlds().await {
        let world = Arc::new(world);
        let forged = Arc::new(world.delivery(BOB, &KeyPair::generate().unwrap(), &follow()));
        let storm = (0..60).map(|_| {
            let (world, forged) = (Arc::clone(&world), Arc::clone(&forged));
            tokio::spawn(async move { status(&world, &forged).await })
        });
        for answer in storm.collect::<Vec<_>>() {
            assert_eq!(answer.await.unwrap(), StatusCode::UNAUTHORIZED, "{}", world.engine);
        }
        assert_eq!(world.asked().await, [BOB], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_key_changed_soon_after_its_owner_was_read_is_learned_and_the_next_one_after_a_while() {
    for world in worlds().await {
        world.happens(&follow()).await;
        let undo = |number: u8| activity(&format!("{BOB}#undos/{number}"), "Undo", BOB, follow());
        let (second, third) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        world.serve(BOB, &person(BOB, &second));
        let delivery = world.delivery(BOB, &second, &undo(1));
        assert_eq!(world.deliver(&delivery).await.unwrap(), Accepted::New, "{}", world.engine);
        world.serve(BOB, &person(BOB, &third));
        let delivery = world.delivery(BOB, &third, &undo(2));
        assert_eq!(status(&world, &delivery).await, StatusCode::UNAUTHORIZED, "{}", world.engine);
        assert_eq!(
            world.asked().await,
            [BOB, BOB],
            "{}: twice because of signatures would be often",
            world.engine
        );
        world.clock.advance(6 * MINUTE_MS);
        assert_eq!(world.deliver(&delivery).await.unwrap(), Accepted::New, "{}", world.engine);
    }
}

#[tokio::test]
async fn an_update_that_only_names_its_actor_makes_us_ask_its_host() {
    for world in worlds().await {
        world.happens(&follow()).await;
        world.serve(BOB, &with(person(BOB, test_key()), "name", json!("Bobby")));
        // Some libraries strip what they embed.
        let stripped = json!({ "id": BOB, "type": "Person", "name": "B" });
        world.happens(&activity(&format!("{BOB}#updates/1"), "Update", BOB, stripped)).await;
        assert_eq!(world.actor(BOB).await.display_name, "Bobby", "{}", world.engine);
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
        let standing = |conn: &mut crate::store::Conn| {
            Ok(instances::standings(conn, &[("b.test", "b.test")])?.pop().unwrap_or_default())
        };
        let health = world.test.store.read(standing).await.unwrap().health.unwrap();
        let soon = Some(NOW + MINUTE_MS / 2);
        assert_eq!((health.state, health.next_attempt_at), (1, soon), "{}", world.engine);
        // Many requests earn no more than the first.
        world.clock.advance(10_000);
        world.happens(&activity(&format!("{BOB}#undos/1"), "Undo", BOB, follow())).await;
        let health = world.test.store.read(standing).await.unwrap().health.unwrap();
        assert_eq!(health.next_attempt_at, soon, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_carries_something_foreign_or_unreadable_leaves_no_row_and_no_fetch() {
    for world in worlds().await {
        let before = rows::counts(&world.test.store).await;
        let note = note("http://b.test/notes/1", BOB, "<p>hi</p>");
        let foreign = with(note.clone(), "id", json!("http://c.test/notes/1"));
        let ours = with(note.clone(), "id", json!("http://a.test/users/ann/statuses/1"));
        let unreadable = with(note, "content", json!(7));
        let cat = person(CAT, test_key());
        for (kind, object, wanted) in [
            ("Create", &foreign, StatusCode::FORBIDDEN),
            ("Update", &foreign, StatusCode::FORBIDDEN),
            ("Create", &ours, StatusCode::FORBIDDEN),
            ("Update", &cat, StatusCode::FORBIDDEN),
            ("Create", &unreadable, StatusCode::BAD_REQUEST),
            ("Update", &unreadable, StatusCode::BAD_REQUEST),
        ] {
            let carried = activity(&format!("{BOB}#carries/1"), kind, BOB, object.clone());
            let delivery = world.delivery(BOB, test_key(), &carried);
            assert_eq!(status(&world, &delivery).await, wanted, "{}: {carried}", world.engine);
        }
        assert_eq!(rows::counts(&world.test.store).await, before, "{}", world.engine);
        assert!(world.asked().await.is_empty(), "{}: {:?}", world.engine, world.asked().await);
    }
}

#[tokio::test]
async fn a_stranger_who_has_nothing_to_do_with_anybody_here_becomes_no_account() {
    for world in worlds().await {
        let before = rows::counts(&world.test.store).await;
        let note = note("http://b.test/notes/1", BOB, "<p>hi</p>");
        for (number, kind, object) in [
            (1, "Follow", json!("http://a.test/users/nobody")),
            (2, "Like", json!("http://a.test/users/ann/statuses/1")),
            (3, "Announce", json!("http://c.test/notes/1")),
            (4, "Create", note.clone()),
            (5, "Update", note),
            (6, "Update", person(BOB, test_key())),
            (7, "Accept", json!("http://a.test/users/ann#follows/1")),
        ] {
            world.happens(&activity(&format!("{BOB}#does/{number}"), kind, BOB, object)).await;
        }
        let after = rows::counts(&world.test.store).await;
        for table in ["accounts", "actors", "actor_keys", "instances", "tweets", "events"] {
            assert_eq!(after[table], before[table], "{}: {table}", world.engine);
        }
    }
}

#[tokio::test]
async fn an_old_key_is_believed_while_its_owner_is_asked_again_but_not_for_ever() {
    for world in worlds().await {
        let bob = world.actor(BOB).await;
        world.serve(BOB, &with(person(BOB, test_key()), "name", json!("Bobby")));
        world.clock.advance(25 * HOUR_MS);
        world.happens(&follow()).await;
        let refreshed = async {
            let mut look = tokio::time::interval(std::time::Duration::from_millis(20));
            while world.service().account(bob.id).await.unwrap().display_name != "Bobby" {
                look.tick().await;
            }
        };
        let waited = tokio::time::timeout(std::time::Duration::from_secs(10), refreshed).await;
        assert!(waited.is_ok(), "{}: it was not asked again", world.engine);
        world.answer(BOB, ResponseTemplate::new(503));
        world.clock.advance(8 * 24 * HOUR_MS);
        let undo = activity(&format!("{BOB}#undos/1"), "Undo", BOB, follow());
        let delivery = world.delivery(BOB, test_key(), &undo);
        assert_eq!(status(&world, &delivery).await, StatusCode::SERVICE_UNAVAILABLE, "{}", world.engine);
    }
}
