//! Up to where one has read.

use serde_json::{Value, json};

use super::world::worlds;

#[tokio::test]
async fn a_place_that_one_device_marks_is_known_to_the_others() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let path = "/api/users/me/markers";
        let nothing = json!({"home": null, "notifications": null});
        assert_eq!(world.get(&ann, path).await, nothing);
        let patch = format!("PATCH {path}");
        let marked = world.ask(Some(&ann), &patch, Some(json!({"home": "42"}))).await.good();
        let home = json!({"last_read": "42", "version": 1, "updated_at": "2026-01-02T03:04:05.000Z"});
        assert_eq!(marked, json!({"home": home, "notifications": Value::Null}), "{}", world.engine);
        assert_eq!(world.get(&ann, path).await, marked);
        let back = world.ask(Some(&ann), &patch, Some(json!({"home": "41", "notifications": "1"}))).await;
        let back = back.good();
        assert_eq!((&back["home"]["last_read"], &back["home"]["version"]), (&json!("41"), &json!(2)));
        assert_eq!(back["notifications"]["last_read"], "1");
        let refused = world.ask(Some(&ann), &patch, Some(json!({"home": "x"}))).await;
        assert!([400, 422].contains(&refused.status), "{}", refused.body);
        assert_eq!(world.get(&ann, path).await, back);
    }
}
