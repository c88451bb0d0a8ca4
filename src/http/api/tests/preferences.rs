//! What one begins a tweet with.

use serde_json::{Value, json};

use super::world::worlds;

#[tokio::test]
async fn a_tweet_goes_by_its_authors_preferences_where_it_says_nothing() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let path = "/api/users/me/preferences";
        let before = world.get(&ann, path).await;
        let wanted = json!({
            "visibility": "public", "sensitive": false, "language": null, "expand_media": "default",
            "expand_spoilers": false, "autoplay": false, "time_zone": null,
        });
        assert_eq!(before, wanted);
        let patch = format!("PATCH {path}");
        let wishes =
            json!({"visibility": "unlisted", "language": "de", "expand_media": "show_all", "autoplay": true});
        let changed = world.ask(Some(&ann), &patch, Some(wishes)).await.good();
        assert_eq!((&changed["expand_media"], &changed["autoplay"]), (&json!("show_all"), &json!(true)));
        let made = world.ask(Some(&ann), "POST /api/tweets", Some(json!({"text": "hallo"}))).await.good();
        assert_eq!(
            (&made["visibility"], &made["language"]),
            (&json!("unlisted"), &json!("de")),
            "{}",
            world.engine
        );
        let cleared = world.ask(Some(&ann), &patch, Some(json!({"language": null}))).await.good();
        assert_eq!((&cleared["language"], &cleared["visibility"]), (&Value::Null, &json!("unlisted")));
        for odd in [
            json!({"visibility": "secret"}),
            json!({"language": "no language"}),
            json!({"expand_media": "some"}),
            json!({"time_zone": "Mars/Olympus"}),
        ] {
            let refused = world.ask(Some(&ann), &patch, Some(odd)).await;
            assert_eq!(refused.status, 422, "{}", refused.body);
        }
        assert_eq!(world.get(&ann, path).await, cleared);
    }
}
