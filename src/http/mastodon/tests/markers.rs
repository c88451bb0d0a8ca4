//! Up to where one has read.

use serde_json::json;

use super::{failed, say};
use crate::http::api::tests::world::{request, worlds};

const PATH: &str = "/api/v1/markers";

#[tokio::test]
async fn markers_are_set_in_any_form_and_answered_for_the_timelines_that_are_asked_about() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        assert_eq!(world.get(&ann, &format!("{PATH}?timeline[]=home")).await, json!({}));
        let body = json!({"home": {"last_read_id": "103194548672408537"}});
        let set = world.ask(Some(&ann), &format!("POST {PATH}"), Some(body)).await.good();
        let home = json!({
            "last_read_id": "103194548672408537", "version": 1, "updated_at": "2026-01-02T03:04:05.000Z",
        });
        assert_eq!(set, json!({ "home": home }), "{}", world.engine);
        let form = "home[last_read_id]=7&notifications[last_read_id]=3";
        let mut sent = request(Some(&ann.token), &format!("POST {PATH}"), None);
        sent.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
        *sent.body_mut() = form.into();
        let set = world.send(sent).await.good();
        assert_eq!((&set["home"]["last_read_id"], &set["home"]["version"]), (&json!("7"), &json!(2)));
        assert_eq!(set["notifications"]["version"], 1);
        let both = world.get(&ann, &format!("{PATH}?timeline[]=home&timeline[]=notifications")).await;
        assert_eq!(both, set);
        let one = world.get(&ann, &format!("{PATH}?timeline=notifications")).await;
        assert_eq!(one, json!({"notifications": set["notifications"]}));
        assert_eq!(world.get(&ann, PATH).await, json!({}));
        assert_eq!(world.get(&bob, &format!("{PATH}?timeline[]=home")).await, json!({}), "one's own alone");
        let before = world.rows().await;
        for bad in ["home[last_read_id]=x", "home[last_read_id]=", "home=5"] {
            let refused = world.ask(Some(&ann), &format!("POST {PATH}?{bad}"), None).await;
            assert!([404, 422].contains(&failed(&refused).0), "{bad}: {}", refused.body);
        }
        assert_eq!(world.rows().await, before);
    }
}

#[tokio::test]
async fn what_is_unread_is_what_came_after_the_marker_in_both_apis() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        for text in ["@ann one", "@ann two", "@ann three"] {
            say(&world, &bob, text).await;
        }
        let unread = async || {
            let ours = world.get(&ann, &format!("/api/users/{}/notifications/unread", ann.id)).await;
            let theirs = world.get(&ann, "/api/v1/notifications/unread_count").await;
            assert_eq!(ours["count"], theirs["count"]);
            theirs["count"].as_i64().unwrap()
        };
        assert_eq!(unread().await, 3);
        let told = world.get(&ann, "/api/v1/notifications").await;
        let at = |n: usize| told[n]["id"].as_str().unwrap().to_owned();
        let mark = async |id: String| {
            let body = json!({"notifications": {"last_read_id": id}});
            world.ask(Some(&ann), &format!("POST {PATH}"), Some(body)).await.good();
        };
        mark(at(0)).await;
        assert_eq!(unread().await, 0, "{}", world.engine);
        mark(at(2)).await;
        assert_eq!(unread().await, 2, "a marker may go back");
        assert_eq!(world.get(&ann, "/api/v1/notifications/unread_count?limit=1").await["count"], 1);
        let none = world.get(&ann, "/api/v1/notifications/unread_count?types[]=follow").await;
        assert_eq!(none["count"], 0);

        let read = format!("POST /api/users/{}/notifications/read", ann.id);
        world.ask(Some(&ann), &read, Some(json!({"up_to": at(1)}))).await.good();
        let marked = world.get(&ann, &format!("{PATH}?timeline=notifications")).await;
        assert_eq!(marked["notifications"]["last_read_id"], json!(at(1)), "one place for both");
        world.ask(Some(&ann), &read, Some(json!({"up_to": at(2)}))).await.good();
        assert_eq!(unread().await, 1, "{}", world.engine);
    }
}
