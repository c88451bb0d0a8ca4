//! Follow, request, block, mute: what two accounts may be to each other.

use super::world::{World, code, is_not_found, start, told, worlds, worlds_with};
use crate::model::account::Account;
use crate::model::event::{Event, Relation};
use crate::model::ids::AccountId;
use crate::model::notification::NotificationKind;
use crate::model::visibility::Visibility::Followers;
use crate::service::profiles::ProfileChanges;
use crate::service::{Relationship, Rules};
use crate::store::accounts;
use crate::store::follows::{self, Bonds};

const NOTHING: Relationship = Relationship {
    following: false,
    showing_retweets: false,
    notifying: false,
    languages: Vec::new(),
    requested: false,
    followed_by: false,
    blocking: false,
    muting: false,
    endorsed: false,
    muting_notifications: false,
    muting_until: None,
    host_hidden: false,
    note: String::new(),
};

async fn lock(world: &World, who: AccountId, locked: bool) {
    let changes = ProfileChanges { locked: Some(locked), ..ProfileChanges::default() };
    world.service.update_profile(who, changes).await.unwrap();
}

async fn bonds(world: &World, which: Bonds, who: AccountId) -> Vec<AccountId> {
    let page = world.service.bonds(which, who, start(), 80).await.unwrap();
    page.items.iter().map(|account| account.id).collect()
}

/// A relation between two of ours, with the row's id taken from an event.
fn relation(from: AccountId, to: AccountId, like: &Event) -> Relation {
    let id = match like {
        Event::Followed(r) | Event::Unfollowed(r) | Event::FollowRequested(r) | Event::Blocked(r) => r.id,
        Event::FollowAccepted(r) | Event::FollowRejected(r) | Event::FollowRequestCancelled(r) => r.id,
        Event::Unblocked(r) | Event::Muted(r) | Event::Unmuted(r) => r.id,
        other => panic!("{other:?} is of no relation"),
    };
    Relation { from, to, from_local: true, to_local: true, id, uri: None }
}

#[tokio::test]
async fn a_follow_counts_once_on_both_sides_and_ends_once() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let (done, log) = world.logged_by(world.service.follow(bob, ann)).await;
        assert_eq!(done.unwrap(), Relationship { following: true, showing_retweets: true, ..NOTHING });
        let bond = relation(bob, ann, &log[0]);
        assert_eq!(log, [Event::Followed(bond.clone()), told(ann)]);
        let (again, log) = world.logged_by(world.service.follow(bob, ann)).await;
        assert!(again.unwrap().following && log.is_empty());
        assert_eq!(
            (world.account_counts(ann).await, world.account_counts(bob).await),
            ([0, 1, 0], [0, 0, 1])
        );
        assert_eq!(bonds(&world, Bonds::Followers, ann).await, [bob]);
        assert_eq!(bonds(&world, Bonds::Following, bob).await, [ann]);
        assert!(world.service.relationship(ann, bob).await.unwrap().followed_by);
        assert_eq!(world.told(ann).await, [(NotificationKind::Follow, bob)]);

        let (done, log) = world.logged_by(world.service.unfollow(bob, ann)).await;
        assert_eq!((done.unwrap(), log), (NOTHING, vec![Event::Unfollowed(bond)]));
        let (_, log) = world.logged_by(world.service.unfollow(bob, ann)).await;
        assert!(log.is_empty());
        assert_eq!((world.account_counts(ann).await, world.account_counts(bob).await), ([0; 3], [0; 3]));
        assert!(world.told(ann).await.is_empty());
        assert_eq!(code(world.service.follow(ann, ann).await), "yourself");
        assert!(is_not_found(&world.service.follow(ann, AccountId(3)).await));
    }
}

#[tokio::test]
async fn a_locked_account_answers_each_request() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        lock(&world, ann, true).await;
        let (asked, log) = world.logged_by(world.service.follow(bob, ann)).await;
        assert_eq!(asked.unwrap(), Relationship { requested: true, showing_retweets: true, ..NOTHING });
        let bond = relation(bob, ann, &log[0]);
        assert_eq!(log, [Event::FollowRequested(bond.clone()), told(ann)]);
        assert_eq!(world.told(ann).await, [(NotificationKind::FollowRequest, bob)]);
        let (_, log) = world.logged_by(world.service.follow(bob, ann)).await;
        assert!(log.is_empty(), "asking twice is asking once");
        world.follow(cid, ann).await;
        assert_eq!(bonds(&world, Bonds::Requests, ann).await, [cid, bob]);
        assert_eq!(bonds(&world, Bonds::Requested, bob).await, [ann]);
        assert_eq!(world.account_counts(ann).await, [0; 3]);

        let (yes, log) = world.logged_by(world.service.answer_request(ann, bob, true)).await;
        assert!(yes.unwrap().followed_by);
        let told = told(ann);
        assert_eq!(log, [Event::FollowAccepted(bond.clone()), Event::Followed(bond), told]);
        assert!(world.service.relationship(bob, ann).await.unwrap().following);
        let (no, log) = world.logged_by(world.service.answer_request(ann, cid, false)).await;
        assert!(!no.unwrap().followed_by);
        assert_eq!(log, [Event::FollowRejected(relation(cid, ann, &log[0]))]);
        assert_eq!(world.told(ann).await, [(NotificationKind::Follow, bob)]);
        assert!(is_not_found(&world.service.answer_request(ann, cid, true).await));
        assert_eq!(world.account_counts(ann).await, [0, 1, 0]);
        assert!(bonds(&world, Bonds::Requests, ann).await.is_empty());
        let (_, log) = world.logged_by(world.service.follow(bob, ann)).await;
        assert!(log.is_empty(), "who follows asks no more");
    }
}

#[tokio::test]
async fn a_request_can_be_taken_back_and_is_answered_by_a_follow_after_unlocking() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        lock(&world, ann, true).await;
        world.follow(bob, ann).await;
        let (done, log) = world.logged_by(world.service.unfollow(bob, ann)).await;
        assert_eq!(done.unwrap(), NOTHING);
        assert_eq!(log, [Event::FollowRequestCancelled(relation(bob, ann, &log[0]))]);
        assert!(world.told(ann).await.is_empty());
        world.follow(bob, ann).await;
        lock(&world, ann, false).await;
        let now = world.service.follow(bob, ann).await.unwrap();
        assert_eq!(now, Relationship { following: true, showing_retweets: true, ..NOTHING });
        assert!(bonds(&world, Bonds::Requests, ann).await.is_empty());
        assert_eq!(world.told(ann).await, [(NotificationKind::Follow, bob)]);
    }
}

#[tokio::test]
async fn a_removed_follower_follows_no_more_and_may_come_again() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        world.follow(bob, ann).await;
        let (done, log) = world.logged_by(world.service.remove_follower(ann, bob)).await;
        assert_eq!(done.unwrap(), NOTHING);
        let bond = relation(bob, ann, &log[0]);
        assert_eq!(log, [Event::FollowRejected(bond)]);
        assert!(!world.service.relationship(bob, ann).await.unwrap().following);
        assert_eq!(world.account_counts(ann).await, [0; 3]);
        let (_, log) = world.logged_by(world.service.remove_follower(ann, bob)).await;
        assert!(log.is_empty());
        assert!(world.service.follow(bob, ann).await.unwrap().following);
    }
}

#[tokio::test]
async fn a_block_ends_everything_between_two_and_forbids_to_begin_again() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        world.follow(bob, ann).await;
        world.follow(ann, bob).await;
        let tweet = world.tweet(ann, "hi @bob").await;
        let other = world.tweet(bob, "hi @ann").await;
        let (done, log) = world.logged_by(world.service.block(ann, bob)).await;
        assert_eq!(done.unwrap(), Relationship { blocking: true, ..NOTHING });
        let out = relation(ann, bob, &log[0]);
        let back = relation(bob, ann, &log[1]);
        let block = relation(ann, bob, &log[2]);
        let expected = [Event::Unfollowed(out), Event::FollowRejected(back), Event::Blocked(block.clone())];
        assert_eq!(log, expected);
        let (_, log) = world.logged_by(world.service.block(ann, bob)).await;
        assert!(log.is_empty());
        for who in [ann, bob] {
            assert_eq!(world.account_counts(who).await, [1, 0, 0]);
            assert!(world.told(who).await.is_empty());
        }
        assert!(is_not_found(&world.service.tweet(Some(bob), tweet).await));
        assert!(is_not_found(&world.service.tweet(Some(ann), other).await));
        assert_eq!(code(world.service.follow(bob, ann).await), "blocked");
        assert_eq!(code(world.service.follow(ann, bob).await), "blocked");
        world.tweet(bob, "psst @ann").await;
        assert!(world.told(ann).await.is_empty() && world.service.unread(ann).await.unwrap().count == 0);
        assert_eq!(bonds(&world, Bonds::Blocks, ann).await, [bob]);
        assert!(bonds(&world, Bonds::Blocks, bob).await.is_empty());

        let (done, log) = world.logged_by(world.service.unblock(ann, bob)).await;
        assert_eq!((done.unwrap(), log), (NOTHING, vec![Event::Unblocked(block)]));
        let (_, log) = world.logged_by(world.service.unblock(ann, bob)).await;
        assert!(log.is_empty());
        assert!(world.service.follow(bob, ann).await.unwrap().following);
        assert!(world.service.tweet(Some(bob), tweet).await.is_ok());
    }
}

#[tokio::test]
async fn a_block_ends_requests_of_both_sides() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        lock(&world, ann, true).await;
        lock(&world, bob, true).await;
        world.follow(bob, ann).await;
        world.follow(ann, bob).await;
        let (done, log) = world.logged_by(world.service.block(ann, bob)).await;
        assert_eq!(done.unwrap(), Relationship { blocking: true, ..NOTHING });
        let kinds: Vec<_> =
            log.iter().map(|event| serde_json::to_value(event).unwrap()["kind"].clone()).collect();
        assert_eq!(kinds, ["follow_request_cancelled", "follow_rejected", "blocked"]);
        assert_eq!(world.service.relationship(bob, ann).await.unwrap(), NOTHING);
    }
}

#[tokio::test]
async fn a_block_that_comes_between_check_and_follow_wins() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        world.service.block(ann, bob).await.unwrap();
        let bond = Relation { from: bob, to: ann, from_local: true, to_local: true, id: 1, uri: None };
        let written = world
            .store()
            .write(move |conn| Ok((follows::follow(conn, &bond, 1)?, follows::request(conn, &bond, 1)?)));
        assert_eq!(written.await.unwrap(), (false, false));
        assert_eq!(world.account_counts(ann).await, [0; 3]);
    }
}

#[tokio::test]
async fn a_mute_is_secret_and_says_whether_notifications_are_meant_too() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let (done, log) = world.logged_by(world.service.mute(ann, bob, false)).await;
        assert_eq!(done.unwrap(), Relationship { muting: true, ..NOTHING });
        assert_eq!(log, [Event::Muted(relation(ann, bob, &log[0]))]);
        world.tweet(bob, "one @ann").await;
        assert_eq!(world.told(ann).await.len(), 1, "only the lists are cleaned");
        let (_, log) = world.logged_by(world.service.mute(ann, bob, true)).await;
        assert_eq!(log.len(), 1);
        let (_, log) = world.logged_by(world.service.mute(ann, bob, true)).await;
        assert!(log.is_empty(), "nothing changed");
        world.tweet(bob, "two @ann").await;
        assert!(world.told(ann).await.is_empty() && world.service.unread(ann).await.unwrap().count == 0);
        assert_eq!(world.service.relationship(bob, ann).await.unwrap(), NOTHING);
        assert_eq!(bonds(&world, Bonds::Mutes, ann).await, [bob]);
        let (done, log) = world.logged_by(world.service.unmute(ann, bob)).await;
        assert_eq!((done.unwrap(), log.len()), (NOTHING, 1));
        let (_, log) = world.logged_by(world.service.unmute(ann, bob)).await;
        assert!(log.is_empty());
        assert_eq!(world.told(ann).await.len(), 1, "what came meanwhile is not told later");
    }
}

#[tokio::test]
async fn relations_are_fresh_after_every_change_of_either_side() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let closed = world.tweet_for(ann, "closed", Followers).await;
        let sees = async || world.service.tweet(Some(bob), closed).await.is_ok();
        assert!(!sees().await);
        world.follow(bob, ann).await;
        assert!(sees().await);
        world.service.remove_follower(ann, bob).await.unwrap();
        assert!(!sees().await);
        world.follow(bob, ann).await;
        world.service.block(ann, bob).await.unwrap();
        world.service.unblock(ann, bob).await.unwrap();
        assert!(!sees().await);
        // Another process of the same instance writes: the log tells.
        let id = world.service.next_id();
        let bond = Relation { from: bob, to: ann, from_local: true, to_local: true, id, uri: None };
        let written = bond.clone();
        world.store().write(move |conn| follows::follow(conn, &written, 1)).await.unwrap();
        world.service.graph().apply(&Event::Followed(bond));
        assert!(sees().await);
    }
}

#[tokio::test]
async fn an_island_asks_no_account_elsewhere_to_be_followed() {
    for (federation, after) in [(true, "requested"), (false, "federation_off")] {
        for world in worlds_with(&Rules { federation, ..Rules::default() }).await {
            let ann = world.person("ann").await;
            let mut far = Account::blank(AccountId(world.service.next_id()), "far".to_owned(), 0);
            far.domain = Some("far.test".to_owned());
            far.uri = Some("https://far.test/users/far".to_owned());
            let written = far.clone();
            world.store().write(move |conn| accounts::insert(conn, &written)).await.unwrap();
            let (followed, log) = world.logged_by(world.service.follow(ann, far.id)).await;
            match followed {
                Ok(relationship) => assert!(relationship.requested && after == "requested"),
                Err(error) => assert_eq!((error.code(), log.len()), (after, 0)),
            }
        }
    }
}

#[tokio::test]
async fn on_both_sides_of_a_block_no_list_of_people_shows_the_other() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        let tweet = world.tweet(cid, "hello").await;
        for who in [ann, bob] {
            world.follow(who, cid).await;
            world.service.like(who, tweet).await.unwrap();
            world.retweet(who, tweet).await;
        }
        world.follow(cid, ann).await;
        world.service.block(ann, bob).await.unwrap();
        let people = |page: crate::model::cursor::Page<crate::model::account::Account>| {
            page.items.iter().map(|account| account.id).collect::<Vec<_>>()
        };
        for (viewer, seen) in [(Some(ann), vec![ann]), (Some(bob), vec![bob]), (None, vec![bob, ann])] {
            let service = &world.service;
            let lists = [
                service.likers(viewer, tweet, start(), 9).await,
                service.retweeters(viewer, tweet, start(), 9).await,
                service.bonds_seen(viewer, Bonds::Followers, cid, start(), 9).await,
            ];
            for list in lists {
                assert_eq!(people(list.unwrap()), seen, "{viewer:?}");
            }
            let hers = service.bonds_seen(viewer, Bonds::Followers, ann, start(), 9).await.unwrap();
            assert_eq!(people(hers).is_empty(), viewer == Some(bob), "{viewer:?}");
        }
    }
}
