//! Every list, read page by page: nothing twice, nothing missing, and it ends.

use std::collections::BTreeSet;

use super::world::{World, picture, saying, start, walk, worlds};
use crate::config::limits::{ACCOUNT_PAGE_MAX, PAGE_MAX};
use crate::model::cursor::Cursor;
use crate::model::ids::{AccountId, TweetId};
use crate::model::visibility::Visibility::Followers;
use crate::service::timelines::{PublicList, Tab};
use crate::service::tweets::NewTweet;
use crate::service::views::TweetView;
use crate::store::follows::Bonds;

/// Page sizes that divide the lists evenly, unevenly, into ones, and not at all.
const SIZES: [usize; 4] = [1, 3, 5, 40];

fn id(view: &TweetView) -> i64 {
    view.tweet.id.0
}

fn newest_first(tweets: &[TweetId]) -> Vec<i64> {
    tweets.iter().rev().map(|id| id.0).collect()
}

#[tokio::test]
async fn lists_of_tweets_come_whole_in_pages_of_any_size() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let mut tweets = Vec::new();
        for number in 0..15 {
            let media = vec![world.picture(ann).await];
            tweets.push(world.post(ann, NewTweet { media, ..saying(&format!("{number} #day @bob")) }).await);
        }
        let quoted = world.tweet(bob, "quoted").await;
        let mut quotes = Vec::new();
        for _ in 0..7 {
            quotes.push(world.post(bob, NewTweet { quote_of: Some(quoted), ..saying("so") }).await);
        }
        for id in &tweets {
            world.service.like(bob, *id).await.unwrap();
            world.service.set_bookmark(bob, *id, true).await.unwrap();
        }
        let service = &world.service;
        let expected = newest_first(&tweets);
        for size in SIZES {
            for tab in [Tab::Posts, Tab::Replies, Tab::Media] {
                let tab = walk(id, async |c| service.account_tweets(None, ann, tab, c, size).await).await;
                assert_eq!(tab.0, expected);
            }
            let tag = PublicList::Hashtag("#Day".into());
            let tag = walk(id, async |c| service.public_tweets(None, tag.clone(), c, size).await).await;
            assert_eq!(tag.0, expected);
            let bookmarks = walk(id, async |c| service.bookmarks(bob, c, size).await).await;
            assert_eq!(bookmarks, (expected.clone(), 15_usize.div_ceil(size)));
            assert_eq!(walk(id, async |c| service.likes(bob, c, size).await).await.0, expected);
            let quoting = walk(id, async |c| service.quotes(None, quoted, c, size).await).await;
            assert_eq!(quoting.0, newest_first(&quotes));
            for list in [PublicList::Local, PublicList::Federated] {
                let list = walk(id, async |c| service.public_tweets(None, list.clone(), c, size).await).await;
                assert_eq!(list.0.len(), 15 + 1 + 7);
                assert!(list.0.windows(2).all(|pair| pair[0] > pair[1]));
            }
            let told = |view: &crate::service::notifications::NotificationView| view.notification.id.0;
            let told = walk(told, async |c| service.notifications(bob, Vec::new(), c, size).await).await.0;
            assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), 15);
            assert_eq!(told.len(), 15);
        }
    }
}

#[tokio::test]
async fn lists_of_people_come_whole_in_pages_of_any_size() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let crowd = world.crowd(7).await;
        let tweet = world.tweet(ann, "famous").await;
        for fan in &crowd {
            world.follow(*fan, ann).await;
            world.follow(ann, *fan).await;
            world.service.mute(ann, *fan, true).await.unwrap();
            world.service.like(*fan, tweet).await.unwrap();
            world.retweet(*fan, tweet).await;
        }
        let expected: Vec<i64> = crowd.iter().rev().map(|id| id.0).collect();
        let id = |account: &crate::model::account::Account| account.id.0;
        let service = &world.service;
        for size in [1, 3, 7, 80] {
            for which in [Bonds::Followers, Bonds::Following, Bonds::Mutes] {
                let list = walk(id, async |c| service.bonds(which, ann, c, size).await).await;
                assert_eq!(list, (expected.clone(), 7_usize.div_ceil(size)), "{which:?}");
            }
            assert_eq!(walk(id, async |c| service.likers(None, tweet, c, size).await).await.0, expected);
            assert_eq!(walk(id, async |c| service.retweeters(None, tweet, c, size).await).await.0, expected);
        }
        for fan in &crowd {
            world.service.block(ann, *fan).await.unwrap();
        }
        let blocks = walk(id, async |c| service.bonds(Bonds::Blocks, ann, c, 2).await).await;
        assert_eq!(blocks.0, expected);
        assert!(service.bonds(Bonds::Followers, ann, start(), 9).await.unwrap().items.is_empty());
    }
}

#[tokio::test]
async fn a_list_of_which_most_is_hidden_still_leads_to_its_end() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let mut open = Vec::new();
        for number in 0..60 {
            if number % 12 == 5 {
                open.push(world.tweet(ann, "open #day").await);
            } else {
                world.tweet_for(ann, "closed #day", Followers).await;
            }
        }
        let service = &world.service;
        for size in [1, 2, 5, 40] {
            let list = async |c| service.account_tweets(Some(bob), ann, Tab::Posts, c, size).await;
            assert_eq!(walk(id, list).await.0, newest_first(&open), "pages of {size}");
        }
        // A page can be short or even empty, and still leads on.
        let first = service.account_tweets(Some(bob), ann, Tab::Posts, start(), 1).await.unwrap();
        assert!(first.items.len() <= 1 && first.next.is_some());
    }
}

#[tokio::test]
async fn a_list_that_is_hidden_whole_ends_empty() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        for _ in 0..30 {
            world.tweet(ann, "noise").await;
        }
        world.service.mute(bob, ann, true).await.unwrap();
        let list = async |c| world.service.public_tweets(Some(bob), PublicList::Local, c, 1).await;
        let (seen, pages) = walk(id, list).await;
        assert!(seen.is_empty() && pages > 1);
    }
}

#[tokio::test]
async fn what_is_new_since_a_page_is_read_without_seeing_that_page_again() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let mut tweets = Vec::new();
        for number in 0..3 {
            tweets.push(world.tweet(ann, &format!("{number} @bob")).await);
        }
        let seen = read_everywhere(&world, ann, bob, [None; 2]).await;
        let fresh = read_everywhere(&world, ann, bob, seen.map(|(_, prev)| prev)).await;
        assert_eq!(fresh.map(|(count, _)| count), [0, 0], "nothing is new");
        for number in 3..10 {
            tweets.push(world.tweet(ann, &format!("{number} @bob")).await);
        }
        let fresh = read_everywhere(&world, ann, bob, seen.map(|(_, prev)| prev)).await;
        assert_eq!(fresh.map(|(count, _)| count), [7, 7], "all seven, though a page has two");
    }
}

/// Reads the tweets of `ann` and the notifications of `bob`, newer than the cursors, in pages of two to their
/// end; answers how many there were and the cursor for what comes after.
async fn read_everywhere(
    world: &World,
    ann: AccountId,
    bob: AccountId,
    since: [Option<i64>; 2],
) -> [(usize, Option<i64>); 2] {
    let service = &world.service;
    let newer = |after: Option<i64>, cursor: Cursor| match cursor.before {
        None => Cursor { before: None, after },
        Some(_) => {
            assert_eq!(cursor.after, after, "the next page stays above where it began");
            cursor
        }
    };
    let tweets =
        walk(id, async |c| service.account_tweets(None, ann, Tab::Posts, newer(since[0], c), 2).await);
    let tweets = tweets.await.0;
    let told = |view: &crate::service::notifications::NotificationView| view.notification.id.0;
    let told = walk(told, async |c| service.notifications(bob, Vec::new(), newer(since[1], c), 2).await);
    let told = told.await.0;
    [(tweets.len(), tweets.first().copied()), (told.len(), told.first().copied())]
}

#[tokio::test]
async fn a_page_is_never_longer_than_its_limit_and_a_greedy_reader_misses_nothing() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        for number in 0..PAGE_MAX + 3 {
            world.tweet(ann, &number.to_string()).await;
        }
        for fan in world.crowd(ACCOUNT_PAGE_MAX + 3).await {
            world.follow(fan, ann).await;
        }
        let service = &world.service;
        let page = service.account_tweets(None, ann, Tab::Posts, start(), 1_000).await.unwrap();
        assert_eq!(page.items.len(), PAGE_MAX);
        let all = walk(id, async |c| service.account_tweets(None, ann, Tab::Posts, c, 1_000).await).await;
        assert_eq!(all.0.len(), PAGE_MAX + 3);
        let page = service.bonds(Bonds::Followers, ann, start(), 1_000).await.unwrap();
        assert_eq!(page.items.len(), ACCOUNT_PAGE_MAX);
        let people = |account: &crate::model::account::Account| account.id.0;
        let all = walk(people, async |c| service.bonds(Bonds::Followers, ann, c, 1_000).await).await;
        assert_eq!(all.0.len(), ACCOUNT_PAGE_MAX + 3);
    }
}

#[tokio::test]
async fn public_lists_show_no_replies_to_others_and_no_retweets() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let tweet = world.tweet(ann, "one #day").await;
        let own = world.reply(ann, tweet, "and #day").await;
        let answer = world.reply(bob, tweet, "nice #day").await;
        let retweet = world.retweet(bob, tweet).await;
        let media = vec![world.service.add_upload(bob, picture()).await.unwrap().id];
        let photo = world.post(bob, NewTweet { media, ..saying("photo") }).await;
        let read = async |list| {
            walk(id, async |c| world.service.public_tweets(None, PublicList::clone(&list), c, 9).await)
                .await
                .0
        };
        assert_eq!(read(PublicList::Local).await, newest_first(&[tweet, own, photo]));
        assert_eq!(read(PublicList::Hashtag("day".into())).await, newest_first(&[tweet, own]));
        assert!(read(PublicList::Hashtag("no tag".into())).await.is_empty());
        let tab = async |who, tab| {
            walk(id, async |c| world.service.account_tweets(None, who, tab, c, 9).await).await.0
        };
        assert_eq!(tab(bob, Tab::Posts).await, newest_first(&[retweet, photo]));
        assert_eq!(tab(bob, Tab::Replies).await, newest_first(&[answer, retweet, photo]));
        assert_eq!(tab(bob, Tab::Media).await, newest_first(&[photo]));
        assert_eq!(tab(ann, Tab::Posts).await, newest_first(&[tweet, own]));
    }
}
