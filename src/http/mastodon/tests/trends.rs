//! What is used most of late, in both APIs.

use serde_json::json;

use super::{failed, ids_of, post, say};
use crate::http::api::tests::world::{id, worlds};
use crate::http::fixtures::card;
use crate::model::preview::Page;
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

#[tokio::test]
async fn a_page_has_the_public_posts_that_show_its_card() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let (one, two) = (say(&world, &ann, "one").await, say(&world, &bob, "two").await);
        let unlisted = post(&world, &ann, json!({"status": "three", "visibility": "unlisted"})).await;
        let other = say(&world, &ann, "four").await;
        let page = || Page { title: "News".into(), ..Page::default() };
        for tweet in [&one, &two, &id(&unlisted)] {
            card(&world.service, tweet.parse().unwrap(), "http://a.test/x?y=1", page()).await;
        }
        card(&world.service, other.parse().unwrap(), "http://a.test/x", page()).await;

        let line = "/api/v1/timelines/link?url=http%3A%2F%2FA.test%2Fx%3Fy%3D1%23part";
        let native = "/api/timelines/link?url=http%3A%2F%2Fa.test%2Fx%3Fy%3D1";
        let all = world.ask(None, &format!("GET {line}"), None).await.good();
        assert_eq!(ids_of(&all), [two.as_str(), &one], "{}", world.engine);
        assert_eq!(all[0]["card"]["url"], "http://a.test/x?y=1");
        let newest = world.ask(None, &format!("GET {line}&limit=1"), None).await;
        let next = newest.headers["link"].to_str().unwrap();
        assert!(next.contains(&format!("max_id={two}")) && next.contains("url=http"), "{next}");
        assert_eq!(ids_of(&newest.good()), [two.as_str()]);
        assert_eq!(ids_of(&world.get(&ann, &format!("{line}&max_id={two}")).await), [one.as_str()]);
        let read = world.ask(None, &format!("GET {native}"), None).await.good();
        assert_eq!(ids_of(&read["items"]), [two.as_str(), &one], "{}", world.engine);
        world.act(&ann, &format!("POST /api/v1/accounts/{}/block", bob.id)).await;
        assert_eq!(ids_of(&world.get(&ann, line).await), [one.as_str()], "{}", world.engine);

        let unknown = "GET /api/v1/timelines/link?url=http%3A%2F%2Fa.test%2Fnowhere";
        assert_eq!(world.ask(None, unknown, None).await.good(), json!([]));
        for query in ["", "?url=", "?url=x", "?url=mailto%3Ax%40a.test"] {
            let refused = world.ask(None, &format!("GET /api/v1/timelines/link{query}"), None).await;
            assert_eq!(failed(&refused).0, 422, "{query}");
        }
        let refused = world.ask(None, "GET /api/timelines/link?url=x", None).await;
        assert_eq!(refused.problem(), (422, "bad_url", Some("url")));
    }
}
