//! Hashtags and accounts on a profile.

use serde_json::{Value, json};

use super::{failed, ids_of, post, say};
use crate::http::api::tests::world::{Person, World, id, worlds};

async fn do_post(world: &World, who: &Person, path: &str) -> Value {
    world.ask(Some(who), &format!("POST {path}"), None).await.good()
}

#[tokio::test]
async fn hashtags_are_shown_on_a_profile_with_how_often_they_were_used() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        say(&world, &ann, "#Rooks fly").await;
        say(&world, &ann, "more #rooks and #crows").await;
        post(&world, &ann, json!({"status": "#rooks in secret", "visibility": "private"})).await;
        say(&world, &bob, "#rooks").await;
        let suggested = world.get(&ann, "/api/v1/featured_tags/suggestions").await;
        assert_eq!((&suggested[0]["name"], &suggested[1]["name"]), (&json!("rooks"), &json!("crows")));

        let add = json!({"name": "#Rooks"});
        let shown = world.ask(Some(&ann), "POST /api/v1/featured_tags", Some(add.clone())).await.good();
        assert_eq!(
            (&shown["name"], &shown["statuses_count"], &shown["last_status_at"]),
            (&json!("rooks"), &json!("2"), &json!("2026-01-02"))
        );
        assert_eq!(world.ask(Some(&ann), "POST /api/v1/featured_tags", Some(add)).await.good(), shown);
        let path = format!("/api/v1/accounts/{}/featured_tags", ann.id);
        assert_eq!(world.get(&bob, &path).await, json!([shown]));
        assert_eq!(world.get(&ann, "/api/v1/featured_tags").await, json!([shown]));
        assert_eq!(world.get(&ann, "/api/v1/tags/rooks").await["featuring"], true);
        assert_eq!(world.get(&bob, "/api/v1/tags/rooks").await["featuring"], false);
        let native = world.get(&bob, &format!("/api/users/{}/featured-tags", ann.id)).await;
        assert_eq!(
            (&native["items"][0]["name"], &native["items"][0]["tweets"]),
            (&json!("rooks"), &json!(2))
        );

        assert_eq!(do_post(&world, &ann, "/api/v1/tags/crows/feature").await["featuring"], true);
        assert_eq!(do_post(&world, &ann, "/api/v1/tags/crows/unfeature").await["featuring"], false);
        let line = format!("DELETE /api/v1/featured_tags/{}", id(&shown));
        assert_eq!(failed(&world.ask(Some(&bob), &line, None).await).0, 404, "another's");
        world.ask(Some(&ann), &line, None).await.good();
        assert_eq!(world.get(&bob, &path).await, json!([]));
        for bad in ["", "#", "two words", "#7"] {
            let refused =
                world.ask(Some(&ann), "POST /api/v1/featured_tags", Some(json!({"name": bad}))).await;
            assert_eq!(failed(&refused).0, 422, "{bad}");
        }
        for n in 0..10 {
            do_post(&world, &ann, &format!("/api/v1/tags/tag{n}/feature")).await;
        }
        let eleventh = world.ask(Some(&ann), "POST /api/v1/tags/tagx/feature", None).await;
        assert_eq!(failed(&eleventh).0, 422);
        world.act(&ann, &format!("POST /api/users/{}/block", bob.id)).await;
        assert_eq!(world.get(&bob, "/api/v1/tags/tag1").await["featuring"], false);
    }
}

#[tokio::test]
async fn followed_accounts_are_recommended_until_they_are_unfollowed() {
    for world in worlds().await {
        let (ann, bob, cyd) =
            (world.person("ann").await, world.person("bob").await, world.person("cyd").await);
        let endorse = format!("POST /api/v1/accounts/{}/endorse", bob.id);
        assert_eq!(failed(&world.ask(Some(&ann), &endorse, None).await).0, 422, "not followed");
        world.act(&ann, &format!("POST /api/users/{}/follow", bob.id)).await;
        let bond = world.ask(Some(&ann), &endorse, None).await.good();
        assert_eq!(bond["endorsed"], true);
        do_post(&world, &ann, &format!("/api/v1/accounts/{}/pin", bob.id)).await;
        let list = format!("/api/v1/accounts/{}/endorsements", ann.id);
        assert_eq!(ids_of(&world.get(&cyd, &list).await), [bob.id.as_str()]);
        assert_eq!(ids_of(&world.get(&ann, "/api/v1/endorsements").await), [bob.id.as_str()]);
        let native = world.get(&cyd, &format!("/api/users/{}/endorsements", ann.id)).await;
        assert_eq!(id(&native["items"][0]), bob.id);
        world.act(&bob, &format!("POST /api/users/{}/block", cyd.id)).await;
        assert_eq!(ids_of(&world.get(&cyd, &list).await), Vec::<String>::new(), "whom a block hides");
        world.act(&ann, &format!("DELETE /api/users/{}/follow", bob.id)).await;
        assert_eq!(world.get(&ann, "/api/v1/endorsements").await, json!([]), "{}", world.engine);
        world.act(&ann, &format!("POST /api/users/{}/follow", bob.id)).await;
        world.act(&ann, &format!("POST /api/users/{}/endorsement", bob.id)).await;
        let bond = do_post(&world, &ann, &format!("/api/v1/accounts/{}/unendorse", bob.id)).await;
        assert_eq!(bond["endorsed"], false);
    }
}
