use super::*;
use crate::config::limits::REMOTE_PINNED_MAX;

const FEATURED: &str = "http://b.test/users/bob/collections/featured";

/// Bob with a collection of pinned posts.
async fn with_featured(world: &World) -> Account {
    world.serve(BOB, &with(person(BOB, test_key()), "featured", json!(FEATURED)));
    world.ann_follows(BOB).await
}

/// As Mastodon sends it.
fn pin(number: usize, kind: &str, actor: &str, post: &str, target: &str) -> Value {
    let pin = activity(&format!("{actor}#pins/{number}"), kind, actor, json!(post));
    with(pin, "target", json!(target))
}

async fn pinned(world: &World, account: AccountId) -> Vec<String> {
    let views = world.service().pinned(None, account).await.unwrap();
    views.into_iter().filter_map(|view| view.tweet.uri.clone()).collect()
}

#[tokio::test]
async fn a_followed_account_pins_and_unpins_posts_of_its_own() {
    for world in worlds().await {
        let bob = with_featured(&world).await;
        let post = "http://b.test/notes/1";
        world.serve(post, &note(post, BOB, "<p>look</p>"));
        for number in [1, 2] {
            world.happens(&pin(number, "Add", BOB, post, FEATURED)).await;
            assert_eq!(pinned(&world, bob.id).await, [post], "{}", world.engine);
        }
        world.happens(&pin(3, "Remove", BOB, post, FEATURED)).await;
        assert!(pinned(&world, bob.id).await.is_empty(), "{}", world.engine);
    }
}

#[tokio::test]
async fn nobody_pins_for_another_or_to_another_collection_or_what_is_not_open() {
    for world in worlds().await {
        let bob = with_featured(&world).await;
        let dan = "http://b.test/users/dan";
        world.serve(dan, &person(dan, test_key()));
        let (own, of_dan, closed) = ("http://b.test/1", "http://b.test/2", "http://b.test/3");
        world.serve(own, &note(own, BOB, "mine"));
        world.serve(of_dan, &note(of_dan, dan, "hers"));
        let to = json!([format!("{BOB}/followers")]);
        world.serve(closed, &with(with(note(closed, BOB, "psst"), "to", to), "cc", json!([])));
        world.actor(dan).await;
        world.happens(&pin(1, "Add", BOB, own, "http://b.test/users/bob/collections/tags")).await;
        world.happens(&pin(2, "Add", dan, own, FEATURED)).await;
        world.happens(&pin(3, "Add", BOB, of_dan, FEATURED)).await;
        world.happens(&pin(4, "Add", BOB, closed, FEATURED)).await;
        world.happens(&pin(5, "Add", BOB, "http://c.test/notes/1", FEATURED)).await;
        assert!(pinned(&world, bob.id).await.is_empty(), "{}", world.engine);
        world.happens(&pin(6, "Add", BOB, own, FEATURED)).await;
        world.happens(&pin(7, "Remove", dan, own, FEATURED)).await;
        assert_eq!(pinned(&world, bob.id).await, [own], "{}", world.engine);
    }
}

#[tokio::test]
async fn only_the_newest_pins_are_kept() {
    for world in worlds().await {
        let bob = with_featured(&world).await;
        let post = |number: usize| format!("http://b.test/notes/{number}");
        for number in 1..=REMOTE_PINNED_MAX + 2 {
            world.serve(&post(number), &note(&post(number), BOB, "look"));
            world.happens(&pin(number, "Add", BOB, &post(number), FEATURED)).await;
        }
        let kept = pinned(&world, bob.id).await;
        assert_eq!(kept.len(), REMOTE_PINNED_MAX, "{}", world.engine);
        assert_eq!(kept.last(), Some(&post(3)), "{}", world.engine);
    }
}
