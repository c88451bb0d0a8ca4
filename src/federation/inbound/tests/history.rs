//! The last posts of an account that somebody here begins to follow or looks at.

use super::*;
use crate::clock::{DAY_MS, HOUR_MS};
use crate::service::Tab;

fn collection(id: &str, total: i64, items: Value) -> Value {
    json!({ "id": id, "type": "OrderedCollection", "totalItems": total, "orderedItems": items })
}

fn created(post: Value) -> Value {
    let (id, actor) = (format!("{}/activity", post["id"].as_str().unwrap()), post["attributedTo"].clone());
    json!({ "id": id, "type": "Create", "actor": actor, "to": [PUBLIC], "object": post })
}

impl World {
    async fn posts_of(&self, account: AccountId) -> Vec<String> {
        let page = self
            .service()
            .account_tweets(Some(self.ann.id), account, Tab::Replies, Cursor::default(), 40)
            .await
            .unwrap();
        page.items.iter().map(|view| view.shown().tweet.text.clone()).collect()
    }

    /// An outbox, pinned posts and numbers for `BOB`.
    fn give_bob_a_past(&self) {
        let at = |number: usize, day: usize| {
            let id = format!("http://b.test/notes/{number}");
            with(
                note(&id, BOB, &format!("<p>post {number}</p>")),
                "published",
                json!(format!("2025-01-{day:02}T00:00:00Z")),
            )
        };
        let repost = json!({ "id": "http://b.test/boosts/1", "type": "Announce", "actor": BOB,
            "published": "2025-01-20T00:00:00Z", "to": [PUBLIC], "object": "http://c.test/notes/9" });
        self.serve("http://c.test/notes/9", &note("http://c.test/notes/9", CAT, "<p>worth it</p>"));
        let secret = with(at(8, 8), "to", json!([format!("{BOB}/followers")]));
        let forged = with(at(7, 7), "attributedTo", json!("http://b.test/users/eve"));
        let outbox = json!([
            repost,
            created(at(3, 3)),
            created(with(secret, "cc", json!([]))),
            { "id": "http://b.test/notes/7/activity", "type": "Create", "actor": BOB, "object": forged },
            created(at(2, 2)),
        ]);
        let mut bob = person(BOB, test_key());
        bob["featured"] = json!(format!("{BOB}/featured"));
        self.serve(BOB, &bob);
        self.serve(&format!("{BOB}/outbox"), &collection(&format!("{BOB}/outbox"), 1234, outbox));
        let pinned = json!([at(1, 1), "http://b.test/notes/2", "http://c.test/notes/9"]);
        self.serve(&format!("{BOB}/featured"), &collection(&format!("{BOB}/featured"), 3, pinned));
        self.serve(&format!("{BOB}/followers"), &collection(&format!("{BOB}/followers"), 88, json!([])));
        self.serve(&format!("{BOB}/following"), &collection(&format!("{BOB}/following"), 7, json!([])));
    }
}

#[tokio::test]
async fn the_first_follow_brings_the_last_posts_the_pinned_ones_and_the_numbers() {
    for world in worlds().await {
        world.give_bob_a_past();
        let bob = world.ann_follows(BOB).await;
        assert_eq!(world.posts_of(bob.id).await, Vec::<String>::new(), "{}", world.engine);
        world.federation.read_wished().await;
        assert_eq!(
            world.posts_of(bob.id).await,
            ["worth it", "post 3", "post 2", "post 1"],
            "{}",
            world.engine
        );
        let pinned = world.service().pinned(None, bob.id).await.unwrap();
        let pinned: Vec<&str> = pinned.iter().map(|view| view.tweet.text.as_str()).collect();
        assert_eq!(pinned, ["post 1", "post 2"], "{}: its own, the first on top", world.engine);
        let bob = world.service().account(bob.id).await.unwrap();
        assert_eq!(bob.counts_shown(), [1234, 88, 7], "{}", world.engine);
        assert_eq!((bob.tweets_count, bob.followers_count), (4, 1), "{}: seen here", world.engine);
        assert!(world.notifications(world.ann.id).await.is_empty(), "{}", world.engine);
    }
}

#[tokio::test]
async fn an_account_that_is_looked_at_is_read_once_a_day() {
    for world in worlds().await {
        world.give_bob_a_past();
        let bob = world.actor(BOB).await;
        let outbox = format!("{BOB}/outbox");
        let times = async || world.asked().await.iter().filter(|page| **page == outbox).count();
        for _ in 0..3 {
            world.federation.look_at(&bob);
        }
        world.federation.read_wished().await;
        world.federation.look_at(&bob);
        world.federation.read_wished().await;
        assert_eq!(times().await, 1, "{}", world.engine);
        world.clock.advance(DAY_MS);
        let unpinned = collection(&format!("{BOB}/featured"), 1, json!(["http://b.test/notes/2"]));
        world.serve(&format!("{BOB}/featured"), &unpinned);
        world.federation.look_at(&bob);
        world.federation.read_wished().await;
        assert_eq!(times().await, 2, "{}", world.engine);
        let pinned = world.service().pinned(None, bob.id).await.unwrap();
        assert_eq!(pinned.len(), 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn an_account_without_an_outbox_to_be_had_keeps_what_is_known() {
    for world in worlds().await {
        world.give_bob_a_past();
        let bob = world.actor(BOB).await;
        world.federation.look_at(&bob);
        world.federation.read_wished().await;
        for gone in ["outbox", "featured", "followers", "following"] {
            world.answer(&format!("{BOB}/{gone}"), ResponseTemplate::new(500));
        }
        world.clock.advance(DAY_MS);
        world.federation.look_at(&bob);
        world.federation.read_wished().await;
        let known = world.service().account(bob.id).await.unwrap();
        assert_eq!(known.counts_shown(), [1234, 88, 7], "{}", world.engine);
        assert_eq!(world.service().pinned(None, bob.id).await.unwrap().len(), 2, "{}", world.engine);
        world.give_bob_a_past();
        world.clock.advance(HOUR_MS);
        world.federation.look_at(&bob);
        world.federation.read_wished().await;
        let outbox = format!("{BOB}/outbox");
        let asked = world.asked().await.iter().filter(|page| **page == outbox).count();
        assert_eq!(asked, 3, "{}: after an hour, not after a day", world.engine);
    }
}
