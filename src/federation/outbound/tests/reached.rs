//! Who has something of an account: its hosts are remembered, and what is taken back reaches all of them.

use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, Request, ResponseTemplate};

use super::*;
use crate::model::delivery::Outcome;
use crate::service::TweetChanges;
use crate::store::deliveries::Over;
use crate::store::instances::KnownBlocks;
use crate::store::reached;

/// The hosts that took something from an account.
async fn hosts(world: &World, account: AccountId) -> Vec<String> {
    let read = move |conn: &mut crate::store::Conn| reached::hosts(conn, account, "", 100);
    world.test.store.read(read).await.unwrap()
}

/// As if `name`'s host had taken a post of `ann`'s.
async fn took(world: &World, name: &str, tweet: TweetId) {
    let (host, ann) = (format!("{name}.test"), world.ann.id);
    let inbox = format!("http://{host}/users/{name}/inbox");
    let id = RowId(world.service().ids().next());
    let write = move |conn: &mut crate::store::Conn| {
        reached::record(conn, &host, &BTreeMap::from([(ann, inbox.clone())]), NOW)?;
        let mut over = Over::new(id);
        over.add(id, Outcome::Delivered, None, 1);
        deliveries::record(conn, &host, &BTreeMap::from([(tweet.0, over)]), NOW)
    };
    world.test.store.write(write).await.unwrap();
}

/// A post that `bob` got while he followed, which he does no more; `eve` never followed.
async fn post_of_the_past(world: &World, visibility: Visibility) -> TweetId {
    let (bob, eve) = (world.remote("bob").await, world.remote("eve").await);
    world.follows_ann(bob).await;
    world.told().await;
    let tweet = world.ann_posts("hello", visibility).await;
    assert_eq!(world.told_only("Create").await, ["bob"], "{}", world.engine);
    took(world, "bob", tweet).await;
    world.service().unfollow(bob, world.ann.id).await.unwrap();
    world.service().unfollow(eve, world.ann.id).await.unwrap();
    world.told().await;
    tweet
}

#[tokio::test]
async fn a_host_is_remembered_when_it_took_something_and_not_when_it_refused() {
    for test in database::stores().await {
        let peers = MockServer::start().await;
        let answer = |request: &Request| {
            let sour = request.headers["host"].to_str().unwrap().starts_with("sour");
            ResponseTemplate::new(if sour { 422 } else { 202 })
        };
        Mock::given(any()).respond_with(answer).mount(&peers).await;
        let names = ["bob", "sour", "far"];
        let addresses = names.map(|name| (format!("{name}.test"), *peers.address())).into();
        let world = world(test, addresses).await;
        let ben = local_account(&world.federation, "ben").await;
        let (bob, sour, far) =
            (world.remote("bob").await, world.remote("sour").await, world.remote("far").await);
        world.follows_ann(bob).await;
        world.follows_ann(sour).await;
        world.service().follow(far, ben.id).await.unwrap();
        world.told().await;
        let tweet = world.ann_posts("hello", Visibility::Public).await;
        world.service().retweet(ben.id, tweet).await.unwrap();
        world.plan().await.unwrap();

        let stop = CancellationToken::new();
        let driver = world.deliver(4, 0, &stop);
        none_waits(&world).await;
        stop.cancel();
        driver.await.unwrap();
        let of_ann = hosts(&world, world.ann.id).await;
        assert_eq!(of_ann, ["bob.test", "far.test"], "{}: a repost brought it far", world.engine);
        assert_eq!(hosts(&world, ben.id).await, ["far.test"], "{}", world.engine);
    }
}

#[tokio::test]
async fn the_end_of_a_post_reaches_the_host_of_a_former_follower_and_nobody_who_never_got_anything() {
    for world in worlds().await {
        for visibility in [Visibility::Public, Visibility::Followers] {
            let tweet = post_of_the_past(&world, visibility).await;
            world.service().delete_tweet(world.ann.id, tweet).await.unwrap();
            assert_eq!(world.told_only("Delete").await, ["bob"], "{} {visibility:?}", world.engine);
        }
        let tweet = world.ann_posts("to myself", Visibility::Direct).await;
        world.service().delete_tweet(world.ann.id, tweet).await.unwrap();
        assert!(world.told().await.is_empty(), "{}: what was for nobody is nowhere", world.engine);
    }
}

#[tokio::test]
async fn the_end_of_a_repost_reaches_the_host_of_a_former_follower() {
    for world in worlds().await {
        let past = post_of_the_past(&world, Visibility::Public).await;
        world.service().retweet(world.ann.id, past).await.unwrap();
        assert!(world.told().await.is_empty(), "{}", world.engine);
        world.service().unretweet(world.ann.id, past).await.unwrap();
        assert_eq!(world.told_only("Undo").await, ["bob"], "{}", world.engine);
    }
}

#[tokio::test]
async fn an_edit_reaches_the_hosts_that_took_the_post_and_an_edit_of_a_closed_one_who_follows_now() {
    for world in worlds().await {
        world.remote("cat").await;
        for (visibility, told) in [(Visibility::Public, &["bob"][..]), (Visibility::Followers, &[])] {
            let tweet = post_of_the_past(&world, visibility).await;
            let elsewhere = world.ann_posts("@cat@cat.test", Visibility::Direct).await;
            assert_eq!(world.told_only("Create").await, ["cat"], "{}", world.engine);
            took(&world, "cat", elsewhere).await;
            world.clock.advance(1);
            let changes = TweetChanges { text: Some("bye".into()), ..TweetChanges::default() };
            world.service().edit_tweet(world.ann.id, tweet, changes).await.unwrap();
            assert_eq!(world.told_only("Update").await, told, "{} {visibility:?}", world.engine);
        }
    }
}

#[tokio::test]
async fn what_still_waits_for_a_former_follower_is_followed_by_its_end() {
    for world in worlds().await {
        let bob = world.remote("bob").await;
        world.follows_ann(bob).await;
        world.told().await;
        let tweet = world.ann_posts("hello", Visibility::Public).await;
        world.plan().await.unwrap();
        world.service().unfollow(bob, world.ann.id).await.unwrap();
        world.service().delete_tweet(world.ann.id, tweet).await.unwrap();
        let told = world.told().await;
        assert_eq!(told["bob"], ["Create", "Delete"], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_host_that_has_heard_of_the_end_already_is_not_told_twice() {
    for world in worlds().await {
        let bob = world.remote("bob").await;
        world.follows_ann(bob).await;
        world.told().await;
        let tweet = world.ann_posts("hello", Visibility::Public).await;
        world.told().await;
        took(&world, "bob", tweet).await;
        world.service().delete_tweet(world.ann.id, tweet).await.unwrap();
        world.plan().await.unwrap();
        let sent = |conn: &mut crate::store::Conn| {
            let rows = deliveries::waiting(conn, "bob.test", RowId(0), 10)?;
            deliveries::finish(conn, rows.iter().map(|row| row.id.0).collect())?;
            Ok(rows)
        };
        let rows = world.test.store.write(sent).await.unwrap();
        assert_eq!(rows.len(), 1, "{}", world.engine);
        took(&world, "bob", tweet).await;
        let outgoing = rows[0].outgoing;
        let ask = move |conn: &mut crate::store::Conn| {
            reached::inboxes(conn, outgoing, "", 10, &mut KnownBlocks::default())
        };
        let inboxes = world.test.store.read(ask).await.unwrap();
        assert!(inboxes.targets.is_empty(), "{}: {inboxes:?}", world.engine);
    }
}

#[tokio::test]
async fn hosts_that_have_a_post_are_told_of_its_end_in_chunks_each_once() {
    for world in worlds().await {
        let tweet = world.ann_posts("hello", Visibility::Public).await;
        world.told().await;
        let ann = world.ann.id;
        let many = move |conn: &mut crate::store::Conn| {
            for number in 0..2_100 {
                let (host, inbox) =
                    (format!("h{number}.test"), format!("http://h{number}.test/users/h{number}/inbox"));
                reached::record(conn, &host, &BTreeMap::from([(ann, inbox)]), NOW)?;
            }
            Ok(())
        };
        world.test.store.write(many).await.unwrap();
        world.service().delete_tweet(ann, tweet).await.unwrap();
        world.plan().await.unwrap();
        let waits = world.test.store.read(deliveries::count).await.unwrap();
        assert_eq!(waits, 2_100, "{}", world.engine);
    }
}
