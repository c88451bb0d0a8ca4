//! What is used most of late, in both APIs.

use serde_json::json;

use super::{ids_of, post, say};
use crate::http::api::tests::world::{id, worlds};
use crate::store::tests::database::settled_log;
use crate::trends::Trends;

#[tokio::test]
async fn trends_are_read_with_their_days() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let trends = Trends::new(world.service.clone());
        let at = trends.consumer().begin().await.unwrap();
        let liked = say(&world, &ann, "#rooks").await;
        post(&world, &bob, json!({"status": "#rooks again"})).await;
        let cyd = world.person("cyd").await;
        for who in [&bob, &cyd] {
            world.ask(Some(who), &format!("POST /api/v1/statuses/{liked}/favourite"), None).await.good();
        }
        let batch = settled_log(world.service.store(), at).await;
        trends.take_in(&batch, true).await.unwrap();
        trends.reckon().await.unwrap();

        let tags = world.ask(None, "GET /api/v1/trends/tags", None).await.good();
        let today = json!({"day": "1767312000", "accounts": "2", "uses": "2"});
        assert_eq!((&tags[0]["name"], &tags[0]["history"][0]), (&json!("rooks"), &today));
        assert_eq!(tags[0]["history"].as_array().unwrap().len(), 7);
        assert_eq!(world.get(&ann, "/api/v1/trends?limit=1").await[0]["name"], "rooks");
        assert_eq!(world.get(&ann, "/api/v1/tags/Rooks").await["history"][0], today);
        assert_eq!(world.get(&ann, "/api/v1/tags/crows").await["history"][0]["uses"], "0");
        let statuses = world.ask(None, "GET /api/v1/trends/statuses", None).await.good();
        assert_eq!(ids_of(&statuses), [liked.as_str()]);
        assert_eq!(world.get(&ann, "/api/v1/trends/statuses?offset=1").await, json!([]));
        assert_eq!(world.get(&ann, "/api/v1/trends/links").await, json!([]));
        let native = world.ask(None, "GET /api/trends", None).await.good();
        assert_eq!((&native["tags"][0]["name"], id(&native["tweets"][0])), (&json!("rooks"), liked));
        assert_eq!(native["tags"][0]["history"][0]["accounts"], 2);
    }
}
