//! The same request as a form, as parts and as JSON, as clients send it.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::failed;
use crate::http::api::tests::media::{Part, picture, send};
use crate::http::api::tests::world::{Person, World, worlds};

/// A form in parts without files.
async fn parts(world: &World, who: &Person, line: &str, parts: &[(&str, &str)]) -> Value {
    let mut body = String::new();
    for (name, text) in parts {
        body.push_str(&format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n"));
    }
    sent(world, who, line, "multipart/form-data; boundary=X", body + "--X--\r\n").await
}

async fn form(world: &World, who: &Person, line: &str, body: &str) -> Value {
    sent(world, who, line, "application/x-www-form-urlencoded", body.to_owned()).await
}

async fn sent(world: &World, who: &Person, line: &str, kind: &str, body: String) -> Value {
    let (method, path) = line.split_once(' ').unwrap();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {}", who.token))
        .header("content-type", kind)
        .body(Body::from(body))
        .unwrap();
    world.send(request).await.good()
}

#[tokio::test]
async fn a_post_may_come_as_json_as_a_form_or_in_parts() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let line = "POST /api/v1/statuses";
        let encoded = "status=hello&visibility=private&sensitive=1&poll[options][]=a&poll[options][]=b&\
                       poll[expires_in]=600&in_reply_to_id=&language=en";
        let by_form = form(&world, &ann, line, encoded).await;
        let fields = [
            ("status", "hello"),
            ("visibility", "private"),
            ("sensitive", "true"),
            ("poll[options][]", "a"),
            ("poll[options][]", "b"),
            ("poll[expires_in]", "600"),
            ("language", "en"),
        ];
        let in_parts = parts(&world, &ann, line, &fields).await;
        let body = json!({"status": "hello", "visibility": "private", "sensitive": "1", "language": "en",
            "poll": {"options": ["a", "b"], "expires_in": 600}, "in_reply_to_id": null});
        let by_json = world.ask(Some(&ann), line, Some(body)).await.good();
        for post in [&by_form, &in_parts, &by_json] {
            for (member, value) in [
                ("content", json!("<p>hello</p>")),
                ("visibility", json!("private")),
                ("sensitive", json!(true)),
                ("language", json!("en")),
                ("in_reply_to_id", Value::Null),
            ] {
                assert_eq!(post[member], value, "{member} on {}", world.engine);
            }
            assert_eq!(post["poll"]["options"].as_array().map(Vec::len), Some(2));
        }
    }
}

#[tokio::test]
async fn ids_are_taken_with_brackets_without_them_and_repeated() {
    for world in worlds().await {
        let (ann, bob, eve) =
            (world.person("ann").await, world.person("bob").await, world.person("eve").await);
        for query in [
            format!("id[]={}&id[]={}", eve.id, bob.id),
            format!("id={}&id={}", eve.id, bob.id),
            format!("id[]={}&id[]=7&id[]=x&id[]={}", eve.id, bob.id),
        ] {
            let found = world.get(&ann, &format!("/api/v1/accounts/relationships?{query}")).await;
            assert_eq!(super::ids_of(&found), [eve.id.clone(), bob.id.clone()], "{query}");
        }
        let one = world.get(&ann, &format!("/api/v1/accounts/relationships?id={}", bob.id)).await;
        assert_eq!(super::ids_of(&one), [bob.id.as_str()]);
        assert_eq!(world.get(&ann, "/api/v1/accounts/relationships").await, json!([]));
    }
}

#[tokio::test]
async fn a_profile_is_changed_by_a_form_with_pictures_and_by_json() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let line = "PATCH /api/v1/accounts/update_credentials";
        let picture = picture();
        let parts: [Part<'_>; 7] = [
            ("display_name", "Ann of the Elms".as_bytes()),
            ("note", b"rooks & more"),
            ("avatar", &picture),
            ("locked", b"1"),
            ("fields_attributes[0][name]", b"web"),
            ("fields_attributes[0][value]", b"https://a.test"),
            ("source[quote_policy]", b"followers"),
        ];
        let changed = send(&world, &ann, line, &parts).await.good();
        assert_eq!((&changed["display_name"], &changed["locked"]), (&json!("Ann of the Elms"), &json!(true)));
        assert_eq!(changed["note"], "<p>rooks &amp; more</p>", "{}", world.engine);
        assert_eq!(changed["source"]["note"], "rooks & more");
        assert_eq!(changed["source"]["quote_policy"], "followers");
        assert_eq!(changed["source"]["fields"][0]["value"], "https://a.test");
        assert!(changed["fields"][0]["value"].as_str().unwrap().contains("<a href=\"https://a.test"));
        assert!(changed["avatar"].as_str().unwrap().starts_with("http://rook.test/media/"));
        assert_eq!(world.get(&ann, "/api/v1/accounts/verify_credentials").await, changed);

        let body =
            json!({"fields_attributes": [{"name": "a", "value": "b"}], "bot": "true", "locked": false});
        let put = line.replace("PATCH", "PUT");
        let changed = world.ask(Some(&ann), &put, Some(body)).await.good();
        assert_eq!((&changed["bot"], &changed["locked"]), (&json!(true), &json!(false)));
        assert_eq!(changed["display_name"], "Ann of the Elms", "what is not sent stays");
        let without = world.act(&ann, "DELETE /api/v1/profile/avatar").await;
        assert_ne!(without["avatar"], changed["avatar"]);

        let files = world.files();
        let long = "x".repeat(51);
        let refused: [Part<'_>; 2] = [("avatar", &picture), ("display_name", long.as_bytes())];
        assert_eq!(failed(&send(&world, &ann, line, &refused).await).0, 422);
        assert_eq!(world.files(), files, "a refused form leaves no picture behind");
    }
}
