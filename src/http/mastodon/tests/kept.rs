//! Posts that are answered from the text that others were shown.

use serde_json::json;

use super::say;
use crate::http::api::tests::world::worlds;

#[tokio::test]
async fn whoever_reads_a_post_after_others_sees_their_own_marks_and_what_has_changed() {
    for world in worlds().await {
        let (ann, bob, cem) =
            (world.person("ann").await, world.person("bob").await, world.person("cem").await);
        let post = say(&world, &ann, "a rook on a branch").await;
        let path = format!("/api/v1/statuses/{post}");
        world.act(&bob, &format!("POST {path}/favourite")).await;
        world.act(&cem, &format!("POST {path}/bookmark")).await;
        // The second time round, all of them are answered from what was kept of the first.
        for round in 0..2 {
            for (who, favourited, bookmarked, pinned) in [
                (&ann, false, false, json!(false)),
                (&bob, true, false, json!(null)),
                (&cem, false, true, json!(null)),
            ] {
                let seen = world.get(who, &path).await;
                assert_eq!(
                    (&seen["favourited"], &seen["bookmarked"], &seen["pinned"]),
                    (&json!(favourited), &json!(bookmarked), &pinned),
                    "round {round} on {}",
                    world.engine
                );
                assert_eq!((&seen["favourites_count"], &seen["filtered"]), (&json!(1), &json!([])));
            }
            let stranger = world.ask(None, &format!("GET {path}"), None).await.good();
            assert!(stranger.get("favourited").is_none() && stranger.get("filtered").is_none());
        }

        let filter =
            json!({ "title": "birds", "context": ["home"], "keywords_attributes": [{ "keyword": "rook" }] });
        world.ask(Some(&cem), "POST /api/v2/filters", Some(filter)).await.good();
        world
            .ask(
                Some(&ann),
                "PATCH /api/v1/accounts/update_credentials",
                Some(json!({ "display_name": "Ann the Rook" })),
            )
            .await
            .good();
        let (by_cem, by_bob) = (world.get(&cem, &path).await, world.get(&bob, &path).await);
        assert_eq!(by_cem["filtered"][0]["filter"]["title"], "birds", "on {}", world.engine);
        assert_eq!(by_bob["filtered"], json!([]), "what another filters is not told");
        assert_eq!(by_bob["account"]["display_name"], "Ann the Rook", "on {}", world.engine);

        world.ask(Some(&ann), &format!("PUT {path}"), Some(json!({ "status": "two rooks" }))).await.good();
        for seen in [world.get(&bob, &path).await, world.ask(None, &format!("GET {path}"), None).await.good()]
        {
            assert!(seen["content"].as_str().unwrap().contains("two rooks"), "on {}", world.engine);
        }
    }
}
