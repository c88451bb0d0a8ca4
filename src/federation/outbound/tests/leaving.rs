//! The last word of an account that left: to whom, under which key, and what is left after it.

use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, Request, ResponseTemplate};

use super::rotation::{delivered, signed_by};
use super::*;
use crate::clock::MINUTE_MS;
use crate::store::{Conn, departures, own_keys, reached};

/// As if these hosts had taken something of `ann`'s.
async fn took(world: &World, names: &[&'static str]) {
    let (ann, names) = (world.ann.id, names.to_vec());
    let write = move |conn: &mut Conn| {
        for name in &names {
            let inbox = format!("http://{name}.test/users/{name}/inbox");
            reached::record(conn, &format!("{name}.test"), &BTreeMap::from([(ann, inbox)]), NOW)?;
        }
        Ok(())
    };
    world.test.store.write(write).await.unwrap();
}

/// Whether `ann` has a key, and whether others are still to hear of her.
async fn left_of(world: &World) -> (bool, bool) {
    let ann = world.ann.id;
    let read = move |conn: &mut Conn| {
        let keys = own_keys::of(conn, ann)?.is_some();
        Ok((keys, !departures::untold(conn, AccountId(0), 10)?.is_empty()))
    };
    world.test.store.read(read).await.unwrap()
}

#[tokio::test]
async fn only_hosts_that_got_something_hear_that_an_account_left_and_then_its_key_goes() {
    for world in worlds().await {
        let bob = world.remote("bob").await;
        world.remote("eve").await;
        world.follows_ann(bob).await;
        world.told().await;
        took(&world, &["bob", "old"]).await;
        world.ann_posts("hello", Visibility::Public).await;
        world.told().await;
        world.federation.public_key_pem(&world.ann).await.unwrap();
        world.service().delete_account(world.ann.id).await.unwrap();
        world.service().erase_departed().await.unwrap();
        assert!(world.federation.say_farewells().await.unwrap(), "{}", world.engine);
        assert_eq!(world.told_only("Delete").await, ["bob", "old"], "{}", world.engine);
        assert!(!world.federation.say_farewells().await.unwrap(), "{}: once", world.engine);
        assert_eq!(left_of(&world).await, (true, true), "{}", world.engine);

        // What was under way has arrived since.
        took(&world, &["bob", "late"]).await;
        world.clock.advance(MINUTE_MS);
        assert!(world.federation.say_farewells().await.unwrap(), "{}", world.engine);
        assert_eq!(left_of(&world).await, (true, true), "{}: it waits to be sent", world.engine);
        assert_eq!(world.told_only("Delete").await, ["late"], "{}", world.engine);
        assert!(!world.federation.say_farewells().await.unwrap(), "{}", world.engine);
        assert_eq!(left_of(&world).await, (false, false), "{}: the key is gone", world.engine);
        let ann = world.ann.id;
        let hosts = move |conn: &mut Conn| reached::hosts(conn, ann, "", 10);
        assert!(world.test.store.read(hosts).await.unwrap().is_empty(), "{}", world.engine);
    }
}

#[tokio::test]
async fn an_account_that_nobody_elsewhere_ever_heard_of_leaves_without_a_word() {
    for world in worlds().await {
        world.remote("bob").await;
        world.ann_posts("hello", Visibility::Public).await;
        world.told().await;
        world.service().delete_account(world.ann.id).await.unwrap();
        world.service().erase_departed().await.unwrap();
        world.clock.advance(MINUTE_MS);
        assert!(!world.federation.say_farewells().await.unwrap(), "{}", world.engine);
        assert!(world.told().await.is_empty(), "{}", world.engine);
        assert_eq!(left_of(&world).await, (false, false), "{}", world.engine);
    }
}

#[tokio::test]
async fn the_last_word_is_signed_by_who_left_and_nothing_that_waited_is_sent_beside_it() {
    for test in database::stores().await {
        let peer = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(202)).mount(&peer).await;
        let world = world(test, [("b.test".to_owned(), *peer.address())].into()).await;
        let b = world.remote("b").await;
        world.follows_ann(b).await;
        world.told().await;
        took(&world, &["b"]).await;
        let pem = world.federation.public_key_pem(&world.ann).await.unwrap();
        world.ann_posts("still waits", Visibility::Public).await;
        world.plan().await.unwrap();
        world.service().delete_account(world.ann.id).await.unwrap();
        world.federation.say_farewells().await.unwrap();

        let stop = CancellationToken::new();
        let driver = world.deliver(2, 0, &stop);
        let (request, activity): (Request, Value) = delivered(&peer, "Delete").await;
        assert_eq!(activity["object"], "http://a.test/users/ann", "{}", world.engine);
        assert_eq!(activity["actor"], activity["object"], "{}", world.engine);
        assert!(signed_by(&request, &pem, NOW).is_some(), "{}", world.engine);
        none_waits(&world).await;
        stop.cancel();
        driver.await.unwrap();
        assert_eq!(asked(&peer, "b.test").await, 1, "{}: the post is not sent", world.engine);
    }
}
