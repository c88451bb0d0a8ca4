//! Reporting an account, and what admins read of it.

use serde_json::json;

use super::world::{id, worlds};

#[tokio::test]
async fn a_report_reaches_the_admins_and_is_resolved_and_reopened() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let mut chief = world.admin("chief").await;
        chief.token = world.token(&chief, "admin:read admin:write").await;
        let tweet = world.tweet(&bob, "buy feathers").await;
        let new = json!({"account": bob.id, "tweets": [tweet], "comment": " <b>spam</b> ", "forward": true});
        let made = world.ask(Some(&ann), "POST /api/reports", Some(new)).await;
        assert_eq!(made.status, 201);
        let report = id(&made.body);

        let list = world.get(&chief, "/api/admin/reports").await;
        let read = &list["items"][0];
        assert_eq!((read["id"].as_str(), &read["origin"]), (Some(&*report), &json!(null)), "{list}");
        assert_eq!(read["account"]["handle"], "bob");
        assert_eq!(read["reporter"]["handle"], "ann");
        assert_eq!((&read["comment"], &read["forwarded"]), (&json!("<b>spam</b>"), &json!(false)));
        assert_eq!(read["tweets"][0]["text"], "buy feathers");

        for _ in 0..2 {
            world.act(&chief, &format!("POST /api/admin/reports/{report}/resolve")).await;
        }
        assert_eq!(world.get(&chief, "/api/admin/reports").await["items"], json!([]));
        let done = world.get(&chief, "/api/admin/reports?resolved=true").await;
        assert_eq!(done["items"][0]["resolved_by"]["handle"], "chief");
        world.act(&chief, &format!("POST /api/admin/reports/{report}/reopen")).await;
        assert_eq!(world.get(&chief, "/api/admin/reports").await["items"][0]["resolved_at"], json!(null));
        let unknown = world.ask(Some(&chief), "POST /api/admin/reports/1/resolve", None).await;
        assert_eq!(unknown.problem(), (404, "not_found", None));
    }
}

#[tokio::test]
async fn a_report_names_others_and_only_what_its_maker_can_see_of_them() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let own = world.tweet(&ann, "mine").await;
        let hidden = json!({"text": "psst", "visibility": "direct"});
        let hidden = id(&world.ask(Some(&bob), "POST /api/tweets", Some(hidden)).await.good());
        let long = "x".repeat(1_001);
        let before = world.rows().await;
        for (new, problem) in [
            (json!({"account": ann.id}), (422, "yourself", Some("account"))),
            (json!({"account": bob.id, "tweets": [own]}), (422, "unknown_tweet", Some("tweets"))),
            (json!({"account": bob.id, "tweets": [hidden]}), (422, "unknown_tweet", Some("tweets"))),
            (json!({"account": bob.id, "comment": long}), (422, "too_long", Some("comment"))),
            (json!({"account": bob.id, "tweets": vec![own.clone(); 51]}), (422, "too_many", Some("tweets"))),
            (json!({"account": "1"}), (404, "not_found", None)),
        ] {
            let refused = world.ask(Some(&ann), "POST /api/reports", Some(new.clone())).await;
            assert_eq!(refused.problem(), problem, "{new}");
        }
        assert_eq!(world.rows().await, before);
    }
}
