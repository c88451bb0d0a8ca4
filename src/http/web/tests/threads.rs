//! What belongs to a post: its thread, who shared, quoted and liked it.

use super::world::worlds;
use crate::clock::HOUR_MS;
use crate::config::limits::{THREAD_ANCESTORS_MAX, THREAD_DESCENDANTS_MAX};
use crate::http::fixtures::remote_post;
use crate::model::account::Role;
use crate::model::ids::TweetId;
use crate::model::quote::{QuotePolicy, QuoteState};
use crate::model::tweet::Tweet;
use crate::service::NewTweet;
use crate::store::backfills::{self, Subject};

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

#[tokio::test]
async fn a_thread_tells_that_more_of_it_is_looked_for_and_what_was_found() {
    const LOOKING: &str = "Looking for more replies on other servers";
    const FOUND: &str = "3 missing posts were found on other servers";
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (opened, read) = (
            remote_post(&world.service, |tweet| tweet).await,
            remote_post(&world.service, |tweet| tweet).await,
        );
        let page = |post| format!("/@bob@b.test/{post}");
        world.browser().open(&page(opened)).await.has("from afar").has_not(LOOKING);
        ann.open(&page(opened)).await.has(LOOKING).has_not("missing posts");
        let next_at = world.clock.now_ms() + HOUR_MS;
        let end = move |conn: &mut _| backfills::end(conn, Subject::Thread(read), 3, next_at);
        world.service.store().write(end).await.unwrap();
        ann.open(&page(read)).await.has(FOUND).has_not(LOOKING);
        let own = ann.tweet("of ours alone").await;
        ann.open(&own).await.has_not(LOOKING).has_not("missing post");
    }
}

#[tokio::test]
async fn the_words_that_stand_for_a_quote_are_left_out_where_it_is_shown() {
    const WORDS: &str = "RE: <a";
    for world in worlds().await {
        let ann = world.person("ann").await;
        let quoted = ann.tweet("quote me").await.rsplit('/').next().unwrap().parse().unwrap();
        let html = "<p class=\"quote-inline\">RE: <a href=\"http://a.test/1\">a.test/1</a></p><p>look</p>";
        let quote = |state| {
            move |tweet| Tweet { html: html.into(), quote_of: Some(quoted), quote_state: state, ..tweet }
        };
        let shown = remote_post(&world.service, quote(QuoteState::Accepted)).await;
        let waits = remote_post(&world.service, quote(QuoteState::Pending)).await;
        let page = |post| format!("/@bob@b.test/{post}");
        ann.open(&page(shown)).await.has("look").has("quote me").has_not(WORDS);
        ann.open(&page(waits)).await.has("look").has(WORDS);
    }
}

#[tokio::test]
async fn who_quotes_a_post_whose_author_decides_about_it_is_told_so() {
    const ASKED: &str = "decides about each quote";
    for world in worlds().await {
        let ann = world.person("ann").await;
        let allows = |policy| move |tweet| Tweet { can_quote: Some(policy), ..tweet };
        let asked = remote_post(&world.service, allows(QuotePolicy::Asked)).await;
        let open = remote_post(&world.service, allows(QuotePolicy::Everyone)).await;
        ann.open(&format!("/compose?quote_of={asked}")).await.has("from afar").has(ASKED);
        ann.open(&format!("/compose?quote_of={open}")).await.has("from afar").has_not(ASKED);
    }
}
