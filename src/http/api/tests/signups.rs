//! Who waits for an account, and who may decide.

use serde_json::json;

use super::world::{PASSWORD, Person, id, with_approval, worlds_with};

#[tokio::test]
async fn an_admin_lets_in_or_turns_away_who_waits() {
    for world in worlds_with(with_approval()).await {
        let mut chief = world.admin("chief").await;
        chief.token = world.token(&chief, "admin:read admin:write").await;
        let mut waiting = Vec::new();
        for name in ["ann", "bob"] {
            let email = format!("{name}@example.org");
            let new = json!({"username": name, "email": email, "password": PASSWORD, "reason": "<b>hi</b>"});
            let answer = world.ask(None, "POST /api/users/register", Some(new)).await;
            waiting.push(id(&answer.body["user"]));
        }
        let list = world.get(&chief, "/api/admin/signups?limit=1").await;
        assert_eq!(list["items"][0]["username"], "bob");
        assert_eq!(
            (&list["items"][0]["email"], &list["items"][0]["reason"]),
            (&json!("bob@example.org"), &json!("<b>hi</b>"))
        );
        let cursor = list["next_cursor"].as_str().unwrap();
        let list = world.get(&chief, &format!("/api/admin/signups?limit=1&cursor={cursor}")).await;
        assert_eq!(list["items"][0]["id"], json!(waiting[0]));

        let before = world.rows().await;
        let eve = world.person("eve").await;
        let eve = Person { token: world.token(&eve, "admin:read admin:write").await, ..eve };
        let grown = world.rows().await;
        for line in ["GET /api/admin/signups", &format!("POST /api/admin/signups/{}/approve", waiting[0])] {
            assert_eq!(world.ask(Some(&eve), line, None).await.problem(), (403, "admin", None), "{line}");
        }
        assert_eq!(world.rows().await, grown);
        assert_ne!(before, grown);

        world.act(&chief, &format!("POST /api/admin/signups/{}/approve", waiting[0])).await;
        world.act(&chief, &format!("POST /api/admin/signups/{}/reject", waiting[1])).await;
        assert_eq!(world.get(&chief, "/api/admin/signups").await["items"], json!([]));
        let login = |name: &str| Some(json!({"login": name, "password": PASSWORD}));
        assert_eq!(world.ask(None, "POST /api/users/login", login("ann")).await.status, 200);
        assert_eq!(world.ask(None, "POST /api/users/login", login("bob")).await.status, 401);
        for decision in ["approve", "reject"] {
            let line = format!("POST /api/admin/signups/{}/{decision}", waiting[0]);
            assert_eq!(
                world.ask(Some(&chief), &line, None).await.problem(),
                (404, "not_found", None),
                "{line}"
            );
        }
    }
}
