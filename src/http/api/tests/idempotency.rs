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
