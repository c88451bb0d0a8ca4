//! Votes from outside in our polls, and polls of other instances.

use super::*;
use crate::clock::HOUR_MS;
use crate::model::ids::TweetId;
use crate::service::{NewPoll, NewTweet};

const QUESTION: &str = "http://b.test/questions/1";

impl World {
    /// A poll of `ann`'s about trees, for an hour; its id here and its ActivityPub id.
    async fn asks(&self, multiple: bool) -> (TweetId, String) {
        let options = ["elm", "oak <3"].map(str::to_owned).into();
        let poll = Some(NewPoll { options, multiple, lasts_ms: HOUR_MS });
        let new = NewTweet { text: "which?".into(), poll, ..NewTweet::default() };
        let id = self.service().create_tweet(self.ann.id, new).await.unwrap().tweet.id;
        (id, format!("http://a.test/users/ann/statuses/{id}"))
    }

    async fn counted(&self, id: TweetId) -> (Vec<i64>, Option<i64>) {
        let poll = self.service().tweet(Some(self.ann.id), id).await.unwrap().tweet.poll.clone().unwrap();
        (poll.options.iter().map(|option| option.votes).collect(), poll.voters)
    }
}

fn vote_note(number: u8, voter: &str, question: &str, name: &str) -> Value {
    json!({ "id": format!("{voter}#votes/{number}"), "type": "Note", "name": name, "attributedTo": voter,
        "inReplyTo": question, "to": ["http://a.test/users/ann"] })
}

fn vote(number: u8, voter: &str, question: &str, name: &str) -> Value {
    let note = vote_note(number, voter, question, name);
    with(
        activity(&format!("{voter}#votes/{number}/activity"), "Create", voter, note),
        "to",
        json!(["http://a.test/users/ann"]),
    )
}

/// A poll of `bob`'s.
fn question(votes: [u64; 2], end: &str) -> Value {
    let option = |(name, votes): (&str, u64)| json!({ "type": "Note", "name": name, "replies": { "type": "Collection", "totalItems": votes } });
    let document = with(note(QUESTION, BOB, "<p>which?</p>"), "type", json!("Question"));
    let options: Vec<Value> = [("elm", votes[0]), ("<b>oak</b>", votes[1])].map(option).into();
    with(with(document, "oneOf", json!(options)), "endTime", json!(end))
}

fn create(number: u8, object: Value) -> Value {
    activity(&format!("{BOB}#creates/{number}"), "Create", BOB, object)
}

fn update(number: u8, object: Value) -> Value {
    activity(&format!("{BOB}#updates/{number}"), "Update", BOB, object)
}

#[tokio::test]
async fn a_vote_from_outside_counts_once_and_is_no_post_nor_reply() {
    for world in worlds().await {
        let (id, question) = world.asks(false).await;
        world.happens(&vote(1, BOB, &question, "elm")).await;
        world.happens(&vote(2, BOB, &question, "oak <3")).await;
        world.happens(&vote(3, BOB, &question, "elm")).await;
        world.happens(&vote(1, CAT, &question, "oak <3")).await;
        assert_eq!(world.counted(id).await, (vec![1, 1], Some(2)), "{}", world.engine);
        assert!(world.tweet(&format!("{BOB}#votes/1")).await.is_none());
        assert!(world.notifications(world.ann.id).await.is_empty());
        let tweet = world.service().tweet(None, id).await.unwrap().tweet;
        assert_eq!((tweet.replies_count, tweet.edited_at), (0, None));
    }
}

#[tokio::test]
async fn several_choices_come_one_by_one_or_together_as_gotosocial_sends_them() {
    for world in worlds().await {
        let (id, question) = world.asks(true).await;
        world.happens(&vote(1, BOB, &question, "elm")).await;
        world.happens(&vote(2, BOB, &question, "oak <3")).await;
        world.happens(&vote(3, BOB, &question, "oak <3")).await;
        let both = json!([vote_note(1, CAT, &question, "elm"), vote_note(2, CAT, &question, "oak <3")]);
        world.happens(&activity(&format!("{CAT}#votes/1/activity"), "Create", CAT, both)).await;
        assert_eq!(world.counted(id).await, (vec![2, 2], Some(2)), "{}", world.engine);
    }
}

#[tokio::test]
async fn votes_that_are_late_unknown_or_from_blocked_people_do_not_count() {
    for world in worlds().await {
        let (id, question) = world.asks(false).await;
        let cat = world.actor(CAT).await;
        world.service().block(world.ann.id, cat.id).await.unwrap();
        world.happens(&vote(1, BOB, &question, "ash")).await;
        world.happens(&vote(1, CAT, &question, "elm")).await;
        world.clock.advance(HOUR_MS);
        world.happens(&vote(2, BOB, &question, "elm")).await;
        assert_eq!(world.counted(id).await, (vec![0, 0], Some(0)), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_remote_poll_is_shown_and_a_vote_in_it_is_remembered() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.happens(&create(1, question([3, 1], "2026-01-02T09:00:00Z"))).await;
        let id = world.tweet(QUESTION).await.unwrap().id;
        let poll = world.service().tweet(Some(world.ann.id), id).await.unwrap().poll.unwrap();
        assert_eq!((poll.voters, poll.may_vote, poll.over), (Some(4), true, false), "{}", world.engine);
        assert_eq!(poll.options[1].title, "oak", "markup of others is not shown");
        let voted = world.service().vote(world.ann.id, id, &[1]).await.unwrap().poll.unwrap();
        assert_eq!((voted.options[1].votes, voted.voters), (2, Some(5)));
        let votes: Vec<String> = world
            .events()
            .await
            .into_iter()
            .filter_map(|event| match event {
                Event::Voted(vote) => Some(vote.option),
                _ => None,
            })
            .collect();
        assert_eq!(votes, ["<b>oak</b>"], "a vote names the option as its author does");
        // What the author's server says is what counts, and one's own vote stays.
        world.happens(&update(1, question([4, 2], "2026-01-02T09:00:00Z"))).await;
        let told = world.service().tweet(Some(world.ann.id), id).await.unwrap();
        assert!(told.poll.as_ref().unwrap().voted && told.tweet.edited_at.is_none());
        assert_eq!(world.counted(id).await, (vec![4, 2], Some(6)));
        assert_eq!(world.service().tweet_history(None, id).await.unwrap().len(), 1, "counts make no version");
    }
}

#[tokio::test]
async fn only_the_author_tells_the_counts_and_another_question_begins_anew() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.happens(&create(1, question([3, 1], "2026-01-02T09:00:00Z"))).await;
        let id = world.tweet(QUESTION).await.unwrap().id;
        world.service().vote(world.ann.id, id, &[0]).await.unwrap();
        let forged = activity(&format!("{CAT}#updates/1"), "Update", CAT, json!(QUESTION));
        world.happens(&forged).await;
        assert_eq!(world.counted(id).await.0, [4, 1], "{}", world.engine);
        let mut other = question([0, 0], "2026-01-02T09:00:00Z");
        other["oneOf"][0]["name"] = json!("ash");
        world.happens(&update(2, other)).await;
        let poll = world.service().tweet(Some(world.ann.id), id).await.unwrap().poll.unwrap();
        assert_eq!((poll.voted, poll.options[0].title.as_str()), (false, "ash"));
        world.happens(&update(3, note(QUESTION, BOB, "<p>which?</p>"))).await;
        assert!(world.tweet(QUESTION).await.unwrap().poll.is_none());
    }
}

#[tokio::test]
async fn a_poll_that_its_author_closes_early_is_over_and_its_voters_hear_of_it() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        // Pleroma says when a running poll will close.
        let open = with(question([0, 0], "2026-01-02T09:00:00Z"), "closed", json!("2026-01-02T09:00:00Z"));
        world.happens(&create(1, open)).await;
        let id = world.tweet(QUESTION).await.unwrap().id;
        world.service().vote(world.ann.id, id, &[0]).await.unwrap();
        let closed = with(question([1, 0], "2026-01-02T09:00:00Z"), "closed", json!("2026-01-02T03:04:00Z"));
        world.happens(&update(1, closed)).await;
        world.service().tend_polls().await.unwrap();
        assert_eq!(
            world.notifications(world.ann.id).await,
            [NotificationKind::PollEnded],
            "{}",
            world.engine
        );
    }
}

#[tokio::test]
async fn the_counts_of_a_remote_poll_are_asked_for_when_they_are_some_minutes_old() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.happens(&create(1, question([3, 1], "2026-01-02T09:00:00Z"))).await;
        world.serve(QUESTION, &question([8, 2], "2026-01-02T09:00:00Z"));
        let tweet = world.tweet(QUESTION).await.unwrap();
        world.federation.ask_for_counts(&tweet).await.unwrap();
        assert_eq!(world.counted(tweet.id).await.0, [3, 1], "{}: they are new enough", world.engine);
        world.clock.advance(5 * crate::clock::MINUTE_MS);
        for _ in 0..2 {
            world.federation.ask_for_counts(&tweet).await.unwrap();
            assert_eq!(world.counted(tweet.id).await, (vec![8, 2], Some(10)), "{}", world.engine);
        }
        let asked = world.asked().await.into_iter().filter(|address| address == QUESTION).count();
        assert_eq!(asked, 1, "{}: one asks for all who look", world.engine);
    }
}
