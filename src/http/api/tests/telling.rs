//! Of what one is told.

use serde_json::{Value, json};

use super::world::worlds;

const PATH: &str = "/api/users/me/notification-preferences";

fn kind<'a>(answer: &'a Value, kind: &str) -> &'a Value {
    answer["kinds"].as_array().unwrap().iter().find(|row| row["kind"] == kind).unwrap()
}

#[tokio::test]
async fn one_chooses_what_is_told_by_whom_and_how() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let patch = format!("PATCH {PATH}");
        let before = world.get(&ann, PATH).await;
        assert_eq!(before["kinds"].as_array().unwrap().len(), 11);
        let all = json!(["followed", "follower", "other"]);
        assert_eq!(kind(&before, "like"), &json!({"kind": "like", "list": all, "push": all, "mail": all}));
        assert_eq!((&before["quiet_hours"], &before["time_zone"]), (&Value::Null, &Value::Null));

        let changes = json!({
            "kinds": [{"kind": "mention", "list": ["followed"], "mail": []}, {"kind": "like", "push": ["follower"]}],
            "quiet_hours": {"from": "22:30", "until": "07:00"},
            "time_zone": "europe/berlin",
            "digest": {"every": "weekly"},
        });
        let after = world.ask(Some(&ann), &patch, Some(changes)).await.good();
        let mention = json!({"kind": "mention", "list": ["followed"], "push": all, "mail": []});
        assert_eq!(kind(&after, "mention"), &mention, "{}", world.engine);
        assert_eq!(kind(&after, "like")["push"], json!(["follower"]));
        assert_eq!(after["quiet_hours"], json!({"from": "22:30", "until": "07:00"}));
        assert_eq!(after["time_zone"], "Europe/Berlin");
        assert_eq!(world.get(&ann, "/api/users/me/preferences").await["time_zone"], "Europe/Berlin");
        assert_eq!(after["digest"], json!({"every": "weekly", "hour": 8, "failed": false}));
        assert_eq!(world.get(&ann, PATH).await, after);

        world.tweet(&bob, "@ann hello").await;
        let told = world.get(&ann, &format!("/api/users/{}/notifications", ann.id)).await;
        assert_eq!(told["items"], json!([]), "{}", world.engine);

        for (odd, field) in [
            (json!({"digest": {"hour": 24}}), "hour"),
            (json!({"digest": {"every": "hourly"}}), "digest.every"),
            (json!({"kinds": [{"kind": "sneeze"}]}), "kinds[0].kind"),
            (json!({"kinds": [{"kind": "like", "list": ["everybody"]}]}), "kinds[0].list[0]"),
            (json!({"quiet_hours": {"from": "22:30", "until": "25:00"}}), "quiet_hours.until"),
            (json!({"quiet_hours": {"from": "22:30", "until": "22:30"}}), "quiet_hours"),
            (json!({"kinds": [{"kind": "like", "list": []}], "time_zone": "Mars/Olympus"}), "time_zone"),
        ] {
            let refused = world.ask(Some(&ann), &patch, Some(odd)).await;
            assert_eq!(
                (refused.status, refused.body["field"].as_str()),
                (422, Some(field)),
                "{}",
                refused.body
            );
        }
        assert_eq!(world.get(&ann, PATH).await, after, "{}: nothing changed", world.engine);
        let loud = world.ask(Some(&ann), &patch, Some(json!({"quiet_hours": null}))).await.good();
        assert_eq!((&loud["quiet_hours"], &loud["time_zone"]), (&Value::Null, &json!("Europe/Berlin")));
    }
}
