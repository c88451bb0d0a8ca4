//! Hosts take turns, and each is worked on by one process.

use super::*;
use crate::store::instances::{self, LookAgain};
use crate::store::{Conn, StoreError, instance_admin};

/// A world in which one post waits for each of these.
async fn waiting_for(world: &World, names: &[&str]) {
    for name in names {
        let id = world.remote_on(name, &format!("{name}.test")).await;
        world.follows_ann(id).await;
    }
    world.ann_posts("hello", Visibility::Public).await;
    world.plan().await.unwrap();
}

fn lease(conn: &mut Conn, owner: &str, now_ms: i64, limit: i64) -> Result<Vec<String>, StoreError> {
    let leased = instances::lease(conn, owner, now_ms, now_ms + 60_000, limit)?;
    Ok(leased.into_iter().map(|(host, _)| host).collect())
}

#[tokio::test]
async fn a_lease_that_another_took_over_is_not_renewed() {
    for world in worlds().await {
        waiting_for(&world, &["bob"]).await;
        let race = |conn: &mut Conn| {
            assert_eq!(lease(conn, "first", NOW, 9)?, ["bob.test"]);
            assert!(instances::renew(conn, "first", "bob.test", NOW + 60_000)?);
            assert_eq!(lease(conn, "second", NOW + 59_999, 9)?, [""; 0], "it is held");
            assert_eq!(lease(conn, "second", NOW + 60_000, 9)?, ["bob.test"]);
            assert!(!instances::renew(conn, "first", "bob.test", NOW + 120_000)?);
            instances::renew(conn, "second", "bob.test", NOW + 180_000)
        };
        assert!(world.test.store.write(race).await.unwrap(), "{}", world.engine);
    }
}

#[tokio::test]
async fn who_had_a_turn_comes_last() {
    for world in worlds().await {
        waiting_for(&world, &["bob", "cal", "dan"]).await;
        let turns = |conn: &mut Conn| {
            let mut seen = Vec::new();
            for turn in 0..6 {
                let now_ms = NOW + turn;
                let hosts = lease(conn, "me", now_ms, 1)?;
                instances::release(conn, &hosts[0], LookAgain { now_ms, ..LookAgain::default() }, "me")?;
                seen.extend(hosts);
            }
            Ok(seen)
        };
        let seen = world.test.store.write(turns).await.unwrap();
        let mut first = seen[..3].to_vec();
        first.sort();
        assert_eq!(first, ["bob.test", "cal.test", "dan.test"], "{}", world.engine);
        assert_eq!(seen[..3], seen[3..], "{}", world.engine);
    }
}

#[tokio::test]
async fn nothing_is_sent_below_a_domain_that_was_blocked_meanwhile() {
    for world in worlds().await {
        waiting_for(&world, &["bob.evil", "cal"]).await;
        let blocked = |conn: &mut Conn| {
            instance_admin::set_blocked(conn, "evil.test", true, NOW)?;
            lease(conn, "me", NOW, 9)
        };
        assert_eq!(world.test.store.write(blocked).await.unwrap(), ["cal.test"], "{}", world.engine);
        let lifted = |conn: &mut Conn| {
            instance_admin::set_blocked(conn, "evil.test", false, NOW)?;
            let soon = lease(conn, "me", NOW + 1, 9)?;
            Ok((soon, lease(conn, "me", NOW + 10 * 60_000, 9)?))
        };
        let (soon, later) = world.test.store.write(lifted).await.unwrap();
        assert!(
            soon.is_empty() && later.contains(&"bob.evil.test".to_owned()),
            "{}: {later:?}",
            world.engine
        );
    }
}
