use super::*;
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::model::poll::{Poll, PollOption};
use crate::model::tweet::Tweet;
use crate::service::{NewPoll, TweetChanges};
use crate::store::polls::{self, Ballot};

impl World {
    async fn asks(&self, visibility: Visibility) -> TweetId {
        let options = ["elm", "oak"].map(str::to_owned).into();
        let poll = Some(NewPoll { options, multiple: false, lasts_ms: HOUR_MS });
        let new =
            NewTweet { text: "which?".into(), visibility: Some(visibility), poll, ..NewTweet::default() };
        self.service().create_tweet(self.ann.id, new).await.unwrap().tweet.id
    }

    /// A vote for the first option, as it comes from outside.
    async fn chooses(&self, account: AccountId, tweet: TweetId) {
        let choices = vec![(0, self.service().ids().next())];
        let now_ms = self.clock.now_ms();
        let ballot = Ballot { tweet, account, by_ours: false, choices, now_ms };
        self.test.store.write(move |conn| polls::vote(conn, &ballot)).await.unwrap();
    }
}

#[tokio::test]
async fn a_poll_is_sent_as_a_question_and_its_counts_once_a_minute_and_at_the_end() {
    for world in worlds().await {
        let cat = world.bob_follows_and_cat_does_not().await;
        let id = world.asks(Visibility::Public).await;
        let [create] = world.planned().await.try_into().unwrap();
        let question = &create["object"];
        assert_eq!((&question["type"], &question["votersCount"]), (&"Question".into(), &0.into()));
        assert_eq!(question["oneOf"][1]["name"], "oak", "{}", world.engine);
        assert_eq!(question["endTime"], "2026-01-02T04:04:05Z");
        assert!(question.get("closed").is_none());

        world.chooses(cat, id).await;
        world.clock.advance(MINUTE_MS);
        world.service().tend_polls().await.unwrap();
        assert_eq!(world.told_only("Update").await, ["bob", "cat"], "followers, and who voted");
        world.clock.advance(HOUR_MS);
        world.service().tend_polls().await.unwrap();
        let [update] = world.planned().await.try_into().unwrap();
        let question = &update["object"];
        assert_eq!(
            (&question["oneOf"][0]["replies"]["totalItems"], &question["votersCount"]),
            (&1.into(), &1.into())
        );
        assert_eq!(question["closed"], question["endTime"], "{}", world.engine);
        assert!(question.get("updated").is_none(), "counts are no edit");
    }
}

#[tokio::test]
async fn the_counts_of_a_poll_for_followers_are_for_followers() {
    for world in worlds().await {
        let cat = world.bob_follows_and_cat_does_not().await;
        let id = world.asks(Visibility::Followers).await;
        world.told().await;
        world.chooses(cat, id).await;
        world.clock.advance(MINUTE_MS);
        world.service().tend_polls().await.unwrap();
        assert_eq!(world.told_only("Update").await, ["bob"], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_vote_goes_to_the_author_of_the_poll_alone_one_for_each_choice() {
    for world in worlds().await {
        let (bob, cat) = (world.remote("bob").await, world.remote("cat").await);
        world.follows_ann(cat).await;
        world.told().await;
        let id = TweetId(world.service().ids().next());
        let option = |title: &str| PollOption { title: title.into(), votes: 0 };
        let options = ["elm", "oak", "ash"].map(option).into();
        let poll = Some(Poll { options, multiple: true, ends_at: None, voters: None });
        let uri = Some("http://bob.test/q/1".to_owned());
        let command = CreateTweet::alone(Tweet { local: false, uri, poll, ..blank_tweet(id, bob, NOW) }, NOW);
        world.service().write_tweet(command).await.unwrap();
        world.service().vote(world.ann.id, id, &[0, 2]).await.unwrap();
        let votes = world.planned().await;
        let named: Vec<&Value> = votes.iter().map(|vote| &vote["object"]["name"]).collect();
        assert_eq!(named, ["elm", "ash"], "{}", world.engine);
        for vote in &votes {
            assert_eq!(
                (&vote["type"], &vote["object"]["inReplyTo"]),
                (&"Create".into(), &"http://bob.test/q/1".into())
            );
            assert_eq!(vote["object"]["to"], serde_json::json!(["http://bob.test/users/bob"]));
            assert!(vote["object"].get("content").is_none());
        }
        assert_ne!(votes[0]["object"]["id"], votes[1]["object"]["id"]);
    }
}

#[tokio::test]
async fn an_edit_that_asks_something_else_is_sent_as_a_question_without_votes() {
    for world in worlds().await {
        let cat = world.bob_follows_and_cat_does_not().await;
        let id = world.asks(Visibility::Public).await;
        world.chooses(cat, id).await;
        world.told().await;
        world.clock.advance(MINUTE_MS);
        let options = ["ash", "oak"].map(str::to_owned).into();
        let poll = Some(Some(NewPoll { options, multiple: true, lasts_ms: HOUR_MS }));
        let changes = TweetChanges { poll, ..TweetChanges::default() };
        world.service().edit_tweet(world.ann.id, id, changes).await.unwrap();
        let [update, restarted] = world.planned().await.try_into().unwrap();
        assert_eq!(restarted["object"], update["object"], "who had voted hears of it too");
        let question = &update["object"];
        assert_eq!((&update["type"], &question["type"]), (&"Update".into(), &"Question".into()));
        assert_eq!((&question["anyOf"][0]["name"], &question["votersCount"]), (&"ash".into(), &0.into()));
        assert_eq!(question["endTime"], "2026-01-02T04:05:05Z", "{}", world.engine);
        assert!(question.get("updated").is_some() && question.get("oneOf").is_none());
    }
}
