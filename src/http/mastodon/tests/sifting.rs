//! Notifications that wait for a look.

use serde_json::{Value, json};

use super::{failed, ids_of, post, say};
use crate::http::api::tests::world::{Person, World, id, worlds};

const POLICY: &str = "/api/v2/notifications/policy";
const REQUESTS: &str = "/api/v1/notifications/requests";

async fn choose(world: &World, who: &Person, rule: &str, what: &str) -> Value {
    world.ask(Some(who), &format!("PATCH {POLICY}"), Some(json!({ rule: what }))).await.good()
}

async fn told(world: &World, who: &Person) -> usize {
    ids_of(&world.get(who, "/api/v1/notifications").await).len()
}

#[tokio::test]
async fn what_is_filtered_waits_as_a_request_until_it_is_accepted() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let all = world.get(&ann, POLICY).await;
        assert_eq!(all["for_not_following"], "accept", "{}", world.engine);
        assert_eq!(all["for_limited_accounts"], "filter");
        let none = json!({"pending_requests_count": 0, "pending_notifications_count": 0});
        assert_eq!(all["summary"], none);
        let chosen = choose(&world, &ann, "for_not_following", "filter").await;
        assert_eq!(
            (&chosen["for_not_following"], &chosen["for_new_accounts"]),
            (&json!("filter"), &json!("accept"))
        );

        say(&world, &bob, "@ann one").await;
        let second = say(&world, &bob, "@ann two").await;
        assert_eq!(told(&world, &ann).await, 0, "{}", world.engine);
        assert_eq!(world.get(&ann, "/api/v1/notifications/unread_count").await["count"], 0);
        let requests = world.get(&ann, REQUESTS).await;
        let one = &requests[0];
        assert_eq!((&one["account"]["id"], &one["notifications_count"]), (&json!(bob.id), &json!("2")));
        assert_eq!(one["last_status"]["id"], json!(second));
        let summary = world.get(&ann, POLICY).await["summary"].clone();
        assert_eq!(summary, json!({"pending_requests_count": 1, "pending_notifications_count": 2}));
        let path = format!("{REQUESTS}/{}", id(one));
        assert_eq!(world.get(&ann, &path).await, *one);
        for line in [format!("GET {path}"), format!("POST {path}/accept"), format!("POST {path}/dismiss")] {
            assert_eq!(failed(&world.ask(Some(&bob), &line, None).await).0, 404, "{line}");
        }
        let of_bob = format!("/api/v1/notifications?account_id={}", bob.id);
        assert_eq!(world.get(&ann, &of_bob).await, json!([]));
        assert_eq!(ids_of(&world.get(&ann, &format!("{of_bob}&include_filtered=true")).await).len(), 2);

        assert_eq!(world.act(&ann, &format!("POST {path}/accept")).await, json!({}));
        assert_eq!(world.get(&ann, &format!("{REQUESTS}/merged")).await, json!({"merged": true}));
        assert_eq!((told(&world, &ann).await, world.get(&ann, REQUESTS).await), (2, json!([])));
        say(&world, &bob, "@ann three").await;
        assert_eq!(told(&world, &ann).await, 3, "from then on all are told, on {}", world.engine);
    }
}

#[tokio::test]
async fn what_is_dismissed_is_gone_and_the_next_one_waits_again() {
    for world in worlds().await {
        let (ann, bob, eve) =
            (world.person("ann").await, world.person("bob").await, world.person("eve").await);
        choose(&world, &ann, "for_not_followers", "filter").await;
        let mine = say(&world, &ann, "mine").await;
        for who in [&bob, &eve] {
            world.act(who, &format!("POST /api/v1/statuses/{mine}/favourite")).await;
        }
        let ids = ids_of(&world.get(&ann, REQUESTS).await);
        assert_eq!(ids.len(), 2, "{}", world.engine);
        assert_eq!(world.act(&ann, &format!("POST {REQUESTS}/{}/dismiss", ids[0])).await, json!({}));
        assert_eq!(ids_of(&world.get(&ann, REQUESTS).await), [ids[1].as_str()]);
        assert_eq!(world.rows().await["notifications"], 1);
        let some = json!({ "id": [ids[0], ids[1], "nonsense"] });
        world.ask(Some(&ann), &format!("POST {REQUESTS}/dismiss"), Some(some)).await.good();
        assert_eq!(world.get(&ann, REQUESTS).await, json!([]));
        world.act(&bob, &format!("POST /api/v1/accounts/{}/follow", ann.id)).await;
        let again = ids_of(&world.get(&ann, REQUESTS).await);
        assert_eq!(again.len(), 1, "a new follower does not count as one yet");
        let some = json!({ "id": again });
        world.ask(Some(&ann), &format!("POST {REQUESTS}/accept"), Some(some)).await.good();
        assert_eq!(told(&world, &ann).await, 1);
        world.act(&eve, &format!("POST /api/v1/statuses/{mine}/reblog")).await;
        world.act(&eve, &format!("POST /api/v1/statuses/{mine}/unreblog")).await;
        assert_eq!(world.get(&ann, REQUESTS).await, json!([]), "what was taken back waits no more");
    }
}

#[tokio::test]
async fn what_is_dropped_is_never_made_and_each_rule_has_its_word() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        choose(&world, &ann, "for_new_accounts", "drop").await;
        say(&world, &bob, "@ann hello").await;
        assert_eq!((told(&world, &ann).await, world.get(&ann, REQUESTS).await), (0, json!([])));
        assert_eq!(world.rows().await["notifications"], 0, "{}", world.engine);
        let before = world.rows().await;
        let odd =
            world.ask(Some(&ann), &format!("PUT {POLICY}"), Some(json!({"for_new_accounts": "maybe"}))).await;
        assert_eq!(failed(&odd).0, 422);
        assert_eq!(world.rows().await, before);
        let put = world
            .ask(Some(&ann), &format!("PUT {POLICY}"), Some(json!({"for_new_accounts": "accept"})))
            .await;
        assert_eq!(put.good()["for_new_accounts"], "accept");
        say(&world, &bob, "@ann again").await;
        assert_eq!(told(&world, &ann).await, 1);
    }
}

#[tokio::test]
async fn a_private_mention_that_waits_opens_its_conversation_when_it_is_let_through() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        choose(&world, &ann, "for_private_mentions", "filter").await;
        let secret = json!({"status": "@ann psst", "visibility": "direct"});
        let said = id(&post(&world, &bob, secret).await);
        say(&world, &bob, "@ann in the open").await;
        assert_eq!(told(&world, &ann).await, 1, "{}", world.engine);
        assert_eq!(world.get(&ann, "/api/v1/conversations").await, json!([]));
        let request = id(&world.get(&ann, REQUESTS).await[0]);
        world.act(&ann, &format!("POST {REQUESTS}/{request}/accept")).await;
        assert_eq!(told(&world, &ann).await, 2);
        let open = world.get(&ann, "/api/v1/conversations").await;
        assert_eq!(open[0]["last_status"]["id"], json!(said), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_block_takes_a_request_along() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        choose(&world, &ann, "for_not_following", "filter").await;
        say(&world, &bob, "@ann hello").await;
        world.act(&ann, &format!("POST /api/v1/accounts/{}/block", bob.id)).await;
        assert_eq!(world.get(&ann, REQUESTS).await, json!([]));
        assert_eq!(world.rows().await["notification_requests"], 0, "{}", world.engine);
    }
}
