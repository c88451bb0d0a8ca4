//! Deleting one's account.

use serde_json::json;

use super::world::{PASSWORD, worlds};

#[tokio::test]
async fn an_account_is_deleted_with_its_password_and_its_tokens_end() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        world.tweet(&ann, "hello").await;
        let line = "DELETE /api/users/me";
        let wrong = world.ask(Some(&ann), line, Some(json!({"password": "guess"}))).await;
        assert_eq!(wrong.problem(), (422, "wrong_password", Some("password")));
        let silent = world.ask(Some(&ann), line, Some(json!({}))).await;
        assert_eq!(silent.status, 422, "{:?}", silent.body);
        world.get(&ann, "/api/users/me").await;
        let gone = world.ask(Some(&ann), line, Some(json!({"password": PASSWORD}))).await;
        assert_eq!(gone.status, 204, "{}: {:?}", world.engine, gone.body);
        let after = world.ask(Some(&ann), "GET /api/users/me", None).await;
        assert_eq!(after.status, 401, "{}", world.engine);
        let profile = world.ask(Some(&bob), &format!("GET /api/users/{}", ann.id), None).await;
        assert_eq!(profile.status, 404, "{}", world.engine);
        let login = json!({"login": "ann", "password": PASSWORD});
        assert_eq!(world.ask(None, "POST /api/users/login", Some(login)).await.status, 401);
    }
}

#[tokio::test]
async fn the_only_admin_does_not_leave() {
    for world in worlds().await {
        let chief = world.admin("chief").await;
        let refused =
            world.ask(Some(&chief), "DELETE /api/users/me", Some(json!({"password": PASSWORD}))).await;
        assert_eq!(refused.problem(), (409, "last_admin", Some("account")), "{}", world.engine);
        world.get(&chief, "/api/users/me").await;
    }
}
