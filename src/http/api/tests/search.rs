//! Search and suggestions over the API.

use serde_json::{Value, json};

use super::world::{id, worlds};

fn ids_of(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn tweets_accounts_and_hashtags_are_found_as_far_as_one_may_see_them() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let older = world.tweet(&ann, "an owl in the colony #Nesting").await;
        let newer = world.tweet(&ann, "two owls in the colony").await;
        let quiet = json!({"text": "a hidden owl in the colony", "visibility": "followers"});
        world.ask(Some(&ann), "POST /api/tweets", Some(quiet)).await.good();
        world.index().await;

        let page = world.ask(None, "GET /api/search?q=colony&kind=tweets&limit=1", None).await;
        assert_eq!(ids_of(&page.body["tweets"]), [newer.as_str()], "{}", page.body);
        assert!(page.headers["link"].to_str().unwrap().contains("q=colony&kind=tweets&limit=1&cursor=b"));
        let next = page.body["next_cursor"].as_str().unwrap();
        let rest = world.get(&bob, &format!("/api/search?q=colony&kind=tweets&cursor={next}")).await;
        assert_eq!((ids_of(&rest["tweets"]), &rest["incomplete"]), (vec![older], &json!(false)));

        let users = world.get(&bob, "/api/search?q=ann&kind=users").await;
        assert_eq!((ids_of(&users["users"]), &users["tweets"]), (vec![ann.id.clone()], &json!([])));
        let tags = world.get(&bob, "/api/search?q=nest&kind=hashtags").await;
        assert_eq!(tags["hashtags"], json!([{"name": "nesting", "uses": 1}]));
        let all = world.get(&bob, "/api/search?q=owls&sort=best").await;
        assert!(ids_of(&all["tweets"]).contains(&newer));

        let suggested = world.get(&bob, "/api/search/suggest?prefix=an").await;
        assert_eq!(ids_of(&suggested["users"]), [ann.id.as_str()]);
        let suggested = world.get(&bob, "/api/search/suggest?prefix=ow").await;
        assert_eq!(suggested["searches"], json!(["owls"]));
        let stranger = world.ask(None, "GET /api/search/suggest?prefix=ow", None).await.good();
        assert_eq!(stranger["searches"], json!([]));
    }
}

#[tokio::test]
async fn the_best_matches_say_why_and_go_on_by_their_cursor() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let followed = world.tweet(&ann, "a heron").await;
        let own = world.tweet(&bob, "a heron").await;
        world.act(&bob, &format!("POST /api/users/{}/follow", ann.id)).await;
        world.index().await;
        let first = world.get(&bob, "/api/search?q=heron&kind=tweets&sort=best&limit=1&explain=true").await;
        let reasons = &first["reasons"][0];
        assert_eq!(ids_of(&first["tweets"]), [followed.as_str()], "{} {first}", world.engine);
        assert_eq!(
            (&reasons["tweet"], &reasons["reasons"]),
            (&json!(followed), &json!(["followed", "recent", "words"]))
        );
        let number = |name: &str| reasons["score"][name].as_f64().unwrap();
        let product = number("text") * number("freshness") * number("nearness");
        assert!((number("score") - product).abs() < 1e-9 && (number("nearness") - 1.6).abs() < 1e-9);
        let next = first["next_cursor"].as_str().unwrap();
        let rest = world.get(&bob, &format!("/api/search?q=heron&kind=tweets&sort=best&cursor={next}")).await;
        assert_eq!(ids_of(&rest["tweets"]), [own.as_str()], "{rest}");
        assert_eq!(
            (&rest["reasons"][0]["reasons"], &rest["reasons"][0]["score"]),
            (&json!(["own", "recent", "words"]), &json!(null))
        );
        let newest = world.get(&bob, "/api/search?q=heron").await;
        assert_eq!((&newest["reasons"], ids_of(&newest["tweets"]).len()), (&json!([]), 2));
    }
}

#[tokio::test]
async fn a_search_that_cannot_be_one_is_refused_by_name() {
    let long = "x".repeat(513);
    let world = worlds().await.remove(0);
    for (path, code, field) in [
        ("/api/search".to_owned(), "missing", "q"),
        ("/api/search?q=%20".to_owned(), "empty", "q"),
        (format!("/api/search?q={long}&kind=users"), "too_long", "q"),
        ("/api/search?q=a&kind=pictures".to_owned(), "invalid", "kind"),
        ("/api/search?q=a&sort=oldest".to_owned(), "invalid", "sort"),
        ("/api/search?q=a&cursor=x".to_owned(), "bad_cursor", "cursor"),
        (format!("/api/search/suggest?prefix={long}"), "too_long", "prefix"),
    ] {
        let refused = world.ask(None, &format!("GET {path}"), None).await;
        assert_eq!(refused.problem(), (422, code, Some(field)), "{path}");
    }
}
