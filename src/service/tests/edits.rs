//! Changing tweets: what holds of two changes at once, what a refused one leaves, who sees the versions.

use super::uploads::words;
use std::collections::BTreeMap;

use super::world::{World, code, saying, worlds};
use crate::model::event::Event;
use crate::model::ids::{MediaId, TweetId};
use crate::model::visibility::Visibility::{Direct, Followers, Public};
use crate::service::{NewTweet, TweetChanges};
use crate::store::tests::counted::counts;

fn text(text: &str) -> TweetChanges {
    TweetChanges { text: Some(text.to_owned()), ..TweetChanges::default() }
}

fn described(picture: MediaId, alt: &str) -> TweetChanges {
    let alts = BTreeMap::from([(picture, alt.to_owned())]);
    TweetChanges { media: Some(vec![picture]), alts, ..TweetChanges::default() }
}

#[tokio::test]
async fn two_changes_of_a_tweet_at_once_both_hold() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let id = world.tweet(ann, "0").await;
        for round in 1..=20 {
            let words = text(&round.to_string());
            let hidden = TweetChanges { sensitive: Some(round % 2 == 0), ..TweetChanges::default() };
            let (one, two) = tokio::join!(
                world.service.edit_tweet(ann, id, words),
                world.service.edit_tweet(ann, id, hidden)
            );
            one.unwrap();
            two.unwrap();
            let tweet = world.own(ann, id).await;
            assert_eq!(
                (tweet.text, tweet.sensitive),
                (round.to_string(), round % 2 == 0),
                "{}",
                world.engine
            );
        }
    }
}

#[tokio::test]
async fn a_refused_change_leaves_even_the_descriptions_as_they_were() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let picture = world.picture(ann).await;
        world.service.describe_upload(ann, picture, words("a red door")).await.unwrap();
        let tweet = world.post(ann, NewTweet { media: vec![picture], ..saying("look") }).await;
        let before = counts(world.store()).await;
        let too_long = "x".repeat(281);
        for (change, refusal) in [
            (TweetChanges { text: Some(too_long), ..described(picture, "a blue door") }, "too_long"),
            (
                TweetChanges { language: Some("no such".into()), ..described(picture, "a blue door") },
                "bad_language",
            ),
            (
                TweetChanges { media: Some(vec![MediaId(1)]), ..described(picture, "a blue door") },
                "unknown_media",
            ),
            (described(picture, &"x".repeat(1_501)), "too_long"),
        ] {
            assert_eq!(code(world.service.edit_tweet(ann, tweet, change).await), refusal);
        }
        assert_eq!(counts(world.store()).await, before, "{}", world.engine);
        assert_eq!(world.own(ann, tweet).await.media[0].alt, "a red door");
        let (_, log) =
            world.logged_by(world.service.describe_upload(ann, picture, words("a red door "))).await;
        assert!(log.is_empty(), "the same words again are no edit");
    }
}

#[tokio::test]
async fn a_version_keeps_its_pictures_as_they_were_described() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (door, window) = (world.picture(ann).await, world.picture(ann).await);
        let new = NewTweet { media: vec![door], sensitive: Some(true), ..saying("look") };
        let tweet = world.post(ann, new).await;
        let (_, log) = world.logged_by(world.service.edit_tweet(ann, tweet, described(door, "a door"))).await;
        assert_eq!(log, [Event::TweetEdited { tweet, author: ann }]);
        let shown = TweetChanges { sensitive: Some(false), ..described(window, "a window") };
        world.service.edit_tweet(ann, tweet, shown).await.unwrap();
        let history = world.service.tweet_history(None, tweet).await.unwrap();
        let versions: Vec<_> = history
            .iter()
            .map(|version| (version.pictures[0].id, version.pictures[0].alt.as_str(), version.sensitive))
            .collect();
        assert_eq!(versions, [(door, "", true), (door, "a door", true), (window, "a window", false)]);
    }
}

#[tokio::test]
async fn whom_an_edit_brings_in_does_not_see_what_a_closed_tweet_said_before() {
    async fn seen(world: &World, viewer: crate::model::ids::AccountId, id: TweetId) -> usize {
        world.service.tweet_history(Some(viewer), id).await.unwrap().len()
    }
    for world in worlds().await {
        let [ann, bob, cid, dan] = world.people(["ann", "bob", "cid", "dan"]).await;
        world.follow(dan, ann).await;
        for (visibility, by_cid, by_dan) in [(Direct, 1, None), (Followers, 1, Some(2)), (Public, 2, Some(2))]
        {
            let id = world.tweet_for(ann, "@bob between us", visibility).await;
            world.service.edit_tweet(ann, id, text("@bob @cid hello")).await.unwrap();
            assert_eq!((seen(&world, ann, id).await, seen(&world, bob, id).await), (2, 2), "{visibility:?}");
            assert_eq!(seen(&world, cid, id).await, by_cid, "{visibility:?}");
            if let Some(by_dan) = by_dan {
                assert_eq!(seen(&world, dan, id).await, by_dan, "{visibility:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_edited_answer_stays_addressed_to_whom_it_answers() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let question = world.tweet_for(ann, "@bob psst", Direct).await;
        let answer = world.reply(bob, question, "what?").await;
        world.service.edit_tweet(bob, answer, text("what is it?")).await.unwrap();
        assert!(world.service.tweet(Some(ann), answer).await.is_ok());
    }
}
