//! Filters in both forms, and what posts say of them.

use axum::body::Body;
use http::Request;
use serde_json::json;

use super::{failed, ids_of, say};
use crate::http::api::tests::world::{id, worlds};

#[tokio::test]
async fn a_filter_is_made_by_json_or_form_and_posts_say_what_it_found() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        world.act(&ann, &format!("POST /api/v1/accounts/{}/follow", bob.id)).await;
        let post = say(&world, &bob, "the ROOK, again").await;
        let plain = say(&world, &bob, "rookery").await;
        let new = json!({"title": "birds", "context": ["home", "public"], "filter_action": "hide",
            "expires_in": "3600", "keywords_attributes": [{"keyword": "rook", "whole_word": "true"}]});
        let filter = world.ask(Some(&ann), "POST /api/v2/filters", Some(new)).await.good();
        let at = id(&filter);
        assert_eq!(filter["expires_at"], "2026-01-02T04:04:05.000Z", "{}", world.engine);
        assert_eq!(filter["statuses"], json!([]));
        assert_eq!(filter["keywords"][0]["whole_word"], true);
        let result = json!([{
            "filter": {"id": at, "title": "birds", "context": ["home", "public"],
                "expires_at": filter["expires_at"], "filter_action": "hide"},
            "keyword_matches": ["rook"], "status_matches": null,
        }]);
        for list in ["/api/v1/timelines/home", "/api/v1/timelines/public"] {
            let page = world.get(&ann, list).await;
            assert_eq!(ids_of(&page), [plain.clone(), post.clone()], "{list}: nothing is left out");
            assert_eq!((&page[0]["filtered"], &page[1]["filtered"]), (&json!([]), &result), "{list}");
        }
        let nobody = world.ask(None, &format!("GET /api/v1/statuses/{post}"), None).await.good();
        assert_eq!(nobody.get("filtered"), None);
        let boost = world.act(&bob, &format!("POST /api/v1/statuses/{post}/reblog")).await;
        let boost = world.get(&ann, &format!("/api/v1/statuses/{}", id(&boost))).await;
        assert_eq!((&boost["filtered"], &boost["reblog"]["filtered"]), (&result, &result));

        let keyword = id(&filter["keywords"][0]);
        let form = format!(
            "title=more&expires_in=&filter_action=blur&keywords_attributes%5B0%5D%5Bid%5D={keyword}\
             &keywords_attributes%5B0%5D%5Bwhole_word%5D=0&keywords_attributes%5B1%5D%5Bkeyword%5D=crow"
        );
        let change = Request::builder().method("PUT").uri(format!("/api/v2/filters/{at}"));
        let change = change.header("authorization", format!("Bearer {}", ann.token));
        let change = change.header("content-type", "application/x-www-form-urlencoded");
        let changed = world.send(change.body(Body::from(form)).unwrap()).await.good();
        assert_eq!((&changed["title"], &changed["expires_at"]), (&json!("more"), &json!(null)));
        assert_eq!((&changed["context"], &changed["filter_action"]), (&filter["context"], &json!("blur")));
        let words: Vec<&str> =
            changed["keywords"].as_array().unwrap().iter().map(|k| k["keyword"].as_str().unwrap()).collect();
        assert_eq!(words, ["rook", "crow"], "{}", world.engine);
        let page = world.get(&ann, "/api/v1/timelines/public").await;
        assert_eq!(page[0]["filtered"][0]["keyword_matches"], json!(["rook"]), "inside of a word too");
        let gone = json!({"keywords_attributes": [{"id": keyword, "_destroy": "1"}]});
        let changed = world.ask(Some(&ann), &format!("PUT /api/v2/filters/{at}"), Some(gone)).await.good();
        assert_eq!(changed["keywords"].as_array().unwrap().len(), 1, "{}", world.engine);
        assert_eq!(world.get(&ann, "/api/v2/filters").await, json!([changed]));
        world.act(&ann, &format!("DELETE /api/v2/filters/{at}")).await;
        let left = world.ask(Some(&ann), &format!("GET /api/v2/filters/{at}"), None).await;
        assert_eq!(failed(&left), (404, "Record not found"));
    }
}

#[tokio::test]
async fn keywords_and_posts_of_a_filter_have_addresses_of_their_own() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let post = say(&world, &bob, "x").await;
        let new = json!({"title": "some", "context": "thread"});
        let at = id(&world.ask(Some(&ann), "POST /api/v2/filters", Some(new)).await.good());
        let words = json!({"keyword": "rook", "whole_word": false});
        let line = format!("POST /api/v2/filters/{at}/keywords");
        let keyword = world.ask(Some(&ann), &line, Some(words)).await.good();
        let there = format!("/api/v2/filters/keywords/{}", id(&keyword));
        assert_eq!(world.get(&ann, &there).await, keyword);
        let changed = world.act(&ann, &format!("PUT {there}?keyword=crow&whole_word=1")).await;
        assert_eq!((&changed["keyword"], &changed["whole_word"]), (&json!("crow"), &json!(true)));
        assert_eq!(world.get(&ann, &format!("/api/v2/filters/{at}/keywords")).await, json!([changed]));
        assert_eq!(world.act(&ann, &format!("DELETE {there}")).await, json!({}));
        let named = world.act(&ann, &format!("POST /api/v2/filters/{at}/statuses?status_id={post}")).await;
        assert_eq!(named["status_id"], json!(post), "{}", world.engine);
        let seen = world.get(&ann, &format!("/api/v1/statuses/{post}")).await;
        assert_eq!(seen["filtered"][0]["status_matches"], json!([post]));
        assert_eq!(seen["filtered"][0]["keyword_matches"], json!(null), "{}", world.engine);
        let there = format!("/api/v2/filters/statuses/{}", id(&named));
        assert_eq!(world.get(&ann, &there).await, named);
        assert_eq!(failed(&world.ask(Some(&bob), &format!("DELETE {there}"), None).await).0, 404);
        world.act(&ann, &format!("DELETE {there}")).await;
        assert_eq!(world.get(&ann, &format!("/api/v2/filters/{at}/statuses")).await, json!([]));
        for bad in [
            json!({"title": "x"}),
            json!({"title": "x", "context": ["nowhere"]}),
            json!({"context": ["home"]}),
            json!({"title": "x", "context": ["home"], "filter_action": "explode"}),
            json!({"title": "x", "context": ["home"], "expires_in": "-5"}),
        ] {
            let refused = world.ask(Some(&ann), "POST /api/v2/filters", Some(bad)).await;
            assert_eq!(failed(&refused).0, 422, "{}", refused.body);
        }
    }
}

#[tokio::test]
async fn the_older_form_shows_the_same_filters_by_their_keywords() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let new = json!({"phrase": "rook", "context": ["home", "notifications"], "irreversible": true,
            "expires_in": 60});
        let made = world.ask(Some(&ann), "POST /api/v1/filters", Some(new)).await;
        assert!(made.headers.contains_key("deprecation"));
        let old = made.good();
        let expected = json!({"id": old["id"], "phrase": "rook", "context": ["home", "notifications"],
            "expires_at": "2026-01-02T03:05:05.000Z", "irreversible": true, "whole_word": true});
        assert_eq!(old, expected, "{}", world.engine);
        let new = world.get(&ann, "/api/v2/filters").await;
        assert_eq!((&new[0]["title"], &new[0]["filter_action"]), (&json!("rook"), &json!("hide")));
        assert_eq!(new[0]["keywords"][0]["id"], old["id"], "{}", world.engine);
        let line = format!("/api/v1/filters/{}", id(&old));
        let changes = "phrase=crow&context[]=public&irreversible=0&whole_word=0&expires_in=";
        let changed = world.act(&ann, &format!("PUT {line}?{changes}")).await;
        let expected = json!({"id": old["id"], "phrase": "crow", "context": ["public"], "expires_at": null,
            "irreversible": false, "whole_word": false});
        assert_eq!(changed, expected, "{}", world.engine);
        assert_eq!(world.get(&ann, "/api/v1/filters").await, json!([expected]));
        world.act(&ann, &format!("DELETE {line}")).await;
        assert_eq!(world.get(&ann, "/api/v1/filters").await, json!([]));
        assert_eq!(world.get(&ann, "/api/v2/filters").await, json!([]), "{}", world.engine);
        let bare = world.ask(Some(&ann), "POST /api/v1/filters", Some(json!({"context": ["home"]}))).await;
        assert_eq!(failed(&bare).0, 422);
    }
}
