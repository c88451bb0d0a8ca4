//! Every route of the table, asked as nobody and with tokens of every scope.

use super::world::{Person, worlds};
use crate::http::api::table;
use crate::http::extract::Access;

/// The broad scopes: the table of this API asks for no others.
const SCOPES: [&str; 7] = ["read", "write", "follow", "push", "profile", "admin:read", "admin:write"];

#[tokio::test]
async fn each_route_takes_only_whom_the_table_says() {
    for world in worlds().await {
        let (ann, chief) = (world.person("ann").await, world.admin("chief").await);
        for route in table().finish().2 {
            let path = route
                .path
                .replace("{userId}", "1")
                .replace("{tweetId}", "1")
                .replace("{tag}", "x")
                .replace("{mediaId}", "1");
            let path = path.replace("{sessionId}", "1").replace("{notificationId}", "1");
            let path = path.replace("{conversationId}", "1").replace("{scheduledId}", "1");
            let path = path
                .replace("{reportId}", "1")
                .replace("{listId}", "1")
                .replace("{filterId}", "1")
                .replace("{host}", "b.test");
            let line = format!("{} {path}", route.method);
            let nobody = world.ask(None, &line, None).await;
            let needs_somebody =
                matches!(route.access, Access::AnySession | Access::Scope(_) | Access::Admin(_));
            assert_eq!(nobody.status == 401, needs_somebody, "{line} as nobody: {}", nobody.body);

            for scope in SCOPES {
                let who = Person { token: world.token(&ann, scope).await, ..ann.clone() };
                let answer = world.ask(Some(&who), &line, None).await;
                let wanted = match route.access {
                    Access::Open | Access::AnySession | Access::AnyApp => true,
                    Access::Anyone(wanted)
                    | Access::Scope(wanted)
                    | Access::App(wanted)
                    | Access::Admin(wanted) => wanted == scope,
                };
                if matches!(route.access, Access::Admin(_)) {
                    assert_eq!(answer.problem(), (403, "admin", None), "{line} with {scope}");
                    let token = Person { token: world.token(&chief, scope).await, ..chief.clone() };
                    let answer = world.ask(Some(&token), &line, None).await;
                    assert_eq!(
                        answer.body["code"] != "scope",
                        wanted,
                        "{line} with {scope}: {}",
                        answer.body
                    );
                    continue;
                }
                assert_eq!(answer.body["code"] != "scope", wanted, "{line} with {scope}: {}", answer.body);
                assert!(answer.status < 500, "{line} with {scope}: {}", answer.body);
            }
        }
    }
}

#[tokio::test]
async fn what_is_ones_own_is_closed_to_everybody_else() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let tweet = world.tweet(&ann, "mine").await;
        let before = world.rows().await;
        for line in [
            format!("GET /api/users/{}/timeline", ann.id),
            format!("GET /api/users/{}/notifications", ann.id),
            format!("GET /api/users/{}/notifications/unread", ann.id),
            format!("POST /api/users/{}/notifications/read", ann.id),
            format!("DELETE /api/users/{}/notifications/1", ann.id),
            format!("DELETE /api/tweets/{tweet}"),
            format!("POST /api/tweets/{tweet}/pin"),
            format!("DELETE /api/tweets/{tweet}/pin"),
        ] {
            let refused = world.ask(Some(&bob), &line, None).await;
            assert_eq!(refused.problem(), (403, "not_yours", None), "{line}");
        }
        let edit = Some(serde_json::json!({"text": "yours"}));
        let refused = world.ask(Some(&bob), &format!("PATCH /api/tweets/{tweet}"), edit).await;
        assert_eq!(refused.problem(), (403, "not_yours", None));
        let sessions = world.get(&ann, "/api/users/me/sessions").await;
        let session = super::world::id(&sessions["items"][0]);
        let refused = world.ask(Some(&bob), &format!("DELETE /api/users/me/sessions/{session}"), None).await;
        assert_eq!(refused.problem(), (404, "not_found", None));
        assert_eq!(world.rows().await, before);
    }
}
