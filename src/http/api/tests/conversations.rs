//! What was said directly.

use serde_json::json;

use super::world::{id, ids, worlds};

#[tokio::test]
async fn conversations_are_listed_read_and_removed() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let body = json!({"text": "@ann psst", "visibility": "direct"});
        let said = id(&world.ask(Some(&bob), "POST /api/tweets", Some(body)).await.good());
        let page = world.get(&ann, "/api/conversations").await;
        let one = &page["items"][0];
        assert_eq!((&one["unread"], &one["last_tweet"]["id"]), (&json!(true), &json!(said)));
        assert_eq!(one["users"][0]["id"], json!(bob.id), "{}", world.engine);
        let path = format!("/api/conversations/{}", id(one));
        assert_eq!(world.act(&ann, &format!("POST {path}/read")).await["unread"], false);
        let foreign = world.ask(Some(&bob), &format!("POST {path}/read"), None).await;
        assert_eq!(foreign.problem(), (404, "not_found", None));
        assert_eq!(world.ask(Some(&ann), &format!("DELETE {path}"), None).await.status, 204);
        assert_eq!(ids(&world.get(&ann, "/api/conversations").await), Vec::<String>::new());
        assert_eq!(world.get(&ann, &format!("/api/tweets/{said}")).await["text"], "@ann psst");
    }
}
