//! Lists of accounts through the native API.

use serde_json::json;

use super::world::{id, ids, worlds};

#[tokio::test]
async fn a_list_is_made_filled_read_and_removed() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let new = Some(json!({"title": "birds", "replies": "none"}));
        let made = world.ask(Some(&ann), "POST /api/lists", new).await;
        assert_eq!(made.status, 201);
        let list = made.good();
        let at = id(&list);
        let shape = json!({"id": at, "title": "birds", "replies": "none", "exclusive": false});
        assert_eq!(list, shape, "{}", world.engine);
        let member = format!("/api/lists/{at}/members/{}", bob.id);
        let refused = world.ask(Some(&ann), &format!("PUT {member}"), None).await;
        assert_eq!(refused.problem(), (422, "not_followed", Some("userId")), "{}", world.engine);
        world.act(&ann, &format!("POST /api/users/{}/follow", bob.id)).await;
        for _ in 0..2 {
            assert_eq!(world.ask(Some(&ann), &format!("PUT {member}"), None).await.status, 204);
        }
        let tweet = world.tweet(&bob, "caw").await;
        assert_eq!(ids(&world.get(&ann, &format!("/api/lists/{at}/members")).await), [bob.id.as_str()]);
        assert_eq!(ids(&world.get(&ann, &format!("/api/lists/{at}/timeline")).await), [tweet.as_str()]);
        assert_eq!(ids(&world.get(&ann, &format!("/api/users/{}/lists", bob.id)).await), [at.as_str()]);
        let home = format!("/api/users/{}/timeline", ann.id);
        assert_eq!(ids(&world.get(&ann, &home).await), [tweet.as_str()]);
        let edit = Some(json!({"exclusive": true, "title": "crows"}));
        let changed = world.ask(Some(&ann), &format!("PATCH /api/lists/{at}"), edit).await.good();
        assert_eq!((&changed["title"], &changed["exclusive"]), (&json!("crows"), &json!(true)));
        assert_eq!(ids(&world.get(&ann, &home).await), Vec::<String>::new(), "{}", world.engine);
        assert_eq!(world.ask(Some(&ann), &format!("DELETE {member}"), None).await.status, 204);
        assert_eq!(ids(&world.get(&ann, &home).await), [tweet], "{}", world.engine);
        for line in [format!("GET /api/lists/{at}"), format!("DELETE /api/lists/{at}")] {
            assert_eq!(world.ask(Some(&bob), &line, None).await.problem(), (404, "not_found", None));
        }
        assert_eq!(world.ask(Some(&ann), &format!("DELETE /api/lists/{at}"), None).await.status, 204);
        assert_eq!(world.get(&ann, "/api/lists").await, json!({"items": []}), "{}", world.engine);
    }
}
