//! Search.

use serde_json::json;

use super::{ids_of, say};
use crate::http::api::tests::world::worlds;

#[tokio::test]
async fn posts_people_and_hashtags_are_found_each_alone_or_together() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let found = Some(json!({"indexable": true, "discoverable": true}));
        world.ask(Some(&ann), "PATCH /api/v1/accounts/update_credentials", found).await.good();
        let post = say(&world, &ann, "annual #annals of rooks").await;
        world.index().await;
        let all = world.get(&bob, "/api/v2/search?q=ann").await;
        assert_eq!(ids_of(&all["accounts"]), [ann.id.as_str()], "{}", world.engine);
        assert_eq!(all["hashtags"][0]["name"], "annals");
        assert_eq!(all["hashtags"][0]["url"], "http://rook.test/tags/annals");
        assert_eq!(all["hashtags"][0]["history"].as_array().unwrap().len(), 7);
        let posts = world.get(&bob, "/api/v2/search?q=rooks&type=statuses").await;
        assert_eq!((ids_of(&posts["statuses"]), &posts["accounts"]), (vec![post], &json!([])));
        let beyond = world.get(&bob, "/api/v2/search?q=rooks&type=statuses&offset=1").await;
        assert_eq!(beyond["statuses"], json!([]));
        let people = world.get(&bob, "/api/v1/accounts/search?q=ann").await;
        assert_eq!(ids_of(&people), [ann.id.as_str()]);
        assert_eq!(world.get(&bob, "/api/v1/accounts/search?q=ann&following=true").await, json!([]));
        let tag = world.get(&bob, "/api/v1/tags/Annals/").await;
        assert_eq!((&tag["name"], &tag["following"]), (&json!("annals"), &json!(false)));
    }
}

#[tokio::test]
async fn an_address_is_resolved_for_who_is_signed_in_and_wants_it() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let post = say(&world, &ann, "here").await;
        let url = format!("http://rook.test/@ann/{post}");
        let found = world.get(&bob, &format!("/api/v2/search?q={url}&resolve=true")).await;
        assert_eq!(ids_of(&found["statuses"]), [post], "{}", world.engine);
        let person = world.get(&bob, "/api/v2/search?q=@ann@rook.test&resolve=1").await;
        assert_eq!(ids_of(&person["accounts"]), [ann.id.as_str()]);
        let before = world.remote.received_requests().await.unwrap_or_default().len();
        let nobody = world.ask(None, "GET /api/v2/search?q=@zed@a.test&resolve=1", None).await.good();
        assert_eq!(nobody["accounts"], json!([]));
        let without = world.get(&bob, "/api/v2/search?q=@zed@a.test").await;
        assert_eq!(without["accounts"], json!([]));
        let after = world.remote.received_requests().await.unwrap_or_default().len();
        assert_eq!(after, before, "nobody else is asked");
        let gone = world.get(&bob, "/api/v2/search?q=@zed@a.test&resolve=1").await;
        assert_eq!(gone["accounts"], json!([]), "{}", world.engine);
        assert!(world.remote.received_requests().await.unwrap_or_default().len() > after);
    }
}
