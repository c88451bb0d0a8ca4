//! Who follows whom, set right when the other side says that it knows others (FEP-8fcf).

use super::*;
use crate::clock::MINUTE_MS;
use crate::federation::followers::Digest;

const ANN: &str = "http://a.test/users/ann";
const DAN: &str = "http://a.test/users/dan";
const LIST: &str = "http://b.test/users/bob/followers_synchronization";

fn header(collection: &str, list: &str, ids: &[&str]) -> String {
    format!(r#"collectionId="{collection}", url="{list}", digest="{}""#, Digest::of(ids))
}

/// What `bob` says when these accounts of ours follow him.
fn said(ids: &[&str]) -> String {
    header(&format!("{BOB}/followers"), LIST, ids)
}

impl World {
    /// Lets the list of `bob`'s followers here be this one.
    fn serve_list(&self, ids: &[&str]) {
        let list = json!({ "id": LIST, "type": "OrderedCollection", "orderedItems": ids });
        self.serve(LIST, &list);
    }

    /// Delivers a followers-only post of `bob` with this header, and does what it leads to.
    async fn hears(&self, number: u32, header: &str) {
        let id = format!("{BOB}/notes/{number}");
        let post = with(note(&id, BOB, "<p>for you</p>"), "to", json!([format!("{BOB}/followers")]));
        let create = activity(&format!("{id}/activity"), "Create", BOB, with(post, "cc", json!([])));
        let delivery = self.delivery(BOB, test_key(), &create).set("collection-synchronization", header);
        assert_eq!(self.deliver(&delivery).await.unwrap(), Accepted::New, "{}", self.engine);
        self.federation.compared().await;
        self.federation.read_wished().await;
    }

    async fn lists_read(&self) -> usize {
        self.asked().await.iter().filter(|page| *page == LIST).count()
    }

    /// Takes in what the log says, as every process does.
    async fn hear_log(&self) {
        self.events().await.iter().for_each(|event| self.federation.heard(event));
    }

    /// Who was told to the other side as not following (any more).
    async fn undone(&self) -> Vec<AccountId> {
        let events = self.events().await;
        let undone = events.iter().filter_map(|event| match event {
            Event::Unfollowed(bond) if bond.from_local && !bond.to_local => Some(bond.from),
            _ => None,
        });
        undone.collect()
    }

    async fn follows(&self, from: &Account, to: &Account) -> (bool, bool) {
        let bond = self.service().relationship(from.id, to.id).await.unwrap();
        (bond.following, bond.requested)
    }
}

#[tokio::test]
async fn nothing_is_asked_when_both_sides_know_the_same_followers() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        world.serve_list(&[]);
        world.hears(1, &said(&[ANN])).await;
        assert_eq!(world.lists_read().await, 0, "{}", world.engine);
        assert_eq!(world.follows(&world.ann, &bob).await, (true, false));
    }
}

#[tokio::test]
async fn a_follow_that_the_other_side_does_not_know_ends_here_without_a_word() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        world.serve_list(&[]);
        world.hears(1, &said(&[])).await;
        assert_eq!(world.lists_read().await, 1, "{}", world.engine);
        assert_eq!(world.follows(&world.ann, &bob).await, (false, false), "{}", world.engine);
        let (ann, bob) = (world.actor(ANN).await, world.actor(BOB).await);
        assert_eq!((ann.following_count, bob.followers_count), (0, 0), "{}", world.engine);
        assert_eq!(world.undone().await, [], "{}: there is nothing to undo", world.engine);
    }
}

#[tokio::test]
async fn who_is_listed_and_does_not_follow_is_undone_there_and_made_to_follow_by_nobody() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        let dan = local_account(&world.federation, "dan").await;
        let eve = local_account(&world.federation, "eve").await;
        let asks = "http://a.test/users/eve";
        world.service().follow(eve.id, bob.id).await.unwrap();
        let others = ["http://a.test/users/nobody", "http://c.test/users/cat", "http://a.test/users/", ANN];
        let all: Vec<&str> = [DAN, asks].into_iter().chain(others).collect();
        world.serve_list(&all);
        world.hears(1, &said(&all)).await;
        assert_eq!(world.undone().await, [dan.id], "{}", world.engine);
        assert_eq!(world.follows(&dan, &bob).await, (false, false), "{}", world.engine);
        assert_eq!(world.follows(&eve, &bob).await, (false, true), "{}: it waits still", world.engine);
        assert_eq!(world.follows(&world.ann, &bob).await, (true, false), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_list_is_read_over_its_pages_and_counts_only_when_it_is_the_one_announced() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        let page = format!("{LIST}/2");
        world.serve(
            LIST,
            &json!({ "id": LIST, "type": "OrderedCollection", "first":
            { "type": "OrderedCollectionPage", "orderedItems": [DAN], "next": page } }),
        );
        // The second page is not to be had: nothing is believed of the first.
        world.answer(&page, ResponseTemplate::new(503));
        world.hears(1, &said(&[DAN, "http://a.test/users/eve"])).await;
        assert_eq!(world.follows(&world.ann, &bob).await, (true, false), "{}", world.engine);
        world.clock.advance(20 * MINUTE_MS);
        world.serve(&page, &json!({ "id": page, "type": "OrderedCollectionPage", "items": [{ "id": ANN }] }));
        world.hears(2, &said(&[DAN, "http://a.test/users/eve"])).await;
        assert_eq!(world.follows(&world.ann, &bob).await, (true, false), "{}", world.engine);
        world.clock.advance(20 * MINUTE_MS);
        world.serve(
            &page,
            &json!({ "id": page, "type": "OrderedCollectionPage",
            "items": [{ "id": "http://a.test/users/eve" }] }),
        );
        world.hears(3, &said(&[DAN, "http://a.test/users/eve"])).await;
        assert_eq!(world.follows(&world.ann, &bob).await, (false, false), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_header_of_anothers_collection_or_list_leads_to_nothing() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        let (own, cats) = (format!("{BOB}/followers"), format!("{CAT}/followers"));
        let elsewhere = "http://c.test/users/bob/followers_synchronization";
        let ours = "http://a.test/users/ann/followers_synchronization";
        let headers = [
            header(&cats, LIST, &[]),
            header("http://b.test/users/bea/followers", LIST, &[]),
            header(&own, elsewhere, &[]),
            header(&own, ours, &[]),
            said(&[]).replace("digest", "hash"),
            "x".repeat(9_000),
        ];
        for (number, header) in (1..).zip(&headers) {
            world.hears(number, header).await;
        }
        let asked = world.asked().await;
        let asked: Vec<_> = asked.iter().filter(|page| page.contains("synchronization")).collect();
        assert!(asked.is_empty(), "{}: {asked:?}", world.engine);
        assert_eq!(world.follows(&world.ann, &bob).await, (true, false), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_list_is_read_at_most_once_in_five_minutes() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.serve_list(&[DAN]);
        for number in 1..4 {
            world.hears(number, &said(&[])).await;
        }
        assert_eq!(world.lists_read().await, 1, "{}", world.engine);
        world.clock.advance(5 * MINUTE_MS);
        world.hears(4, &said(&[])).await;
        assert_eq!(world.lists_read().await, 2, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_is_known_of_followers_is_read_again_once_a_follow_is_heard_of() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        world.serve_list(&[ANN]);
        world.hears(1, &said(&[ANN])).await;
        world.service().unfollow(world.ann.id, bob.id).await.unwrap();
        world.hear_log().await;
        world.hears(2, &said(&[])).await;
        assert_eq!(world.lists_read().await, 0, "{}: nobody follows on either side", world.engine);
    }
}
