//! What is refused: with a 4xx that names the field, and with nothing changed.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::world::{Person, worlds};

/// A body, and the status, code and field of its refusal.
type Case = (Value, u16, &'static str, &'static str);

fn tweets() -> Vec<Case> {
    let with = |field: &str, value: Value| {
        let mut tweet = json!({"text": "fine"});
        tweet[field] = value;
        tweet
    };
    vec![
        (json!({}), 422, "missing", "text"),
        (json!({"text": 5}), 422, "invalid", "text"),
        (json!({"text": null}), 422, "invalid", "text"),
        (json!({"text": " \n "}), 422, "empty", "text"),
        (json!({"text": "x".repeat(281)}), 422, "too_long", "text"),
        (json!({"text": "x".repeat(500_000)}), 422, "too_long", "text"),
        (with("reply_to", json!(7)), 422, "invalid", "reply_to"),
        (with("reply_to", json!("-7")), 422, "invalid", "reply_to"),
        (with("reply_to", json!("7")), 422, "unknown_tweet", "reply_to"),
        (with("quote_of", json!("7")), 422, "unknown_tweet", "quote_of"),
        (with("visibility", json!("secret")), 422, "invalid", "visibility"),
        (with("media", json!("7")), 422, "invalid", "media"),
        (with("media", json!(["x"])), 422, "invalid", "media[0]"),
        (with("media", json!(["1", "2", "3", "4", "5"])), 422, "too_many", "media"),
        (with("media", json!(["1", "1"])), 422, "too_many", "media"),
        (with("content_warning", json!("x".repeat(201))), 422, "too_long", "content_warning"),
        (with("content_warning", json!([])), 422, "invalid", "content_warning"),
        (with("sensitive", json!("yes")), 422, "invalid", "sensitive"),
        (with("language", json!("not a language")), 422, "bad_language", "language"),
    ]
}

fn accounts() -> Vec<Case> {
    let with = |field: &str, value: Value| {
        let mut account = json!({"username": "new", "email": "new@example.org", "password": "long enough"});
        account[field] = value;
        account
    };
    vec![
        (json!({}), 422, "missing", "username"),
        (with("username", json!(1)), 422, "invalid", "username"),
        (with("username", json!("taken")), 409, "taken", "username"),
        (with("username", json!("TAKEN")), 409, "taken", "username"),
        (with("email", json!("taken@example.org")), 409, "taken", "email"),
        (with("email", json!("no address")), 422, "bad_email", "email"),
        (with("email", json!("e".repeat(300))), 422, "too_long", "email"),
        (with("password", json!("short")), 422, "too_short", "password"),
        (with("password", json!("x".repeat(257))), 422, "too_long", "password"),
        (with("language", json!("x".repeat(100))), 422, "bad_language", "language"),
    ]
}

fn profiles() -> Vec<Case> {
    vec![
        (json!({"display_name": "x".repeat(51)}), 422, "too_long", "display_name"),
        (json!({"display_name": 5}), 422, "invalid", "display_name"),
        (json!({"bio": "x".repeat(501)}), 422, "too_long", "bio"),
        (json!({"fields": vec![json!({"name": "a", "value": "b"}); 5]}), 422, "too_many", "fields"),
        (json!({"fields": [{"name": "a"}]}), 422, "missing", "fields[0].value"),
        (json!({"locked": "yes"}), 422, "invalid", "locked"),
    ]
}

#[tokio::test]
async fn a_bad_field_is_named_and_nothing_changes() {
    for world in worlds().await {
        let ann = world.person("taken").await;
        let before = world.rows().await;
        let walks: [(&str, Option<&Person>, Vec<Case>); 3] = [
            ("POST /api/tweets", Some(&ann), tweets()),
            ("POST /api/users/register", None, accounts()),
            ("PATCH /api/users/me", Some(&ann), profiles()),
        ];
        for (line, who, cases) in walks {
            for (body, status, code, field) in cases {
                let shown: String = body.to_string().chars().take(120).collect();
                let refused = world.ask(who, line, Some(body)).await;
                assert_eq!(
                    refused.problem(),
                    (status, code, Some(field)),
                    "{line} {shown}: {}",
                    refused.body
                );
            }
        }
        assert_eq!(world.rows().await, before, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_is_no_json_is_refused_before_anything_is_read() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let before = world.rows().await;
        let cases: [(&str, Vec<u8>, u16, &str); 6] = [
            ("application/json", b"{\"text\": \"\xff\xfe\"}".to_vec(), 400, "bad_utf8"),
            ("application/json", b"{\"text\": \"\\ud800\"}".to_vec(), 400, "bad_json"),
            ("application/json", b"{\"text\": ".to_vec(), 400, "bad_json"),
            ("application/json", "[".repeat(100_000).into_bytes(), 422, "invalid"),
            ("text/plain", b"{\"text\": \"fine\"}".to_vec(), 415, "unsupported_media_type"),
            ("application/json", vec![b' '; (1 << 20) + 1], 413, "too_large"),
        ];
        for (content_type, body, status, code) in cases {
            let request = Request::post("/api/tweets")
                .header("authorization", format!("Bearer {}", ann.token))
                .header("content-type", content_type)
                .body(Body::from(body))
                .unwrap();
            let refused = world.send(request).await;
            let (found_status, found_code, _) = refused.problem();
            assert_eq!((found_status, found_code), (status, code), "{}", refused.body);
        }
        assert_eq!(world.rows().await, before);
    }
}

#[tokio::test]
async fn bad_cursors_limits_and_words_in_a_query_are_named() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let notifications = format!("/api/users/{}/notifications", ann.id);
        let cases = [
            ("/api/timelines/local?cursor=x".to_owned(), "bad_cursor", "cursor"),
            ("/api/timelines/local?cursor=b-1".to_owned(), "bad_cursor", "cursor"),
            (format!("/api/users/me/likes?cursor={}", "b1".repeat(5_000)), "bad_cursor", "cursor"),
            ("/api/timelines/local?limit=0".to_owned(), "bad_limit", "limit"),
            ("/api/timelines/local?limit=41".to_owned(), "bad_limit", "limit"),
            ("/api/users/me/blocks?limit=81".to_owned(), "bad_limit", "limit"),
            ("/api/users/me/blocks?limit=many".to_owned(), "bad_limit", "limit"),
            (format!("/api/users/{}/tweets?tab=everything", ann.id), "invalid", "tab"),
            (format!("{notifications}?kind=gossip"), "invalid", "kind"),
            ("/api/users/lookup".to_owned(), "missing", "handle"),
        ];
        for (path, code, field) in cases {
            let refused = world.ask(Some(&ann), &format!("GET {path}"), None).await;
            let (status, found_code, found_field) = refused.problem();
            assert_eq!((status, found_code), (422, code), "{path}");
            assert!(found_field.is_some_and(|found| found.starts_with(field)), "{path}: {found_field:?}");
        }
    }
}

#[tokio::test]
async fn ids_are_told_apart_into_malformed_and_unknown() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let before = world.rows().await;
        for (line, field) in [
            ("GET /api/tweets/{}", "tweetId"),
            ("GET /api/tweets/{}/thread", "tweetId"),
            ("GET /api/tweets/{}/history", "tweetId"),
            ("GET /api/tweets/{}/likes", "tweetId"),
            ("GET /api/tweets/{}/retweets", "tweetId"),
            ("DELETE /api/tweets/{}", "tweetId"),
            ("POST /api/tweets/{}/like", "tweetId"),
            ("DELETE /api/tweets/{}/like", "tweetId"),
            ("POST /api/tweets/{}/retweet", "tweetId"),
            ("POST /api/tweets/{}/bookmark", "tweetId"),
            ("POST /api/tweets/{}/pin", "tweetId"),
            ("GET /api/users/{}", "userId"),
            ("GET /api/users/{}/tweets", "userId"),
            ("GET /api/users/{}/followers", "userId"),
            ("GET /api/users/{}/following", "userId"),
            ("GET /api/users/{}/relationship", "userId"),
            ("POST /api/users/{}/follow", "userId"),
            ("DELETE /api/users/{}/follow", "userId"),
            ("POST /api/users/{}/block", "userId"),
            ("POST /api/users/{}/mute", "userId"),
            ("DELETE /api/users/{}/follower", "userId"),
            ("POST /api/follow-requests/{}/accept", "userId"),
            ("GET /api/filters/{}", "filterId"),
            ("DELETE /api/filters/{}", "filterId"),
            ("DELETE /api/filters/{}/tweets/1", "filterId"),
            ("GET /api/lists/{}", "listId"),
            ("DELETE /api/lists/{}", "listId"),
            ("GET /api/lists/{}/members", "listId"),
            ("GET /api/lists/{}/timeline", "listId"),
            ("DELETE /api/lists/{}/members/1", "listId"),
            ("GET /api/users/{}/lists", "userId"),
            ("DELETE /api/users/me/sessions/{}", "sessionId"),
        ] {
            for bad in ["abc", "-1", "1.5", "%ff", "99999999999999999999"] {
                let refused = world.ask(Some(&ann), &line.replace("{}", bad), None).await;
                assert_eq!(refused.problem(), (400, "bad_id", Some(field)), "{line} {bad}");
            }
            let unknown = world.ask(Some(&ann), &line.replace("{}", "77"), None).await;
            assert_eq!(unknown.problem(), (404, "not_found", None), "{line}");
        }
        let odd = format!("DELETE /api/users/{}/notifications/abc", ann.id);
        let refused = world.ask(Some(&ann), &odd, None).await;
        assert_eq!(refused.problem(), (400, "bad_id", Some("notificationId")));
        assert_eq!(world.rows().await, before, "{}", world.engine);
    }
}

#[tokio::test]
async fn nothing_is_done_to_oneself() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let before = world.rows().await;
        for bond in ["follow", "block", "mute"] {
            let refused = world.ask(Some(&ann), &format!("POST /api/users/{}/{bond}", ann.id), None).await;
            assert_eq!(refused.problem(), (422, "yourself", Some("userId")), "{bond}");
        }
        assert_eq!(world.rows().await, before);
    }
}

#[tokio::test]
async fn null_characters_are_no_failure_of_ours() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        for (line, body) in [
            ("POST /api/tweets", Some(json!({"text": "a\u{0}b", "content_warning": "\u{0}"}))),
            ("PATCH /api/users/me", Some(json!({"display_name": "a\u{0}b", "bio": "\u{0}x"}))),
            ("PATCH /api/users/me", Some(json!({"fields": [{"name": "a\u{0}", "value": "\u{0}"}]}))),
            ("POST /api/users/register", Some(json!({"username": "a\u{0}", "email": "e", "password": "p"}))),
            ("GET /api/users/lookup?handle=a%00b", None),
            ("GET /api/timelines/hashtag/a%00b", None),
            ("GET /api/timelines/local?cursor=%00", None),
        ] {
            let answer = world.ask(Some(&ann), line, body).await;
            assert!(answer.status < 500, "{} {line}: {}", world.engine, answer.body);
        }
    }
}
