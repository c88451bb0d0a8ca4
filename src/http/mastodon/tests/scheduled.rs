//! Posts to come.

use serde_json::{Value, json};

use super::{failed, ids_of};
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::http::api::tests::media::{Part, picture, send};
use crate::http::api::tests::world::{Answer, Person, World, id, request, worlds};
use crate::model::time;

const PATH: &str = "/api/v1/scheduled_statuses";

fn ahead(world: &World, ms: i64) -> String {
    time::to_rfc3339(world.clock.now_ms() + ms)
}

async fn plan(world: &World, who: &Person, mut body: Value, ahead_ms: i64) -> Answer {
    body["scheduled_at"] = json!(ahead(world, ahead_ms));
    world.ask(Some(who), "POST /api/v1/statuses", Some(body)).await
}

async fn posts(world: &World, who: &Person) -> Value {
    world.get(who, &format!("/api/v1/accounts/{}/statuses", who.id)).await
}

async fn upload(world: &World, who: &Person) -> String {
    let picture = picture();
    let parts: [Part<'_>; 1] = [("file", &picture)];
    id(&send(world, who, "POST /api/v2/media", &parts).await.good())
}

#[tokio::test]
async fn a_post_waits_whole_and_is_published_once_when_its_time_has_come() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let media = upload(&world, &ann).await;
        let body = json!({
            "status": "later", "media_ids": [media], "spoiler_text": "soon", "visibility": "unlisted", "language": "en",
        });
        let planned = plan(&world, &ann, body, HOUR_MS).await.good();
        assert_eq!(planned["scheduled_at"], json!(ahead(&world, HOUR_MS)), "{}", world.engine);
        let params = &planned["params"];
        assert_eq!((&params["text"], &params["media_ids"]), (&json!("later"), &json!([media])));
        assert_eq!((&params["visibility"], &params["poll"]), (&json!("unlisted"), &Value::Null));
        assert_eq!(planned["media_attachments"][0]["id"], json!(media));
        assert_eq!(world.get(&ann, PATH).await, json!([planned]));
        let one = format!("{PATH}/{}", id(&planned));
        assert_eq!(world.get(&ann, &one).await, planned);
        for line in [format!("GET {one}"), format!("PUT {one}"), format!("DELETE {one}")] {
            assert_eq!(failed(&world.ask(Some(&bob), &line, None).await).0, 404, "{line}");
        }
        world.clock.advance(HOUR_MS - 1);
        world.service.publish_due().await.unwrap();
        assert_eq!(posts(&world, &ann).await, json!([]));
        world.clock.advance(1);
        let (first, second) = tokio::join!(world.service.publish_due(), world.service.publish_due());
        first.unwrap();
        second.unwrap();
        world.service.publish_due().await.unwrap();
        let published = posts(&world, &ann).await;
        assert_eq!(ids_of(&published).len(), 1, "{}", world.engine);
        let post = &published[0];
        assert_eq!((&post["visibility"], &post["spoiler_text"]), (&json!("unlisted"), &json!("soon")));
        assert_eq!(post["media_attachments"][0]["id"], json!(media));
        assert_eq!(post["created_at"], json!(ahead(&world, 0)));
        assert_eq!(world.get(&ann, PATH).await, json!([]));
    }
}

#[tokio::test]
async fn pictures_of_a_post_to_come_are_kept_for_it_until_it_is_taken_back() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let media = upload(&world, &ann).await;
        let body = json!({"status": "later", "media_ids": [media]});
        let planned = plan(&world, &ann, body.clone(), 10 * DAY_MS).await.good();
        assert_eq!(failed(&plan(&world, &ann, body.clone(), DAY_MS).await).0, 422, "{}", world.engine);
        let now = world.ask(Some(&ann), "POST /api/v1/statuses", Some(body.clone())).await;
        assert_eq!(failed(&now).0, 422, "nor at once");
        let gone = world.ask(Some(&ann), &format!("DELETE /api/v1/media/{media}"), None).await;
        assert_eq!(failed(&gone).0, 404);
        world.clock.advance(2 * DAY_MS);
        assert!(world.service.take_abandoned_uploads(10).await.unwrap().is_empty(), "{}", world.engine);
        assert_eq!(world.act(&ann, &format!("DELETE {PATH}/{}", id(&planned))).await, json!({}));
        assert_eq!(world.get(&ann, PATH).await, json!([]));
        world.ask(Some(&ann), "POST /api/v1/statuses", Some(body)).await.good();
    }
}

#[tokio::test]
async fn another_time_is_given_within_the_limits() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let soon = plan(&world, &ann, json!({"status": "x"}), 5 * MINUTE_MS - 1).await;
        let words = "Validation failed: a scheduled post is due in 5 minutes at the soonest";
        assert_eq!(failed(&soon), (422, words), "{}", world.engine);
        assert_eq!(failed(&plan(&world, &ann, json!({"status": ""}), HOUR_MS).await).0, 422);
        let past = plan(&world, &ann, json!({"status": "at once"}), -HOUR_MS).await.good();
        assert!(past["content"].is_string(), "a time that has passed is now");
        let planned = plan(&world, &ann, json!({"status": "x"}), HOUR_MS).await.good();
        let line = format!("PUT {PATH}/{}", id(&planned));
        let later = json!({"scheduled_at": ahead(&world, 2 * HOUR_MS)});
        let moved = world.ask(Some(&ann), &line, Some(later.clone())).await.good();
        assert_eq!(moved["scheduled_at"], later["scheduled_at"]);
        for bad in ["tomorrow", "2001-01-01T00:00:00Z"] {
            let refused = world.ask(Some(&ann), &line, Some(json!({ "scheduled_at": bad }))).await;
            assert_eq!(failed(&refused).0, 422, "{bad}");
        }
        world.clock.advance(HOUR_MS);
        world.service.publish_due().await.unwrap();
        assert_eq!(world.get(&ann, PATH).await, json!([moved]), "not at its first time");
        for n in 1..25 {
            plan(&world, &ann, json!({ "status": n }), HOUR_MS).await.good();
        }
        let full = plan(&world, &ann, json!({"status": "x"}), HOUR_MS).await;
        assert_eq!(failed(&full), (422, "Validation failed: at most 25 posts can be due on one day"));
        plan(&world, &ann, json!({"status": "x"}), DAY_MS).await.good();
    }
}

#[tokio::test]
async fn a_post_that_is_refused_when_its_time_comes_stays_with_the_reason() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let his = super::say(&world, &bob, "his").await;
        let body = json!({"status": "well", "in_reply_to_id": his});
        let planned = plan(&world, &ann, body, HOUR_MS).await.good();
        plan(&world, &ann, json!({"status": "another"}), HOUR_MS).await.good();
        world.act(&bob, &format!("DELETE /api/v1/statuses/{his}")).await;
        world.clock.advance(HOUR_MS);
        world.service.publish_due().await.unwrap();
        assert_eq!(ids_of(&posts(&world, &ann).await).len(), 1, "the other one, on {}", world.engine);
        let kept = world.get(&ann, PATH).await;
        assert_eq!(ids_of(&kept), [id(&planned)]);
        let why = kept[0]["failure"].as_str().unwrap();
        assert!(why.contains("there is no post"), "{why}");
        let later = json!({"scheduled_at": ahead(&world, HOUR_MS)});
        let line = format!("PUT {PATH}/{}", id(&planned));
        let again = world.ask(Some(&ann), &line, Some(later)).await.good();
        assert_eq!(again["failure"], Value::Null);
    }
}

#[tokio::test]
async fn the_same_request_under_a_key_plans_one_post() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let keyed = async |body: Value| {
            let mut request = request(Some(&ann.token), "POST /api/v1/statuses", Some(body));
            request.headers_mut().insert("idempotency-key", "k".parse().unwrap());
            world.send(request).await
        };
        let body = json!({"status": "once", "scheduled_at": ahead(&world, HOUR_MS)});
        let first = keyed(body.clone()).await.good();
        assert_eq!(keyed(body.clone()).await.good(), first, "{}", world.engine);
        assert_eq!(ids_of(&world.get(&ann, PATH).await), [id(&first)]);
        assert_eq!(failed(&keyed(json!({"status": "now"})).await).0, 422, "another request");
        world.clock.advance(HOUR_MS);
        world.service.publish_due().await.unwrap();
        assert_eq!(failed(&keyed(body).await).0, 422, "it is published");
        assert_eq!(ids_of(&posts(&world, &ann).await).len(), 1);
    }
}
