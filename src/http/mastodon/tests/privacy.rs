//! Who sees what: private posts, blocks, mutes.

use serde_json::json;

use super::{failed, ids_of, post, say};
use crate::http::api::tests::world::{id, worlds};

/// What is below a post.
const BELOW: [&str; 7] =
    ["", "/context", "/history", "/source", "/favourited_by", "/reblogged_by", "/quotes"];

#[tokio::test]
async fn a_private_post_and_all_below_it_is_not_there_for_strangers() {
    for world in worlds().await {
        let (ann, bob, eve) =
            (world.person("ann").await, world.person("bob").await, world.person("eve").await);
        world.act(&bob, &format!("POST /api/v1/accounts/{}/follow", ann.id)).await;
        let private = json!({"status": "psst #rooks", "visibility": "private",
            "poll": {"options": ["a", "b"], "expires_in": 600}});
        let private = id(&post(&world, &ann, private).await);
        for below in BELOW {
            let line = format!("GET /api/v1/statuses/{private}{below}");
            assert_eq!(world.ask(Some(&bob), &line, None).await.status, 200, "{line} for a follower");
            assert_eq!(
                failed(&world.ask(Some(&eve), &line, None).await),
                (404, "Record not found"),
                "{line}"
            );
            let nobody = world.ask(None, &line, None).await.status;
            assert!(nobody == 404 || nobody == 401, "{line} for nobody: {nobody}");
        }
        for verb in ["favourite", "reblog", "bookmark", "pin", "unfavourite", "unreblog"] {
            let line = format!("POST /api/v1/statuses/{private}/{verb}");
            assert_eq!(failed(&world.ask(Some(&eve), &line, None).await).0, 404, "{line}");
        }
        let line = format!("POST /api/v1/polls/{private}/votes");
        let vote = world.ask(Some(&eve), &line, Some(json!({"choices": [0]}))).await;
        assert_eq!(failed(&vote).0, 404);
        for list in [
            "/api/v1/timelines/public".to_owned(),
            "/api/v1/timelines/tag/rooks".to_owned(),
            format!("/api/v1/accounts/{}/statuses", ann.id),
            format!("/api/v1/statuses?id[]={private}"),
        ] {
            assert_eq!(world.get(&eve, &list).await, json!([]), "{list} on {}", world.engine);
        }
        assert_eq!(ids_of(&world.get(&bob, "/api/v1/timelines/home").await), [private]);
    }
}

#[tokio::test]
async fn a_block_ends_both_follows_and_hides_posts_both_ways() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let to = |who: &crate::http::api::tests::world::Person, verb: &str| {
            format!("POST /api/v1/accounts/{}/{verb}", who.id)
        };
        world.act(&bob, &to(&ann, "follow")).await;
        world.act(&ann, &to(&bob, "follow")).await;
        let (hers, his) = (say(&world, &ann, "hers").await, say(&world, &bob, "his").await);
        let blocked = world.act(&ann, &to(&bob, "block")).await;
        for (member, value) in [("blocking", true), ("following", false), ("followed_by", false)] {
            assert_eq!(blocked[member], value, "{member} on {}", world.engine);
        }
        for (who, post) in [(&ann, &his), (&bob, &hers)] {
            let seen = world.ask(Some(who), &format!("GET /api/v1/statuses/{post}"), None).await;
            assert_eq!(failed(&seen), (404, "Record not found"), "{}", world.engine);
            assert!(!ids_of(&world.get(who, "/api/v1/timelines/public").await).contains(post));
        }
        let stands = world.get(&bob, &format!("/api/v1/accounts/relationships?id={}", ann.id)).await;
        assert_eq!((&stands[0]["blocked_by"], &stands[0]["blocking"]), (&json!(true), &json!(false)));
        assert_eq!(failed(&world.ask(Some(&bob), &to(&ann, "follow"), None).await).0, 403);
        assert_eq!(ids_of(&world.get(&ann, "/api/v1/blocks").await), [bob.id.as_str()]);
        let free = world.act(&ann, &to(&bob, "unblock")).await;
        assert_eq!(free["blocking"], false);
        assert_eq!(world.get(&ann, "/api/v1/blocks").await, json!([]));
    }
}

#[tokio::test]
async fn a_mute_hides_from_home_and_leaves_the_post_at_its_address() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        world.act(&ann, &format!("POST /api/v1/accounts/{}/follow", bob.id)).await;
        let post = say(&world, &bob, "loud").await;
        assert_eq!(ids_of(&world.get(&ann, "/api/v1/timelines/home").await), [post.as_str()]);
        let line = format!("POST /api/v1/accounts/{}/mute", bob.id);
        let timed = world.ask(Some(&ann), &line, Some(json!({"duration": "3600"}))).await.good();
        assert_eq!(timed["muting_expires_at"], "2026-01-02T04:04:05.000Z", "{}", world.engine);
        let mutes = world.get(&ann, "/api/v1/mutes").await;
        assert_eq!(mutes[0]["mute_expires_at"], timed["muting_expires_at"]);
        let never = world.ask(Some(&ann), &line, Some(json!({"duration": -1}))).await;
        assert_eq!(failed(&never).0, 422);
        let quiet = world.ask(Some(&ann), &line, Some(json!({"notifications": "0", "duration": "0"})));
        let quiet = quiet.await.good();
        assert_eq!((&quiet["muting"], &quiet["muting_notifications"]), (&json!(true), &json!(false)));
        let muted = world.act(&ann, &line).await;
        assert_eq!(muted["muting_notifications"], true, "{}", world.engine);
        assert_eq!(world.get(&ann, "/api/v1/timelines/home").await, json!([]));
        assert_eq!(id(&world.get(&ann, &format!("/api/v1/statuses/{post}")).await), post);
        let mutes = world.get(&ann, "/api/v1/mutes").await;
        assert_eq!((ids_of(&mutes), &mutes[0]["mute_expires_at"]), (vec![bob.id.clone()], &json!(null)));
        world.act(&ann, &format!("POST /api/v1/accounts/{}/unmute", bob.id)).await;
        assert_eq!(ids_of(&world.get(&ann, "/api/v1/timelines/home").await), [post]);
    }
}
