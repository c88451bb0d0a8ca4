//! Polls through the API.

use serde_json::json;

use super::world::{id, worlds};

#[tokio::test]
async fn a_poll_is_made_voted_in_and_counted() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let poll = json!({"options": ["elm", "oak"], "expires_in": 3_600});
        let made =
            world.ask(Some(&ann), "POST /api/tweets", Some(json!({"text": "which?", "poll": poll}))).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let tweet = id(&made.body);
        let seen = world.get(&bob, &format!("/api/tweets/{tweet}")).await;
        assert_eq!(seen["poll"]["options"][0], json!({"title": "elm", "votes_count": null, "chosen": false}));
        let vote = format!("POST /api/tweets/{tweet}/poll/votes");
        let voted = world.ask(Some(&bob), &vote, Some(json!({"choices": [1]}))).await.good();
        assert_eq!(voted["poll"]["options"][1], json!({"title": "oak", "votes_count": 1, "chosen": true}));
        assert_eq!((&voted["poll"]["voters_count"], &voted["poll"]["voted"]), (&json!(1), &json!(true)));
        let again = world.ask(Some(&bob), &vote, Some(json!({"choices": [0]}))).await;
        assert_eq!(again.problem(), (409, "voted", Some("choices")), "{}", world.engine);
        let own = world.ask(Some(&ann), &vote, Some(json!({"choices": [0]}))).await;
        assert_eq!(own.problem(), (403, "own_poll", None));
        let none = world.ask(Some(&bob), &vote, Some(json!({"choices": [-1]}))).await;
        assert_eq!(none.status, 422);
    }
}

#[tokio::test]
async fn an_edit_gives_a_tweet_another_poll_or_none() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let poll = json!({"options": ["elm", "oak"], "expires_in": 3_600});
        let made =
            world.ask(Some(&ann), "POST /api/tweets", Some(json!({"text": "which?", "poll": poll}))).await;
        let path = format!("/api/tweets/{}", id(&made.good()));
        world.ask(Some(&bob), &format!("POST {path}/poll/votes"), Some(json!({"choices": [1]}))).await.good();
        let edit = async |body| world.ask(Some(&ann), &format!("PATCH {path}"), Some(body)).await.good();
        assert_eq!(edit(json!({"text": "which tree?"})).await["poll"]["voters_count"], 1, "{}", world.engine);
        let other = edit(json!({"poll": {"options": ["ash", "oak"], "expires_in": 600}})).await;
        assert_eq!(other["poll"]["voters_count"], 0);
        let told = world.get(&bob, &format!("/api/users/{}/notifications", bob.id)).await;
        assert_eq!(told["items"][0]["kind"], "edited");
        assert_eq!(edit(json!({"poll": null})).await["poll"], json!(null));
        let history = world.get(&ann, &format!("{path}/history")).await;
        assert_eq!(history["items"][2]["poll_options"], json!(["ash", "oak"]));
    }
}
