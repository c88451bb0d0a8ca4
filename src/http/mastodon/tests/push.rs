//! Subscriptions to push messages.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::failed;
use crate::http::api::tests::world::{Person, worlds};

const PATH: &str = "/api/v1/push/subscription";
const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn asked() -> Value {
    json!({
        "subscription": {
            "endpoint": "https://push.example.net/p/1",
            "keys": { "p256dh": P256DH, "auth": AUTH },
            "standard": true,
        },
        "data": { "alerts": { "mention": true, "favourite": "1", "admin.sign_up": true }, "policy": "followed" },
    })
}

#[tokio::test]
async fn a_token_has_one_subscription_that_it_reads_changes_and_ends() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let other = Person { token: world.token(&ann, "push").await, ..ann.clone() };
        assert_eq!(failed(&world.ask(Some(&ann), &format!("GET {PATH}"), None).await).0, 404);
        assert_eq!(failed(&world.ask(Some(&ann), &format!("PUT {PATH}"), None).await).0, 404);
        let made = world.ask(Some(&ann), &format!("POST {PATH}"), Some(asked())).await.good();
        assert!(made["id"].is_i64(), "{made}");
        assert_eq!(made["endpoint"], "https://push.example.net/p/1");
        assert_eq!((&made["policy"], &made["standard"]), (&json!("followed"), &json!(true)));
        let alerts = made["alerts"].as_object().unwrap();
        let on: Vec<_> =
            alerts.iter().filter(|(_, on)| **on == json!(true)).map(|(name, _)| name.as_str()).collect();
        assert_eq!((on, alerts.len()), (vec!["favourite", "mention"], 12));
        let instance = world.get(&ann, "/api/v2/instance").await;
        assert_eq!(instance["configuration"]["vapid"]["public_key"], made["server_key"]);
        assert_eq!(world.get(&ann, PATH).await, made);
        assert_eq!(failed(&world.ask(Some(&other), &format!("GET {PATH}"), None).await).0, 404);

        let change = json!({ "data": { "alerts": { "reblog": true } } });
        let changed = world.ask(Some(&ann), &format!("PUT {PATH}"), Some(change)).await.good();
        assert_eq!(
            (&changed["alerts"]["reblog"], &changed["alerts"]["mention"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(changed["policy"], "followed", "what is not said stays");
        let change = json!({ "policy": "none" });
        let changed = world.ask(Some(&ann), &format!("PUT {PATH}"), Some(change)).await.good();
        assert_eq!((&changed["policy"], &changed["alerts"]["reblog"]), (&json!("none"), &json!(true)));

        world.ask(Some(&other), &format!("DELETE {PATH}"), None).await.good();
        assert_eq!(world.get(&ann, PATH).await["id"], made["id"], "on {}", world.engine);
        assert_eq!(world.ask(Some(&ann), &format!("DELETE {PATH}"), None).await.good(), json!({}));
        assert_eq!(world.ask(Some(&ann), &format!("GET {PATH}"), None).await.status, 404);
        assert_eq!(world.ask(Some(&ann), &format!("DELETE {PATH}"), None).await.good(), json!({}));
    }
}

#[tokio::test]
async fn forms_say_the_same_and_who_does_not_name_the_standard_gets_the_draft() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let form = format!(
            "subscription[endpoint]=https%3A%2F%2Fpush.example.net%2F&subscription[keys][p256dh]={P256DH}\
             &subscription[keys][auth]={AUTH}%3D%3D&data[alerts][mention]=true&data[alerts][poll]=0"
        );
        let request = Request::post(PATH)
            .header("authorization", format!("Bearer {}", ann.token))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let made = world.send(request).await.good();
        assert_eq!((&made["policy"], &made["standard"]), (&json!("all"), &json!(false)), "{}", world.engine);
        assert_eq!((&made["alerts"]["mention"], &made["alerts"]["poll"]), (&json!(true), &json!(false)));
    }
}

#[tokio::test]
async fn what_is_no_subscription_is_refused_and_changes_nothing() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let before = world.rows().await;
        let bad = [
            ("/subscription/endpoint", json!("gopher://push.example.net/")),
            ("/subscription/endpoint", json!("")),
            ("/subscription/keys/p256dh", json!("AAAA")),
            ("/subscription/keys/auth", json!("!")),
            ("/data/policy", json!("some")),
        ];
        for (member, value) in bad {
            let mut body = asked();
            *body.pointer_mut(member).unwrap() = value;
            let answer = world.ask(Some(&ann), &format!("POST {PATH}"), Some(body)).await;
            let (status, words) = failed(&answer);
            assert_eq!(status, 422, "{member}: {words}");
            assert!(words.starts_with("Validation failed: "), "{member}: {words}");
        }
        assert_eq!(world.ask(Some(&ann), &format!("POST {PATH}"), None).await.status, 422);
        assert_eq!(world.rows().await, before, "{}", world.engine);
    }
}

#[tokio::test]
async fn the_native_api_has_the_same_in_its_words() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let path = "/api/users/me/push";
        assert_eq!(world.ask(Some(&ann), &format!("GET {path}"), None).await.problem().0, 404);
        let body = json!({
            "endpoint": "https://push.example.net/p/2",
            "keys": { "p256dh": P256DH, "auth": AUTH },
            "kinds": ["mention", "reply"],
        });
        let made = world.ask(Some(&ann), &format!("PUT {path}"), Some(body.clone())).await.good();
        assert_eq!((&made["kinds"], &made["from"]), (&json!(["mention", "reply"]), &json!("all")));
        assert_eq!(world.get(&ann, path).await, made);
        let key = world.ask(None, "GET /api/push/key", None).await.good();
        assert_eq!(key["server_key"], made["server_key"], "{}", world.engine);
        let same = world.get(&ann, PATH).await;
        assert_eq!((&same["standard"], &same["endpoint"]), (&json!(true), &made["endpoint"]));
        for (field, value) in [("endpoint", json!("x")), ("kinds", json!(["x"])), ("from", json!("x"))] {
            let mut body = body.clone();
            body[field] = value;
            let refused = world.ask(Some(&ann), &format!("PUT {path}"), Some(body)).await;
            assert_eq!(refused.problem().0, 422, "{field}");
            assert!(refused.problem().2.unwrap().starts_with(field), "{field}");
        }
        assert_eq!(world.ask(Some(&ann), &format!("DELETE {path}"), None).await.status, 204);
        assert_eq!(world.ask(Some(&ann), &format!("GET {path}"), None).await.status, 404);
    }
}
