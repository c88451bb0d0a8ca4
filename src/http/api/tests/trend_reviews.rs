//! What may trend is for admins to decide, here and on their page.

use serde_json::json;

use super::world::worlds;
use crate::store::tests::database::settled_log;
use crate::trends::Trends;

#[tokio::test]
async fn an_admin_decides_what_may_trend_and_nobody_else() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let mut chief = world.admin("chief").await;
        chief.token = world.token(&chief, "admin:read admin:write").await;
        let trends = Trends::new(world.service.clone());
        let at = trends.consumer().begin().await.unwrap();
        for who in [&ann, &bob] {
            world.tweet(who, "#rooks").await;
        }
        let batch = settled_log(world.service.store(), at).await;
        trends.take_in(&batch, true).await.unwrap();
        trends.reckon().await.unwrap();

        let there = world.get(&chief, "/api/admin/trends?kind=tag").await;
        let rooks = json!({"kind": "tag", "item": "rooks", "about": "", "publisher": null, "state": "waiting",
            "by_publisher": false});
        assert_eq!(there, json!({"items": [rooks], "review": false}), "{}", world.engine);
        let decide = async |who, decision: &str| {
            let new = json!({"kind": "tag", "item": "#Rooks", "decision": decision});
            world.ask(Some(who), "PUT /api/admin/trends/decisions", Some(new)).await
        };
        let shown = async || world.get(&ann, "/api/trends").await["tags"].as_array().unwrap().len();
        assert_eq!(decide(&ann, "rejected").await.status, 403);
        assert_eq!(shown().await, 1);
        assert_eq!(decide(&chief, "rejected").await.status, 204);
        assert_eq!(shown().await, 0);
        let decided = world.get(&chief, "/api/admin/trends/decisions").await;
        assert_eq!(
            (&decided["items"][0]["item"], &decided["items"][0]["state"]),
            (&json!("rooks"), &json!("rejected"))
        );
        assert_eq!(decide(&chief, "waiting").await.status, 204);
        assert_eq!(shown().await, 1);

        let before = world.rows().await;
        for (new, problem) in [
            (json!({"kind": "tag", "item": "a b", "decision": "approved"}), (422, "bad_tag", Some("item"))),
            (
                json!({"kind": "link", "item": "x", "decision": "approved"}),
                (422, "bad_address", Some("item")),
            ),
            (
                json!({"kind": "publisher", "item": "a..b", "decision": "approved"}),
                (422, "bad_host", Some("item")),
            ),
            (json!({"kind": "tweet", "item": "x", "decision": "approved"}), (422, "bad_id", Some("item"))),
            (json!({"kind": "tweet", "item": "1", "decision": "approved"}), (404, "not_found", None)),
        ] {
            let refused = world.ask(Some(&chief), "PUT /api/admin/trends/decisions", Some(new.clone())).await;
            assert_eq!(refused.problem(), problem, "{new}");
        }
        assert_eq!(world.rows().await, before);
    }
}
