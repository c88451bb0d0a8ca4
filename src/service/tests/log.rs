//! The log: every change is in it exactly once, with what its followers need; what changed nothing is not.

use super::world::{saying, told, worlds};
use crate::model::event::{Event, Reaction, TweetCreated};
use crate::model::visibility::Visibility::{Public, Unlisted};
use crate::service::tweets::NewTweet;

#[tokio::test]
async fn a_tweet_a_reply_and_a_retweet_say_what_they_are() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let picture = world.picture(ann).await;
        let plain = |tweet, author| TweetCreated {
            tweet,
            author,
            local: true,
            visibility: Public,
            retweet_of: None,
            retweet_of_author: None,
            reply_to: None,
            reply_to_author: None,
            has_media: false,
        };
        let new = NewTweet { media: vec![picture], visibility: Some(Unlisted), ..saying("look") };
        let (tweet, log) = world.logged_by(world.post(ann, new)).await;
        let created = TweetCreated { visibility: Unlisted, has_media: true, ..plain(tweet, ann) };
        assert_eq!(log, [Event::TweetCreated(created)]);

        let (reply, log) = world.logged_by(world.reply(bob, tweet, "nice")).await;
        let created = TweetCreated {
            visibility: Unlisted,
            reply_to: Some(tweet),
            reply_to_author: Some(ann),
            ..plain(reply, bob)
        };
        assert_eq!(log, [Event::TweetCreated(created), told(ann)]);

        let (retweet, log) = world.logged_by(world.retweet(bob, tweet)).await;
        let created = TweetCreated {
            visibility: Unlisted,
            retweet_of: Some(tweet),
            retweet_of_author: Some(ann),
            ..plain(retweet, bob)
        };
        assert_eq!(log, [Event::TweetCreated(created), told(ann)]);
    }
}

#[tokio::test]
async fn a_like_and_its_end_name_the_same_row() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let tweet = world.tweet(ann, "hello").await;
        let (_, log) = world.logged_by(world.service.like(bob, tweet)).await;
        let Event::Liked(Reaction { id, .. }) = log[0] else { panic!("{log:?}") };
        let reaction = Reaction { account: bob, local: true, tweet, author: ann, id };
        assert_eq!(log, [Event::Liked(reaction.clone()), told(ann)]);
        let (_, log) = world.logged_by(world.service.unlike(bob, tweet)).await;
        assert_eq!(log, [Event::Unliked(reaction)]);
    }
}

#[tokio::test]
async fn reading_writes_nothing() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let tweet = world.tweet(ann, "hello @bob").await;
        let (_, log) = world
            .logged_by(async {
                world.service.tweet(Some(bob), tweet).await.unwrap();
                world.service.thread(None, tweet).await.unwrap();
                world.told(bob).await;
                world
                    .service
                    .mark_notifications_read(bob, crate::model::ids::NotificationId(1))
                    .await
                    .unwrap();
            })
            .await;
        assert!(log.is_empty());
    }
}
