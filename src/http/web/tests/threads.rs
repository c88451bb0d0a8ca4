//! What belongs to a post: its thread, who shared, quoted and liked it.

use super::world::worlds;
use crate::config::limits::{THREAD_ANCESTORS_MAX, THREAD_DESCENDANTS_MAX};
use crate::model::account::Role;
use crate::model::ids::TweetId;
use crate::service::NewTweet;

#[tokio::test]
async fn who_reposted_quoted_and_liked_a_post_is_told_from_its_counts() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let post = ann.tweet("look at this").await;
        let act = format!("/tweets/{}", post.rsplit('/').next().unwrap());
        let pages = [("reposts", "retweet"), ("likes", "like")];
        for (page, deed) in pages {
            ann.open(&format!("{act}/{page}")).await.has("Nothing to see here");
            bob.submit(&format!("{act}/{deed}"), &[("return_to", &post)]).await.has(&format!("{act}/{page}"));
            ann.open(&format!("{act}/{page}")).await.has("href=\"/@bob\"").has_not("Nothing to see here");
        }
        let quote = [
            super::browser::Part::Text("text", "so true"),
            super::browser::Part::Text("quote_of", act.trim_start_matches("/tweets/")),
        ];
        bob.post_parts("/tweets", &quote).await;
        ann.open(&post).await.has(&format!("{act}/quotes"));
        world.browser().open(&format!("{act}/quotes")).await.has("so true");
    }
}

#[tokio::test]
async fn who_may_not_see_a_post_does_not_learn_who_likes_it() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let secret = [
            super::browser::Part::Text("text", "a secret"),
            super::browser::Part::Text("visibility", "followers"),
        ];
        ann.post_parts("/tweets", &secret).await;
        let home = ann.open("/home").await;
        let act =
            home.html.split(" action=\"/tweets/").skip(1).find_map(|rest| rest.split('/').next()).unwrap();
        for page in ["likes", "reposts", "quotes"] {
            assert_eq!(bob.get(&format!("/tweets/{act}/{page}")).await.status, 404, "{page}");
        }
    }
}

#[tokio::test]
async fn a_thread_too_long_for_a_page_says_so_and_leads_on() {
    for world in worlds().await {
        let ann = world.account("ann", Role::User).await;
        let write = async |reply_to: Option<TweetId>| {
            let new = NewTweet { text: "rook".to_owned(), reply_to, ..NewTweet::default() };
            world.service.create_tweet(ann, new).await.unwrap().tweet.id
        };
        let visitor = world.browser();
        let mut chain = vec![write(None).await];
        for _ in 0..=THREAD_DESCENDANTS_MAX {
            chain.push(write(chain.last().copied()).await);
        }
        let (root, second) = (chain[0], chain[1]);
        let page = visitor.open(&format!("/@ann/{root}")).await;
        let last = chain[THREAD_DESCENDANTS_MAX];
        page.has(&format!("<a href=\"/@ann/{last}\">Go on from the last one shown"))
            .has_not("begins further up");
        visitor.open(&format!("/@ann/{second}")).await.has_not("Go on from the last");
        let deep = chain[THREAD_ANCESTORS_MAX + 1];
        let page = visitor.open(&format!("/@ann/{deep}")).await;
        page.has(&format!("<a href=\"/@ann/{second}\">This thread begins further up")).has_not("Go on from");
        let fits = chain[THREAD_ANCESTORS_MAX];
        visitor.open(&format!("/@ann/{fits}")).await.has_not("begins further up");
    }
}
