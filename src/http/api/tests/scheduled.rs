//! Tweets to come.

use serde_json::{Value, json};

use super::world::{id, ids, worlds};
use crate::clock::HOUR_MS;
use crate::model::time;

#[tokio::test]
async fn a_tweet_is_planned_put_off_and_taken_back() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let at = |ms| time::to_rfc3339(world.clock.now_ms() + ms);
        let poll = json!({"options": ["elm", "oak"], "expires_in": 600});
        let body = json!({"scheduled_at": at(HOUR_MS), "tweet": {"text": "later", "poll": poll}});
        let made = world.ask(Some(&ann), "POST /api/scheduled", Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = format!("/api/scheduled/{}", id(&made.body));
        assert_eq!(made.headers["location"], path);
        assert_eq!((&made.body["text"], &made.body["failure"]), (&json!("later"), &Value::Null));
        assert_eq!(made.body["poll_options"], json!(["elm", "oak"]));
        assert_eq!(ids(&world.get(&ann, "/api/scheduled").await), [id(&made.body)], "{}", world.engine);
        assert_eq!(world.ask(Some(&bob), &format!("GET {path}"), None).await.problem().0, 404);
        let later = json!({"scheduled_at": at(2 * HOUR_MS)});
        let moved = world.ask(Some(&ann), &format!("PATCH {path}"), Some(later.clone())).await.good();
        assert_eq!(moved["scheduled_at"], later["scheduled_at"]);
        for (bad, code) in [("soon", "bad_time"), ("2001-01-01T00:00:00Z", "too_soon")] {
            let body = Some(json!({ "scheduled_at": bad }));
            let refused = world.ask(Some(&ann), &format!("PATCH {path}"), body).await;
            assert_eq!(refused.problem(), (422, code, Some("scheduled_at")));
        }
        world.clock.advance(2 * HOUR_MS);
        world.service.publish_due().await.unwrap();
        let tweets = world.get(&ann, &format!("/api/users/{}/tweets", ann.id)).await;
        assert_eq!(tweets["items"][0]["poll"]["options"][1]["title"], "oak");
        assert_eq!(world.ask(Some(&ann), &format!("DELETE {path}"), None).await.problem().0, 404);

        let body = json!({"scheduled_at": at(HOUR_MS), "tweet": {"text": "never"}});
        let made = world.ask(Some(&ann), "POST /api/scheduled", Some(body)).await.good();
        let path = format!("/api/scheduled/{}", id(&made));
        assert_eq!(world.ask(Some(&ann), &format!("DELETE {path}"), None).await.status, 204);
        assert_eq!(ids(&world.get(&ann, "/api/scheduled").await), Vec::<String>::new());
    }
}
