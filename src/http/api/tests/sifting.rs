//! Notifications that wait for a look.

use serde_json::json;

use super::world::worlds;

#[tokio::test]
async fn what_is_filtered_waits_until_its_account_is_accepted_or_dismissed() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let path = "/api/users/me/notification-policy";
        let patch = format!("PATCH {path}");
        let chosen = world.ask(Some(&ann), &patch, Some(json!({"not_following": "filter"}))).await.good();
        assert_eq!(
            (&chosen["not_following"], &chosen["limited_accounts"]),
            (&json!("filter"), &json!("filter"))
        );
        world.tweet(&bob, "@ann hello").await;
        let told = async || {
            let page = world.get(&ann, &format!("/api/users/{}/notifications", ann.id)).await;
            page["items"].as_array().unwrap().len()
        };
        assert_eq!(told().await, 0, "{}", world.engine);
        assert_eq!(world.get(&ann, path).await["waiting_count"], 1);
        let page = world.get(&ann, "/api/notification-requests").await;
        assert_eq!(
            (&page["items"][0]["from"]["id"], &page["items"][0]["count"]),
            (&json!(bob.id), &json!(1))
        );
        let one = format!("/api/notification-requests/{}", bob.id);
        assert_eq!(world.get(&ann, &one).await["last_tweet"]["text"], "@ann hello");
        assert_eq!(world.ask(Some(&ann), &format!("DELETE {one}"), None).await.status, 204);
        assert_eq!(world.ask(Some(&ann), &format!("GET {one}"), None).await.problem().0, 404);
        world.tweet(&bob, "@ann hello?").await;
        assert_eq!(world.ask(Some(&ann), &format!("POST {one}/accept"), None).await.status, 204);
        assert_eq!(told().await, 1, "{}", world.engine);
        let odd = world.ask(Some(&ann), &patch, Some(json!({"not_following": "some"}))).await;
        assert_eq!(odd.status, 422);
    }
}
