//! Announcements, in both APIs.

use serde_json::{Value, json};

use super::{admin, failed};
use crate::clock::{DAY_MS, HOUR_MS};
use crate::http::api::tests::world::{Person, World, id, worlds};
use crate::model::event::Event;
use crate::store::events;
use crate::store::tests::database::settled_log;

async fn announce(world: &World, admin: &Person, body: Value) -> Value {
    let made = world.ask(Some(admin), "POST /api/admin/announcements", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body
}

#[tokio::test]
async fn an_announcement_is_read_dismissed_and_over() {
    for world in worlds().await {
        let (root, ann) = (admin(&world).await, world.person("ann").await);
        let refused =
            world.ask(Some(&ann), "POST /api/admin/announcements", Some(json!({"text": "x"}))).await;
        assert_eq!(refused.status, 403);
        let body = json!({"text": "We move on https://rook.test", "ends_at": "2026-01-03T03:04:05Z", "all_day": true});
        let made = announce(&world, &root, body).await;
        let list = world.get(&ann, "/api/v1/announcements").await;
        let one = &list[0];
        assert_eq!((&one["id"], &one["read"], &one["all_day"]), (&made["id"], &json!(false), &json!(true)));
        assert!(
            one["content"].as_str().unwrap().starts_with("<p>We move on <a href=\"https://rook.test"),
            "{one}"
        );
        assert_eq!((&one["starts_at"], &one["ends_at"]), (&Value::Null, &json!("2026-01-03T03:04:05.000Z")));
        let dismiss = format!("POST /api/v1/announcements/{}/dismiss", id(&made));
        world.ask(Some(&ann), &dismiss, None).await.good();
        assert_eq!(world.get(&ann, "/api/v1/announcements").await[0]["read"], true);
        assert_eq!(world.get(&root, "/api/announcements").await["items"][0]["read"], false);

        let line = format!("PUT /api/admin/announcements/{}", id(&made));
        let changed = world.ask(Some(&root), &line, Some(json!({"text": "Later"}))).await.good();
        assert_eq!((&changed["text"], &changed["ends_at"]), (&json!("Later"), &Value::Null));
        let soon =
            json!({"text": "Soon", "starts_at": "2026-01-02T03:04:05Z", "ends_at": "2026-01-02T04:04:05Z"});
        announce(&world, &root, soon).await;
        assert_eq!(world.get(&ann, "/api/v1/announcements").await.as_array().unwrap().len(), 2);
        world.clock.advance(HOUR_MS);
        assert_eq!(
            world.get(&ann, "/api/v1/announcements").await.as_array().unwrap().len(),
            1,
            "one is over"
        );
        assert_eq!(world.get(&root, "/api/admin/announcements").await["items"].as_array().unwrap().len(), 2);
        for bad in [
            json!({"text": " "}),
            json!({"text": "x", "ends_at": "tomorrow"}),
            json!({"text": "x", "starts_at": "2026-01-03", "ends_at": "2026-01-02"}),
        ] {
            let refused = world.ask(Some(&root), "POST /api/admin/announcements", Some(bad.clone())).await;
            assert_eq!(refused.status, 422, "{bad}");
        }
        let line = format!("DELETE /api/admin/announcements/{}", id(&made));
        assert_eq!(world.ask(Some(&root), &line, None).await.status, 204);
        assert_eq!(world.get(&ann, "/api/v1/announcements").await, json!([]));
        assert_eq!(failed(&world.ask(Some(&ann), &dismiss, None).await).0, 404);
        world.clock.advance(DAY_MS);
    }
}

#[tokio::test]
async fn reactions_are_counted_once_an_account_and_told_in_the_log() {
    for world in worlds().await {
        let (root, ann) = (admin(&world).await, world.person("ann").await);
        let made = announce(&world, &root, json!({"text": "Hooray"})).await;
        let at = world.service.store().read(events::newest).await.unwrap();
        // 👍, as clients write it in a path.
        let line = format!("/api/v1/announcements/{}/reactions/%F0%9F%91%8D", id(&made));
        for who in [&ann, &ann, &root] {
            world.ask(Some(who), &format!("PUT {line}"), None).await.good();
        }
        let reactions =
            async |who: &Person| world.get(who, "/api/v1/announcements").await[0]["reactions"].clone();
        assert_eq!(reactions(&ann).await, json!([{"name": "👍", "count": 2, "me": true}]));
        world.ask(Some(&ann), &format!("DELETE {line}"), None).await.good();
        assert_eq!(reactions(&ann).await, json!([{"name": "👍", "count": 1, "me": false}]));
        let native = world.get(&root, "/api/announcements").await;
        assert_eq!(native["items"][0]["reactions"], json!([{"name": "👍", "count": 1, "mine": true}]));
        let log = settled_log(world.service.store(), at).await;
        let told = log.iter().filter(|one| matches!(one.event, Event::AnnouncementReacted { .. }));
        assert_eq!(told.count(), 3, "{}", world.engine);
        for bad in ["hello", "a", "nosuchcode"] {
            let line = format!("PUT /api/v1/announcements/{}/reactions/{bad}", id(&made));
            assert_eq!(failed(&world.ask(Some(&ann), &line, None).await).0, 422, "{bad}");
        }
        let gone = world.ask(Some(&ann), "PUT /api/v1/announcements/7/reactions/%F0%9F%91%8D", None).await;
        assert_eq!(failed(&gone).0, 404);
    }
}
