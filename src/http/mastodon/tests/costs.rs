//! What a page costs.

use super::say;
use crate::http::api::tests::world::worlds;
use crate::store::tests::units::counted;

#[tokio::test]
async fn a_page_of_twenty_posts_costs_as_many_readings_as_a_page_of_two() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        world.act(&bob, &format!("POST /api/v1/accounts/{}/follow", ann.id)).await;
        for n in 0..20 {
            world.clock.advance(60_000);
            let post = say(&world, &ann, &format!("number {n} @bob #rooks")).await;
            world.act(&bob, &format!("POST /api/v1/statuses/{post}/favourite")).await;
        }
        for path in [
            "/api/v1/timelines/home".to_owned(),
            "/api/v1/timelines/public".to_owned(),
            "/api/v1/timelines/tag/rooks".to_owned(),
            format!("/api/v1/accounts/{}/statuses", ann.id),
            "/api/v1/favourites".to_owned(),
            "/api/v1/notifications".to_owned(),
        ] {
            let read = async |limit: usize| {
                let path = format!("{path}?limit={limit}");
                let (units, page) = counted(world.get(&bob, &path)).await;
                assert_eq!(page.as_array().map(Vec::len), Some(limit), "{path} on {}", world.engine);
                units
            };
            // Whatever is kept in memory is there from the second reading on.
            read(20).await;
            let (two, twenty) = (read(2).await, read(20).await);
            assert_eq!(two, twenty, "{path} on {}", world.engine);
            assert!(twenty <= 8, "{path} on {}: {twenty} readings", world.engine);
        }
    }
}
