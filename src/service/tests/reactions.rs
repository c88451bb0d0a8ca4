//! Likes, retweets, bookmarks and pins: done twice they change nothing, and what is undone leaves no trace.

use super::world::{code, is_not_found, start, worlds};
use crate::config::limits::PINNED_MAX;
use crate::model::event::Event;
use crate::model::ids::TweetId;
use crate::model::notification::NotificationKind;
use crate::model::visibility::Visibility::{Direct, Followers};
use crate::service::views::TweetView;
use crate::store::marks::Flags;

fn ids(views: &[TweetView]) -> Vec<TweetId> {
    views.iter().map(|view| view.tweet.id).collect()
}

#[tokio::test]
async fn a_like_counts_once_and_can_be_taken_back_once() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let id = world.tweet(ann, "hello").await;
        let liked = world.service.like(bob, id).await.unwrap();
        assert_eq!((liked.tweet.likes_count, liked.flags), (1, Flags { liked: true, ..Flags::default() }));
        let (again, log) = world.logged_by(world.service.like(bob, id)).await;
        assert_eq!((again.unwrap().tweet.likes_count, log.len()), (1, 0));
        assert_eq!(world.told(ann).await, [(NotificationKind::Like, bob)]);
        let likers = world.service.likers(None, id, start(), 9).await.unwrap();
        assert_eq!(likers.items.iter().map(|account| account.id).collect::<Vec<_>>(), [bob]);
        assert_eq!(ids(&world.service.likes(bob, start(), 9).await.unwrap().items), [id]);

        let unliked = world.service.unlike(bob, id).await.unwrap();
        assert_eq!((unliked.tweet.likes_count, unliked.flags), (0, Flags::default()));
        let (again, log) = world.logged_by(world.service.unlike(bob, id)).await;
        assert_eq!((again.unwrap().tweet.likes_count, log.len()), (0, 0));
        assert!(world.told(ann).await.is_empty());
        assert!(world.service.likes(bob, start(), 9).await.unwrap().items.is_empty());
        world.service.like(ann, id).await.unwrap();
        assert!(world.told(ann).await.is_empty(), "nobody is told of oneself");
    }
}

#[tokio::test]
async fn a_retweet_counts_once_and_can_be_taken_back_once() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        let id = world.tweet(ann, "hello").await;
        let view = world.service.retweet(bob, id).await.unwrap();
        let retweet = view.tweet.id;
        assert_eq!(view.shown().tweet.id, id);
        assert_eq!((view.shown().tweet.retweets_count, view.flags.retweeted), (1, true));
        let (again, log) = world.logged_by(world.service.retweet(bob, retweet)).await;
        assert_eq!((again.unwrap().tweet.id, log.len()), (retweet, 0));
        assert_eq!(world.told(ann).await, [(NotificationKind::Retweet, bob)]);
        assert_eq!(world.account_counts(bob).await[0], 1);
        let who = world.service.retweeters(Some(cid), retweet, start(), 9).await.unwrap();
        assert_eq!(who.items.iter().map(|account| account.id).collect::<Vec<_>>(), [bob]);
        world.service.like(cid, retweet).await.unwrap();
        assert_eq!(world.counts(ann, id).await, [1, 1, 0, 0], "a like of a retweet is one of its original");

        let original = world.service.unretweet(bob, id).await.unwrap();
        assert_eq!(
            (original.tweet.id, original.tweet.retweets_count, original.flags.retweeted),
            (id, 0, false)
        );
        let (again, log) = world.logged_by(world.service.unretweet(bob, id)).await;
        assert!(again.is_ok() && log.is_empty());
        assert_eq!(world.told(ann).await, [(NotificationKind::Like, cid)]);
        assert_eq!(world.account_counts(bob).await[0], 0);
        let twice = world.retweet(bob, id).await;
        assert_ne!(twice, retweet);
        world.service.delete_tweet(bob, twice).await.unwrap();
        assert_eq!(
            world.told(ann).await,
            [(NotificationKind::Like, cid)],
            "deleting it takes the news back too"
        );
    }
}

#[tokio::test]
async fn closed_tweets_are_not_repeated_except_ones_own_for_followers() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let followers = world.tweet_for(ann, "@bob", Followers).await;
        let direct = world.tweet_for(ann, "@bob", Direct).await;
        assert_eq!(code(world.service.retweet(bob, followers).await), "not_public");
        assert_eq!(code(world.service.retweet(ann, direct).await), "not_public");
        let own = world.service.retweet(ann, followers).await.unwrap();
        assert_eq!(own.tweet.visibility, Followers);
    }
}

#[tokio::test]
async fn what_cannot_be_seen_cannot_be_touched() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let hidden = world.tweet_for(ann, "closed", Followers).await;
        for id in [hidden, TweetId(7)] {
            assert!(is_not_found(&world.service.like(bob, id).await));
            assert!(is_not_found(&world.service.unlike(bob, id).await));
            assert!(is_not_found(&world.service.retweet(bob, id).await));
            assert!(is_not_found(&world.service.set_bookmark(bob, id, true).await));
            assert!(is_not_found(&world.service.set_pin(bob, id, true).await));
            assert!(is_not_found(&world.service.likers(Some(bob), id, start(), 9).await));
            assert!(is_not_found(&world.service.thread(Some(bob), id).await));
            assert!(is_not_found(&world.service.tweet_history(Some(bob), id).await));
        }
    }
}

#[tokio::test]
async fn bookmarks_are_listed_newest_first_and_nobody_is_told() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let (one, two) = (world.tweet(ann, "one").await, world.tweet(ann, "two").await);
        for id in [two, one] {
            let (view, log) = world.logged_by(world.service.set_bookmark(bob, id, true)).await;
            assert!(view.unwrap().flags.bookmarked);
            assert_eq!(log, [Event::BookmarkChanged { tweet: id, account: bob }]);
            let (_, log) = world.logged_by(world.service.set_bookmark(bob, id, true)).await;
            assert!(log.is_empty());
        }
        assert_eq!(ids(&world.service.bookmarks(bob, start(), 9).await.unwrap().items), [one, two]);
        assert!(world.service.bookmarks(ann, start(), 9).await.unwrap().items.is_empty());
        assert!(!world.service.set_bookmark(bob, one, false).await.unwrap().flags.bookmarked);
        let (_, log) = world.logged_by(world.service.set_bookmark(bob, one, false)).await;
        assert!(log.is_empty());
        assert_eq!(ids(&world.service.bookmarks(bob, start(), 9).await.unwrap().items), [two]);
        assert!(world.told(ann).await.is_empty());
    }
}

#[tokio::test]
async fn ones_own_open_tweets_can_be_pinned_up_to_a_limit() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let closed = world.tweet_for(ann, "closed", Followers).await;
        let mut tweets = Vec::new();
        for number in 0..=PINNED_MAX {
            tweets.push(world.tweet(ann, &number.to_string()).await);
        }
        let first = tweets[0];
        assert_eq!(code(world.service.set_pin(bob, first, true).await), "not_yours");
        assert_eq!(code(world.service.set_pin(ann, closed, true).await), "not_public");
        for id in &tweets[..PINNED_MAX] {
            let (view, log) = world.logged_by(world.service.set_pin(ann, *id, true)).await;
            assert!(view.unwrap().flags.pinned);
            assert_eq!(log, [Event::PinChanged { tweet: *id, author: ann, pinned: true }]);
        }
        let (again, log) = world.logged_by(world.service.set_pin(ann, first, true)).await;
        assert!(again.is_ok() && log.is_empty(), "it is pinned already");
        assert_eq!(code(world.service.set_pin(ann, tweets[PINNED_MAX], true).await), "too_many");
        let mut shown = ids(&world.service.pinned(Some(bob), ann).await.unwrap());
        shown.reverse();
        assert_eq!(shown, tweets[..PINNED_MAX]);
        let (view, log) = world.logged_by(world.service.set_pin(ann, first, false)).await;
        assert!(!view.unwrap().flags.pinned);
        assert_eq!(log, [Event::PinChanged { tweet: first, author: ann, pinned: false }]);
        world.service.set_pin(ann, tweets[PINNED_MAX], true).await.unwrap();
    }
}
