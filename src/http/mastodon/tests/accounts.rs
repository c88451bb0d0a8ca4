//! Accounts, and who follows whom.

use serde_json::{Value, json};

use super::{failed, ids_of, post, say};
use crate::http::api::tests::world::{id, worlds};

#[tokio::test]
async fn an_account_is_read_by_its_id_by_its_handle_and_with_others() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let by_id = world.ask(None, &format!("GET /api/v1/accounts/{}", ann.id), None).await.good();
        assert_eq!(by_id["acct"], "ann");
        assert_eq!(by_id["created_at"], "2026-01-02T00:00:00.000Z", "day precision on {}", world.engine);
        for acct in ["ann", "@ann", "ann@rook.test", "ANN"] {
            let found = world.ask(None, &format!("GET /api/v1/accounts/lookup?acct={acct}"), None).await;
            assert_eq!(found.good(), by_id, "{acct}");
        }
        let unknown = world.ask(None, "GET /api/v1/accounts/lookup?acct=zed", None).await;
        assert_eq!(failed(&unknown), (404, "Record not found"));
        let both = world.get(&ann, &format!("/api/v1/accounts?id[]={}&id[]=7&id[]={}", bob.id, ann.id)).await;
        assert_eq!(ids_of(&both), [bob.id.clone(), ann.id.clone()]);
        say(&world, &ann, "now").await;
        let after = world.get(&bob, &format!("/api/v1/accounts/{}", ann.id)).await;
        assert_eq!((&after["last_status_at"], &after["statuses_count"]), (&json!("2026-01-02"), &json!(1)));
    }
}

#[tokio::test]
async fn the_posts_of_an_account_are_chosen_by_what_they_are() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let plain = say(&world, &ann, "plain #Rooks").await;
        let his = say(&world, &bob, "his").await;
        let reply = json!({"status": "well", "in_reply_to_id": his});
        let reply = id(&post(&world, &ann, reply).await);
        let boost = id(&world.act(&ann, &format!("POST /api/v1/statuses/{his}/reblog")).await);
        let list = async |query: &str| {
            ids_of(&world.get(&bob, &format!("/api/v1/accounts/{}/statuses?{query}", ann.id)).await)
        };
        assert_eq!(list("").await, [boost.clone(), reply.clone(), plain.clone()], "{}", world.engine);
        assert_eq!(list("exclude_replies=true").await, [boost, plain.clone()]);
        assert_eq!(list("exclude_reblogs=1").await, [reply, plain.clone()]);
        assert_eq!(list("exclude_reblogs=1&exclude_replies=1").await, [plain.as_str()]);
        assert_eq!(list("tagged=rooks").await, [plain]);
        assert_eq!(list("only_media=true").await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_locked_account_is_asked_and_says_yes_or_no() {
    for world in worlds().await {
        let (ann, bob, eve) =
            (world.person("ann").await, world.person("bob").await, world.person("eve").await);
        let lock = Some(json!({"locked": true}));
        world.ask(Some(&ann), "PATCH /api/v1/accounts/update_credentials", lock).await.good();
        for who in [&bob, &eve] {
            let asked = world.act(who, &format!("POST /api/v1/accounts/{}/follow", ann.id)).await;
            assert_eq!((&asked["requested"], &asked["following"]), (&json!(true), &json!(false)));
        }
        let own = world.get(&ann, "/api/v1/accounts/verify_credentials").await;
        assert_eq!(own["source"]["follow_requests_count"], 2);
        let waiting = world.get(&ann, "/api/v1/follow_requests").await;
        assert_eq!(ids_of(&waiting), [eve.id.clone(), bob.id.clone()], "{}", world.engine);
        let stands = world.get(&ann, &format!("/api/v1/accounts/relationships?id={}", bob.id)).await;
        assert_eq!(stands[0]["requested_by"], true);
        let yes = world.act(&ann, &format!("POST /api/v1/follow_requests/{}/authorize", bob.id)).await;
        assert_eq!((&yes["followed_by"], &yes["requested_by"]), (&json!(true), &json!(false)));
        world.act(&ann, &format!("POST /api/v1/follow_requests/{}/reject", eve.id)).await;
        assert_eq!(world.get(&ann, "/api/v1/follow_requests").await, json!([]));
        let gone = format!("POST /api/v1/follow_requests/{}/reject", eve.id);
        assert_eq!(failed(&world.ask(Some(&ann), &gone, None).await).0, 404);

        let followers = format!("/api/v1/accounts/{}/followers", ann.id);
        assert_eq!(ids_of(&world.get(&eve, &followers).await), [bob.id.as_str()]);
        let removed =
            world.act(&ann, &format!("POST /api/v1/accounts/{}/remove_from_followers", bob.id)).await;
        assert_eq!(removed["followed_by"], false, "{}", world.engine);
        let own = world.ask(Some(&ann), &format!("POST /api/v1/accounts/{}/follow", ann.id), None).await;
        assert_eq!(failed(&own).0, 422);
    }
}

#[tokio::test]
async fn both_documents_of_the_instance_say_the_same_and_what_is_not_there_is_empty() {
    for world in worlds().await {
        let one = world.ask(None, "GET /api/v1/instance", None).await;
        assert!(one.headers.contains_key("deprecation"));
        let (one, two) = (one.good(), world.ask(None, "GET /api/v2/instance", None).await.good());
        assert_eq!((&one["uri"], &two["domain"]), (&json!("rook.test"), &json!("rook.test")));
        assert_eq!((&one["version"], &one["title"]), (&two["version"], &two["title"]));
        assert_eq!(one["configuration"], two["configuration"]);
        assert_eq!(two["configuration"]["urls"]["streaming"], "ws://rook.test");
        assert_eq!(two["configuration"]["statuses"]["max_characters"], 280, "{}", world.engine);
        assert!(two["thumbnail"]["url"].as_str().unwrap().starts_with("http://rook.test/assets/"));
        let version = two["version"].as_str().unwrap();
        assert!(version.contains(" (compatible; Rookery "), "{version}");
        let ann = world.person("ann").await;
        for path in ["announcements", "featured_tags", "scheduled_statuses"] {
            assert_eq!(world.get(&ann, &format!("/api/v1/{path}")).await, json!([]), "{path}");
        }
        let preferences = world.get(&ann, "/api/v1/preferences").await;
        assert_eq!(preferences["posting:default:quote_policy"], "public");
        assert_eq!(preferences["posting:default:language"], Value::Null);
    }
}

#[tokio::test]
async fn a_report_reaches_the_admins_and_names_only_what_its_maker_may_see() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let rude = say(&world, &bob, "rude").await;
        let complaint =
            json!({"account_id": bob.id, "status_ids": [rude], "comment": "rude", "forward": "0"});
        let report = world.ask(Some(&ann), "POST /api/v1/reports/", Some(complaint)).await.good();
        assert_eq!((&report["comment"], &report["status_ids"]), (&json!("rude"), &json!([rude])));
        assert_eq!(report["target_account"]["id"], json!(bob.id), "{}", world.engine);
        assert_eq!(report["created_at"], "2026-01-02T03:04:05.000Z");
        let hidden = json!({"status": "psst", "visibility": "direct"});
        let hidden = id(&post(&world, &bob, hidden).await);
        let complaint = json!({"account_id": bob.id, "status_ids": [hidden]});
        let refused = world.ask(Some(&ann), "POST /api/v1/reports", Some(complaint)).await;
        assert_eq!(failed(&refused).0, 422);
        assert_eq!(world.service.reports_open().await.unwrap(), 1, "{}", world.engine);
    }
}
