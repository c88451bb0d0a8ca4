//! The same request again.

use serde_json::json;

use super::world::{Answer, Person, World, id, request, worlds};

async fn tweet_with_key(world: &World, who: &Person, text: &str, key: &[u8]) -> Answer {
    let mut request = request(Some(&who.token), "POST /api/tweets", Some(json!({ "text": text })));
    request.headers_mut().insert("idempotency-key", key.try_into().unwrap());
    world.send(request).await
}

#[tokio::test]
async fn the_same_key_writes_one_tweet_and_answers_it_each_time() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let first = tweet_with_key(&world, &ann, "once", b"k1").await.good();
        let rows = world.rows().await;
        let again = tweet_with_key(&world, &ann, "once", b"k1").await;
        assert_eq!((again.status, id(&again.body)), (201, id(&first)));
        assert_eq!(again.headers["location"], format!("/api/tweets/{}", id(&first)));
        assert_eq!(world.rows().await, rows, "{}", world.engine);
        assert_ne!(id(&tweet_with_key(&world, &ann, "once", b"k2").await.good()), id(&first));
        assert_ne!(id(&tweet_with_key(&world, &bob, "once", b"k1").await.good()), id(&first));
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_one_is_refused_by_name() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let before = world.rows().await;
        for key in [&b""[..], &[b'k'; 256], "ключ".as_bytes()] {
            let refused = tweet_with_key(&world, &ann, "once", key).await;
            assert_eq!(refused.problem(), (422, "bad_key", Some("Idempotency-Key")), "{key:?}");
        }
        assert_eq!(world.rows().await, before);
    }
}

#[tokio::test]
async fn a_key_is_one_requests_and_its_tweet_does_not_come_back() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let first = tweet_with_key(&world, &ann, "once", b"k1").await.good();
        let rows = world.rows().await;
        let other = tweet_with_key(&world, &ann, "twice", b"k1").await;
        assert_eq!(other.problem(), (422, "key_reused", Some("Idempotency-Key")));
        assert_eq!(world.rows().await, rows, "{}", world.engine);
        world.act(&ann, &format!("DELETE /api/tweets/{}", id(&first))).await;
        let gone = tweet_with_key(&world, &ann, "once", b"k1").await;
        assert_eq!(gone.problem(), (409, "deleted", Some("Idempotency-Key")));
    }
}

#[tokio::test]
async fn a_refused_tweet_asks_no_other_instance_who_it_mentions() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let tweet = world.tweet(&ann, "hello").await;
        let rows = world.rows().await;
        let long = format!("@eve@a.test {}", "x".repeat(300));
        for (line, body) in [
            ("POST /api/tweets".to_owned(), json!({ "text": long })),
            ("POST /api/tweets".to_owned(), json!({ "text": "@eve@a.test", "media": ["1"] })),
            ("POST /api/tweets".to_owned(), json!({ "text": "@eve@a.test", "reply_to": "1" })),
            (format!("PATCH /api/tweets/{tweet}"), json!({ "text": long })),
            (format!("PATCH /api/tweets/{tweet}"), json!({ "text": "@eve@a.test", "language": "no such" })),
        ] {
            assert_eq!(world.ask(Some(&ann), &line, Some(body)).await.status, 422, "{line}");
        }
        assert!(world.remote.received_requests().await.unwrap().is_empty());
        assert_eq!(world.rows().await, rows, "{}", world.engine);
        let changed = Some(json!({ "text": "@eve@a.test" }));
        world.ask(Some(&ann), &format!("PATCH /api/tweets/{tweet}"), changed).await.good();
        assert!(!world.remote.received_requests().await.unwrap().is_empty(), "a good one does");
    }
}
