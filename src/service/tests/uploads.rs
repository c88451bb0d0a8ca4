//! Pictures that wait for their tweet.

use super::world::{code, is_not_found, key, picture, saying, worlds};
use crate::clock::DAY_MS;
use crate::config::limits::PENDING_UPLOADS_MAX;
use crate::model::event::Event;
use crate::model::ids::MediaId;
use crate::service::{Description, NewTweet, TweetChanges};

/// A description in these words.
pub(super) fn words(alt: &str) -> Description {
    Description { alt: Some(alt.to_owned()), ..Description::default() }
}

#[tokio::test]
async fn an_upload_is_its_owners_and_can_be_described() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let id = world.picture(ann).await;
        assert!(is_not_found(&world.service.upload(bob, id).await));
        assert!(is_not_found(&world.service.describe_upload(bob, id, words("mine")).await));
        assert!(is_not_found(&world.service.upload(ann, MediaId(1)).await));
        let described = world.service.describe_upload(ann, id, words(" a red door ")).await.unwrap();
        assert_eq!(described.0.alt, "a red door");
        assert_eq!((world.service.upload(ann, id).await.unwrap(), None), described);
        assert_eq!(code(world.service.describe_upload(ann, id, words(&"x".repeat(1_501))).await), "too_long");
    }
}

#[tokio::test]
async fn describing_a_picture_of_a_tweet_is_an_edit_of_it() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let id = world.picture(ann).await;
        let (_, log) = world.logged_by(world.service.describe_upload(ann, id, words("before"))).await;
        assert!(log.is_empty());
        let tweet = world.post(ann, NewTweet { media: vec![id], ..saying("look") }).await;
        let (_, log) = world.logged_by(world.service.describe_upload(ann, id, words("after"))).await;
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
            idempotency_key: Some(key("once")),
            ..saying("look @ann #red")
        };
        let (refused, log) = world.logged_by(world.service.create_tweet(bob, stolen)).await;
        assert_eq!(code(refused), "unknown_media");
        assert!(log.is_empty());
        assert_eq!(world.account_counts(bob).await, [0, 0, 0]);
        assert!(world.told(ann).await.is_empty());
        assert_eq!(world.service.upload(bob, his).await.unwrap().tweet, None);
        let allowed = NewTweet { media: vec![his], idempotency_key: Some(key("once")), ..saying("mine") };
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
        let change =
            TweetChanges { text: Some("look".into()), media: Some(vec![two]), ..TweetChanges::default() };
        let view = world.service.edit_tweet(ann, tweet, change).await.unwrap();
        assert_eq!(view.tweet.media.iter().map(|media| media.id).collect::<Vec<_>>(), [two]);
        assert_eq!(world.service.upload(ann, one).await.unwrap().tweet, None, "free again");
        let bare = TweetChanges { text: Some(String::new()), media: Some(vec![]), ..TweetChanges::default() };
        assert_eq!(code(world.service.edit_tweet(ann, tweet, bare).await), "empty");
    }
}

#[tokio::test]
async fn pictures_of_a_deleted_tweet_are_swept_up_at_once_and_what_no_tweet_took_after_a_day() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (kept, lost, deleted) =
            (world.picture(ann).await, world.picture(ann).await, world.picture(ann).await);
        world.post(ann, NewTweet { media: vec![kept], ..saying("kept") }).await;
        let gone = world.post(ann, NewTweet { media: vec![deleted], ..saying("gone") }).await;
        world.service.delete_tweet(ann, gone).await.unwrap();
        let sweep = async || {
            let swept = world.service.take_abandoned_uploads(1).await.unwrap();
            swept.iter().map(|media| media.id).collect::<Vec<MediaId>>()
        };
        assert_eq!((sweep().await, sweep().await), (vec![deleted], vec![]), "{}", world.engine);
        world.clock.advance(DAY_MS + 1);
        assert_eq!((sweep().await, sweep().await), (vec![lost], vec![]), "{}", world.engine);
        assert!(world.service.upload(ann, kept).await.is_ok());
        assert!(is_not_found(&world.service.upload(ann, lost).await));
    }
}

#[tokio::test]
async fn only_so_many_pictures_wait_for_their_tweet() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let mut waiting = Vec::new();
        for _ in 0..PENDING_UPLOADS_MAX - 1 {
            waiting.push(world.picture(ann).await);
        }
        let add = || world.service.add_upload(ann, picture());
        let (one, two) = tokio::join!(add(), add());
        assert_eq!([one, two].into_iter().filter(Result::is_ok).count(), 1, "{}", world.engine);
        assert_eq!(code(add().await), "too_many_uploads");
        let tweet = world.post(ann, NewTweet { media: vec![waiting[0]], ..saying("look") }).await;
        assert!(add().await.is_ok(), "one has found its tweet");
        world.service.delete_tweet(ann, tweet).await.unwrap();
        assert_eq!(code(add().await), "too_many_uploads", "and that one waits for nothing");
    }
}
