use super::*;
use crate::model::relay::{Relay, RelayKind, RelayState};
use crate::store::relays;

/// A relay of each kind, both accepted: `m.test` and `l.test`.
async fn accepted(world: &World) -> [Relay; 2] {
    let relay = |name: &str, kind, number| Relay {
        id: RowId(number),
        kind,
        address: format!("http://{name}.test/actor"),
        inbox: format!("http://{name}.test/users/{name}/inbox"),
        host: format!("{name}.test"),
        actor_uri: Some(format!("http://{name}.test/actor")),
        state: RelayState::Asked,
        created_at: NOW,
    };
    let relays = [relay("m", RelayKind::Mastodon, 1), relay("l", RelayKind::LitePub, 2)];
    let written = relays.clone();
    let write = move |conn: &mut crate::store::Conn| {
        for relay in &written {
            relays::insert(conn, relay)?;
        }
        Ok(())
    };
    world.test.store.write(write).await.unwrap();
    let told = world.told().await;
    assert_eq!((&told["m"], &told["l"]), (&vec!["Follow".to_owned()], &vec!["Follow".to_owned()]));
    let write = |conn: &mut crate::store::Conn| {
        relays::answered(conn, RowId(1), "http://m.test/actor", RelayState::Accepted)?;
        relays::answered(conn, RowId(2), "http://l.test/actor", RelayState::Accepted)
    };
    world.test.store.write(write).await.unwrap();
    relays
}

#[tokio::test]
async fn public_posts_go_to_accepted_relays_and_others_do_not() {
    for world in worlds().await {
        accepted(&world).await;
        let tweet = world.ann_posts("hello", Visibility::Public).await;
        let told = world.told().await;
        assert_eq!(told["m"], ["Create"], "{}", world.engine);
        assert_eq!(told["l"], ["Create", "Announce"], "{}", world.engine);
        world.clock.advance(1);
        let changes = crate::service::TweetChanges { text: Some("hi".into()), ..Default::default() };
        world.service().edit_tweet(world.ann.id, tweet, changes).await.unwrap();
        assert_eq!(world.told_only("Update").await, ["l", "m"], "{}", world.engine);
        world.service().delete_tweet(world.ann.id, tweet).await.unwrap();
        assert_eq!(world.told_only("Delete").await, ["l", "m"], "{}", world.engine);
        for visibility in [Visibility::Unlisted, Visibility::Followers, Visibility::Direct] {
            let tweet = world.ann_posts("hush", visibility).await;
            world.service().delete_tweet(world.ann.id, tweet).await.unwrap();
            assert!(world.told().await.is_empty(), "{} {visibility:?}", world.engine);
        }
    }
}

#[tokio::test]
async fn a_removed_relay_is_told_so_and_nothing_more() {
    for world in worlds().await {
        let [mastodon, litepub] = accepted(&world).await;
        for relay in [mastodon.id, litepub.id] {
            world.federation.remove_relay(relay).await.unwrap();
        }
        assert_eq!(world.told_only("Undo").await, ["l", "m"], "{}", world.engine);
        world.ann_posts("hello", Visibility::Public).await;
        assert!(world.told().await.is_empty(), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_litepub_relays_follow_is_accepted_by_the_instances_actor() {
    for world in worlds().await {
        let [_, litepub] = accepted(&world).await;
        let uri = "http://l.test/follows/1".to_owned();
        let event = crate::model::event::Event::RelayFollowed { relay: litepub.id, uri };
        world
            .test
            .store
            .write(move |conn| events::append(conn, std::slice::from_ref(&event), NOW))
            .await
            .unwrap();
        assert_eq!(world.told_only("Accept").await, ["l"], "{}", world.engine);
    }
}
