//! Aliases and moving.

use serde_json::json;

use super::world::{PASSWORD, worlds};

#[tokio::test]
async fn an_account_moves_with_its_password_to_one_that_names_it() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let to_bob = |password: &str| Some(json!({"target": "bob", "password": password}));
        let line = "POST /api/users/me/move";
        let refused = world.ask(Some(&ann), line, to_bob(PASSWORD)).await;
        assert_eq!(refused.problem(), (422, "no_alias", Some("target")));
        let names = json!({"aliases": ["ann", "ann@rook.test"]});
        let named = world.ask(Some(&bob), "PUT /api/users/me/aliases", Some(names)).await.good();
        assert_eq!(named["aliases"], json!(["http://rook.test/users/ann"]));
        assert_eq!(world.get(&bob, "/api/users/me/aliases").await, named);
        let too_many = json!({"aliases": vec!["ann"; 11]});
        let refused = world.ask(Some(&bob), "PUT /api/users/me/aliases", Some(too_many)).await;
        assert_eq!(refused.problem(), (422, "too_many", Some("aliases")));
        let wrong = world.ask(Some(&ann), line, to_bob("guess")).await;
        assert_eq!(wrong.problem(), (422, "wrong_password", Some("password")));
        let moved = world.ask(Some(&ann), line, to_bob(PASSWORD)).await.good();
        assert_eq!(moved["moved_to"], json!(bob.id));
        let post = world.ask(Some(&ann), "POST /api/tweets", Some(json!({"text": "hi"}))).await;
        assert_eq!(post.problem(), (403, "moved", None));
        let back = world.act(&ann, "DELETE /api/users/me/move").await;
        assert_eq!(back["moved_to"], json!(null));
        world.tweet(&ann, "hi").await;
    }
}
