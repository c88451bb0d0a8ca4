//! Who is told of what, and up to where it was read.

use super::world::{World, is_not_found, saying, start, worlds};
use crate::model::event::Event;
use crate::model::ids::{AccountId, NotificationId};
use crate::model::notification::NotificationKind::{self, Follow, Like, Mention, Quote, Reply, Retweet};
use crate::model::visibility::Visibility::{Direct, Followers};
use crate::service::tweets::NewTweet;

async fn ids(world: &World, who: AccountId) -> Vec<NotificationId> {
    let page = world.service.notifications(who, Vec::new(), start(), 40).await.unwrap();
    page.items.iter().map(|view| view.notification.id).collect()
}

#[tokio::test]
async fn everybody_concerned_is_told_once_for_the_strongest_reason() {
    for world in worlds().await {
        let [ann, bob, cid, dan] = world.people(["ann", "bob", "cid", "dan"]).await;
        let question = world.tweet(ann, "question").await;
        let remark = world.tweet(cid, "remark").await;
        let new = NewTweet {
            reply_to: Some(question),
            quote_of: Some(remark),
            ..saying("@ann @cid @dan @bob @dan")
        };
        let (answer, log) = world.logged_by(world.post(bob, new)).await;
        assert_eq!(world.told(ann).await, [(Reply, bob)]);
        assert_eq!(world.told(cid).await, [(Quote, bob)]);
        assert_eq!(world.told(dan).await, [(Mention, bob)]);
        assert!(world.told(bob).await.is_empty(), "nobody is told of oneself");
        let mut told: Vec<_> = log
            .into_iter()
            .filter_map(
                |event| if let Event::Notified { account, .. } = event { Some(account) } else { None },
            )
            .collect();
        told.sort();
        assert_eq!(told, [ann, cid, dan]);
        let view = &world.service.notifications(dan, Vec::new(), start(), 9).await.unwrap().items[0];
        assert_eq!(view.tweet.as_ref().unwrap().tweet.id, answer);
        assert_eq!((view.unread, view.notification.created_at), (true, world.clock.now_ms()));
    }
}

#[tokio::test]
async fn nobody_is_told_of_what_they_may_not_see() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        let question = world.tweet(ann, "question").await;
        let closed = |visibility, text: &str| NewTweet {
            reply_to: Some(question),
            visibility: Some(visibility),
            ..saying(text)
        };
        world.post(bob, closed(Direct, "@cid look")).await;
        world.post(bob, closed(Followers, "friends")).await;
        assert!(world.told(ann).await.is_empty());
        assert_eq!(world.service.unread(ann).await.unwrap().count, 0);
        assert_eq!(world.told(cid).await, [(Mention, bob)]);
        world.follow(ann, bob).await;
        world.post(bob, closed(Followers, "friends again")).await;
        world.post(bob, closed(Direct, "@ann psst")).await;
        assert_eq!(world.told(ann).await, [(Reply, bob), (Reply, bob)]);
    }
}

#[tokio::test]
async fn muted_and_blocked_accounts_tell_nothing() {
    for world in worlds().await {
        let [ann, bob, cid, dan] = world.people(["ann", "bob", "cid", "dan"]).await;
        let tweet = world.tweet(ann, "hello").await;
        world.service.mute(ann, bob, true).await.unwrap();
        world.service.block(ann, cid).await.unwrap();
        world.service.block(dan, ann).await.unwrap();
        for who in [bob, cid, dan] {
            world.tweet(who, "psst @ann").await;
        }
        world.service.like(bob, tweet).await.unwrap();
        world.service.retweet(bob, tweet).await.unwrap();
        world.reply(bob, tweet, "answer").await;
        world.follow(bob, ann).await;
        assert!(world.told(ann).await.is_empty());
        assert_eq!(world.service.unread(ann).await.unwrap().count, 0);
        world.service.unmute(ann, bob).await.unwrap();
        assert!(world.told(ann).await.is_empty());
    }
}

#[tokio::test]
async fn what_is_taken_back_is_told_no_more_and_can_be_told_again() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let tweet = world.tweet(ann, "hello").await;
        for _ in 0..2 {
            world.service.like(bob, tweet).await.unwrap();
            world.service.retweet(bob, tweet).await.unwrap();
            world.follow(bob, ann).await;
            assert_eq!(world.told(ann).await, [(Follow, bob), (Retweet, bob), (Like, bob)]);
            assert_eq!(world.service.unread(ann).await.unwrap().count, 3);
            world.service.unlike(bob, tweet).await.unwrap();
            world.service.unretweet(bob, tweet).await.unwrap();
            world.service.unfollow(bob, ann).await.unwrap();
            assert!(world.told(ann).await.is_empty());
        }
    }
}

#[tokio::test]
async fn what_was_read_stays_read() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        for text in ["one @ann", "two @ann", "three @ann"] {
            world.tweet(bob, text).await;
        }
        let listed = ids(&world, ann).await;
        assert!(listed.iter().rev().is_sorted());
        let read = async |up_to: NotificationId| {
            let unread = world.service.mark_notifications_read(ann, up_to).await.unwrap();
            (unread.count, unread.read_up_to)
        };
        assert_eq!(read(listed[1]).await, (1, listed[1]));
        assert_eq!(read(listed[2]).await, (1, listed[1]), "it never goes back");
        let page = world.service.notifications(ann, Vec::new(), start(), 9).await.unwrap();
        let fresh: Vec<bool> = page.items.iter().map(|view| view.unread).collect();
        assert_eq!(fresh, [true, false, false]);
        assert_eq!(read(NotificationId(i64::MAX)).await, (0, listed[0]), "nor beyond the newest");
        world.tweet(bob, "four @ann").await;
        assert_eq!(world.service.unread(ann).await.unwrap().count, 1);
    }
}

#[tokio::test]
async fn the_badge_counts_up_to_a_hundred() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let tweet = world.tweet(ann, "famous").await;
        for fan in world.crowd(103).await {
            world.service.like(fan, tweet).await.unwrap();
        }
        assert_eq!(world.service.unread(ann).await.unwrap().count, 100);
    }
}

#[tokio::test]
async fn notifications_can_be_picked_by_kind_and_dismissed_by_their_owner() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let tweet = world.tweet(ann, "hello").await;
        world.service.like(bob, tweet).await.unwrap();
        world.tweet(bob, "hi @ann").await;
        let of = async |kinds: &[NotificationKind]| {
            let page = world.service.notifications(ann, kinds.to_vec(), start(), 9).await.unwrap();
            page.items.iter().map(|view| view.notification.kind).collect::<Vec<_>>()
        };
        assert_eq!(of(&[Like]).await, [Like]);
        assert_eq!(of(&[Like, Mention]).await, [Mention, Like]);
        assert!(of(&[Quote]).await.is_empty());
        let newest = ids(&world, ann).await[0];
        assert!(is_not_found(&world.service.dismiss_notification(bob, newest).await));
        world.service.dismiss_notification(ann, newest).await.unwrap();
        assert!(is_not_found(&world.service.dismiss_notification(ann, newest).await));
        assert_eq!(of(&[]).await, [Like]);
    }
}

#[tokio::test]
async fn what_can_no_longer_be_seen_does_not_wait_to_be_read() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        world.follow(ann, bob).await;
        let closed = world.tweet_for(bob, "friends", Followers).await;
        let question = world.tweet(ann, "question").await;
        let answer =
            NewTweet { reply_to: Some(question), visibility: Some(Followers), ..saying("for friends") };
        world.post(bob, answer).await;
        world.service.like(bob, question).await.unwrap();
        assert_eq!(world.service.unread(ann).await.unwrap().count, 2);
        world.service.unfollow(ann, bob).await.unwrap();
        assert!(is_not_found(&world.service.tweet(Some(ann), closed).await));
        assert_eq!(world.told(ann).await, [(Like, bob)]);
        assert_eq!(world.service.unread(ann).await.unwrap().count, 1, "{}", world.engine);
        let newest = ids(&world, ann).await[0];
        assert_eq!(world.service.mark_notifications_read(ann, newest).await.unwrap().count, 0);
    }
}
