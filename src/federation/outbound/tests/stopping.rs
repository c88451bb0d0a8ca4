//! A stop waits for nobody's slow host, and what was held is free again at once.

use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use super::*;
use crate::store::instances;

/// Far longer than any test waits.
const SLOW: Duration = Duration::from_secs(120);

/// A world with one delivery waiting for `bob.test`, which answers so.
async fn waiting_for(test: database::TestStore, answer: ResponseTemplate) -> (World, MockServer) {
    let peer = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&peer).await;
    let world = world(test, [("bob.test".to_owned(), *peer.address())].into()).await;
    world.remote("bob").await;
    world.ann_posts("@bob@bob.test", Visibility::Direct).await;
    world.plan().await.unwrap();
    (world, peer)
}

async fn lease(world: &World, owner: &'static str) -> usize {
    let lease = move |conn: &mut _| instances::lease(conn, owner, NOW, NOW + 60_000, 9);
    world.test.store.write(lease).await.unwrap().len()
}

#[tokio::test]
async fn a_stop_waits_for_no_slow_host_and_gives_its_lease_back() {
    for test in database::stores().await {
        let (world, peer) = waiting_for(test, ResponseTemplate::new(202).set_delay(SLOW)).await;
        let stop = CancellationToken::new();
        let delivering = world.deliver(4, 3, &stop);
        until_asked(&peer, "bob.test", 1).await;
        assert_eq!(lease(&world, "another").await, 0, "{}: it is held", world.engine);
        stop.cancel();
        tokio::time::timeout(PATIENCE, delivering).await.expect("it ends").unwrap();
        assert_eq!(lease(&world, "another").await, 1, "{}: it waits for the next", world.engine);
    }
}

#[tokio::test]
async fn a_process_that_was_killed_takes_its_leases_back_at_the_next_start() {
    for test in database::stores().await {
        let (world, peer) = waiting_for(test, ResponseTemplate::new(202)).await;
        assert_eq!(lease(&world, "process 3").await, 1, "{}", world.engine);
        let stop = CancellationToken::new();
        let delivering = world.deliver(4, 3, &stop);
        until_asked(&peer, "bob.test", 1).await;
        stop.cancel();
        tokio::time::timeout(PATIENCE, delivering).await.expect("it ends").unwrap();
    }
}
