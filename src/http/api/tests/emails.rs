//! One's e-mail address, over both APIs.

use serde_json::{Value, json};

use super::world::{PASSWORD, worlds};

const PATH: &str = "/api/users/me/email";

#[tokio::test]
async fn an_address_is_asked_for_once_more_and_changed_with_the_password() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let before = world.get(&ann, PATH).await;
        let wanted = json!({
            "address": "ann@example.org", "confirmed": false, "wanted": null, "waits": false, "failed": false,
            "sends": true,
        });
        assert_eq!(before, wanted, "{}", world.engine);
        let again = format!("POST {PATH}/confirmation");
        assert_eq!(world.ask(Some(&ann), &again, None).await.good()["waits"], true);
        let soon = world.ask(Some(&ann), &again, None).await;
        assert_eq!((soon.status, soon.problem().1), (429, "too_many_requests"));
        assert_eq!(world.ask(Some(&bob), "POST /api/v1/emails/confirmations", None).await.status, 200);
        world.letters.send_due().await.unwrap();
        let mut sent: Vec<String> = world.sink.letters().into_iter().map(|got| got.to).collect();
        sent.sort();
        assert_eq!(sent, ["ann@example.org", "bob@example.org"], "{}", world.engine);

        world.clock.advance(300_000);
        let put = format!("PUT {PATH}");
        for (body, code) in [
            (json!({"email": "new@example.org", "password": "wrong"}), "wrong_password"),
            (json!({"email": "new", "password": PASSWORD}), "bad_email"),
            (json!({"email": "bob@example.org", "password": PASSWORD}), "taken"),
        ] {
            assert_eq!(world.ask(Some(&ann), &put, Some(body)).await.problem().1, code);
        }
        let body = json!({"email": "new@example.org", "password": PASSWORD});
        let changed = world.ask(Some(&ann), &put, Some(body)).await.good();
        let address = (&changed["address"], &changed["wanted"]);
        assert_eq!(address, (&json!("ann@example.org"), &json!("new@example.org")), "{}", world.engine);
        assert_eq!(world.get(&bob, PATH).await["wanted"], Value::Null);
    }
}
