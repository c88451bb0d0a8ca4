//! What one was told.

use serde_json::{Value, json};

use super::{failed, ids_of, post, say};
use crate::http::api::tests::world::worlds;

fn types(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn notifications_are_listed_chosen_read_alone_dismissed_and_cleared() {
    for world in worlds().await {
        let (ann, bob, eve) =
            (world.person("ann").await, world.person("bob").await, world.person("eve").await);
        let mine = say(&world, &ann, "mine").await;
        world.act(&bob, &format!("POST /api/v1/accounts/{}/follow", ann.id)).await;
        world.act(&bob, &format!("POST /api/v1/statuses/{mine}/favourite")).await;
        world.act(&bob, &format!("POST /api/v1/statuses/{mine}/reblog")).await;
        post(&world, &eve, json!({"status": "well", "in_reply_to_id": mine})).await;
        say(&world, &eve, "hello @ann").await;
        let path = "/api/v1/notifications";
        let all = world.get(&ann, path).await;
        let wanted = ["mention", "mention", "reblog", "favourite", "follow"];
        assert_eq!(types(&all), wanted, "{}", world.engine);
        assert_eq!((&all[3]["account"]["id"], &all[3]["status"]["id"]), (&json!(bob.id), &json!(mine)));
        assert!(all[4].get("status").is_none());
        let id = all[3]["id"].as_str().unwrap().to_owned();
        let key = all[3]["group_key"].as_str().unwrap();
        assert!(key.starts_with(&format!("favourite-{mine}-")), "{key}");

        let some = world.get(&ann, &format!("{path}?types[]=follow&types[]=mention")).await;
        assert_eq!(types(&some), ["mention", "mention", "follow"]);
        let others = world.get(&ann, &format!("{path}?exclude_types[]=mention&exclude_types=follow")).await;
        assert_eq!(types(&others), ["reblog", "favourite"]);
        assert_eq!(world.get(&ann, &format!("{path}?types[]=admin.report")).await, json!([]));
        let from = world.get(&ann, &format!("{path}?account_id={}&limit=2", eve.id)).await;
        assert_eq!(types(&from), ["mention", "mention"], "{}", world.engine);
        let count = world.get(&ann, &format!("{path}/unread_count")).await;
        assert_eq!(count, json!({"count": 5}));

        assert_eq!(world.get(&ann, &format!("{path}/{id}")).await, all[3]);
        let foreign = world.ask(Some(&bob), &format!("GET {path}/{id}"), None).await;
        assert_eq!(failed(&foreign), (404, "Record not found"));
        let foreign = world.ask(Some(&bob), &format!("POST {path}/{id}/dismiss"), None).await;
        assert_eq!(failed(&foreign).0, 404);
        assert_eq!(world.act(&ann, &format!("POST {path}/{id}/dismiss")).await, json!({}));
        assert_eq!(ids_of(&world.get(&ann, path).await).len(), 4);
        world.act(&bob, &format!("POST /api/v1/statuses/{mine}/unreblog")).await;
        assert_eq!(types(&world.get(&ann, path).await), ["mention", "mention", "follow"]);

        let his = say(&world, &bob, "his").await;
        world.act(&ann, &format!("POST /api/v1/statuses/{his}/favourite")).await;
        assert_eq!(world.act(&ann, &format!("POST {path}/clear")).await, json!({}));
        assert_eq!(world.get(&ann, path).await, json!([]));
        assert_eq!(types(&world.get(&bob, path).await), ["favourite"], "others keep theirs");
    }
}
