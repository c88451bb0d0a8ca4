//! Accounts that are read again after a week.

use super::*;
use crate::clock::DAY_MS;
use crate::store::tests::hosts;

#[tokio::test]
async fn accounts_that_matter_here_are_read_again_after_a_week() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        world.actor(CAT).await;
        world.clock.advance(6 * DAY_MS);
        assert_eq!(world.federation.refresh_some().await.unwrap(), 0, "{}", world.engine);
        let followers = json!({ "id": format!("{BOB}/followers"), "type": "Collection", "totalItems": 88 });
        world.serve(&format!("{BOB}/followers"), &followers);
        world.serve(BOB, &with(person(BOB, test_key()), "name", json!("Bobby")));
        world.serve(CAT, &with(person(CAT, test_key()), "name", json!("Catty")));
        world.clock.advance(2 * DAY_MS);
        assert_eq!(world.federation.refresh_some().await.unwrap(), 2, "{}", world.engine);
        let bob = world.service().account(bob.id).await.unwrap();
        assert_eq!((bob.display_name.as_str(), bob.counts_shown()[1]), ("Bobby", 88), "{}", world.engine);
        assert_eq!(world.actor(CAT).await.display_name, "CAT", "{}: nobody here knows it", world.engine);
        assert_eq!(world.federation.refresh_some().await.unwrap(), 0, "{}", world.engine);
    }
}

#[tokio::test]
async fn an_account_that_its_host_says_is_gone_goes_here_too() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        let posted = note("http://b.test/notes/1", BOB, "<p>hi</p>");
        world.happens(&activity("http://b.test/a/1", "Create", BOB, posted)).await;
        let cat = world.ann_follows(CAT).await;
        world.answer(BOB, ResponseTemplate::new(410));
        world.answer(CAT, ResponseTemplate::new(404));
        world.clock.advance(8 * DAY_MS);
        world.federation.refresh_some().await.unwrap();
        assert!(world.service().account(bob.id).await.is_err(), "{}", world.engine);
        assert!(world.tweet("http://b.test/notes/1").await.is_none(), "{}", world.engine);
        let ann = world.service().account(world.ann.id).await.unwrap();
        assert_eq!(ann.following_count, 1, "{}: the bond is over", world.engine);
        assert!(world.service().account(cat.id).await.is_ok(), "{}: 404 may be a mishap", world.engine);
    }
}

#[tokio::test]
async fn a_host_that_is_down_is_left_in_peace() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let before = world.asked().await.len();
        world.test.store.write(|conn| hosts::bury_host(conn, "b.test")).await.unwrap();
        world.clock.advance(8 * DAY_MS);
        assert_eq!(world.federation.refresh_some().await.unwrap(), 1, "{}", world.engine);
        assert_eq!(world.asked().await.len(), before, "{}", world.engine);
        world.clock.advance(DAY_MS);
        assert_eq!(world.federation.refresh_some().await.unwrap(), 1, "{}: looked at again", world.engine);
    }
}
