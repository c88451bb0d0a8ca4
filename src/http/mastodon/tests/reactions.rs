//! What one does to posts, and what is answered.

use serde_json::{Value, json};

use super::{failed, ids_of, post, say};
use crate::http::api::tests::world::{id, worlds};

#[tokio::test]
async fn a_boost_answers_its_wrapper_each_time_and_taking_it_back_the_original() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let original = say(&world, &ann, "rooks").await;
        let line = |verb: &str| format!("POST /api/v1/statuses/{original}/{verb}");
        let wrapper = world.act(&bob, &line("reblog")).await;
        assert_ne!(id(&wrapper), original);
        assert_eq!((&wrapper["content"], &wrapper["reblogged"]), (&json!(""), &json!(true)));
        assert_eq!(wrapper["reblog"]["id"], json!(original), "{}", world.engine);
        assert_eq!(wrapper["reblog"]["reblogs_count"], 1);
        assert!(wrapper["uri"].as_str().unwrap().ends_with("/activity"));
        assert_eq!(id(&world.act(&bob, &line("reblog")).await), id(&wrapper), "{}", world.engine);
        let by = world.get(&ann, &format!("/api/v1/statuses/{original}/reblogged_by")).await;
        assert_eq!(ids_of(&by), [bob.id.as_str()]);

        // A mark on the wrapper is one on the original.
        let liked = world.act(&ann, &format!("POST /api/v1/statuses/{}/favourite", id(&wrapper))).await;
        assert_eq!((&liked["id"], &liked["favourited"]), (&json!(original), &json!(true)));
        let kept = world.act(&ann, &format!("POST /api/v1/statuses/{}/bookmark", id(&wrapper))).await;
        assert_eq!((&kept["id"], &kept["bookmarked"]), (&json!(original), &json!(true)));

        let back = world.act(&bob, &line("unreblog")).await;
        assert_eq!((&back["id"], &back["reblogged"]), (&json!(original), &json!(false)));
        assert_eq!(back["reblogs_count"], 0, "{}", world.engine);
    }
}

#[tokio::test]
async fn likes_and_bookmarks_are_made_taken_back_and_listed() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let post = say(&world, &ann, "rooks").await;
        for (verb, back, flag, list) in [
            ("favourite", "unfavourite", "favourited", "/api/v1/favourites"),
            ("bookmark", "unbookmark", "bookmarked", "/api/v1/bookmarks"),
        ] {
            for _ in 0..2 {
                let made = world.act(&bob, &format!("POST /api/v1/statuses/{post}/{verb}")).await;
                assert_eq!(made[flag], true, "{verb} on {}", world.engine);
            }
            assert_eq!(ids_of(&world.get(&bob, list).await), [post.as_str()]);
            let undone = world.act(&bob, &format!("POST /api/v1/statuses/{post}/{back}")).await;
            assert_eq!(undone[flag], false, "{back} on {}", world.engine);
            assert_eq!(world.get(&bob, list).await, json!([]));
        }
    }
}

#[tokio::test]
async fn ones_own_open_posts_are_pinned_and_nothing_else() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let first = say(&world, &ann, "rooks").await;
        let pinned = world.act(&ann, &format!("POST /api/v1/statuses/{first}/pin")).await;
        assert_eq!(pinned["pinned"], true);
        let list = format!("/api/v1/accounts/{}/statuses?pinned=true", ann.id);
        assert_eq!(ids_of(&world.get(&bob, &list).await), [first.as_str()], "{}", world.engine);
        let theirs = world.ask(Some(&bob), &format!("POST /api/v1/statuses/{first}/pin"), None).await;
        assert!(failed(&theirs).1.starts_with("Validation failed: "), "{}", theirs.body);
        let closed = post(&world, &ann, json!({"status": "psst", "visibility": "private"})).await;
        assert!(closed.get("pinned").is_none(), "what cannot be pinned does not say whether it is");
        let refused =
            world.ask(Some(&ann), &format!("POST /api/v1/statuses/{}/pin", id(&closed)), None).await;
        assert_eq!(failed(&refused).0, 422);
        let off = world.act(&ann, &format!("POST /api/v1/statuses/{first}/unpin")).await;
        assert_eq!(off["pinned"], false);
        assert_eq!(world.get(&bob, &list).await, json!([]));
    }
}

#[tokio::test]
async fn a_thread_is_told_in_depth_with_what_came_before() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let answer = async |to: &str, text: &str| {
            world.clock.advance(1_000);
            id(&post(&world, &bob, json!({"status": text, "in_reply_to_id": to})).await)
        };
        let root = say(&world, &ann, "root").await;
        let (first, second) = (answer(&root, "first").await, answer(&root, "second").await);
        let (below_first, below_second) = (answer(&first, "a").await, answer(&second, "b").await);
        let context = world.get(&ann, &format!("/api/v1/statuses/{root}/context")).await;
        assert_eq!(context["ancestors"], json!([]));
        let wanted = [&first, &below_first, &second, &below_second].map(String::clone);
        assert_eq!(ids_of(&context["descendants"]), wanted, "{}", world.engine);
        let nobody = world.ask(None, &format!("GET /api/v1/statuses/{below_second}/context"), None).await;
        assert_eq!(ids_of(&nobody.good()["ancestors"]), [root.clone(), second.clone()]);
        let seen = world.get(&ann, &format!("/api/v1/statuses/{first}")).await;
        assert_eq!(seen["in_reply_to_id"], json!(root));
        assert_eq!(seen["in_reply_to_account_id"], json!(ann.id));
        assert_eq!(seen["replies_count"], json!(1));
    }
}

#[tokio::test]
async fn several_posts_are_read_at_once_without_those_that_are_not_there() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let open = say(&world, &ann, "open").await;
        let closed = id(&post(&world, &ann, json!({"status": "psst", "visibility": "direct"})).await);
        let query = format!("/api/v1/statuses?id[]={closed}&id[]=7&id[]={open}");
        assert_eq!(ids_of(&world.get(&bob, &query).await), [open.as_str()], "{}", world.engine);
        assert_eq!(ids_of(&world.get(&ann, &query).await), [closed, open]);
        let nobody = world.ask(None, &format!("GET {query}"), None).await.good();
        assert_eq!(nobody[0].get("favourited"), None::<&Value>, "nobody has done anything to it");
    }
}
