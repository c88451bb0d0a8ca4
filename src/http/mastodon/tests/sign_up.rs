//! Making an account in an app.

use serde_json::{Value, json};

use super::failed;
use crate::config::Registration;
use crate::http::api::tests::world::{Person, World, with_approval, worlds, worlds_with};
use crate::service::{AppSecret, NewApp, Rules};

/// An app that acts for nobody, with a token of these scopes.
async fn app(world: &World, scopes: &str) -> Person {
    let new = NewApp {
        name: "Perch".to_owned(),
        redirect_uris: vec!["perch://back".to_owned()],
        scopes: scopes.to_owned(),
        ..NewApp::default()
    };
    let (app, secret) = world.service.register_app(new).await.unwrap();
    let client = AppSecret { client_id: app.client_id, secret };
    let token = world.service.token_for_app(&client, scopes).await.unwrap().secret;
    Person { id: String::new(), token }
}

fn wanted() -> Value {
    json!({
        "username": "wren", "email": "wren@example.org", "password": "correct horse battery", "agreement": true,
        "locale": "en-GB", "reason": "birds",
    })
}

fn with(member: &str, value: Value) -> Value {
    let mut changed = wanted();
    changed[member] = value;
    changed
}

const LINE: &str = "POST /api/v1/accounts";

#[tokio::test]
async fn an_app_makes_an_account_and_has_its_token() {
    for world in worlds().await {
        world.admin("chief").await;
        let app = app(&world, "read write").await;
        let made = world.ask(Some(&app), LINE, Some(wanted())).await;
        assert_eq!(made.status, 200, "{}", made.body);
        assert_eq!((&made.body["token_type"], &made.body["scope"]), (&json!("Bearer"), &json!("read write")));
        let token = made.body["access_token"].as_str().unwrap().to_owned();
        let wren = Person { id: String::new(), token };
        let own = world.get(&wren, "/api/v1/accounts/verify_credentials").await;
        assert_eq!(own["username"], "wren", "{}", world.engine);
        let sessions = world.get(&wren, "/api/users/me/sessions").await;
        assert_eq!(sessions["items"][0]["name"], "Perch");
        let person = world.ask(Some(&wren), LINE, Some(with("username", json!("owl")))).await;
        assert_eq!(failed(&person).0, 403, "not with a person's token");
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_by_field_and_makes_no_account() {
    for world in worlds().await {
        world.person("ann").await;
        let app = app(&world, "read write").await;
        let before = world.rows().await;
        for (body, field, word) in [
            (with("username", json!("ann")), "username", "ERR_TAKEN"),
            (with("username", json!("a b")), "username", "ERR_INVALID"),
            (with("username", json!("")), "username", "ERR_BLANK"),
            (with("username", json!("admin")), "username", "ERR_RESERVED"),
            (with("email", json!("nobody")), "email", "ERR_INVALID"),
            (with("email", json!("ann@example.org")), "email", "ERR_TAKEN"),
            (with("password", json!("short")), "password", "ERR_TOO_SHORT"),
            (with("agreement", json!("false")), "agreement", "ERR_ACCEPTED"),
        ] {
            let refused = world.ask(Some(&app), LINE, Some(body)).await;
            assert_eq!(refused.status, 422, "{field}: {}", refused.body);
            assert_eq!(refused.body["details"][field][0]["error"], word, "{}", refused.body);
            assert!(refused.body["error"].as_str().unwrap().starts_with("Validation failed: "));
        }
        assert_eq!(world.rows().await, before, "{}", world.engine);
    }
}

#[tokio::test]
async fn the_instance_decides_who_may_join() {
    for world in worlds_with(with_approval()).await {
        world.admin("chief").await;
        let app = app(&world, "read write").await;
        let silent = world.ask(Some(&app), LINE, Some(with("reason", json!("")))).await;
        assert_eq!(silent.body["details"]["reason"][0]["error"], "ERR_BLANK");
        let made = world.ask(Some(&app), LINE, Some(wanted())).await.good();
        let token = made["access_token"].as_str().unwrap().to_owned();
        let wren = Person { id: String::new(), token };
        let own = "GET /api/v1/accounts/verify_credentials";
        assert_eq!(failed(&world.ask(Some(&wren), own, None).await).0, 401, "{}", world.engine);
        let waiting = world.service.signups(crate::model::cursor::Cursor::default(), 5).await.unwrap();
        world.service.approve(waiting.items[0].account_id).await.unwrap();
        assert_eq!(world.ask(Some(&wren), own, None).await.good()["username"], "wren");
    }
    for world in worlds_with(Rules { registration: Registration::Closed, ..Rules::default() }).await {
        world.admin("chief").await;
        let app = app(&world, "read write").await;
        assert_eq!(failed(&world.ask(Some(&app), LINE, Some(wanted())).await).0, 403, "{}", world.engine);
    }
}

#[tokio::test]
async fn an_app_needs_the_scope() {
    for world in worlds().await {
        world.admin("chief").await;
        let app = app(&world, "read").await;
        let refused = world.ask(Some(&app), LINE, Some(wanted())).await;
        assert_eq!(
            failed(&refused),
            (403, "This action is outside the authorized scopes"),
            "{}",
            world.engine
        );
    }
}
