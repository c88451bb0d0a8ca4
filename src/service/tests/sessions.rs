//! Logging in, sessions and tokens, passwords.

use std::net::{IpAddr, Ipv4Addr};

use super::world::{PASSWORD, World, code, form, is_not_found, registering, worlds, worlds_with};
use crate::clock::{DAY_MS, HOUR_MS, SECOND_MS};
use crate::config::limits::SESSIONS_MAX;
use crate::model::account::SessionKind;
use crate::model::event::Event;
use crate::model::ids::AccountId;
use crate::service::Registration;
use crate::service::sessions::{Origin, SignedIn};

/// Where people log in from.
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

async fn web(world: &World, who: AccountId) -> String {
    let origin = Origin { name: "Firefox".into(), address: "192.0.2.1".into() };
    world.service.start_session(who, SessionKind::Web, "read write", origin).await.unwrap().1
}

async fn signed_in(world: &World, secret: &str) -> Option<SignedIn> {
    world.service.session(secret).await.unwrap()
}

#[tokio::test]
async fn only_the_right_password_of_an_account_in_good_standing_fits() {
    for world in worlds().await {
        world.person("chief").await;
        let ann = world.service.register(form("ann")).await.unwrap().account_id;
        let check = async |login: &str, password: &str| {
            world.service.check_password(login, password.to_owned(), HOME).await
        };
        assert_eq!(check("Ann", PASSWORD).await.unwrap().account_id, ann);
        assert_eq!(check("ann@MAIL.test", PASSWORD).await.unwrap().account_id, ann);
        assert_eq!(code(check("ann", "wrong horse").await), "unauthorized");
        assert_eq!(code(check("nobody", PASSWORD).await), "unauthorized");
        world.service.set_suspended(ann, true).await.unwrap();
        assert_eq!(code(check("ann", PASSWORD).await), "suspended");
        assert_eq!(code(check("ann", "wrong horse").await), "unauthorized");
    }
}

#[tokio::test]
async fn a_password_is_not_guessed_and_its_owner_is_not_locked_out_by_a_stranger() {
    for world in worlds().await {
        world.people(["ann", "bob"]).await;
        let from = async |login: &str, network: u8| {
            let network = IpAddr::V4(Ipv4Addr::new(198, 51, 100, network));
            code(world.service.check_password(login, "wrong horse".to_owned(), network).await)
        };
        for name in ["ann", "nobody"] {
            for _ in 0..30 {
                assert_eq!(from(name, 1).await, "unauthorized", "{name}");
            }
        }
        assert_eq!(from("ANN@mail.test", 1).await, "too_many_requests", "whatever the name");
        assert_eq!(from("Nobody ", 1).await, "too_many_requests", "and as if there was one");
        assert_eq!(from("bob", 1).await, "unauthorized", "others may");
        assert_eq!(from("ann", 2).await, "unauthorized", "and she herself, from where she is");
        world.clock.advance(31 * SECOND_MS);
        assert_eq!(from("ann", 1).await, "unauthorized", "one comes back");
        assert_eq!(from("ann", 1).await, "too_many_requests");
    }
}

#[tokio::test]
async fn who_waits_for_approval_can_neither_log_in_nor_use_a_session() {
    for world in worlds_with(&registering(Registration::Approval)).await {
        world.person("chief").await;
        let ann = world.service.register(form("ann")).await.unwrap().account_id;
        let refused = world.service.check_password("ann", PASSWORD.to_owned(), HOME).await;
        assert_eq!(code(refused), "pending");
        let secret = web(&world, ann).await;
        assert_eq!(signed_in(&world, &secret).await, None);
        world.service.approve(ann).await.unwrap();
        assert_eq!(signed_in(&world, &secret).await.unwrap().account, ann);
    }
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_alone() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let (first, second) = (web(&world, ann).await, web(&world, ann).await);
        let listed = world.service.sessions(ann).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!((listed[0].name.as_str(), listed[0].address.as_str()), ("Firefox", "192.0.2.1"));
        let id = signed_in(&world, &first).await.unwrap().session;
        assert_eq!(listed[1].id, id, "newest first");
        assert!(is_not_found(&world.service.end_session(bob, id).await));
        let (ended, log) = world.logged_by(world.service.end_session(ann, id)).await;
        ended.unwrap();
        assert_eq!(log, [Event::SessionsEnded { account: ann }]);
        assert_eq!(signed_in(&world, &first).await, None);
        assert!(signed_in(&world, &second).await.is_some());
        assert!(is_not_found(&world.service.end_session(ann, id).await));
        assert_eq!(signed_in(&world, "no such secret").await, None);
    }
}

#[tokio::test]
async fn suspending_ends_every_session() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let secret = web(&world, ann).await;
        let (_, log) = world.logged_by(world.service.set_suspended(ann, true)).await;
        assert_eq!(log.last(), Some(&Event::SessionsEnded { account: ann }));
        assert_eq!(signed_in(&world, &secret).await, None);
        world.service.set_suspended(ann, false).await.unwrap();
        assert_eq!(signed_in(&world, &secret).await, None, "it does not come back");
    }
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_a_reset_all() {
    for world in worlds().await {
        world.person("chief").await;
        let ann = world.service.register(form("ann")).await.unwrap().account_id;
        let (mine, other) = (web(&world, ann).await, web(&world, ann).await);
        let me = signed_in(&world, &mine).await.unwrap();
        let change = async |current: &str, new: &str| {
            world.service.change_password(&me, current.to_owned(), new.to_owned()).await
        };
        assert_eq!(code(change("wrong horse", "another horse").await), "wrong_password");
        assert_eq!(code(change(PASSWORD, "ann").await), "too_short");
        assert!(signed_in(&world, &other).await.is_some());
        let (changed, log) = world.logged_by(change(PASSWORD, "another horse")).await;
        changed.unwrap();
        assert_eq!(log, [Event::SessionsEnded { account: ann }]);
        assert!(signed_in(&world, &mine).await.is_some());
        assert_eq!(signed_in(&world, &other).await, None);
        let check = world.service.check_password("ann", "another horse".to_owned(), HOME).await;
        assert_eq!(check.unwrap().account_id, ann);
        world.service.reset_password(ann, "third horse".to_owned()).await.unwrap();
        assert_eq!(signed_in(&world, &mine).await, None);
        assert!(world.service.check_password("ann", "third horse".to_owned(), HOME).await.is_ok());
    }
}

#[tokio::test]
async fn a_token_has_the_scopes_it_was_made_with_and_no_more() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let start = async |scopes: &str| {
            world.service.start_session(ann, SessionKind::Token, scopes, Origin::default()).await
        };
        for bad in ["", "everything", "read  write", "admin", "admin:everything", "read,write"] {
            assert_eq!(code(start(bad).await), "unknown_scope", "{bad:?}");
        }
        let (session, secret) = start("read write:statuses admin:read").await.unwrap();
        assert_eq!(session.expires_at, None);
        let who = signed_in(&world, &secret).await.unwrap();
        let has =
            ["read", "read:search", "write:statuses", "write", "write:media", "admin:read", "admin:write"]
                .map(|scope| who.has_scope(scope));
        assert_eq!(has, [true, true, true, false, false, true, false]);
        world.clock.advance(1_000 * DAY_MS);
        assert!(signed_in(&world, &secret).await.is_some(), "a token does not end by itself");
    }
}

#[tokio::test]
async fn a_web_session_lasts_while_it_is_used_and_ends_when_it_is_not() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let secret = web(&world, ann).await;
        world.clock.advance(60 * DAY_MS);
        assert!(signed_in(&world, &secret).await.is_some());
        world.clock.advance(60 * DAY_MS);
        assert!(signed_in(&world, &secret).await.is_some(), "it was used sixty days ago");
        assert_eq!(world.service.sessions(ann).await.unwrap()[0].last_used_at, world.clock.now_ms());
        world.clock.advance(91 * DAY_MS);
        assert_eq!(signed_in(&world, &secret).await, None);
        assert!(world.service.sessions(ann).await.unwrap().is_empty(), "what has ended is not listed");
    }
}

#[tokio::test]
async fn a_use_soon_after_another_writes_nothing() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let secret = web(&world, ann).await;
        let made = world.clock.now_ms();
        world.clock.advance(HOUR_MS / 10);
        signed_in(&world, &secret).await.unwrap();
        assert_eq!(world.service.sessions(ann).await.unwrap()[0].last_used_at, made);
    }
}

#[tokio::test]
async fn the_session_unused_for_longest_ends_when_there_are_too_many() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let daily = web(&world, ann).await;
        let oldest = web(&world, ann).await;
        world.clock.advance(HOUR_MS);
        for _ in 2..SESSIONS_MAX {
            web(&world, ann).await;
        }
        world.clock.advance(HOUR_MS);
        assert!(signed_in(&world, &daily).await.is_some(), "the first to be made, and used each day");
        let (newest, log) = world.logged_by(web(&world, ann)).await;
        assert_eq!(log, [Event::SessionsEnded { account: ann }]);
        assert_eq!(signed_in(&world, &oldest).await, None);
        assert!(signed_in(&world, &daily).await.is_some());
        assert!(signed_in(&world, &newest).await.is_some());
        assert_eq!(world.service.sessions(ann).await.unwrap().len(), SESSIONS_MAX);
    }
}
