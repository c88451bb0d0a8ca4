//! Many people at the same moment: counters stay exact, keys are claimed once, nothing is half done.

use std::collections::BTreeSet;

use super::world::{World, is_not_found, key, saying, told, worlds};
use crate::error::Error;
use crate::model::event::Event;
use crate::model::ids::{AccountId, TweetId};
use crate::model::tweet::Tweet;
use crate::service::Service;
use crate::service::tweets::NewTweet;
use crate::store::tweet_commands::{self, CreateTweet, Created};
use crate::store::{hot::HotCommand as _, tweets};

const CROWD: usize = 50;

/// Lets everybody act at once; answers what came of it, in the crowd's order.
async fn all_at_once<T: Send + 'static, F>(
    world: &World,
    crowd: &[AccountId],
    act: impl Fn(Service, AccountId) -> F,
) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let acts: Vec<_> = crowd.iter().map(|who| tokio::spawn(act(world.service.clone(), *who))).collect();
    let mut answers = Vec::new();
    for act in acts {
        answers.push(act.await.unwrap());
    }
    answers
}

fn count(log: &[Event], wanted: impl Fn(&Event) -> bool) -> usize {
    log.iter().filter(|event| wanted(event)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counters_are_exact_when_fifty_people_act_at_once() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let crowd = world.crowd(CROWD).await;
        let id = world.tweet(ann, "famous").await;
        let acts = all_at_once(&world, &crowd, move |service, who| async move {
            service.like(who, id).await?;
            service.retweet(who, id).await?;
            let reply = NewTweet { reply_to: Some(id), ..saying("me too") };
            service.create_tweet(who, reply).await?;
            let quote = NewTweet { quote_of: Some(id), ..saying("look") };
            service.create_tweet(who, quote).await?;
            service.follow(who, ann).await?;
            service.like(who, id).await.map(drop)
        });
        assert!(acts.await.iter().all(Result::is_ok), "{}", world.engine);
        assert_eq!(world.counts(ann, id).await, [50, 50, 50, 50], "{}", world.engine);
        assert_eq!(world.account_counts(ann).await, [1, 50, 0]);
        let log = world.log().await;
        assert_eq!(count(&log, |event| matches!(event, Event::Liked(_))), CROWD);
        assert_eq!(count(&log, |event| matches!(event, Event::TweetCreated(_))), 1 + 3 * CROWD);
        assert_eq!(count(&log, |event| *event == told(ann)), 5 * CROWD);

        let acts = all_at_once(&world, &crowd, move |service, who| async move {
            if who.0 % 2 == 0 {
                service.unlike(who, id).await?;
                service.unretweet(who, id).await?;
                service.unfollow(who, ann).await.map(drop)
            } else {
                service.like(who, id).await?;
                service.retweet(who, id).await.map(drop)
            }
        });
        assert!(acts.await.iter().all(Result::is_ok), "{}", world.engine);
        let odd = i64::try_from(crowd.iter().filter(|who| who.0 % 2 != 0).count()).unwrap();
        assert_eq!(world.counts(ann, id).await, [odd, odd, 50, 50], "{}", world.engine);
        assert_eq!(world.account_counts(ann).await, [1, odd, 0]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_who_clicks_fifty_times_likes_and_retweets_once() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let id = world.tweet(ann, "hello").await;
        let retweets = all_at_once(&world, &[bob; CROWD], move |service, who| async move {
            service.like(who, id).await.unwrap();
            service.retweet(who, id).await.unwrap().tweet.id
        })
        .await;
        let distinct: BTreeSet<TweetId> = retweets.into_iter().collect();
        assert_eq!((distinct.len(), world.counts(ann, id).await), (1, [1, 1, 0, 0]), "{}", world.engine);
        assert_eq!(world.told(ann).await.len(), 2);
        all_at_once(&world, &[bob; CROWD], move |service, who| async move {
            service.unlike(who, id).await.unwrap();
            service.unretweet(who, id).await.unwrap();
        })
        .await;
        assert_eq!(world.counts(ann, id).await, [0, 0, 0, 0], "{}", world.engine);
        assert_eq!(world.account_counts(bob).await, [0, 0, 0]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_sent_twenty_times_at_once_is_one_tweet() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let written = all_at_once(&world, &[ann; 20], |service, who| async move {
            let new = NewTweet { idempotency_key: Some(key("one")), ..saying("once") };
            service.create_tweet(who, new).await.unwrap().tweet.id
        })
        .await;
        let distinct: BTreeSet<TweetId> = written.into_iter().collect();
        assert_eq!((distinct.len(), world.account_counts(ann).await), (1, [1, 0, 0]), "{}", world.engine);
        let log = world.log().await;
        assert_eq!(count(&log, |event| matches!(event, Event::TweetCreated(_))), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_command_among_many_is_refused_alone() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let crowd = world.crowd(CROWD).await;
        let stolen = world.picture(bob).await;
        let done = all_at_once(&world, &crowd, move |service, who| async move {
            let bad = who.0 % 5 == 0;
            let media = if bad { vec![stolen] } else { vec![] };
            let new = NewTweet { media, ..saying("hi @ann #crowd") };
            (bad, service.create_tweet(who, new).await.is_err())
        });
        let done = done.await;
        assert!(done.iter().all(|(bad, refused)| bad == refused), "{}", world.engine);
        let written = done.iter().filter(|(bad, _)| !bad).count();
        let told = world.service.unread(ann).await.unwrap().count;
        assert_eq!(usize::try_from(told).unwrap(), written);
        let log = world.log().await;
        assert_eq!(count(&log, |event| matches!(event, Event::TweetCreated(_))), written);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_retweet_outlives_a_tweet_that_is_deleted_meanwhile() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let crowd = world.crowd(CROWD).await;
        for _ in 0..3 {
            let id = world.tweet(ann, "short-lived").await;
            let mut people = crowd.clone();
            people.insert(CROWD / 2, ann);
            let acts = all_at_once(&world, &people, move |service, who| async move {
                if who == ann {
                    return service.delete_tweet(ann, id).await;
                }
                let liked = service.like(who, id).await.map(drop);
                service.retweet(who, id).await.map(drop).and(liked)
            });
            for answer in acts.await {
                assert!(matches!(answer, Ok(()) | Err(Error::NotFound(_))), "{}: {answer:?}", world.engine);
            }
            let left = world.store().read(move |conn| tweets::retweets(conn, id, 99)).await.unwrap();
            assert!(left.is_empty(), "{}", world.engine);
            assert!(is_not_found(&world.service.tweet(Some(ann), id).await));
        }
        for who in &crowd {
            assert_eq!(world.account_counts(*who).await, [0, 0, 0], "{}", world.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tweet_deleted_by_many_hands_is_deleted_once() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        world.tweet(ann, "stays").await;
        let parent = world.tweet(bob, "parent").await;
        world.reply(ann, parent, "stays").await;
        let id = world.reply(ann, parent, "goes").await;
        all_at_once(
            &world,
            &[ann; 10],
            move |service, who| async move { service.delete_tweet(who, id).await },
        )
        .await;
        assert_eq!(world.account_counts(ann).await, [2, 0, 0], "{}", world.engine);
        assert_eq!(world.counts(bob, parent).await, [0, 0, 1, 0], "{}", world.engine);
        let log = world.log().await;
        assert_eq!(count(&log, |event| matches!(event, Event::TweetDeleted(_))), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_follows_everybody_at_once_without_a_deadlock() {
    for world in worlds().await {
        let crowd = world.crowd(12).await;
        let others = crowd.clone();
        let acts = all_at_once(&world, &crowd, move |service, who| {
            let others = others.clone();
            async move {
                for other in others.into_iter().filter(|other| *other != who) {
                    service.follow(who, other).await.unwrap();
                }
            }
        });
        acts.await;
        for who in &crowd {
            assert_eq!(world.account_counts(*who).await, [0, 11, 11], "{}", world.engine);
        }
    }
}

#[tokio::test]
async fn a_set_holds_commands_that_meet_in_it() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let original = world.tweet(ann, "original").await;
        let (service, now_ms) = (&world.service, world.clock.now_ms());
        let command = |author: AccountId, change: &dyn Fn(&mut CreateTweet)| {
            let id = TweetId(service.next_id());
            let mut command =
                CreateTweet::alone(crate::model::tweet::blank_tweet(id, author, now_ms), now_ms);
            change(&mut command);
            command
        };
        let remote = |tweet: &mut Tweet| tweet.uri = Some("https://b.test/1".into());
        let set = vec![
            command(ann, &|c| c.idempotency_key = Some(key("k"))),
            command(ann, &|c| c.idempotency_key = Some(key("k"))),
            command(bob, &|c| c.tweet.retweet_of = Some(original)),
            command(bob, &|c| c.tweet.retweet_of = Some(original)),
            command(bob, &|c| remote(&mut c.tweet)),
            command(bob, &|c| remote(&mut c.tweet)),
            command(bob, &|_| ()),
        ];
        let ids: Vec<TweetId> = set.iter().map(|command| command.tweet.id).collect();
        let again = set.clone();
        let first = world.store().write(move |conn| CreateTweet::write_set(conn, &set)).await.unwrap();
        let (new, old) = (Created::New, Created::Existing);
        assert_eq!(first, [new, old(ids[0]), new, old(ids[2]), new, old(ids[4]), new], "{}", world.engine);
        // The same set once more, as after a commit whose answer was lost.
        let second = world.store().write(move |conn| CreateTweet::write_set(conn, &again)).await.unwrap();
        let same = [ids[0], ids[0], ids[2], ids[2], ids[4], ids[4], ids[6]].map(old);
        assert_eq!(second, same, "{}", world.engine);
        assert_eq!(world.account_counts(bob).await, [3, 0, 0]);
        assert_eq!(world.counts(ann, original).await, [0, 1, 0, 0]);
        let deleted = world.store().write(move |conn| {
            Ok([
                tweet_commands::delete(conn, ids[6], None, 1)?,
                tweet_commands::delete(conn, ids[6], None, 1)?,
            ])
        });
        assert_eq!(deleted.await.unwrap(), [true, false]);
    }
}
