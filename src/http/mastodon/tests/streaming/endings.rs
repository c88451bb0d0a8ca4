//! When a stream is over, for who is connected.

use std::time::Instant;

use super::super::say;
use super::{bounded, live};
use crate::http::server::ServerLimits;

#[tokio::test]
async fn a_token_that_ends_ends_its_streams() {
    for live in live().await {
        let (ann, bob) = (live.world.person("ann").await, live.world.person("bob").await);
        let other = live.world.token(&bob, "read").await;
        let events = live.listen("/api/v1/streaming/public", &bob.token).await;
        let mut stays = live.listen("/api/v1/streaming/public", &other).await;
        let query = format!("?stream=user&access_token={}", bob.token);
        let mut socket = live.socket(&query, &[]).await.unwrap();
        let who = live.world.service.session(&bob.token).await.unwrap().unwrap();
        live.world.service.end_session(who.account, who.session).await.unwrap();
        assert_eq!(events.rest().await, "", "{}", live.world.engine);
        assert_eq!(socket.closed().await, Some(1008));
        say(&live.world, &ann, "hello").await;
        assert_eq!(stays.next().await.0, "update", "other tokens stay");
    }
}

#[tokio::test]
async fn a_server_that_stops_waits_for_no_stream() {
    for live in live().await {
        let bob = live.world.person("bob").await;
        let events = live.listen("/api/v1/streaming/user", &bob.token).await;
        let query = format!("?stream=user&access_token={}", bob.token);
        let mut socket = live.socket(&query, &[]).await.unwrap();
        let begun = Instant::now();
        live.stop.cancel();
        assert_eq!(events.rest().await, "", "{}", live.world.engine);
        assert_eq!(socket.closed().await, Some(1001));
        bounded(live.serving).await.unwrap();
        bounded(live.streaming).await.unwrap();
        assert!(begun.elapsed() < ServerLimits::default().drain, "nothing had to be cut");
    }
}

#[tokio::test]
async fn who_hangs_up_is_no_listener_any_more() {
    for live in live().await {
        let bob = live.world.person("bob").await;
        let events = live.listen("/api/v1/streaming/user", &bob.token).await;
        let query = format!("?stream=user&access_token={}", bob.token);
        let socket = live.socket(&query, &[]).await.unwrap();
        assert_eq!(live.world.stream.listeners(), 2, "{}", live.world.engine);
        drop((events, socket));
        bounded(async {
            while live.world.stream.listeners() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}
