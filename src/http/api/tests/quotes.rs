//! Who may quote, and taking a quote back.

use serde_json::json;

use super::world::{id, worlds};

#[tokio::test]
async fn an_author_says_who_may_quote_and_takes_a_quote_back() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let tweet = world.tweet(&ann, "mine").await;
        let quote = || Some(json!({"text": "look", "quote_of": tweet}));
        let made = world.ask(Some(&bob), "POST /api/tweets", quote()).await.good();
        assert_eq!((&made["quote_state"], &made["quoted"]["id"]), (&json!("accepted"), &json!(tweet)));

        let line = format!("DELETE /api/tweets/{}/quote", id(&made));
        assert_eq!(world.ask(Some(&bob), &line, None).await.problem(), (403, "not_yours", None));
        assert_eq!(world.ask(Some(&ann), &line, None).await.status, 204, "{}", world.engine);
        let seen = world.get(&bob, &format!("/api/tweets/{}", id(&made))).await;
        assert_eq!((&seen["quote_state"], &seen["quoted"]), (&json!("revoked"), &json!(null)));
        let quoted = world.get(&ann, &format!("/api/tweets/{tweet}")).await;
        assert_eq!((&quoted["quote_state"], &quoted["quotes_count"]), (&json!(null), &json!(0)));

        let lets = async |word: &str| {
            let changed = world.ask(Some(&ann), "PATCH /api/users/me", Some(json!({"quotable": word}))).await;
            assert_eq!(changed.good()["quotable"], word);
        };
        lets("followers").await;
        let refused = world.ask(Some(&bob), "POST /api/tweets", quote()).await;
        assert_eq!(refused.problem(), (422, "not_allowed", Some("quote_of")), "{}", world.engine);
        world.act(&bob, &format!("POST /api/users/{}/follow", ann.id)).await;
        assert_eq!(world.ask(Some(&bob), "POST /api/tweets", quote()).await.status, 201);
        lets("nobody").await;
        assert_eq!(world.ask(Some(&bob), "POST /api/tweets", quote()).await.status, 422);
        assert_eq!(world.ask(Some(&ann), "POST /api/tweets", quote()).await.status, 201, "one's own may be");
        let odd = world.ask(Some(&ann), "PATCH /api/users/me", Some(json!({"quotable": "some"}))).await;
        assert_eq!(odd.status, 422);
    }
}

#[tokio::test]
async fn a_tweet_may_say_for_itself_who_may_quote_it() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let body = json!({"text": "mine", "quotable": "nobody"});
        let tweet = id(&world.ask(Some(&ann), "POST /api/tweets", Some(body)).await.good());
        let path = format!("/api/tweets/{tweet}");
        let says = async |who| {
            let seen = world.get(who, &path).await;
            (seen["quotable"].as_str().unwrap().to_owned(), seen["may_quote"].as_str().unwrap().to_owned())
        };
        assert_eq!(says(&ann).await, ("nobody".into(), "yes".into()), "{}", world.engine);
        assert_eq!(says(&bob).await, ("nobody".into(), "no".into()));
        let patch = format!("PATCH {path}");
        let changed = world.ask(Some(&ann), &patch, Some(json!({"quotable": "everyone"}))).await.good();
        assert_eq!(changed["edited_at"], json!(null), "no new version");
        assert_eq!(says(&bob).await, ("everyone".into(), "yes".into()));
    }
}
