//! Pages: their cursors, their limits, their headers; and the instance's facts.

use serde_json::{Value, json};

use super::world::{Person, World, id, ids, worlds};

async fn five_tweets(world: &World, who: &Person) -> Vec<String> {
    let mut newest_first = Vec::new();
    for n in 0..5 {
        newest_first.insert(0, world.tweet(who, &format!("number {n}")).await);
    }
    newest_first
}

#[tokio::test]
async fn a_list_is_read_page_by_page_without_gaps_and_back_to_what_is_new() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let tweets = five_tweets(&world, &ann).await;
        for list in [
            format!("/api/users/{}/timeline", ann.id),
            format!("/api/users/{}/tweets", ann.id),
            "/api/timelines/local".to_owned(),
        ] {
            let mut seen: Vec<String> = Vec::new();
            let mut cursor = String::new();
            let mut prev = Value::Null;
            for _ in 0..5 {
                let page = world.get(&ann, &format!("{list}?limit=2{cursor}")).await;
                seen.extend(ids(&page));
                if prev.is_null() {
                    prev = page["prev_cursor"].clone();
                }
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, tweets, "{} {list}", world.engine);
            let newer = format!("{list}?cursor={}", prev.as_str().unwrap());
            assert_eq!(ids(&world.get(&ann, &newer).await), Vec::<String>::new(), "{list}");
            let fresh = world.tweet(&ann, "fresh").await;
            assert_eq!(ids(&world.get(&ann, &newer).await), [fresh.as_str()], "{list}");
            world.ask(Some(&ann), &format!("DELETE /api/tweets/{fresh}"), None).await.good();
        }
    }
}

#[tokio::test]
async fn the_link_header_leads_to_the_neighbour_pages_of_the_same_list() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let tweets = five_tweets(&world, &ann).await;
        let line = format!("GET /api/users/{}/tweets?tab=replies&cursor=&limit=2", ann.id);
        let answer = world.ask(None, &line, None).await;
        let list = format!("http://rook.test/api/users/{}/tweets?tab=replies&limit=2&cursor=", ann.id);
        let expected = format!("<{list}b{}>; rel=\"next\", <{list}a{}>; rel=\"prev\"", tweets[1], tweets[0]);
        assert_eq!(answer.headers["link"].to_str().unwrap(), expected);
        let last = world.ask(None, "GET /api/timelines/hashtag/nothing", None).await;
        assert!(!last.headers.contains_key("link"));
        assert_eq!(last.body, json!({"items": [], "next_cursor": null, "prev_cursor": null}));
    }
}

#[tokio::test]
async fn marks_and_bonds_are_listed_newest_first() {
    for world in worlds().await {
        let (ann, bob, cleo) =
            (world.person("ann").await, world.person("bob").await, world.person("cleo").await);
        let (old, new) = (world.tweet(&ann, "old").await, world.tweet(&ann, "new").await);
        for tweet in [&new, &old] {
            for mark in ["like", "bookmark", "retweet"] {
                world.act(&bob, &format!("POST /api/tweets/{tweet}/{mark}")).await;
            }
        }
        for list in ["/api/users/me/likes", "/api/users/me/bookmarks"] {
            assert_eq!(ids(&world.get(&bob, list).await), [old.as_str(), &new], "{list}");
        }
        for list in ["likes", "retweets"] {
            let page = world.ask(None, &format!("GET /api/tweets/{old}/{list}"), None).await.good();
            assert_eq!(ids(&page), [bob.id.as_str()], "{list}");
        }
        for who in [&ann, &cleo] {
            world.act(&bob, &format!("POST /api/users/{}/mute?notifications=false", who.id)).await;
        }
        let first = world.get(&bob, "/api/users/me/mutes?limit=1").await;
        assert_eq!((ids(&first), &first["prev_cursor"]), (vec![cleo.id.clone()], &Value::Null));
        let next = first["next_cursor"].as_str().unwrap();
        let second = world.get(&bob, &format!("/api/users/me/mutes?limit=1&cursor={next}")).await;
        assert_eq!(ids(&second), [ann.id.as_str()]);
    }
}

#[tokio::test]
async fn a_profile_has_tabs_and_is_found_by_its_handle() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let root = world.tweet(&bob, "root").await;
        let plain = world.tweet(&ann, "plain").await;
        let reply = json!({"text": "a reply", "reply_to": root});
        let reply = id(&world.ask(Some(&ann), "POST /api/tweets", Some(reply)).await.good());
        let tab = async |tab: &str| {
            ids(&world.ask(None, &format!("GET /api/users/{}/tweets{tab}", ann.id), None).await.good())
        };
        assert_eq!(tab("").await, [plain.as_str()]);
        assert_eq!(tab("?tab=posts").await, [plain.as_str()]);
        assert_eq!(tab("?tab=replies").await, [reply.as_str(), &plain]);
        assert_eq!(tab("?tab=media").await, Vec::<String>::new());
        for handle in ["ann", "@ann", "ANN", "ann@rook.test", "%40ann%40ROOK.test"] {
            let found = world.ask(None, &format!("GET /api/users/lookup?handle={handle}"), None).await.good();
            assert_eq!((id(&found), &found["handle"]), (ann.id.clone(), &json!("ann")), "{handle}");
            assert!(found.get("email").is_none());
        }
    }
}

#[tokio::test]
async fn the_instance_tells_its_rules_and_counts_now_and_then() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        world.tweet(&ann, "one").await;
        let instance = async || world.ask(None, "GET /api/instance", None).await.good();
        let first = instance().await;
        assert_eq!((&first["host"], &first["registration"]), (&json!("rook.test"), &json!("open")));
        assert_eq!(
            (&first["limits"]["tweet_characters"], &first["limits"]["images"]),
            (&json!(280), &json!(4))
        );
        assert_eq!(first["counts"], json!({"users": 1, "tweets": 1}));
        assert_eq!(first["contact"], "");
        world.tweet(&ann, "two").await;
        assert_eq!(instance().await["counts"]["tweets"], 1);
        world.clock.advance(60_000);
        assert_eq!(instance().await["counts"]["tweets"], 2);
    }
}

#[tokio::test]
async fn answers_quotes_and_pins_have_lists_of_their_own() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let tweet = world.tweet(&ann, "question").await;
        let new = async |body| id(&world.ask(Some(&bob), "POST /api/tweets", Some(body)).await.good());
        let one = new(json!({"text": "one", "reply_to": tweet})).await;
        let two = new(json!({"text": "two", "reply_to": tweet})).await;
        let quote = new(json!({"text": "so true", "quote_of": tweet})).await;
        let page = world.get(&ann, &format!("/api/tweets/{tweet}/replies?limit=1")).await;
        assert_eq!(ids(&page), [one]);
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = world.get(&ann, &format!("/api/tweets/{tweet}/replies?limit=1&cursor={cursor}")).await;
        assert_eq!((ids(&page), &page["next_cursor"]), (vec![two], &json!(null)));
        assert_eq!(ids(&world.get(&ann, &format!("/api/tweets/{tweet}/quotes")).await), [quote]);
        let thread = world.get(&ann, &format!("/api/tweets/{tweet}/thread")).await;
        assert_eq!((&thread["more_ancestors"], &thread["more_descendants"]), (&json!(false), &json!(false)));
        world.act(&ann, &format!("POST /api/tweets/{tweet}/pin")).await;
        let pinned = world.get(&bob, &format!("/api/users/{}/pinned", ann.id)).await;
        assert_eq!(ids(&pinned), [tweet]);
    }
}
