//! What of a thread is still looked for on other instances.

use serde_json::{Value, json};

use super::world::{Person, World, worlds};
use crate::clock::HOUR_MS;
use crate::http::fixtures::remote_post;
use crate::model::ids::TweetId;
use crate::model::quote::QuotePolicy;
use crate::store::backfills::{self, Subject};

async fn said(world: &World, who: Option<&Person>, tweet: &impl std::fmt::Display) -> (Value, Value) {
    let thread = world.ask(who, &format!("GET /api/tweets/{tweet}/thread"), None).await.good();
    (thread["backfill"].clone(), thread["backfill_found"].clone())
}

async fn under_way(world: &World, tweet: TweetId, found: i64) {
    let now_ms = world.clock.now_ms();
    let begin = move |conn: &mut _| {
        assert!(backfills::begin(conn, Subject::Thread(tweet), now_ms, now_ms + HOUR_MS)?);
        backfills::bring(conn, Subject::Thread(tweet), found)
    };
    world.service.store().write(begin).await.unwrap();
}

#[tokio::test]
async fn a_thread_says_whether_more_of_it_is_looked_for_and_what_was_found() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (opened, read) = (
            remote_post(&world.service, |tweet| tweet).await,
            remote_post(&world.service, |tweet| tweet).await,
        );
        let (done, running) = (json!("done"), json!("running"));
        let none = json!(0);
        assert_eq!(
            said(&world, None, &opened).await,
            (done.clone(), none.clone()),
            "a stranger asks for nothing"
        );
        assert_eq!(
            said(&world, Some(&ann), &opened).await,
            (running.clone(), none.clone()),
            "{}",
            world.engine
        );
        assert_eq!(said(&world, None, &opened).await, (running.clone(), none.clone()), "{}", world.engine);

        under_way(&world, read, 2).await;
        assert_eq!(said(&world, None, &read).await, (running, json!(2)), "{}", world.engine);
        let next_at = world.clock.now_ms() + HOUR_MS;
        let end = move |conn: &mut _| backfills::end(conn, Subject::Thread(read), 3, next_at);
        world.service.store().write(end).await.unwrap();
        for who in [None, Some(&ann)] {
            assert_eq!(said(&world, who, &read).await, (done.clone(), json!(3)), "{}", world.engine);
        }
        let own = world.tweet(&ann, "of ours alone").await;
        assert_eq!(said(&world, Some(&ann), &own).await, (done, none), "{}", world.engine);
    }
}

#[tokio::test]
async fn the_words_that_stand_for_a_quote_are_left_out_where_it_is_shown() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let quoted = world.tweet(&ann, "quote me").await.parse().unwrap();
        let html = "<p class=\"quote-inline\">RE: <a href=\"http://a.test/1\">a.test/1</a></p><p>look</p>";
        let quote =
            |quoted| move |tweet| crate::model::tweet::Tweet { html: html.into(), quote_of: quoted, ..tweet };
        let shown = remote_post(&world.service, quote(Some(quoted))).await;
        let plain = remote_post(&world.service, quote(None)).await;
        assert_eq!(world.get(&ann, &format!("/api/tweets/{shown}")).await["html"], "<p>look</p>");
        assert_eq!(world.get(&ann, &format!("/api/tweets/{plain}")).await["html"], html, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_post_that_its_author_lets_nobody_quote_is_not_quoted_and_one_to_be_asked_for_waits() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let quote = async |policy| {
            let post = remote_post(&world.service, |tweet| crate::model::tweet::Tweet {
                can_quote: Some(policy),
                ..tweet
            });
            let text = json!({ "text": "look", "quote_of": post.await.to_string() });
            world.ask(Some(&ann), "POST /api/tweets", Some(text)).await
        };
        let refused = quote(QuotePolicy::Nobody).await;
        assert_eq!(refused.problem(), (422, "not_allowed", Some("quote_of")), "{}", world.engine);
        assert_eq!(quote(QuotePolicy::Asked).await.good()["quote_state"], "pending", "{}", world.engine);
    }
}
