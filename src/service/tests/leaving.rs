//! Deleting one's account: gone at once, erased after, the name kept.

use super::world::{PASSWORD, World, code, form, is_not_found, picture, worlds};
use crate::clock::{DAY_MS, MINUTE_MS};
use crate::model::account::{Role, SessionKind, UserState};
use crate::model::event::Event;
use crate::model::ids::AccountId;
use crate::service::sessions::{Origin, SignedIn};
use crate::service::{NewPoll, NewTweet, ProfileChanges, Service};
use crate::store::tests::counted::{counts, of_account};

async fn signed_in(world: &World, account: AccountId) -> (SignedIn, String) {
    let service = &world.service;
    let started = service.start_session(account, SessionKind::Token, "read write", Origin::default()).await;
    let (_, secret) = started.unwrap();
    (service.session(&secret).await.unwrap().unwrap(), secret)
}

/// The rows that speak of an account.
async fn rows_of(world: &World, id: AccountId) -> Vec<(&'static str, i64)> {
    of_account(world.store(), id).await
}

#[tokio::test]
async fn an_account_that_is_deleted_is_gone_at_once_for_everybody_and_signed_out_everywhere() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let changes = ProfileChanges { bio: Some("I am Ann".into()), ..ProfileChanges::default() };
        world.service.update_profile(ann, changes).await.unwrap();
        let tweet = world.tweet(ann, "hello").await;
        let (_, secret) = signed_in(&world, ann).await;
        let (done, log) = world.logged_by(world.service.delete_account(ann)).await;
        done.unwrap();
        let told = [
            Event::AccountSuspended { account: ann, suspended: true },
            Event::SessionsEnded { account: ann },
        ];
        assert_eq!(log, told, "{}", world.engine);
        assert!(is_not_found(&world.service.account(ann).await), "{}", world.engine);
        assert!(is_not_found(&world.service.account_by_handle("ann").await));
        assert!(is_not_found(&world.service.tweet(Some(bob), tweet).await), "{}", world.engine);
        assert!(is_not_found(&world.service.tweet(None, tweet).await));
        assert!(is_not_found(&world.service.user(ann).await), "the login data are gone with it");
        assert_eq!(world.service.session(&secret).await.unwrap(), None, "{}", world.engine);
        assert_eq!(world.service.left("ANN").await.unwrap(), Some(("ann".to_owned(), world.clock.now_ms())));
        assert!(is_not_found(&world.service.delete_account(ann).await), "only once");
        assert!(!world.service.set_suspended(ann, false).await.unwrap(), "nobody brings it back");
        assert!(is_not_found(&world.service.account(ann).await), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_wrong_password_deletes_nothing_and_the_right_one_does() {
    for world in worlds().await {
        world.person("chief").await;
        let ann = world.service.create_user(form("ann"), Role::User, UserState::Active).await.unwrap();
        let (who, _) = signed_in(&world, ann.account_id).await;
        let before = counts(world.store()).await;
        assert_eq!(code(world.service.leave(&who, "wrong horse battery".into()).await), "wrong_password");
        assert_eq!(counts(world.store()).await, before, "{}", world.engine);
        world.service.account(ann.account_id).await.unwrap();
        world.service.leave(&who, PASSWORD.into()).await.unwrap();
        assert!(is_not_found(&world.service.account(ann.account_id).await), "{}", world.engine);
    }
}

#[tokio::test]
async fn the_only_admin_stays_and_of_two_who_go_at_once_one() {
    for world in worlds().await {
        let chief = world.service.create_user(form("chief"), Role::Admin, UserState::Active).await.unwrap();
        world.person("ann").await;
        assert_eq!(code(world.service.delete_account(chief.account_id).await), "last_admin");
        let other = world.service.create_user(form("other"), Role::Admin, UserState::Active).await.unwrap();
        let (one, two) = tokio::join!(
            world.service.delete_account(chief.account_id),
            world.service.delete_account(other.account_id)
        );
        let refused = if one.is_err() { one } else { two };
        assert_eq!(code(refused), "last_admin", "{}", world.engine);
        let admins = world.service.users(10).await.unwrap();
        assert_eq!(admins.iter().filter(|user| user.role == Role::Admin).count(), 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn nobody_takes_the_name_of_an_account_that_was_deleted() {
    for world in worlds().await {
        world.person("chief").await;
        let ann = world.person("ann").await;
        world.service.delete_account(ann).await.unwrap();
        world.clock.advance(MINUTE_MS);
        world.service.erase_departed().await.unwrap();
        world.service.erase_departed().await.unwrap();
        for name in ["ann", "ANN"] {
            assert_eq!(code(world.service.register(form(name)).await), "taken", "{}: {name}", world.engine);
        }
        let mut again = form("ann2");
        again.email = "ann@mail.test".into();
        world.service.register(again).await.expect("the address is nobody's any more");
    }
}

/// `ann`, who did all there is to do, and others whose counts know of it.
async fn a_life(world: &World) -> (AccountId, AccountId, AccountId) {
    let [ann, bob, cat] = world.people(["ann", "bob", "cat"]).await;
    let service = &world.service;
    let poll = NewPoll { options: vec!["a".into(), "b".into()], multiple: false, lasts_ms: DAY_MS };
    let bobs = world
        .post(bob, NewTweet { text: "a or b? @ann".into(), poll: Some(poll), ..NewTweet::default() })
        .await;
    for (one, other) in [(ann, bob), (bob, ann), (cat, ann)] {
        world.follow(one, other).await;
    }
    service.like(ann, bobs).await.unwrap();
    service.like(cat, bobs).await.unwrap();
    world.retweet(ann, bobs).await;
    let answer = world.reply(ann, bobs, "both").await;
    world.post(ann, NewTweet { text: "look".into(), quote_of: Some(bobs), ..NewTweet::default() }).await;
    service.vote(ann, bobs, &[0]).await.unwrap();
    service.set_bookmark(ann, bobs, true).await.unwrap();
    world.retweet(cat, answer).await;
    service.like(cat, answer).await.unwrap();
    let dan = world.person("dan").await;
    service.mute(dan, ann, true).await.unwrap();
    service.block(ann, dan).await.unwrap();
    let file = service.add_upload(ann, picture()).await.unwrap();
    world.post(ann, NewTweet { text: "seen".into(), media: vec![file.id], ..NewTweet::default() }).await;
    world.picture(ann).await;
    (ann, bob, cat)
}

#[tokio::test]
async fn all_of_a_deleted_account_is_erased_and_the_counts_of_others_end_right() {
    for world in worlds().await {
        let (ann, bob, cat) = a_life(&world).await;
        world.service.delete_account(ann).await.unwrap();
        world.service.erase_departed().await.unwrap();
        assert_eq!(rows_of(&world, ann).await, [], "{}", world.engine);
        let tweets = world.service.account_tweets(
            Some(cat),
            bob,
            crate::service::Tab::Posts,
            super::world::start(),
            10,
        );
        let bobs = tweets.await.unwrap().items[0].tweet.clone();
        assert_eq!(world.counts(bob, bobs.id).await, [1, 0, 0, 0], "{}: cat's like stays", world.engine);
        assert_eq!(bobs.poll.as_ref().unwrap().options[0].votes, 1, "what was counted stays counted");
        assert_eq!(world.account_counts(bob).await, [1, 0, 0], "{}", world.engine);
        assert_eq!(world.account_counts(cat).await, [0, 0, 0], "{}", world.engine);
        assert_eq!(world.told(bob).await.len(), 1, "{}: only cat liked it", world.engine);
        let files = world.service.take_abandoned_uploads(10).await.unwrap();
        assert_eq!(files.len(), 2, "{}: the files of both pictures go", world.engine);
    }
}

#[tokio::test]
async fn erasing_goes_on_after_a_crash_and_looks_once_more_for_what_was_just_being_written() {
    for world in worlds().await {
        let (ann, _, cat) = a_life(&world).await;
        let theirs = world.tweet(cat, "mine").await;
        let changes = ProfileChanges { avatar: Some(Some("aa/bb.png".into())), ..ProfileChanges::default() };
        world.service.update_profile(ann, changes).await.unwrap();
        world.service.delete_account(ann).await.unwrap();
        assert_ne!(rows_of(&world, ann).await, [], "{}", world.engine);

        // Another process finds it as it was left.
        let (ids, addresses) =
            (std::sync::Arc::clone(&world.service.0.ids), world.service.addresses().clone());
        let next =
            Service::new(world.store().clone(), world.clock.clone(), ids, addresses, Default::default());
        next.erase_departed().await.unwrap();
        assert_eq!(rows_of(&world, ann).await, [], "{}", world.engine);
        let reaction = crate::model::event::Reaction {
            account: ann,
            local: true,
            tweet: theirs,
            author: cat,
            id: world.service.next_id(),
        };
        let late = crate::store::reactions::Like { reaction, uri: None, now_ms: world.clock.now_ms() };
        next.write_like(late).await.unwrap();
        world.clock.advance(MINUTE_MS);
        for _ in 0..2 {
            next.erase_departed().await.unwrap();
        }
        assert_eq!(rows_of(&world, ann).await, [], "{}", world.engine);
        assert_eq!(world.counts(cat, theirs).await[0], 0, "{}", world.engine);
        let left = |conn: &mut crate::store::Conn| {
            crate::store::departures::unerased(conn, AccountId::default(), 10)
        };
        assert_eq!(world.store().read(left).await.unwrap(), [], "{}: nothing is left to do", world.engine);
        let files = world.service.take_abandoned_uploads(10).await.unwrap();
        assert!(files.iter().any(|file| file.file_key.as_deref() == Some("aa/bb.png")), "{}", world.engine);
    }
}
