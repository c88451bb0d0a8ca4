//! Pictures that wait for their tweet.

use super::world::{code, is_not_found, saying, worlds};
use crate::clock::DAY_MS;
use crate::model::event::Event;
use crate::model::ids::MediaId;
use crate::service::tweets::{NewTweet, TweetChanges};

#[tokio::test]
async fn an_upload_is_its_owners_and_can_be_described() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let id = world.picture(ann).await;
        assert!(is_not_found(&world.service.upload(bob, id).await));
        assert!(is_not_found(&world.service.describe_upload(bob, id, "mine").await));
        assert!(is_not_found(&world.service.upload(ann, MediaId(1)).await));
        let described = world.service.describe_upload(ann, id, " a red door ").await.unwrap();
        assert_eq!(described.alt, "a red door");
        assert_eq!(world.service.upload(ann, id).await.unwrap(), described);
        assert_eq!(code(world.service.describe_upload(ann, id, &"x".repeat(1_501)).await), "too_long");
    }
}

#[tokio::test]
async fn describing_a_picture_of_a_tweet_is_an_edit_of_it() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let id = world.picture(ann).await;
        let (_, log) = world.logged_by(world.service.describe_upload(ann, id, "before")).await;
        assert!(log.is_empty());
        let tweet = world.post(ann, NewTweet { media: vec![id], ..saying("look") }).await;
        let (_, log) = world.logged_by(world.service.describe_upload(ann, id, "after")).await;
        assert_eq!(log, [Event::TweetEdited { tweet, author: ann }]);
        assert_eq!(world.own(ann, tweet).await.media[0].alt, "after");
    }
}

#[tokio::test]
async fn a_tweet_shows_its_pictures_in_their_order() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (one, two) = (world.picture(ann).await, world.picture(ann).await);
        let tweet = world.post(ann, NewTweet { media: vec![two, one], ..saying("") }).await;
        let shown: Vec<MediaId> = world.own(ann, tweet).await.media.iter().map(|media| media.id).collect();
        assert_eq!(shown, [two, one]);
    }
}

#[tokio::test]
async fn somebody_elses_or_a_used_picture_is_refused_and_nothing_changes() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let (hers, his) = (world.picture(ann).await, world.picture(bob).await);
        let stolen = NewTweet {
            media: vec![his, hers],
            idempotency_key: Some("once".into()),
            ..saying("look @ann #red")
        };
        let (refused, log) = world.logged_by(world.service.create_tweet(bob, stolen)).await;
        assert_eq!(code(refused), "unknown_media");
        assert!(log.is_empty());
        assert_eq!(world.account_counts(bob).await, [0, 0, 0]);
        assert!(world.told(ann).await.is_empty());
        assert_eq!(world.service.upload(bob, his).await.unwrap().tweet, None);
        let allowed = NewTweet { media: vec![his], idempotency_key: Some("once".into()), ..saying("mine") };
        let tweet = world.post(bob, allowed).await;
        assert_eq!(world.own(bob, tweet).await.text, "mine", "the refused one did not take the key");
        let twice = NewTweet { media: vec![his], ..saying("again") };
        assert_eq!(code(world.service.create_tweet(bob, twice).await), "unknown_media");
        let double = NewTweet { media: vec![hers, hers], ..saying("double") };
        assert_eq!(code(world.service.create_tweet(ann, double).await), "too_many");
        let mut many = Vec::new();
        for _ in 0..5 {
            many.push(world.picture(ann).await);
        }
        assert_eq!(
            code(world.service.create_tweet(ann, NewTweet { media: many, ..saying("") }).await),
            "too_many"
        );
    }
}

#[tokio::test]
async fn an_edit_gives_and_takes_pictures() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (one, two) = (world.picture(ann).await, world.picture(ann).await);
        let tweet = world.post(ann, NewTweet { media: vec![one], ..saying("look") }).await;
        let change = TweetChanges { text: "look".into(), media: Some(vec![two]), ..TweetChanges::default() };
        let view = world.service.edit_tweet(ann, tweet, change).await.unwrap();
        assert_eq!(view.tweet.media.iter().map(|media| media.id).collect::<Vec<_>>(), [two]);
        assert_eq!(world.service.upload(ann, one).await.unwrap().tweet, None, "free again");
        let bare = TweetChanges { text: String::new(), media: Some(vec![]), ..TweetChanges::default() };
        assert_eq!(code(world.service.edit_tweet(ann, tweet, bare).await), "empty");
    }
}

#[tokio::test]
async fn what_no_tweet_took_within_a_day_is_swept_up_and_so_are_pictures_of_deleted_tweets() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (kept, lost, deleted) =
            (world.picture(ann).await, world.picture(ann).await, world.picture(ann).await);
        world.post(ann, NewTweet { media: vec![kept], ..saying("kept") }).await;
        let gone = world.post(ann, NewTweet { media: vec![deleted], ..saying("gone") }).await;
        world.service.delete_tweet(ann, gone).await.unwrap();
        assert!(world.service.take_abandoned_uploads(10).await.unwrap().is_empty(), "still a day");
        world.clock.advance(DAY_MS + 1);
        let mut swept: Vec<MediaId> = Vec::new();
        for _ in 0..3 {
            swept.extend(world.service.take_abandoned_uploads(1).await.unwrap().iter().map(|media| media.id));
        }
        swept.sort();
        assert_eq!(swept, [lost, deleted]);
        assert!(world.service.upload(ann, kept).await.is_ok());
        assert!(is_not_found(&world.service.upload(ann, lost).await));
    }
}
