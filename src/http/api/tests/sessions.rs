//! Signing up, in and out, and what ends a session.

use axum::body::Body;
use serde_json::{Value, json};

use super::world::{PASSWORD, Person, id, request, strict_worlds, with_approval, worlds, worlds_with};
use crate::clock::{DAY_MS, SECOND_MS};
use crate::model::account::SessionKind;

#[tokio::test]
async fn an_account_that_waits_for_approval_gets_no_token() {
    for world in worlds_with(with_approval()).await {
        world.admin("chief").await;
        let ann = json!({"username": "ann", "email": "ann@example.org", "password": PASSWORD, "language": "de",
                "reason": "I like rooks"});
        let mut silent = ann.clone();
        silent["reason"] = " \u{200b}".into();
        let refused = world.ask(None, "POST /api/users/register", Some(silent)).await;
        assert_eq!(refused.problem(), (422, "required", Some("reason")));
        let waiting = world.ask(None, "POST /api/users/register", Some(ann)).await;
        assert_eq!((waiting.status, waiting.body.get("token")), (202, None));
        let login = || Some(json!({"login": "ann", "password": PASSWORD}));
        let refused = world.ask(None, "POST /api/users/login", login()).await;
        assert_eq!(refused.problem(), (403, "pending", None));
        world.service.approve(id(&waiting.body["user"]).parse().unwrap()).await.unwrap();
        let welcome = world.ask(None, "POST /api/users/login", login()).await.good();
        assert!(welcome["token"].is_string());
    }
}

#[tokio::test]
async fn a_login_is_taken_by_any_of_its_names_and_tells_nothing_when_it_is_wrong() {
    for world in worlds().await {
        world.person("ann").await;
        for login in [
            json!({"login": "ann", "password": PASSWORD}),
            json!({"username": "Ann", "password": PASSWORD}),
            json!({"email": "ann@example.org", "password": PASSWORD}),
        ] {
            assert_eq!(world.ask(None, "POST /api/users/login", Some(login)).await.status, 200);
        }
        let before = world.rows().await;
        let mut told = Vec::new();
        for login in [
            json!({"login": "ann", "password": "wrong password"}),
            json!({"login": "nobody", "password": PASSWORD}),
            json!({"login": "a\u{0}nn", "password": PASSWORD}),
            json!({"login": "", "password": ""}),
        ] {
            let refused = world.ask(None, "POST /api/users/login", Some(login)).await;
            assert_eq!(refused.problem(), (401, "unauthorized", None));
            told.push(refused.body["detail"].clone());
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(world.rows().await, before);
    }
}

#[tokio::test]
async fn sessions_are_listed_ended_one_by_one_and_by_logging_out() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let other = Person { token: world.token(&ann, "read").await, ..ann.clone() };
        let sessions = world.get(&ann, "/api/users/me/sessions").await;
        let listed = sessions["items"].as_array().unwrap();
        let of_other = listed.iter().find(|session| session["scopes"] == json!(["read"])).unwrap();
        let current: Vec<&Value> = listed.iter().filter(|session| session["current"] == true).collect();
        assert_eq!((listed.len(), current.len()), (2, 1));

        let ended =
            world.ask(Some(&ann), &format!("DELETE /api/users/me/sessions/{}", id(of_other)), None).await;
        assert_eq!(ended.status, 204);
        let refused = world.ask(Some(&other), "GET /api/users/me", None).await;
        assert_eq!(refused.problem(), (401, "unauthorized", None));
        assert_eq!(refused.headers["www-authenticate"], "Bearer");

        assert_eq!(world.ask(Some(&ann), "POST /api/users/logout", None).await.status, 204);
        assert_eq!(world.ask(Some(&ann), "GET /api/users/me", None).await.status, 401);
        // Where anybody may read, a token that has ended is told of rather than ignored.
        assert_eq!(world.ask(Some(&ann), "GET /api/timelines/local", None).await.status, 401);
        assert_eq!(world.ask(None, "GET /api/timelines/local", None).await.status, 200);
    }
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_is_needed_from_then_on() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let other = Person { token: world.token(&ann, "read").await, ..ann.clone() };
        let change = |current: &str| Some(json!({"current_password": current, "password": "a new password"}));
        let refused = world.ask(Some(&ann), "PUT /api/users/me/password", change("wrong")).await;
        assert_eq!(refused.problem(), (422, "wrong_password", Some("current_password")));
        assert_eq!(world.ask(Some(&ann), "PUT /api/users/me/password", change(PASSWORD)).await.status, 204);
        assert_eq!(world.ask(Some(&other), "GET /api/users/me", None).await.status, 401);
        assert_eq!(world.ask(Some(&ann), "GET /api/users/me", None).await.status, 200);
        let login = json!({"login": "ann", "password": "a new password"});
        assert_eq!(world.ask(None, "POST /api/users/login", Some(login)).await.status, 200);
    }
}

#[tokio::test]
async fn a_session_of_the_pages_may_use_the_api_from_the_pages_until_it_expires() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let secret = world.session(&ann, SessionKind::Web, "read").await;
        let with_cookie = |line: &str, body: Option<Value>, site: &'static str| {
            let mut request = request(None, line, body);
            let cookie = format!("theme=dark; rookery_session={secret}");
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
            request.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
            request
        };
        let tweet = || Some(json!({"text": "from a page"}));
        let ours = world.send(with_cookie("POST /api/tweets", tweet(), "same-origin")).await;
        assert_eq!(ours.status, 201, "{}", ours.body);
        let before = world.rows().await;
        let foreign = world.send(with_cookie("POST /api/tweets", tweet(), "cross-site")).await;
        assert_eq!(foreign.problem(), (403, "csrf", None));

        world.clock.advance(91 * DAY_MS);
        let expired = world.send(with_cookie("POST /api/tweets", tweet(), "same-origin")).await;
        assert_eq!(expired.problem(), (401, "unauthorized", None));
        let stranger = world.send(with_cookie("GET /api/timelines/local", None, "same-origin")).await;
        assert_eq!(stranger.status, 200);
        assert_eq!(world.rows().await, before);
    }
}

#[tokio::test]
async fn other_kinds_of_credentials_count_as_none() {
    for world in worlds().await {
        for header in ["Basic YW5uOnNlY3JldA==", "Bearer", "Bearer ", "nonsense"] {
            let mut request = request(None, "GET /api/timelines/local", None);
            request.headers_mut().insert("authorization", header.parse().unwrap());
            assert_eq!(world.send(request).await.status, 200, "{header}");
        }
        let mut request = axum::http::Request::get("/api/users/me").body(Body::empty()).unwrap();
        request.headers_mut().insert("authorization", "Bearer made up".parse().unwrap());
        assert_eq!(world.send(request).await.problem(), (401, "unauthorized", None));
    }
}

#[tokio::test]
async fn who_logs_in_or_signs_up_too_often_is_told_when_to_come_back() {
    for world in strict_worlds().await {
        world.admin("chief").await;
        for (line, most) in [("POST /api/users/login", 30), ("POST /api/users/register", 20)] {
            for left in (0..most).rev() {
                let answer = world.ask(None, line, Some(json!({}))).await;
                assert_eq!(answer.status, 422, "{}", answer.body);
                assert_eq!(answer.headers["x-ratelimit-remaining"], left.to_string());
            }
            let refused = world.ask(None, line, Some(json!({}))).await;
            assert_eq!(refused.problem(), (429, "too_many_requests", None), "{line}");
            assert_eq!(refused.headers["x-ratelimit-limit"], most.to_string());
            assert!(refused.headers.contains_key("x-ratelimit-reset"));
            let wait_s: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
            world.clock.advance(wait_s * SECOND_MS);
            assert_eq!(world.ask(None, line, Some(json!({}))).await.status, 422, "{line}");
        }
    }
}
