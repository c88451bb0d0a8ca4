use super::*;
use crate::service::TweetChanges;
use crate::store::reactions::Like;
use crate::store::tests::hosts;

/// `bob` follows, `cat` wrote what is answered, `dan` is mentioned, `eve` liked it and follows no more.
async fn with_people(world: &World) -> [AccountId; 4] {
    let mut people = [AccountId(0); 4];
    for (place, name) in ["bob", "cat", "dan", "eve"].into_iter().enumerate() {
        people[place] = world.remote(name).await;
    }
    world.follows_ann(people[0]).await;
    world.told().await;
    people
}

async fn liked_by(world: &World, account: AccountId, tweet: TweetId) {
    let author = world.ann.id;
    let id = world.service().ids().next();
    let reaction = crate::model::event::Reaction { account, local: false, tweet, author, id };
    world.service().write_like(Like { reaction, uri: None, now_ms: NOW }).await.unwrap();
}

#[tokio::test]
async fn a_reply_its_edit_and_its_end_go_to_whom_its_visibility_allows() {
    for world in worlds().await {
        let [_, cat, _, eve] = with_people(&world).await;
        for (visibility, created, edited) in [
            (Visibility::Public, &["bob", "cat", "dan"][..], &["bob", "cat", "dan", "eve"][..]),
            (Visibility::Unlisted, &["bob", "cat", "dan"], &["bob", "cat", "dan", "eve"]),
            (Visibility::Followers, &["bob", "dan"], &["bob", "dan"]),
            (Visibility::Direct, &["dan"], &["dan"]),
        ] {
            let case = format!("{} {visibility:?}", world.engine);
            let parent = world.post_of(cat).await;
            let new = NewTweet {
                text: "so @dan@dan.test".into(),
                visibility: Some(visibility),
                reply_to: Some(parent),
                ..NewTweet::default()
            };
            let tweet = world.service().create_tweet(world.ann.id, new).await.unwrap().tweet.id;
            assert_eq!(world.told_only("Create").await, created, "{case}");
            liked_by(&world, eve, tweet).await;
            world.clock.advance(1);
            let changes = TweetChanges { text: Some("no, @dan@dan.test".into()), ..TweetChanges::default() };
            world.service().edit_tweet(world.ann.id, tweet, changes).await.unwrap();
            assert_eq!(world.told_only("Update").await, edited, "{case}");
            world.service().delete_tweet(world.ann.id, tweet).await.unwrap();
            let gone = world.told_only("Delete").await;
            let holders = edited.iter().all(|holder| gone.iter().any(|told| told == holder));
            assert!(holders, "{case}: whoever has a copy hears that it is gone, {gone:?}");
            assert!(visibility != Visibility::Direct || !gone.contains(&"bob".to_owned()), "{case}");
        }
    }
}

#[tokio::test]
async fn a_quote_tells_the_quoted_author_only_if_it_is_open() {
    for world in worlds().await {
        let [_, cat, ..] = with_people(&world).await;
        let quoted = world.post_of(cat).await;
        for (visibility, wanted) in [
            (Visibility::Public, &["bob", "cat"][..]),
            (Visibility::Unlisted, &["bob", "cat"]),
            (Visibility::Followers, &["bob"]),
        ] {
            let new = NewTweet {
                text: "look".into(),
                visibility: Some(visibility),
                quote_of: Some(quoted),
                ..NewTweet::default()
            };
            world.service().create_tweet(world.ann.id, new).await.unwrap();
            assert_eq!(world.told_only("Create").await, wanted, "{} {visibility:?}", world.engine);
        }
    }
}

#[tokio::test]
async fn a_retweet_and_its_end_go_to_followers_and_to_whom_it_repeats() {
    for world in worlds().await {
        let [_, cat, ..] = with_people(&world).await;
        let original = world.post_of(cat).await;
        world.service().retweet(world.ann.id, original).await.unwrap();
        assert_eq!(world.told_only("Announce").await, ["bob", "cat"], "{}", world.engine);
        world.service().unretweet(world.ann.id, original).await.unwrap();
        assert_eq!(world.told_only("Undo").await, ["bob", "cat"], "{}", world.engine);
    }
}

#[tokio::test]
async fn likes_follows_blocks_and_refusals_concern_one_account_alone() {
    for world in worlds().await {
        let [bob, cat, dan, _] = with_people(&world).await;
        let (service, ann) = (world.service(), world.ann.id);
        let liked = world.post_of(cat).await;
        service.like(ann, liked).await.unwrap();
        assert_eq!(world.told_only("Like").await, ["cat"], "{}", world.engine);
        service.unlike(ann, liked).await.unwrap();
        assert_eq!(world.told_only("Undo").await, ["cat"], "{}", world.engine);
        service.follow(ann, cat).await.unwrap();
        assert_eq!(world.told_only("Follow").await, ["cat"], "{}", world.engine);
        service.unfollow(ann, cat).await.unwrap();
        assert_eq!(world.told_only("Undo").await, ["cat"], "{}", world.engine);
        service.remove_follower(ann, bob).await.unwrap();
        assert_eq!(world.told_only("Reject").await, ["bob"], "{}", world.engine);
        service.block(ann, dan).await.unwrap();
        assert_eq!(world.told_only("Block").await, ["dan"], "{}", world.engine);
    }
}

#[tokio::test]
async fn dead_and_blocked_hosts_and_what_is_below_a_blocked_domain_get_no_rows() {
    for world in worlds().await {
        for (name, host) in [
            ("bob", "bob.test"),
            ("dead", "dead.test"),
            ("bad", "bad.test"),
            ("sub", "a.b.bad.test:8080"),
            ("near", "notbad.test"),
        ] {
            let follower = world.remote_on(name, host).await;
            world.follows_ann(follower).await;
        }
        world.told().await;
        let store = &world.test.store;
        store.write(|conn| hosts::bury_host(conn, "dead.test")).await.unwrap();
        store.write(|conn| hosts::block_host(conn, "bad.test")).await.unwrap();
        let mentions = "hi @dead@dead.test @bad@bad.test @sub@a.b.bad.test:8080";
        world.ann_posts(mentions, Visibility::Public).await;
        assert_eq!(world.told_only("Create").await, ["bob", "near"], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_block_ends_what_was_between_the_two_and_only_the_blocked_server_hears_of_it_and_of_its_end() {
    for world in worlds().await {
        let [_, _, dan, _] = with_people(&world).await;
        world.follows_ann(dan).await;
        world.service().follow(world.ann.id, dan).await.unwrap();
        world.told().await;
        world.service().block(world.ann.id, dan).await.unwrap();
        let told = world.told().await;
        assert_eq!(told["dan"], ["Reject", "Undo", "Block"], "{}: {told:?}", world.engine);
        assert_eq!(told.len(), 1, "{}: {told:?}", world.engine);
        world.service().unblock(world.ann.id, dan).await.unwrap();
        assert_eq!(world.told_only("Undo").await, ["dan"], "{}", world.engine);
    }
}
