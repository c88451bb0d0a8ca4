//! Pages of lists and the `Link` header.

use serde_json::Value;

use super::{ids_of, say};
use crate::http::api::tests::world::{Answer, Person, World, worlds};

/// Where a link of an answer leads, as a path.
fn link(answer: &Answer, rel: &str) -> Option<String> {
    let links = answer.headers.get("link")?.to_str().unwrap();
    let link = links.split(", ").find(|link| link.ends_with(&format!("rel=\"{rel}\"")))?;
    let address = link.split(['<', '>']).nth(1).unwrap();
    Some(address.strip_prefix("http://rook.test").unwrap().to_owned())
}

async fn read(world: &World, who: &Person, path: &str) -> (Vec<String>, Answer) {
    let answer = world.ask(Some(who), &format!("GET {path}"), None).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    (ids_of(&answer.body), answer)
}

/// Reads a list of `all` to its end and back by its links.
async fn there_and_back(world: &World, who: &Person, path: &str, all: &[String]) {
    let (mut seen, mut place) = (Vec::new(), Some(format!("{path}?limit=2")));
    let mut last = None;
    while let Some(path) = place {
        let (ids, answer) = read(world, who, &path).await;
        assert!(ids.len() <= 2, "{path}");
        assert!(link(&answer, "prev").is_some(), "{path}: a page leads back");
        seen.extend(ids);
        place = link(&answer, "next");
        last = Some(answer);
    }
    assert_eq!(seen, all, "{path} on {}", world.engine);
    let mut back = Vec::new();
    let mut place = link(&last.unwrap(), "prev");
    while let Some(path) = place {
        let (ids, answer) = read(world, who, &path).await;
        place = link(&answer, "prev");
        back.splice(0..0, ids.clone());
        assert_eq!(place.is_none(), ids.is_empty(), "{path}: an empty page has no way on");
    }
    let above_the_last_page = all.len() - (all.len() - 1) % 2 - 1;
    assert_eq!(back, all.get(..above_the_last_page).unwrap(), "{path} on {}", world.engine);
}

#[tokio::test]
async fn lists_of_posts_and_people_are_read_to_their_end_and_back_by_their_links() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        world.act(&bob, &format!("POST /api/v1/accounts/{}/follow", ann.id)).await;
        let mut posts = Vec::new();
        let mut fans = Vec::new();
        for n in 0..7 {
            world.clock.advance(60_000);
            let post = say(&world, &ann, &format!("number {n} #rooks")).await;
            world.act(&bob, &format!("POST /api/v1/statuses/{post}/favourite")).await;
            world.act(&bob, &format!("POST /api/v1/statuses/{post}/bookmark")).await;
            posts.insert(0, post);
            let fan = world.person(&format!("fan{n}")).await;
            world.act(&fan, &format!("POST /api/v1/accounts/{}/follow", bob.id)).await;
            fans.insert(0, fan.id);
        }
        for path in [
            "/api/v1/timelines/home".to_owned(),
            "/api/v1/timelines/public".to_owned(),
            "/api/v1/timelines/tag/Rooks".to_owned(),
            format!("/api/v1/accounts/{}/statuses", ann.id),
            "/api/v1/favourites".to_owned(),
            "/api/v1/bookmarks".to_owned(),
        ] {
            there_and_back(&world, &bob, &path, &posts).await;
        }
        there_and_back(&world, &ann, &format!("/api/v1/accounts/{}/followers", bob.id), &fans).await;
        let told = world.get(&ann, "/api/v1/notifications?limit=40").await;
        there_and_back(&world, &ann, "/api/v1/notifications", &ids_of(&told)).await;
    }
}

#[tokio::test]
async fn since_id_is_the_newest_above_and_min_id_the_nearest() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let mut posts = Vec::new();
        for n in 0..6 {
            world.clock.advance(60_000);
            posts.push(say(&world, &ann, &format!("number {n}")).await);
        }
        let path = format!("/api/v1/accounts/{}/statuses?limit=2&", ann.id);
        let at = |n: usize| posts.get(n).unwrap().clone();
        let since = read(&world, &ann, &format!("{path}since_id={}", at(0))).await.0;
        assert_eq!(since, [at(5), at(4)], "{}", world.engine);
        let min = read(&world, &ann, &format!("{path}min_id={}", at(0))).await.0;
        assert_eq!(min, [at(2), at(1)], "{}", world.engine);
        let between = read(&world, &ann, &format!("{path}min_id={}&max_id={}", at(0), at(2))).await.0;
        assert_eq!(between, [at(1)], "{}", world.engine);
        // A cursor is a place: it holds when what stood there is gone.
        world.act(&ann, &format!("DELETE /api/v1/statuses/{}", at(3))).await;
        let below = read(&world, &ann, &format!("{path}max_id={}", at(3))).await.0;
        assert_eq!(below, [at(2), at(1)], "{}", world.engine);
    }
}

#[tokio::test]
async fn links_keep_what_else_was_asked_and_a_list_is_never_longer_than_its_greatest_page() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        for n in 0..3 {
            world.clock.advance(60_000);
            say(&world, &ann, &format!("number {n}")).await;
        }
        let path = format!("/api/v1/accounts/{}/statuses?exclude_replies=1&limit=2", ann.id);
        let answer = read(&world, &ann, &path).await.1;
        let next = link(&answer, "next").unwrap();
        assert!(next.contains("exclude_replies=1") && next.contains("limit=2"), "{next}");
        let huge = read(&world, &ann, "/api/v1/timelines/public?limit=5000").await.1;
        assert!(link(&huge, "prev").unwrap().contains("limit=40"));
        assert_eq!(huge.body.as_array().map(Vec::len), Some(3));
        let empty = world.ask(Some(&ann), "GET /api/v1/bookmarks", None).await;
        assert_eq!((empty.body, empty.headers.get("link")), (Value::Array(Vec::new()), None));
    }
}
