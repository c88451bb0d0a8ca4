//! An inbox that is not there has its account checked.

use tokio_util::sync::CancellationToken;
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use super::*;
use crate::store::follows::Bonds;

/// Delivers a post of ann's to her follower bob, whose inbox is not there, and whose document is answered so, until
/// his document has been asked for.
async fn delivered(test: database::TestStore, document: u16) -> (World, MockServer) {
    let peer = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(404)).mount(&peer).await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(document)).mount(&peer).await;
    let world = world(test, [("bob.test".to_owned(), *peer.address())].into()).await;
    let bob = world.remote("bob").await;
    world.follows_ann(bob).await;
    world.told().await;
    world.ann_posts("hello", Visibility::Public).await;
    world.plan().await.unwrap();
    let stop = CancellationToken::new();
    let driver = world.deliver(4, 0, &stop);
    until_asked(&peer, "bob.test", 2).await;
    if document == 410 {
        let ended = async {
            let mut look = tokio::time::interval(Duration::from_millis(20));
            while followers(&world).await > 0 {
                look.tick().await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, ended).await.is_ok(), "{}: he still follows", world.engine);
    }
    stop.cancel();
    driver.await.unwrap();
    (world, peer)
}

async fn followers(world: &World) -> usize {
    let ann = world.ann.id;
    let read = move |conn: &mut crate::store::Conn| {
        follows::bonds(conn, Bonds::Followers, ann, crate::model::cursor::Cursor::default(), 9)
    };
    world.test.store.read(read).await.unwrap().len()
}

#[tokio::test]
async fn the_follows_of_an_account_that_is_gone_end() {
    for test in database::stores().await {
        let (world, _peer) = delivered(test, 410).await;
        assert_eq!(followers(&world).await, 0, "{}", world.engine);
    }
}

#[tokio::test]
async fn an_account_whose_host_is_only_in_trouble_keeps_its_follows() {
    for test in database::stores().await {
        let (world, _peer) = delivered(test, 500).await;
        assert_eq!(followers(&world).await, 1, "{}", world.engine);
    }
}
