//! Polls: what may be asked, who may choose and see what, and what happens at the end.

use super::world::{World, code, saying, worlds};
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::model::event::Event;
use crate::model::ids::{AccountId, TweetId};
use crate::model::notification::NotificationKind::{PollEnded, Reply};
use crate::service::{NewPoll, NewTweet, PollView, TweetChanges};
use crate::store::tests::counted::counts;

fn asking(options: &[&str], multiple: bool) -> NewTweet {
    let options = options.iter().map(|option| (*option).to_owned()).collect();
    NewTweet { poll: Some(NewPoll { options, multiple, lasts_ms: HOUR_MS }), ..saying("which?") }
}

/// Votes of each option, voters, and whether the viewer may see them.
async fn poll(world: &World, viewer: AccountId, id: TweetId) -> (Vec<i64>, Option<i64>, bool) {
    let poll: PollView = world.service.tweet(Some(viewer), id).await.unwrap().poll.unwrap();
    (poll.options.iter().map(|option| option.votes).collect(), poll.voters, poll.shows_counts)
}

#[tokio::test]
async fn a_poll_is_voted_in_once_and_its_counts_are_for_who_voted_and_its_author() {
    for world in worlds().await {
        let [ann, bob, cat] = world.people(["ann", "bob", "cat"]).await;
        let id = world.post(ann, asking(&["elm", "oak"], false)).await;
        let voted = world.service.vote(bob, id, &[1]).await.unwrap().poll.unwrap();
        assert!(voted.voted && !voted.may_vote && voted.options[1].chosen, "{}", world.engine);
        assert_eq!(poll(&world, ann, id).await, (vec![0, 1], Some(1), true));
        assert_eq!(poll(&world, bob, id).await, (vec![0, 1], Some(1), true));
        assert_eq!(poll(&world, cat, id).await, (vec![0, 0], Some(1), false));
        assert_eq!(code(world.service.vote(bob, id, &[0]).await), "voted");
        assert_eq!(poll(&world, ann, id).await, (vec![0, 1], Some(1), true));
    }
}

#[tokio::test]
async fn two_votes_of_one_account_at_once_count_as_one() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        for _ in 0..10 {
            let id = world.post(ann, asking(&["elm", "oak"], false)).await;
            let (one, two) =
                tokio::join!(world.service.vote(bob, id, &[0]), world.service.vote(bob, id, &[1]));
            assert!(one.is_ok() != two.is_ok(), "{}", world.engine);
            let (votes, voters, _) = poll(&world, ann, id).await;
            assert_eq!((votes.iter().sum::<i64>(), voters), (1, Some(1)));
        }
    }
}

#[tokio::test]
async fn several_may_be_chosen_where_the_poll_says_so() {
    for world in worlds().await {
        let [ann, bob, cat] = world.people(["ann", "bob", "cat"]).await;
        let single = world.post(ann, asking(&["elm", "oak"], false)).await;
        let id = world.post(ann, asking(&["elm", "oak", "ash"], true)).await;
        assert_eq!(code(world.service.vote(bob, single, &[0, 1]).await), "too_many");
        world.service.vote(bob, id, &[2, 0, 2]).await.unwrap();
        world.service.vote(cat, id, &[2]).await.unwrap();
        assert_eq!(poll(&world, ann, id).await, (vec![1, 0, 2], Some(2), true), "{}", world.engine);
    }
}

#[tokio::test]
async fn votes_that_make_no_sense_leave_nothing() {
    for world in worlds().await {
        let [ann, bob, eve] = world.people(["ann", "bob", "eve"]).await;
        let (plain, id) =
            (world.tweet(ann, "hi").await, world.post(ann, asking(&["elm", "oak"], false)).await);
        world.service.block(ann, eve).await.unwrap();
        let before = counts(world.store()).await;
        assert_eq!(code(world.service.vote(bob, plain, &[0]).await), "no_poll");
        assert_eq!(code(world.service.vote(bob, id, &[]).await), "bad_choice");
        assert_eq!(code(world.service.vote(bob, id, &[2]).await), "bad_choice");
        assert_eq!(code(world.service.vote(ann, id, &[0]).await), "own_poll");
        assert_eq!(code(world.service.vote(eve, id, &[0]).await), "not_found");
        world.clock.advance(HOUR_MS);
        assert_eq!(code(world.service.vote(bob, id, &[0]).await), "over");
        assert_eq!(counts(world.store()).await, before, "{}", world.engine);
        assert_eq!(poll(&world, bob, id).await, (vec![0, 0], Some(0), true), "what is over shows its counts");
    }
}

#[tokio::test]
async fn polls_that_break_a_rule_are_refused() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let long = "x".repeat(101);
        let lasting = |lasts_ms| {
            let new = asking(&["a", "b"], false);
            NewTweet { poll: new.poll.map(|poll| NewPoll { lasts_ms, ..poll }), ..new }
        };
        for (new, refusal) in [
            (asking(&["a"], false), "bad_number"),
            (asking(&["a", "b", "c", "d", "e"], false), "bad_number"),
            (asking(&["a", " \n "], false), "empty_option"),
            (asking(&["a", " a"], false), "same_option"),
            (asking(&["a", &long], false), "option_too_long"),
            (lasting(5 * MINUTE_MS - 1), "bad_time"),
            (lasting(30 * DAY_MS + 1), "bad_time"),
        ] {
            assert_eq!(code(world.service.create_tweet(ann, new).await), refusal, "{}", world.engine);
        }
        assert_eq!(world.account_counts(ann).await[0], 0);
    }
}

#[tokio::test]
async fn the_end_of_a_poll_is_told_once_to_its_author_and_its_voters() {
    for world in worlds().await {
        let [ann, bob, cat, dan] = world.people(["ann", "bob", "cat", "dan"]).await;
        let id = world.post(ann, asking(&["elm", "oak"], true)).await;
        world.service.vote(bob, id, &[0, 1]).await.unwrap();
        world.service.vote(cat, id, &[1]).await.unwrap();
        world.service.block(cat, ann).await.unwrap();
        world.service.tend_polls().await.unwrap();
        assert!(world.told(ann).await.is_empty(), "{}", world.engine);
        world.clock.advance(HOUR_MS);
        for _ in 0..2 {
            world.service.tend_polls().await.unwrap();
            assert_eq!(world.told(ann).await, [(PollEnded, ann)], "{}", world.engine);
            assert_eq!(world.told(bob).await, [(PollEnded, ann)]);
        }
        assert!(world.told(cat).await.is_empty() && world.told(dan).await.is_empty());
        let bell = world.service.notifications(bob, vec![], super::world::start(), 5).await.unwrap();
        world.service.dismiss_notification(bob, bell.items[0].notification.id).await.unwrap();
        world.service.tend_polls().await.unwrap();
        assert!(world.told(bob).await.is_empty(), "what was dismissed does not come back");
    }
}

#[tokio::test]
async fn others_hear_of_counts_once_a_minute_and_at_the_end() {
    for world in worlds().await {
        let [ann, bob, cat] = world.people(["ann", "bob", "cat"]).await;
        let id = world.post(ann, asking(&["elm", "oak"], false)).await;
        let tended = async || {
            let (_, log) = world.logged_by(world.service.tend_polls()).await;
            log.iter()
                .filter(|event| matches!(event, Event::PollChanged { tweet, .. } if *tweet == id))
                .count()
        };
        world.clock.advance(MINUTE_MS);
        assert_eq!(tended().await, 0, "{}: nobody voted", world.engine);
        world.service.vote(bob, id, &[0]).await.unwrap();
        assert_eq!(tended().await, 1);
        world.service.vote(cat, id, &[0]).await.unwrap();
        assert_eq!(tended().await, 0, "a minute is not over");
        world.clock.advance(MINUTE_MS);
        assert_eq!(tended().await, 1);
        world.clock.advance(HOUR_MS);
        assert_eq!(tended().await, 1, "the end");
        assert_eq!(tended().await, 0);
    }
}

#[tokio::test]
async fn an_edit_of_the_words_leaves_the_poll_and_its_votes() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let id = world.post(ann, asking(&["elm", "oak"], false)).await;
        world.service.vote(bob, id, &[0]).await.unwrap();
        let words = TweetChanges { text: Some("which tree?".to_owned()), ..TweetChanges::default() };
        world.service.edit_tweet(ann, id, words).await.unwrap();
        assert_eq!(poll(&world, bob, id).await, (vec![1, 0], Some(1), true), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_poll_goes_with_its_tweet() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let before = counts(world.store()).await;
        let id = world.post(ann, asking(&["elm", "oak"], false)).await;
        world.service.vote(bob, id, &[0]).await.unwrap();
        world.reply(bob, id, "elm!").await;
        assert_eq!(world.told(ann).await, [(Reply, bob)], "{}", world.engine);
        world.service.delete_tweet(ann, id).await.unwrap();
        let after = counts(world.store()).await;
        for table in ["polls", "poll_options", "poll_votes"] {
            assert_eq!(after.get(table), before.get(table), "{}: {table}", world.engine);
        }
    }
}
