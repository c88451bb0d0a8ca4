//! What is wanted of a follow, and being told of posts; mutes that end, muted threads, hidden hosts, notes.

use super::world::{World, code, is_not_found, saying, start, worlds};
use crate::clock::{DAY_MS, HOUR_MS};
use crate::model::account::Account;
use crate::model::event::{Event, Relation};
use crate::model::follow::FollowChoices;
use crate::model::ids::{AccountId, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::visibility::Visibility;
use crate::service::{NewTweet, ProfileChanges, Relationship, notices};
use crate::store::events::Logged;
use crate::store::follows::{self, Bonds};
use crate::store::{accounts, events};

/// Somebody on another instance.
async fn far(world: &World, name: &str, host: &str) -> AccountId {
    let id = AccountId(world.service.next_id());
    let account = Account {
        domain: Some(host.to_owned()),
        ..Account::blank(id, name.to_owned(), world.service.now_ms())
    };
    world.store().write(move |conn| accounts::insert(conn, &account)).await.unwrap();
    id
}

/// A follow that is there, whatever hosts say to it.
async fn bind(world: &World, from: (AccountId, bool), to: (AccountId, bool)) {
    let id = world.service.next_id();
    let relation = Relation { from: from.0, to: to.0, from_local: from.1, to_local: to.1, id, uri: None };
    let written = relation.clone();
    world.store().write(move |conn| follows::follow(conn, &written, 1)).await.unwrap();
    world.service.graph().apply(&Event::Followed(relation));
}

/// The log as the consumer of notices reads it, told to the end.
async fn notice(world: &World) {
    let from = world.service.consumer(notices::CONSUMER).begin().await.unwrap();
    world.log().await;
    let next = world.store().read(move |conn| events::after(conn, from, 1_000)).await.unwrap();
    let batch: Vec<Logged> = next.events;
    notices::take_in(&world.service, &batch, true).await.unwrap();
}

fn notify(on: bool) -> FollowChoices {
    FollowChoices { notify: Some(on), ..FollowChoices::default() }
}

#[tokio::test]
async fn what_is_wanted_of_a_follow_is_kept_changed_and_forgotten_with_it() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let service = &world.service;
        let german = Some(vec!["de-AT".to_owned()]);
        let choices = FollowChoices { retweets: Some(false), notify: Some(true), languages: german };
        let stands = service.follow_with(ann, bob, choices.clone()).await.unwrap();
        assert!(stands.following && !stands.showing_retweets && stands.notifying, "{}", world.engine);
        assert_eq!(stands.languages, ["de"], "{}", world.engine);
        assert_eq!(service.follow(ann, bob).await.unwrap(), stands, "what is not said stays");
        let again = FollowChoices { retweets: Some(true), ..FollowChoices::default() };
        let (stands, log) = world.logged_by(service.tune_follow(ann, bob, again.clone())).await;
        let stands = stands.unwrap();
        assert!(stands.showing_retweets && stands.notifying, "{}", world.engine);
        assert!(matches!(log.as_slice(), [Event::FollowChanged(bond)] if bond.from == ann), "{log:?}");
        let (_, log) = world.logged_by(service.tune_follow(ann, bob, again.clone())).await;
        assert!(log.is_empty(), "{}: nothing changed", world.engine);
        assert!(is_not_found(&service.tune_follow(bob, ann, again).await));
        let bad = FollowChoices { languages: Some(vec!["no language".into()]), ..FollowChoices::default() };
        assert_eq!(code(service.follow_with(ann, bob, bad).await), "bad_language");
        service.unfollow(ann, bob).await.unwrap();
        let stands = service.follow(ann, bob).await.unwrap();
        assert!(stands.showing_retweets && !stands.notifying && stands.languages.is_empty());

        // A locked account is asked; what was chosen comes with its yes.
        let locked = ProfileChanges { locked: Some(true), ..ProfileChanges::default() };
        service.update_profile(ann, locked).await.unwrap();
        let asked = service.follow_with(bob, ann, choices).await.unwrap();
        assert!(asked.requested && asked.notifying, "{}", world.engine);
        service.answer_request(ann, bob, true).await.unwrap();
        let stands = service.relationship(bob, ann).await.unwrap();
        let told = (stands.following, stands.showing_retweets, stands.notifying, stands.languages.as_slice());
        assert_eq!(told, (true, false, true, ["de".to_owned()].as_slice()), "{}", world.engine);
        let relations = service.graph().relations(bob).await.unwrap();
        assert!(relations.retweets_hidden.contains(&ann) && !relations.wants_language(ann, Some("en")));
        assert!(relations.wants_language(ann, Some("de")) && relations.wants_language(ann, None));
    }
}

#[tokio::test]
async fn who_wants_it_is_told_of_each_new_post_once_and_of_nothing_else() {
    for world in worlds().await {
        let [ann, bob, cat] = world.people(["ann", "bob", "cat"]).await;
        notice(&world).await;
        let service = &world.service;
        service.follow_with(ann, bob, notify(true)).await.unwrap();
        world.follow(cat, bob).await;
        let post = world.tweet(bob, "news").await;
        let thread = world.reply(bob, post, "and more").await;
        let closed = world.tweet_for(bob, "for followers", Visibility::Followers).await;
        world.tweet_for(bob, "psst", Visibility::Direct).await;
        let cats = world.tweet(cat, "cats").await;
        world.reply(bob, cats, "well").await;
        world.retweet(bob, cats).await;
        let mentioned = world.tweet(bob, "hey @ann").await;
        notice(&world).await;
        let told = async |who| {
            let kinds = vec![NotificationKind::Posted];
            let page = service.notifications(who, kinds, start(), 40).await.unwrap();
            page.items.iter().filter_map(|view| view.notification.tweet).collect::<Vec<TweetId>>()
        };
        assert_eq!(told(ann).await, [closed, thread, post], "{}: a mention is told as that", world.engine);
        assert_eq!(told(cat).await, [], "{}", world.engine);
        assert!(world.told(ann).await.contains(&(NotificationKind::Mention, bob)), "{mentioned}");
        // The log may be read twice.
        let all = world.store().read(|conn| events::after(conn, events::Position::default(), 1_000)).await;
        notices::take_in(service, &all.unwrap().events, true).await.unwrap();
        assert_eq!(told(ann).await.len(), 3, "{}", world.engine);
        service.tune_follow(ann, bob, notify(false)).await.unwrap();
        world.tweet(bob, "unheard").await;
        notice(&world).await;
        assert_eq!(told(ann).await.len(), 3, "{}", world.engine);
        service.delete_tweet(bob, post).await.unwrap();
        assert_eq!(told(ann).await, [closed, thread], "{}", world.engine);
    }
}

#[tokio::test]
async fn only_posts_in_the_wanted_languages_are_told_of() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        notice(&world).await;
        let german = Some(vec!["de".to_owned()]);
        let choices = FollowChoices { languages: german, ..notify(true) };
        world.service.follow_with(ann, bob, choices).await.unwrap();
        let mut posts = Vec::new();
        for language in ["de", "en"] {
            let new = NewTweet { language: Some(language.to_owned()), ..saying("caw") };
            posts.push(world.post(bob, new).await);
        }
        notice(&world).await;
        let page = world.service.notifications(ann, Vec::new(), start(), 40).await.unwrap();
        let told: Vec<_> = page.items.iter().filter_map(|view| view.notification.tweet).collect();
        assert_eq!(told, [posts[0]], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_mute_ends_by_itself_in_time_and_the_log_says_so() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let service = &world.service;
        let stands = service.mute_for(ann, bob, true, Some(3_600)).await.unwrap();
        let end = world.clock.now_ms() + HOUR_MS;
        assert_eq!((stands.muting, stands.muting_until), (true, Some(end)), "{}", world.engine);
        service.end_mutes().await.unwrap();
        assert!(service.relationship(ann, bob).await.unwrap().muting);
        world.clock.advance(HOUR_MS);
        let (_, log) = world.logged_by(service.end_mutes()).await;
        let [Event::Unmuted(ended)] = log.as_slice() else { panic!("{log:?}") };
        assert_eq!((ended.from, ended.to), (ann, bob));
        service.graph().apply(&log[0]);
        assert_eq!(service.relationship(ann, bob).await.unwrap(), Relationship::default());
        world.tweet(bob, "hello @ann").await;
        assert_eq!(world.told(ann).await, [(NotificationKind::Mention, bob)], "{}", world.engine);
        service.mute_for(ann, bob, true, Some(60)).await.unwrap();
        assert_eq!(service.mute(ann, bob, true).await.unwrap().muting_until, None, "without an end now");
        world.clock.advance(DAY_MS);
        service.end_mutes().await.unwrap();
        assert!(service.relationship(ann, bob).await.unwrap().muting, "{}", world.engine);
        assert_eq!(code(service.mute_for(ann, bob, true, Some(-1)).await), "bad_time");
    }
}

#[tokio::test]
async fn a_muted_thread_tells_nothing_more_until_it_is_heard_again() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let service = &world.service;
        let root = world.tweet(ann, "root").await;
        let reply = world.reply(bob, root, "one").await;
        let view = service.mute_thread(ann, reply, true).await.unwrap();
        assert!(view.flags.muted && service.tweet(Some(ann), root).await.unwrap().flags.muted);
        assert!(!service.tweet(Some(bob), root).await.unwrap().flags.muted, "{}", world.engine);
        world.reply(bob, root, "two").await;
        service.like(bob, root).await.unwrap();
        world.retweet(bob, root).await;
        assert_eq!(
            world.told(ann).await,
            [(NotificationKind::Reply, bob)],
            "{}: only what came before",
            world.engine
        );
        let elsewhere = world.tweet(ann, "another").await;
        world.reply(bob, elsewhere, "three").await;
        assert_eq!(world.told(ann).await.len(), 2, "{}", world.engine);
        assert!(!service.mute_thread(ann, root, false).await.unwrap().flags.muted);
        world.reply(bob, root, "four").await;
        assert_eq!(world.told(ann).await.len(), 3, "{}", world.engine);
        let hidden = world.tweet_for(bob, "psst", Visibility::Followers).await;
        assert!(is_not_found(&service.mute_thread(ann, hidden, true).await));
    }
}

#[tokio::test]
async fn a_hidden_host_is_neither_seen_nor_heard_and_all_follows_with_it_end() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let (eve, fay) = (far(&world, "eve", "b.test").await, far(&world, "fay", "c.test").await);
        for other in [eve, fay] {
            bind(&world, (ann, true), (other, false)).await;
            bind(&world, (other, false), (ann, true)).await;
        }
        bind(&world, (bob, true), (eve, false)).await;
        assert_eq!(world.told(ann).await.len(), 2);
        let service = &world.service;
        let (done, log) = world.logged_by(service.hide_host(ann, " B.test ")).await;
        done.unwrap();
        assert_eq!(log[0], Event::HiddenHostsChanged { account: ann, host: "b.test".to_owned() });
        assert!(log.iter().any(|event| matches!(event, Event::Unfollowed(bond) if bond.to == eve)));
        assert!(log.iter().any(|event| matches!(event, Event::FollowRejected(bond) if bond.from == eve)));
        let stands = service.relationship(ann, eve).await.unwrap();
        assert_eq!(stands, Relationship { host_hidden: true, ..Relationship::default() }, "{}", world.engine);
        let stands = service.relationship(ann, fay).await.unwrap();
        assert!(stands.following && stands.followed_by && !stands.host_hidden, "{}", world.engine);
        assert!(service.relationship(bob, eve).await.unwrap().following, "others keep theirs");
        assert_eq!(world.told(ann).await, [(NotificationKind::Follow, fay)], "{}", world.engine);
        assert_eq!(code(service.follow(ann, eve).await), "host_hidden", "{}", world.engine);
        let (again, log) = world.logged_by(service.hide_host(ann, "b.test")).await;
        assert!(again.is_ok() && log.is_empty(), "twice is once");
        for bad in ["", "not a host", "https://b.test/x"] {
            assert_eq!(code(service.hide_host(ann, bad).await), "bad_host", "{bad}");
        }
        assert_eq!(code(service.hide_host(ann, "rookery.test").await), "own_host");
        service.hide_host(ann, "d.test").await.unwrap();
        let page = service.hidden_hosts(ann, start(), 1).await.unwrap();
        assert_eq!((page.items, page.next.is_some()), (vec!["d.test".to_owned()], true), "{}", world.engine);
        service.show_host(ann, "b.test").await.unwrap();
        assert!(!service.relationship(ann, eve).await.unwrap().host_hidden, "{}", world.engine);
        let page = service.bonds(Bonds::Following, ann, start(), 9).await.unwrap();
        assert_eq!(page.items.len(), 1, "{}: what ended stays ended", world.engine);
    }
}

#[tokio::test]
async fn a_note_is_its_makers_alone_and_goes_with_who_leaves() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let service = &world.service;
        let noted = service.note(ann, bob, " met at the fair ").await.unwrap();
        assert_eq!(noted.note, "met at the fair", "{}", world.engine);
        assert_eq!(service.relationship(bob, ann).await.unwrap().note, "");
        assert_eq!(code(service.note(ann, bob, &"x".repeat(2_001)).await), "too_long");
        assert_eq!(service.note(ann, bob, "new").await.unwrap().note, "new");
        assert_eq!(service.note(ann, bob, "  ").await.unwrap().note, "", "{}", world.engine);
        assert!(is_not_found(&service.note(ann, AccountId(7), "x").await));
        service.note(ann, bob, "x").await.unwrap();
        service.note(bob, ann, "y").await.unwrap();
        service.hide_host(ann, "b.test").await.unwrap();
        let post = world.tweet(bob, "z").await;
        service.mute_thread(ann, post, true).await.unwrap();
        service.delete_account(ann).await.unwrap();
        service.erase_departed().await.unwrap();
        let left = crate::store::tests::counted::of_account(world.store(), ann).await;
        assert_eq!(left, [], "{}", world.engine);
    }
}
