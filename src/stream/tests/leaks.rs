//! Nobody is told what they could not read, and everybody is told what they could: in random worlds, streams against
//! what the timelines and notifications show after every single act.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::*;
use crate::model::cursor::Cursor;
use crate::model::event::Event;
use crate::model::ids::RowId;
use crate::model::visibility::Visibility;
use crate::service::ListChanges;
use crate::service::{PublicList, TweetView};
use crate::timelines::{self, Home};

const PEOPLE: usize = 4;
const STORIES: usize = 6;
const ACTS: usize = 36;
/// More than a story has tweets.
const ALL: usize = 40;

#[derive(Clone, Debug)]
enum Act {
    Tweet { visibility: usize, mention: Option<usize>, reply: Option<usize>, quote: Option<usize> },
    Retweet(usize),
    Like(usize),
    Follow(usize),
    Unfollow(usize),
    Block(usize),
    Unblock(usize),
    Mute(usize, bool),
    List(usize),
    FollowTag(bool),
    Suspend,
    Delete(usize),
}

/// What came of a story.
#[derive(Default)]
struct SoFar {
    tweets: Vec<TweetId>,
    lists: HashMap<AccountId, RowId>,
    suspended: HashSet<AccountId>,
}

fn act() -> impl Strategy<Value = (usize, Act)> {
    let (whom, what, maybe) = (|| 0..PEOPLE, || 0..ACTS, proptest::option::of);
    let tweet = (0..4_usize, maybe(whom()), maybe(what()), maybe(what()))
        .prop_map(|(visibility, mention, reply, quote)| Act::Tweet { visibility, mention, reply, quote });
    let act = prop_oneof![
        12 => tweet,
        4 => what().prop_map(Act::Retweet),
        3 => what().prop_map(Act::Like),
        8 => whom().prop_map(Act::Follow),
        1 => whom().prop_map(Act::Unfollow),
        2 => whom().prop_map(Act::Block),
        1 => whom().prop_map(Act::Unblock),
        3 => whom().prop_map(Act::List),
        1 => any::<bool>().prop_map(Act::FollowTag),
        2 => (whom(), any::<bool>()).prop_map(|(whom, told)| Act::Mute(whom, told)),
        1 => Just(Act::Suspend),
        1 => what().prop_map(Act::Delete),
    ];
    (0..PEOPLE, act)
}

/// Lets something happen, if it may.
async fn play(world: &World, people: &[AccountId], so_far: &mut SoFar, (who, act): &(usize, Act)) {
    let (service, who, tweets) = (&world.process.service, people[*who], &mut so_far.tweets);
    let pick = |what: usize| tweets.get(what % tweets.len().max(1)).copied();
    // Who may do what is for other tests: what is refused happens not.
    let made = match act {
        Act::Tweet { visibility, mention, reply, quote } => {
            let mention = mention.map_or(String::new(), |whom| format!("@p{whom} "));
            let new = NewTweet {
                visibility: Some(Visibility::ALL[*visibility]),
                reply_to: reply.and_then(pick),
                quote_of: quote.and_then(pick),
                ..saying(&format!("{mention}#day"))
            };
            service.create_tweet(who, new).await.ok()
        }
        Act::Retweet(what) => match pick(*what) {
            Some(id) => service.retweet(who, id).await.ok(),
            None => None,
        },
        Act::Like(what) => {
            if let Some(id) = pick(*what) {
                drop(service.like(who, id).await);
            }
            None
        }
        Act::Delete(what) => {
            if let Some(id) = pick(*what) {
                drop(service.delete_tweet(who, id).await);
            }
            None
        }
        Act::List(whom) => {
            drop(service.add_to_list(who, so_far.lists[&who], vec![people[*whom]]).await);
            None
        }
        Act::FollowTag(on) => {
            drop(service.follow_tag(who, "day", *on).await);
            None
        }
        Act::Suspend => {
            let suspended = so_far.suspended.insert(who) || !so_far.suspended.remove(&who);
            service.set_suspended(who, suspended).await.unwrap();
            None
        }
        _ => {
            drop(relate(service, people, who, act).await);
            None
        }
    };
    tweets.extend(made.map(|view| view.tweet.id));
}

async fn relate(
    service: &Service,
    people: &[AccountId],
    who: AccountId,
    act: &Act,
) -> Result<crate::service::Relationship> {
    match act {
        Act::Follow(whom) => service.follow(who, people[*whom]).await,
        Act::Unfollow(whom) => service.unfollow(who, people[*whom]).await,
        Act::Block(whom) => service.block(who, people[*whom]).await,
        Act::Unblock(whom) => service.unblock(who, people[*whom]).await,
        Act::Mute(whom, told) => service.mute(who, people[*whom], *told).await,
        _ => Err(Error::Busy),
    }
}

/// A tweet as somebody reads it, in words: which, of whom, and whether with its quote.
fn shown(view: &TweetView) -> String {
    format!("{} {}", view.tweet.id, view.shown().quote_of.is_some())
}

/// What a viewer can read of these tweets and notifications, in the words of [`heard`].
async fn readable(world: &World, (viewer, list): (AccountId, RowId), new: &[Event]) -> Vec<String> {
    let (service, start) = (&world.process.service, Cursor::default());
    let settings =
        timelines::Settings { own_write_patience: Duration::ZERO, ..timelines::Settings::default() };
    let homes = Home::new(service.clone(), &settings);
    let home = homes.page(viewer, start, ALL).await.unwrap();
    let listed = homes.list_page(viewer, list, start, ALL).await.unwrap();
    let public = service.public_tweets(Some(viewer), PublicList::Federated, start, ALL).await.unwrap();
    let tag = PublicList::Hashtag("day".to_owned());
    let tagged = service.public_tweets(Some(viewer), tag, start, ALL).await.unwrap();
    let told = service.notifications(viewer, Vec::new(), start, ALL).await.unwrap();
    let mut found = Vec::new();
    for event in new {
        match event {
            Event::TweetCreated(created) => {
                for (label, page) in
                    [("home", &home), ("list", &listed), ("public", &public), ("day", &tagged)]
                {
                    let of_it = page.items.iter().filter(|view| view.tweet.id == created.tweet);
                    found.extend(of_it.map(|view| format!("{label}: {}", shown(view))));
                }
            }
            Event::Notified { account, notification } if *account == viewer => {
                let of_it = told.items.iter().filter(|view| Some(view.notification.id) == *notification);
                found.extend(of_it.map(|view| format!("notifications: {}", view.notification.kind.as_str())));
            }
            _ => {}
        }
    }
    found.sort();
    found
}

fn heard(listener: &mut Listener) -> Vec<String> {
    let mut found: Vec<String> = waiting(listener)
        .iter()
        .filter_map(|delivery| match delivery.occurrence.what() {
            What::Tweet(view) => Some(format!("{}: {}", delivery.label, shown(view))),
            What::Notification(view) => {
                Some(format!("{}: {}", delivery.label, view.notification.kind.as_str()))
            }
            _ => None,
        })
        .collect();
    found.sort();
    found
}

async fn listen(world: &World, account: AccountId, list: RowId) -> Listener {
    let day = ("day", Topic::Hashtag { tag: "day".to_owned(), from: From::All });
    world.process.listen(account, &[HOME, NOTIFICATIONS, PUBLIC, day, ("list", Topic::List(list))]).await
}

#[tokio::test]
async fn everybody_is_told_exactly_what_they_could_read() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..STORIES {
        let acts = proptest::collection::vec(act(), ACTS).new_tree(&mut runner).unwrap().current();
        for world in worlds().await {
            let mut so_far = SoFar::default();
            let mut people = Vec::new();
            let mut listeners = Vec::new();
            for number in 0..PEOPLE {
                let account = world.person(&format!("p{number}")).await;
                let new = ListChanges { title: Some("mine".to_owned()), ..ListChanges::default() };
                let list = world.process.service.create_list(account, new).await.unwrap().id;
                people.push(account);
                so_far.lists.insert(account, list);
                listeners.push(listen(&world, account, list).await);
            }
            let mut seen = world.process.service.store().read(events::newest).await.unwrap();
            for act in &acts {
                world.clock.advance(60_000);
                play(&world, &people, &mut so_far, act).await;
                world.process.told_all().await;
                let after = world.process.service.store().read(move |conn| events::after(conn, seen, 100));
                let after = after.await.unwrap().events;
                seen = after.last().map_or(seen, |last| last.position);
                let new: Vec<Event> = after.into_iter().map(|logged| logged.event).collect();
                for (account, listener) in people.iter().zip(&mut listeners) {
                    let account = *account;
                    if so_far.suspended.contains(&account) {
                        assert!(heard(listener).is_empty(), "a suspended account hears nothing");
                        continue;
                    }
                    let told = heard(listener);
                    if listener.next().now_or_never().is_some_and(|next| next.is_err()) {
                        *listener = listen(&world, account, so_far.lists[&account]).await;
                        continue;
                    }
                    let could = readable(&world, (account, so_far.lists[&account]), &new).await;
                    assert_eq!(told, could, "{account} after {act:?} on {}", world.engine);
                }
            }
        }
    }
}
