//! Filters through the native API.

use serde_json::json;

use super::world::{id, ids, worlds};

#[tokio::test]
async fn a_filter_is_made_changed_and_removed_and_tweets_say_what_it_found() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let tweet = world.tweet(&bob, "a rook").await;
        let new = json!({"title": "birds", "contexts": ["public"], "action": "hide",
            "keywords": [{"keyword": "rook"}]});
        let made = world.ask(Some(&ann), "POST /api/filters", Some(new)).await;
        assert_eq!(made.status, 201);
        let filter = made.good();
        let at = id(&filter);
        assert_eq!(filter["keywords"], json!([{"keyword": "rook", "whole_word": true}]), "{}", world.engine);
        assert_eq!((&filter["expires_at"], &filter["tweets"]), (&json!(null), &json!([])));
        let seen = world.get(&ann, &format!("/api/tweets/{tweet}")).await;
        let found = json!([{"filter": at, "title": "birds", "contexts": ["public"], "action": "hide",
            "keywords": ["rook"], "named": false}]);
        assert_eq!(seen["filtered"], found, "{}", world.engine);
        let others = world.get(&bob, &format!("/api/tweets/{tweet}")).await;
        assert_eq!(others["filtered"], json!([]));
        let edit = json!({"keywords": [{"keyword": "crow", "whole_word": false}], "expires_in": 60});
        let changed = world.ask(Some(&ann), &format!("PATCH /api/filters/{at}"), Some(edit)).await.good();
        assert_eq!(changed["keywords"], json!([{"keyword": "crow", "whole_word": false}]));
        assert_eq!(changed["expires_at"], "2026-01-02T03:05:05.000Z", "{}", world.engine);
        let named = format!("/api/filters/{at}/tweets/{tweet}");
        for _ in 0..2 {
            assert_eq!(world.ask(Some(&ann), &format!("PUT {named}"), None).await.status, 204);
        }
        let seen = world.get(&ann, &format!("/api/tweets/{tweet}")).await;
        assert_eq!(seen["filtered"][0]["named"], true, "{}", world.engine);
        assert_eq!(world.ask(Some(&ann), &format!("DELETE {named}"), None).await.status, 204);
        assert_eq!(ids(&world.get(&ann, "/api/filters").await), [at.as_str()]);
        let bare = Some(json!({"title": "x", "contexts": []}));
        let refused = world.ask(Some(&ann), "POST /api/filters", bare).await;
        assert_eq!(refused.problem(), (422, "empty", Some("contexts")));
        let line = format!("DELETE /api/filters/{at}");
        assert_eq!(world.ask(Some(&bob), &line, None).await.problem(), (404, "not_found", None));
        assert_eq!(world.ask(Some(&ann), &line, None).await.status, 204);
        assert_eq!(world.get(&ann, "/api/filters").await, json!({"items": []}), "{}", world.engine);
    }
}
