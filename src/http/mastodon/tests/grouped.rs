//! Notifications in groups.

use serde_json::{Value, json};

use super::{failed, ids_of, say};
use crate::http::api::tests::world::{Person, World, worlds};

const PATH: &str = "/api/v2/notifications";

async fn fans(world: &World, post: &str) -> Vec<Person> {
    let mut fans = Vec::new();
    for name in ["bob", "eve", "joe"] {
        let fan = world.person(name).await;
        world.clock.advance(1_000);
        world.act(&fan, &format!("POST /api/v1/statuses/{post}/favourite")).await;
        fans.insert(0, fan);
    }
    fans
}

fn group<'a>(page: &'a Value, kind: &str) -> &'a Value {
    let groups = page["notification_groups"].as_array().unwrap();
    groups.iter().find(|group| group["type"] == kind).unwrap_or_else(|| panic!("no {kind} in {page}"))
}

#[tokio::test]
async fn likes_of_one_post_are_one_group_with_everybody_in_it_once() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let mine = say(&world, &ann, "mine").await;
        let fans = fans(&world, &mine).await;
        let newest: Vec<String> = fans.iter().map(|fan| fan.id.clone()).collect();
        let bob = fans.last().unwrap();
        world.act(bob, &format!("POST /api/v1/statuses/{mine}/reblog")).await;
        say(&world, bob, "hello @ann").await;

        let page = world.get(&ann, PATH).await;
        assert_eq!(page["notification_groups"].as_array().map(Vec::len), Some(3), "{}", world.engine);
        let likes = group(&page, "favourite");
        assert_eq!(likes["notifications_count"], 3);
        assert_eq!(likes["sample_account_ids"], json!(newest));
        assert_eq!(likes["status_id"], json!(mine));
        assert!(likes["most_recent_notification_id"].is_i64(), "{likes}");
        assert_eq!(likes["latest_page_notification_at"], "2026-01-02T03:04:08.000Z");
        let newest_id = likes["most_recent_notification_id"].as_i64().unwrap().to_string();
        assert_eq!(likes["page_max_id"], json!(newest_id));
        assert_ne!(likes["page_min_id"], likes["page_max_id"]);
        assert_eq!(ids_of(&page["accounts"]).len(), 3, "everybody once");
        assert_eq!(ids_of(&page["statuses"]).len(), 2, "every post once");
        let key = group(&page, "mention")["group_key"].as_str().unwrap();
        assert!(key.starts_with("ungrouped-"), "{key}");
        assert_eq!(world.get(&ann, &format!("{PATH}/unread_count")).await, json!({"count": 3}));

        let apart = world.get(&ann, &format!("{PATH}?grouped_types[]=reblog")).await;
        assert_eq!(apart["notification_groups"].as_array().map(Vec::len), Some(5), "{}", world.engine);
        let few = world.ask(Some(&ann), &format!("GET {PATH}?limit=2"), None).await;
        assert!(few.headers["link"].to_str().unwrap().contains("/api/v2/notifications?limit=2&max_id="));
        let policy = world.get(&ann, &format!("{PATH}/policy")).await;
        assert_eq!(policy["for_not_following"], "accept");
    }
}

#[tokio::test]
async fn a_group_is_read_and_dismissed_by_its_key_and_by_nobody_else() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let mine = say(&world, &ann, "mine").await;
        let early = fans(&world, &mine).await;
        world.clock.advance(24 * 3_600_000);
        let late = world.person("late").await;
        world.act(&late, &format!("POST /api/v1/statuses/{mine}/favourite")).await;
        let page = world.get(&ann, PATH).await;
        let keys: Vec<&str> = page["notification_groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| group["group_key"].as_str().unwrap())
            .collect();
        assert_eq!(keys.len(), 2, "a day later is another group on {}", world.engine);
        let old = keys[1];
        let people = world.get(&ann, &format!("{PATH}/{old}/accounts")).await;
        let wanted: Vec<String> = early.iter().map(|fan| fan.id.clone()).collect();
        assert_eq!(ids_of(&people), wanted, "{}", world.engine);
        let one = world.get(&ann, &format!("{PATH}/{old}")).await;
        assert_eq!(one["notification_groups"][0]["group_key"], json!(old));
        assert_eq!(one["notification_groups"][0]["notifications_count"], 3);

        let dismiss = format!("POST {PATH}/{old}/dismiss");
        assert_eq!(failed(&world.ask(Some(&late), &dismiss, None).await), (404, "Record not found"));
        assert_eq!(world.act(&ann, &dismiss).await, json!({}));
        let left = world.get(&ann, PATH).await;
        assert_eq!(left["notification_groups"][0]["group_key"], json!(keys[0]), "{}", world.engine);
        assert_eq!(left["notification_groups"].as_array().map(Vec::len), Some(1));
        assert_eq!(failed(&world.ask(Some(&ann), &dismiss, None).await).0, 404);
        for key in ["x", "favourite-x-1", "ungrouped-99", "follow-"] {
            assert_eq!(
                failed(&world.ask(Some(&ann), &format!("GET {PATH}/{key}"), None).await).0,
                404,
                "{key}"
            );
        }
    }
}
