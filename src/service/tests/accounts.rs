//! Signing up, approving, suspending, profiles.

use super::world::{World, code, form, is_not_found, registering, start, worlds, worlds_with};
use crate::model::account::{Role, UserState};
use crate::model::cursor::Cursor;
use crate::model::event::Event;
use crate::model::ids::AccountId;
use crate::model::profile::Field;
use crate::service::Registration;
use crate::service::accounts::SignUp;
use crate::service::profiles::ProfileChanges;
use crate::store::accounts;

#[tokio::test]
async fn where_registration_is_open_a_new_account_may_log_in_at_once() {
    for world in worlds().await {
        assert_eq!(code(world.service.register(form("Ann")).await), "not_set_up", "the admin comes first");
        assert!(world.log().await.is_empty());
        let chief = world.person("chief").await;
        let user = world.service.register(form("Ann")).await.unwrap();
        assert_eq!((user.role, user.state), (Role::User, UserState::Active));
        let account = world.service.account_by_handle("@ann@rookery.test").await.unwrap();
        assert_eq!((account.id, account.username.as_str()), (user.account_id, "Ann"));
        let made = [chief, user.account_id].map(|account| Event::AccountCreated { account });
        assert_eq!(world.log().await, made);
        assert!(world.service.users(10).await.unwrap().contains(&user));
        assert_eq!(world.service.user_by_login("ANN@mail.test").await.unwrap(), user);
        assert_eq!(world.service.user_by_login(" aNN ").await.unwrap(), user);
    }
}

#[tokio::test]
async fn where_registration_needs_approval_nobody_sees_an_account_before_it() {
    for world in worlds_with(&registering(Registration::Approval)).await {
        world.person("chief").await;
        let bob = world.service.register(form("bob")).await.unwrap().account_id;
        let cid = world.service.register(form("cid")).await.unwrap().account_id;
        assert!(is_not_found(&world.service.account(bob).await));
        assert!(is_not_found(&world.service.account_by_handle("bob").await));
        let user = world.service.user(bob).await.unwrap();
        assert_eq!(world.service.own_account(&user).await.unwrap().id, bob, "but its owner");
        assert_eq!(world.service.signups_waiting().await.unwrap(), 2);
        let newest = world.service.signups(Cursor::default(), 1).await.unwrap();
        assert_eq!(newest.items[0].account_id, cid);
        let older = Cursor::parse(newest.next.as_deref()).unwrap();
        let older = world.service.signups(older, 1).await.unwrap();
        assert_eq!((older.items[0].account_id, older.next), (bob, None));
        assert_eq!((&*older.items[0].reason, &*older.items[0].username), ("I like rooks", "bob"));

        let (approved, log) = world.logged_by(world.service.approve(bob)).await;
        approved.unwrap();
        assert_eq!(log, [Event::AccountUpdated { account: bob, local: true }]);
        assert_eq!(world.service.account_by_handle("bob").await.unwrap().id, bob);
        assert!(is_not_found(&world.service.approve(bob).await), "only once");
        assert!(is_not_found(&world.service.turn_away(bob).await), "too late");

        let (done, log) = world.logged_by(world.service.turn_away(cid)).await;
        done.unwrap();
        assert_eq!(
            log,
            [Event::AccountUpdated { account: cid, local: true }],
            "what was derived is forgotten"
        );
        assert!(is_not_found(&world.service.user(cid).await));
        world.service.register(form("cid")).await.unwrap();
    }
}

#[tokio::test]
async fn where_registration_is_closed_only_an_admin_makes_accounts() {
    for world in worlds_with(&registering(Registration::Closed)).await {
        assert_eq!(code(world.service.register(form("ann")).await), "closed");
        world.service.create_user(form("ann"), Role::User, UserState::Active).await.unwrap();
        assert!(world.log().await.len() == 1);
    }
}

#[tokio::test]
async fn a_name_or_an_address_is_taken_whatever_the_letters_case() {
    for world in worlds().await {
        world.person("chief").await;
        world.service.register(form("Ann")).await.unwrap();
        let again = world.service.register(form("aNN")).await.unwrap_err();
        assert_eq!((again.field(), again.code()), (Some("username"), "taken"));
        let other = SignUp { email: "ANN@MAIL.test".into(), ..form("anna") };
        let again = world.service.register(other).await.unwrap_err();
        assert_eq!((again.field(), again.code()), (Some("email"), "taken"));
        assert!(is_not_found(&world.service.account_by_handle("anna").await), "nothing of it remains");
        assert_eq!(world.log().await.len(), 2);
    }
}

#[tokio::test]
async fn names_that_look_official_and_weak_passwords_are_refused() {
    for world in worlds().await {
        world.person("chief").await;
        for name in ["admin", "Rookery", "a b", ""] {
            let refused = world.service.register(form(name)).await.unwrap_err();
            assert_eq!(refused.field(), Some("username"), "{name:?}");
        }
        let short = SignUp { password: "short".into(), ..form("ann") };
        assert_eq!(code(world.service.register(short).await), "too_short");
        let nowhere = SignUp { email: "nowhere".into(), ..form("ann") };
        assert_eq!(code(world.service.register(nowhere).await), "bad_email");
        assert_eq!(world.log().await.len(), 1);
    }
}

#[tokio::test]
async fn an_instance_is_set_up_once_even_by_two_at_the_same_moment() {
    for world in worlds().await {
        assert!(!world.service.has_users().await.unwrap());
        let (one, two) = tokio::join!(world.service.set_up(form("ann")), world.service.set_up(form("bob")));
        let winners: Vec<_> = [&one, &two].into_iter().filter_map(|done| done.as_ref().ok()).collect();
        assert_eq!(winners.len(), 1, "{}", world.engine);
        assert_eq!(winners[0].role, Role::Admin);
        assert!(world.service.has_users().await.unwrap());
        assert_eq!(code(world.service.set_up(form("cid")).await), "set_up");
        assert_eq!(world.log().await.len(), 1);
    }
}

#[tokio::test]
async fn a_refused_set_up_leaves_the_instance_to_be_set_up() {
    for world in worlds().await {
        assert_eq!(code(world.service.set_up(form("admin")).await), "reserved");
        world.service.set_up(form("ann")).await.unwrap();
    }
}

#[tokio::test]
async fn a_suspended_account_vanishes_from_everything_and_returns_when_freed() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        world.follow(bob, ann).await;
        let tweet = world.tweet(ann, "hello @bob #day").await;
        let answer = world.reply(bob, tweet, "hi").await;
        world.retweet(bob, tweet).await;
        world.service.like(ann, answer).await.unwrap();

        let (changed, log) = world.logged_by(world.service.set_suspended(ann, true)).await;
        assert!(changed.unwrap());
        assert_eq!(log, [Event::AccountSuspended { account: ann, suspended: true }]);
        assert!(!world.service.set_suspended(ann, true).await.unwrap(), "it is already");
        vanished(&world, ann, bob, answer).await;
        for viewer in [None, Some(bob)] {
            assert!(is_not_found(&world.service.tweet(viewer, tweet).await));
        }

        let (changed, log) = world.logged_by(world.service.set_suspended(ann, false)).await;
        assert!(changed.unwrap());
        assert_eq!(log, [Event::AccountSuspended { account: ann, suspended: false }]);
        assert_eq!(world.service.tweet(None, tweet).await.unwrap().tweet.text, "hello @bob #day");
        assert_eq!(world.told(bob).await.len(), 2);
    }
}

async fn vanished(world: &World, ann: AccountId, bob: AccountId, answer: crate::model::ids::TweetId) {
    let service = &world.service;
    assert!(is_not_found(&service.account(ann).await));
    assert!(is_not_found(&service.account_by_handle("ann").await));
    assert!(is_not_found(&service.follow(bob, ann).await));
    assert!(
        service
            .bonds(crate::store::follows::Bonds::Following, bob, start(), 9)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert!(service.likers(None, answer, start(), 9).await.unwrap().items.is_empty());
    assert!(service.tweet(None, answer).await.unwrap().reply_to_author.is_none());
    let thread = service.thread(Some(bob), answer).await.unwrap();
    assert!(thread.ancestors.is_empty());
    let own = service
        .account_tweets(Some(bob), bob, crate::service::timelines::Tab::Replies, start(), 9)
        .await
        .unwrap();
    assert_eq!(own.items.iter().map(|view| view.tweet.id).collect::<Vec<_>>(), [answer]);
    assert!(world.told(bob).await.is_empty());
    assert_eq!(service.unread(bob).await.unwrap().count, 0);
    service.unfollow(bob, ann).await.unwrap();
    assert!(!service.relationship(bob, ann).await.unwrap().following);
}

#[tokio::test]
async fn a_profile_says_what_its_owner_wrote_and_gives_back_replaced_pictures() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let changes = ProfileChanges {
            display_name: Some(" Ann \n A. ".into()),
            bio: Some("see https://a.test/x #tea".into()),
            fields: Some(vec![Field { name: "Web".into(), value: "https://a.test".into() }]),
            avatar: Some(Some("one".into())),
            locked: Some(true),
            bot: Some(true),
            ..ProfileChanges::default()
        };
        let (done, log) = world.logged_by(world.service.update_profile(ann, changes)).await;
        let (account, orphans) = done.unwrap();
        assert_eq!(log, [Event::AccountUpdated { account: ann, local: true }]);
        assert!(orphans.is_empty());
        assert_eq!(account, world.service.account(ann).await.unwrap());
        assert_eq!((account.display_name.as_str(), account.locked), ("Ann A.", true));
        assert!(account.bio_html.contains("href=\"https://a.test/x\""), "{}", account.bio_html);

        let changes = ProfileChanges { avatar: Some(Some("two".into())), ..ProfileChanges::default() };
        let (account, orphans) = world.service.update_profile(ann, changes).await.unwrap();
        assert_eq!((account.display_name.as_str(), orphans), ("Ann A.", vec!["one".to_owned()]));
        let long = ProfileChanges { bio: Some("x".repeat(501)), ..ProfileChanges::default() };
        assert_eq!(code(world.service.update_profile(ann, long).await), "too_long");
    }
}

#[tokio::test]
async fn local_accounts_and_their_tweets_are_counted() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        world.tweet(ann, "one").await;
        world.tweet(bob, "two").await;
        world.service.set_suspended(bob, true).await.unwrap();
        let counts = world
            .store()
            .read(|conn| Ok((accounts::count_local(conn)?, accounts::count_local_tweets(conn)?)))
            .await
            .unwrap();
        assert_eq!(counts, (1, 2));
    }
}

#[tokio::test]
async fn two_changes_of_a_profile_at_once_both_hold() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        for round in 0..20 {
            let name =
                ProfileChanges { display_name: Some(format!("Ann {round}")), ..ProfileChanges::default() };
            let bio = ProfileChanges { bio: Some(format!("bio {round}")), ..ProfileChanges::default() };
            let (one, two) =
                tokio::join!(world.service.update_profile(ann, name), world.service.update_profile(ann, bio));
            one.unwrap();
            two.unwrap();
            let account = world.service.account(ann).await.unwrap();
            assert_eq!((account.display_name, account.bio), (format!("Ann {round}"), format!("bio {round}")));
        }
    }
}
