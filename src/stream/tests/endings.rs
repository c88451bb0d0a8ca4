//! When a stream is over.

use super::*;
use crate::error::Error;

#[tokio::test]
async fn a_stream_ends_with_its_session_and_nothing_that_waits_is_told_any_more() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let service = &world.process.service;
        let (first, second) = (world.process.sign_in(ann).await, world.process.sign_in(ann).await);
        let mut ended = world.process.listen_with(&first, &[PUBLIC]).await;
        let mut goes_on = world.process.listen_with(&second, &[PUBLIC]).await;
        world.tweet(bob, "hello").await;
        service.end_session(ann, first.session).await.unwrap();
        world.process.told_all().await;
        assert_eq!(next(&mut ended).await, Err(Ending::SessionEnded), "{}", world.engine);
        assert_eq!(waiting(&mut goes_on).len(), 1);
        service.reset_password(ann, "correct horse battery".to_owned()).await.unwrap();
        assert_eq!(next(&mut goes_on).await, Err(Ending::SessionEnded), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_stream_ends_when_its_account_is_suspended_or_deleted() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let mut anns = world.process.listen(ann, &[HOME]).await;
        let mut bobs = world.process.listen(bob, &[HOME]).await;
        world.process.service.set_suspended(ann, true).await.unwrap();
        assert_eq!(next(&mut anns).await, Err(Ending::SessionEnded), "{}", world.engine);
        world.process.service.delete_account(bob).await.unwrap();
        assert_eq!(next(&mut bobs).await, Err(Ending::SessionEnded), "{}", world.engine);
    }
}

#[tokio::test]
async fn who_comes_with_a_session_that_has_ended_meanwhile_is_turned_away() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let who = world.process.sign_in(ann).await;
        world.process.service.end_session(ann, who.session).await.unwrap();
        let refused = world.process.hub.listen(&who, NETWORK, Transport::Events).await;
        assert!(matches!(refused, Err(Error::Unauthorized(_))), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_login_that_ends_by_itself_is_found_dead() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let service = &world.process.service;
        let started = service.start_session(ann, SessionKind::Web, "read", Origin::default()).await;
        let session = started.unwrap().0.id;
        assert!(service.live_sessions(vec![session]).await.unwrap().contains(&session));
        world.clock.advance(crate::service::WEB_SESSION_MS);
        assert!(service.live_sessions(vec![session]).await.unwrap().is_empty(), "{}", world.engine);
    }
}

#[tokio::test]
async fn the_end_of_the_server_ends_every_stream_at_once() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let who = world.process.sign_in(ann).await;
        let mut before = world.process.listen_with(&who, &[HOME]).await;
        world.process.stop.cancel();
        assert_eq!(next(&mut before).await, Err(Ending::Stopped));
        drop(before);
        let ended = tokio::time::timeout(PATIENCE, world.process.running).await;
        ended.expect("nobody is waited for").unwrap();
        let mut after = world.process.hub.listen(&who, NETWORK, Transport::Events).await.unwrap();
        assert_eq!(next(&mut after).await, Err(Ending::Stopped), "{}", world.engine);
    }
}
