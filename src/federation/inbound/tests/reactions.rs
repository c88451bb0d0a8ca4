use super::*;
use crate::service::NewTweet;

/// A tweet of `ann`, and its ActivityPub id.
async fn ours(world: &World) -> (Tweet, String) {
    let new = NewTweet { text: "hello".into(), ..NewTweet::default() };
    let tweet = world.service().create_tweet(world.ann.id, new).await.unwrap().tweet;
    let uri = format!("http://a.test/users/ann/statuses/{}", tweet.id);
    (Arc::unwrap_or_clone(tweet), uri)
}

async fn again(world: &World, tweet: &Tweet) -> Tweet {
    Arc::unwrap_or_clone(world.service().tweet(None, tweet.id).await.unwrap().tweet)
}

#[tokio::test]
async fn a_like_is_counted_once_told_once_and_taken_back() {
    for world in worlds().await {
        let (tweet, uri) = ours(&world).await;
        let like = activity(&format!("{BOB}#likes/1"), "Like", BOB, json!(uri));
        world.happens(&like).await;
        world.happens(&activity(&format!("{BOB}#reacts/2"), "EmojiReact", BOB, json!(uri))).await;
        assert_eq!(again(&world, &tweet).await.likes_count, 1, "{}", world.engine);
        assert_eq!(world.notifications(world.ann.id).await, [NotificationKind::Like]);
        world.happens(&activity(&format!("{BOB}#undos/1"), "Undo", BOB, like)).await;
        assert_eq!(again(&world, &tweet).await.likes_count, 0, "{}", world.engine);
        assert!(world.notifications(world.ann.id).await.is_empty(), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_like_that_was_undone_before_it_came_does_not_count() {
    for world in worlds().await {
        let (tweet, uri) = ours(&world).await;
        let like = activity(&format!("{BOB}#likes/1"), "Like", BOB, json!(uri));
        world
            .happens(&activity(&format!("{BOB}#undos/1"), "Undo", BOB, json!(format!("{BOB}#likes/1"))))
            .await;
        world.happens(&like).await;
        assert_eq!(again(&world, &tweet).await.likes_count, 0, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_one_cannot_see_one_cannot_like_or_repeat() {
    for world in worlds().await {
        let new = NewTweet {
            text: "for followers".into(),
            visibility: Some(crate::model::visibility::Visibility::Followers),
            ..NewTweet::default()
        };
        let tweet = world.service().create_tweet(world.ann.id, new).await.unwrap().tweet;
        let uri = json!(format!("http://a.test/users/ann/statuses/{}", tweet.id));
        world.happens(&activity(&format!("{BOB}#likes/1"), "Like", BOB, uri.clone())).await;
        world.happens(&activity(&format!("{BOB}#announces/1"), "Announce", BOB, uri)).await;
        let tweet = world.service().tweet(Some(world.ann.id), tweet.id).await.unwrap().tweet;
        assert_eq!((tweet.likes_count, tweet.retweets_count), (0, 0), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_retweet_of_ours_is_counted_told_and_taken_back() {
    for world in worlds().await {
        let (tweet, uri) = ours(&world).await;
        let announce = activity(&format!("{BOB}#announces/1"), "Announce", BOB, json!(uri));
        world.happens(&announce).await;
        assert_eq!(again(&world, &tweet).await.retweets_count, 1, "{}", world.engine);
        assert_eq!(world.notifications(world.ann.id).await, [NotificationKind::Retweet]);
        world.happens(&activity(&format!("{BOB}#undos/1"), "Undo", BOB, announce)).await;
        assert_eq!(again(&world, &tweet).await.retweets_count, 0, "{}", world.engine);
        assert!(world.notifications(world.ann.id).await.is_empty(), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_retweet_by_somebody_followed_brings_the_post_from_its_own_host() {
    for world in worlds().await {
        let uri = "http://c.test/notes/1";
        world.serve(uri, &note(uri, CAT, "<p>true</p>"));
        world.ann_follows(BOB).await;
        let forged = note(uri, CAT, "<p>forged</p>");
        world.happens(&activity(&format!("{BOB}#announces/1"), "Announce", BOB, forged)).await;
        assert_eq!(world.home().await, ["true"], "{}", world.engine);
        assert!(world.asked().await.contains(&uri.to_owned()));
    }
}

#[tokio::test]
async fn a_retweet_by_a_stranger_is_not_kept_nor_its_post_fetched() {
    for world in worlds().await {
        let uri = "http://c.test/notes/1";
        world.serve(uri, &note(uri, CAT, "<p>true</p>"));
        world.happens(&activity(&format!("{BOB}#announces/1"), "Announce", BOB, json!(uri))).await;
        assert!(world.tweet(uri).await.is_none(), "{}", world.engine);
        assert!(!world.asked().await.contains(&uri.to_owned()), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_retweet_that_was_undone_before_it_came_is_not_kept() {
    for world in worlds().await {
        let (tweet, uri) = ours(&world).await;
        let announce = activity(&format!("{BOB}#announces/1"), "Announce", BOB, json!(uri));
        world.happens(&activity(&format!("{BOB}#undos/1"), "Undo", BOB, announce.clone())).await;
        world.happens(&announce).await;
        assert_eq!(again(&world, &tweet).await.retweets_count, 0, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_retweet_made_anew_stands_when_the_undo_of_the_first_comes_late() {
    for world in worlds().await {
        let (tweet, uri) = ours(&world).await;
        let announce =
            |number: u8| activity(&format!("{BOB}#announces/{number}"), "Announce", BOB, json!(uri));
        let undo = |number: u8| activity(&format!("{BOB}#undos/{number}"), "Undo", BOB, announce(number));
        world.happens(&announce(1)).await;
        world.happens(&announce(2)).await;
        world.happens(&undo(1)).await;
        assert_eq!(again(&world, &tweet).await.retweets_count, 1, "{}", world.engine);
        world.happens(&undo(2)).await;
        assert_eq!(again(&world, &tweet).await.retweets_count, 0, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_is_not_understood_is_finished_in_silence() {
    for world in worlds().await {
        for (number, kind) in ["View", "Move", "Flag", "Add", "Listen"].into_iter().enumerate() {
            let mut odd = activity(&format!("{BOB}#odd/{number}"), kind, BOB, json!(BOB));
            odd["target"] = json!(CAT);
            world.happens(&odd).await;
        }
    }
}
