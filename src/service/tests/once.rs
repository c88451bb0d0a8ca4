//! One row for each cause, however often it is told of, and for how long rows are kept.

use super::world::{World, key, saying, start, worlds};
use crate::clock::{DAY_MS, HOUR_MS};
use crate::config::limits;
use crate::model::ids::{AccountId, TweetId};
use crate::model::notification::NotificationKind::{
    self, Edited, Follow, FollowRequest, Like, Mention, PollEnded, Posted, Quote, QuotedEdited, Reply,
    Retweet,
};
use crate::model::sifting::Sift;
use crate::service::upkeep::forget_old;
use crate::service::{NewPoll, NewTweet, ProfileChanges, Service, SiftChanges, TweetChanges, notices};
use crate::store::events::{self, Position};
use crate::store::notifications::{self, NewNotification};

fn asking() -> NewTweet {
    let options = vec!["elm".to_owned(), "oak".to_owned()];
    NewTweet { poll: Some(NewPoll { options, multiple: false, lasts_ms: HOUR_MS }), ..saying("which?") }
}

fn text(text: &str) -> TweetChanges {
    TweetChanges { text: Some(text.to_owned()), ..TweetChanges::default() }
}

/// What an account was told of this kind.
async fn rows(world: &World, who: AccountId, kind: NotificationKind) -> Vec<(AccountId, Option<TweetId>)> {
    let page = world.service.notifications(who, vec![kind], start(), 40).await.unwrap();
    page.items.iter().map(|view| (view.notification.from, view.notification.tweet)).collect()
}

/// Another process on the same data.
fn process(world: &World) -> Service {
    let service = &world.service;
    let ids = std::sync::Arc::new(crate::model::ids::IdMaker::new(world.clock.clone(), 1));
    Service::new(
        world.store().clone(),
        world.clock.clone(),
        ids,
        service.addresses().clone(),
        service.rules().clone(),
    )
}

#[tokio::test]
async fn what_is_done_undone_and_done_again_is_told_once() {
    for world in worlds().await {
        let [ann, bob, locked] = world.people(["ann", "bob", "cid"]).await;
        let service = &world.service;
        let wary = ProfileChanges { locked: Some(true), ..ProfileChanges::default() };
        service.update_profile(locked, wary).await.unwrap();
        let post = world.tweet(ann, "hello").await;
        for _ in 0..3 {
            for _ in 0..2 {
                service.like(bob, post).await.unwrap();
                service.retweet(bob, post).await.unwrap();
                service.follow(bob, ann).await.unwrap();
                service.follow(bob, locked).await.unwrap();
            }
            assert_eq!(rows(&world, ann, Like).await, [(bob, Some(post))], "{}", world.engine);
            assert_eq!(rows(&world, ann, Retweet).await, [(bob, Some(post))], "{}", world.engine);
            assert_eq!(rows(&world, ann, Follow).await, [(bob, None)], "{}", world.engine);
            assert_eq!(rows(&world, locked, FollowRequest).await, [(bob, None)], "{}", world.engine);
            service.unlike(bob, post).await.unwrap();
            service.unretweet(bob, post).await.unwrap();
            service.unfollow(bob, ann).await.unwrap();
            service.unfollow(bob, locked).await.unwrap();
            for (who, kind) in [(ann, Like), (ann, Retweet), (ann, Follow), (locked, FollowRequest)] {
                assert_eq!(rows(&world, who, kind).await, [], "{}: {kind:?} is taken back", world.engine);
            }
        }
        service.follow(bob, locked).await.unwrap();
        service.answer_request(locked, bob, true).await.unwrap();
        assert_eq!(rows(&world, locked, FollowRequest).await, [], "{}", world.engine);
        assert_eq!(rows(&world, locked, Follow).await, [(bob, None)], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_post_is_told_once_however_often_it_is_sent_and_its_event_is_read() {
    for world in worlds().await {
        let [ann, bob, cid, dan] = world.people(["ann", "bob", "cid", "dan"]).await;
        let choices = crate::model::follow::FollowChoices { notify: Some(true), ..Default::default() };
        world.service.follow_with(dan, bob, choices).await.unwrap();
        let post = world.tweet(ann, "hello").await;
        let remark = world.tweet(cid, "remark").await;
        let new = |text: &str, once| NewTweet { idempotency_key: Some(key(once)), ..saying(text) };
        let mut made = Vec::new();
        for _ in 0..2 {
            let reply = NewTweet { reply_to: Some(post), ..new("yes", "reply") };
            let quote = NewTweet { quote_of: Some(remark), ..new("so true", "quote") };
            made.push([
                world.post(bob, reply).await,
                world.post(bob, quote).await,
                world.post(bob, new("hey @ann", "mention")).await,
            ]);
        }
        assert_eq!(made[0], made[1], "{}", world.engine);
        let [reply, quote, mention] = made[0];
        world.log().await;
        let all = world.store().read(|conn| events::after(conn, Position::default(), 1_000)).await.unwrap();
        let other = process(&world);
        for _ in 0..2 {
            let (here, there) = tokio::join!(
                notices::take_in(&world.service, &all.events, true),
                notices::take_in(&other, &all.events, true)
            );
            here.and(there).unwrap();
        }
        assert_eq!(rows(&world, ann, Reply).await, [(bob, Some(reply))], "{}", world.engine);
        assert_eq!(rows(&world, ann, Mention).await, [(bob, Some(mention))], "{}", world.engine);
        assert_eq!(rows(&world, cid, Quote).await, [(bob, Some(quote))], "{}", world.engine);
        let posted = rows(&world, dan, Posted).await;
        assert_eq!(posted, [(bob, Some(mention)), (bob, Some(quote))], "{}", world.engine);
    }
}

#[tokio::test]
async fn the_end_of_a_poll_is_told_once_by_several_processes() {
    for world in worlds().await {
        let [ann, bob, cid, mute] = world.people(["ann", "bob", "cid", "dan"]).await;
        let poll = world.post(ann, asking()).await;
        for who in [bob, cid, mute] {
            world.service.vote(who, poll, &[0]).await.unwrap();
        }
        world.service.mute_thread(mute, poll, true).await.unwrap();
        world.clock.advance(HOUR_MS);
        let other = process(&world);
        for _ in 0..3 {
            let (here, there) = tokio::join!(world.service.tend_polls(), other.tend_polls());
            here.and(there).unwrap();
        }
        for who in [ann, bob, cid] {
            assert_eq!(rows(&world, who, PollEnded).await, [(ann, Some(poll))], "{}", world.engine);
        }
        assert_eq!(rows(&world, mute, PollEnded).await, [], "{}: of a muted thread nothing", world.engine);
    }
}

#[tokio::test]
async fn each_edit_is_told_once_to_who_shared_voted_and_quoted() {
    for world in worlds().await {
        let [ann, sharer, voter, quoter, mute] =
            world.people(["ann", "sharer", "voter", "quoter", "mute"]).await;
        let service = &world.service;
        let post = world.post(ann, asking()).await;
        for who in [sharer, voter, mute] {
            service.retweet(who, post).await.unwrap();
        }
        service.vote(voter, post, &[1]).await.unwrap();
        service.mute_thread(mute, post, true).await.unwrap();
        let quote = world.post(quoter, NewTweet { quote_of: Some(post), ..saying("look") }).await;
        world.clock.advance(1_000);
        service.edit_tweet(ann, post, text("which one?")).await.unwrap();
        assert_eq!(rows(&world, sharer, Edited).await, [(ann, Some(post))], "{}", world.engine);
        assert_eq!(rows(&world, voter, Edited).await, [(ann, Some(post))], "{}", world.engine);
        assert_eq!(rows(&world, quoter, QuotedEdited).await, [(ann, Some(quote))], "{}", world.engine);
        // Who shared it and voted in the poll that is new is told once of both.
        world.clock.advance(1_000);
        let poll = NewPoll { options: vec!["ash".into(), "fir".into()], multiple: false, lasts_ms: HOUR_MS };
        let changes = TweetChanges { poll: Some(Some(poll)), ..text("which of these?") };
        service.edit_tweet(ann, post, changes).await.unwrap();
        for who in [sharer, voter] {
            assert_eq!(rows(&world, who, Edited).await.len(), 2, "{}: one more", world.engine);
        }
        assert_eq!(rows(&world, ann, Edited).await, [], "{}: who edits knows", world.engine);
        assert_eq!(world.told(mute).await, [], "{}: of a muted thread nothing", world.engine);
        service.unretweet(sharer, post).await.unwrap();
        world.clock.advance(1_000);
        service.edit_tweet(ann, post, text("never mind")).await.unwrap();
        assert_eq!(
            rows(&world, sharer, Edited).await.len(),
            2,
            "{}: who shares it no more is not told",
            world.engine
        );
    }
}

/// So many edits that an account is told of, the newest at the present.
async fn fill(world: &World, account: AccountId, count: usize) {
    let from = world.person(&format!("w{account}")).await;
    let tweet = Some(world.tweet(from, "edited again and again").await);
    let now_ms = world.clock.now_ms();
    let new = (0..count).map(|n| {
        let at_ms = now_ms - i64::try_from(count - n - 1).unwrap();
        NewNotification { account, kind: Edited, from, tweet, at_ms }
    });
    let new: Vec<NewNotification> = new.collect();
    world.store().write(move |conn| notifications::insert(conn, &new).map(drop)).await.unwrap();
}

async fn kept(world: &World, account: AccountId) -> (usize, i64) {
    let count =
        move |conn: &mut crate::store::Conn| notifications::list(conn, account, start(), Vec::new(), 100_000);
    let told = world.store().read(count).await.unwrap().len();
    (told, world.service.sift_policy(account).await.unwrap().notifications)
}

#[tokio::test]
async fn notifications_are_kept_for_a_time_and_the_request_of_what_waited_goes_with_it() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        let policy = SiftChanges { not_following: Some(Sift::Filter), ..SiftChanges::default() };
        world.service.set_sift_policy(ann, policy).await.unwrap();
        world.service.follow(ann, cid).await.unwrap();
        for who in [bob, cid] {
            world.tweet(who, "@ann hi").await;
        }
        world.clock.advance(limits::NOTIFICATION_KEEP_MS - DAY_MS);
        world.tweet(cid, "@ann still there?").await;
        forget_old(&world.service).await.unwrap();
        assert_eq!(kept(&world, ann).await, (2, 1), "{}", world.engine);
        world.clock.advance(2 * DAY_MS);
        forget_old(&world.service).await.unwrap();
        assert_eq!(kept(&world, ann).await, (1, 0), "{}", world.engine);
        let view = world.service.sift_policy(ann).await.unwrap();
        assert_eq!((view.requests, view.notifications), (0, 0), "{}: no empty request", world.engine);
    }
}

#[tokio::test]
async fn of_one_account_no_more_are_kept_than_the_newest() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let most = usize::try_from(limits::NOTIFICATIONS_KEPT).unwrap();
        fill(&world, ann, most + 700).await;
        fill(&world, bob, most).await;
        forget_old(&world.service).await.unwrap();
        assert_eq!(kept(&world, ann).await, (most, 0), "{}", world.engine);
        assert_eq!(kept(&world, bob).await, (most, 0), "{}", world.engine);
        let newest =
            move |conn: &mut crate::store::Conn| notifications::list(conn, ann, start(), Vec::new(), 1);
        let newest = world.store().read(newest).await.unwrap();
        assert_eq!(newest[0].created_at, world.clock.now_ms(), "{}: the oldest go", world.engine);
        assert_eq!(forget_old(&world.service).await.unwrap(), 0, "{}", world.engine);
    }
}
