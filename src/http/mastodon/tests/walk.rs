//! Every route of the table: who may, what malformed requests are told, and what browsers may do.

use super::super::{failure, table};
use super::failed;
use crate::http::api::tests::world::{Person, worlds};
use crate::http::extract::Access;
use crate::model::scopes;

/// A token of each of these has less than all.
const GRANTS: [&str; 8] =
    ["read", "write", "follow", "profile", "push", "read:statuses", "write:favourites", "admin:read"];

fn filled(path: &str) -> String {
    let path = path.replace("{id}", "1").replace("{quoting}", "1");
    path.replace("{hashtag}", "x")
        .replace("{name}", "x")
        .replace("{key}", "ungrouped-1")
        .replace("{date}", "2026-01-02")
}

#[tokio::test]
async fn each_route_takes_only_whom_the_table_says_and_tells_others_in_the_words_that_clients_know() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let mut tokens = Vec::new();
        for granted in GRANTS {
            tokens.push((granted, Person { token: world.token(&ann, granted).await, ..ann.clone() }));
        }
        for route in table().finish().1 {
            let line = format!("{} {}", route.method, filled(route.path));
            let nobody = world.ask(None, &line, None).await;
            let closed = matches!(route.access, Access::Scope(_) | Access::App(_));
            assert_eq!(nobody.status == 401, closed, "{line}: {}", nobody.body);
            if closed {
                assert_eq!(failed(&nobody), (401, "The access token is invalid"), "{line}");
            }
            let wrong = Person { token: "nobodys".into(), ..ann.clone() };
            let wrong = world.ask(Some(&wrong), &line, None).await;
            assert_eq!(wrong.status == 401, route.access != Access::Open, "{line}: {}", wrong.body);
            for (granted, who) in &tokens {
                let answer = world.ask(Some(who), &line, None).await;
                let may = match route.access {
                    Access::Scope(wanted) | Access::Anyone(wanted) | Access::App(wanted) => {
                        scopes::allow(granted, wanted)
                    }
                    _ => true,
                };
                let outside = answer.body["error"] == "This action is outside the authorized scopes";
                assert_eq!(!outside, may, "{line} with {granted}: {}", answer.body);
                assert_eq!(answer.status == 403 && outside, !may, "{line} with {granted}");
                assert!(answer.status < 500, "{line} with {granted}: {}", answer.body);
            }
        }
    }
}

#[tokio::test]
async fn every_answer_is_json_that_is_not_empty_and_open_to_pages_of_other_origins() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        // Streams are no documents.
        for route in table().finish().1.iter().filter(|route| !route.path.contains("streaming")) {
            let path = filled(route.path);
            for line in [format!("{} {path}", route.method), format!("{} {path}/", route.method)] {
                let answer = world.ask(Some(&ann), &line, None).await;
                assert_eq!(answer.headers["content-type"], "application/json", "{line}: {}", answer.body);
                assert!(answer.body.is_object() || answer.body.is_array(), "{line}: {}", answer.body);
                assert_ne!(answer.status, 204, "{line}");
                assert_eq!(answer.headers["access-control-allow-origin"], "*", "{line}");
                assert!(answer.headers["access-control-expose-headers"].to_str().unwrap().contains("Link"));
                let vary = answer.headers["vary"].to_str().unwrap();
                assert!(vary.contains("Authorization"), "{line}: {vary}");
                let kept = answer.headers["cache-control"].to_str().unwrap();
                let wanted =
                    if kept.starts_with("public") { "public, max-age=300" } else { "private, no-store" };
                assert_eq!(kept, wanted, "{line}");
                assert_eq!(kept.starts_with("public"), for_everybody(&path), "{line}: {kept}");
            }
            let asked = world.ask(None, &format!("OPTIONS {path}"), None).await;
            assert_eq!(asked.status, 200, "{path}: {}", asked.body);
            let allowed = asked.headers["access-control-allow-headers"].to_str().unwrap();
            assert!(allowed.contains("Authorization") && allowed.contains("Idempotency-Key"), "{allowed}");
        }
    }
}

/// What says the same to everybody, whoever asks.
fn for_everybody(path: &str) -> bool {
    matches!(
        path,
        "/api/v1/instance"
            | "/api/v2/instance"
            | "/api/v1/custom_emojis"
            | "/api/v1/instance/rules"
            | "/api/v1/instance/extended_description"
            | "/api/v1/instance/peers"
            | "/api/v1/instance/activity"
    )
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found_and_so_is_what_has_no_route() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        for route in table().finish().1.iter().filter(|route| route.path.contains("{id}")) {
            for id in ["x", "-1", "99999999999999999999", "1e3", "%00", "01H8Z"] {
                let path = route.path.replace("{id}", id).replace("{quoting}", "1").replace("{name}", "x");
                let answer = world.ask(Some(&ann), &format!("{} {path}", route.method), None).await;
                // A list that is always empty is so for everybody.
                if answer.status != 200 {
                    assert_eq!(failed(&answer), (404, "Record not found"), "{} {path}", route.method);
                } else {
                    assert_eq!(answer.body, serde_json::json!([]), "{path}");
                }
            }
        }
        for line in
            ["GET /api/v1/nowhere", "DELETE /api/v1/instance", "POST /api/v1/endorsements", "GET /api/v2/x"]
        {
            let answer = world.ask(Some(&ann), line, None).await;
            assert_eq!(answer.status, 404, "{line}");
            failed(&answer);
            assert_eq!(answer.headers["access-control-allow-origin"], "*");
        }
        // The native API keeps its own shape.
        assert_eq!(world.ask(None, "GET /api/tweets/x", None).await.problem().0, 400);
    }
}

#[tokio::test]
async fn malformed_parameters_are_refused_and_change_nothing() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let before = world.rows().await;
        for line in [
            "GET /api/v1/timelines/home?max_id=x",
            "GET /api/v1/timelines/public?limit=-1",
            "GET /api/v1/timelines/public?local=perhaps",
            "GET /api/v1/notifications?min_id=1.5",
            "GET /api/v1/bookmarks?since_id=%20",
            "GET /api/v1/accounts/lookup",
            "GET /api/v2/search?q=",
            "GET /api/v2/search?q=x&offset=100000",
            "POST /api/v1/statuses",
            "POST /api/v1/statuses?status=x&visibility=secret",
            "POST /api/v1/statuses?status=x&in_reply_to_id=5",
            "POST /api/v1/statuses?status=x&quoted_status_id=5",
            "POST /api/v1/statuses?status=x&media_ids[]=5",
            "POST /api/v1/statuses?status=x&poll[options][]=a&poll[expires_in]=600",
            "POST /api/v1/statuses?status=x&scheduled_at=tomorrow",
        ] {
            let answer = world.ask(Some(&ann), line, None).await;
            let (status, words) = failed(&answer);
            assert!(words.starts_with("Validation failed: ") || status == 404, "{line}: {words}");
            assert!(status == 422 || line.contains("lookup"), "{line}: {status}");
        }
        let many: Vec<String> = (0..21).map(|id| format!("id[]={id}")).collect();
        let answer = world.ask(None, &format!("GET /api/v1/statuses?{}", many.join("&")), None).await;
        assert_eq!(failed(&answer).0, 422);
        assert_eq!(world.rows().await, before, "{}", world.engine);
    }
}

#[test]
fn failures_of_other_addresses_are_left_to_others() {
    let render = failure::render_failure(None);
    let problem = crate::http::problem::Problem::new(http::StatusCode::NOT_FOUND, "not_found", "x");
    let asked =
        |uri: &str| crate::http::problem::Asked::of(&http::Request::builder().uri(uri).body(()).unwrap());
    assert!(render(&asked("/api/v1/x"), &problem).is_some());
    assert!(render(&asked("/api/tweets/1"), &problem).is_none());
    assert!(render(&asked("/@ann"), &problem).is_none());
}
