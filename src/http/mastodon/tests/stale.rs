//! Nobody is shown what is no longer so: random acts through two processes of one instance, and after each of them what both
//! answer, from all that they keep, is what a process answers that has just started.

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::post;
use crate::clock::SECOND_MS;
use crate::http::api::tests::world::{Person, World, id, worlds};
use crate::store::events;
use crate::store::follower::{self, Progress};
use crate::timelines;

const PEOPLE: usize = 3;
const ACTS: usize = 30;
/// Far longer than following takes.
const PATIENCE: Duration = Duration::from_secs(20);
/// What no event tells of counts that long with several processes.
const UNTOLD_MS: i64 = 31 * SECOND_MS;

#[derive(Clone, Debug)]
enum Act {
    Post {
        visibility: usize,
        mention: usize,
        reply: Option<usize>,
    },
    Edit(usize),
    Delete(usize),
    /// Something with a post, and whether it is done or taken back.
    Mark(&'static str, usize),
    /// Something with a person.
    Relate(&'static str, usize),
    /// The one thing that no event tells of.
    MuteThread(usize),
    Rename,
    Filter,
    ListOf(usize),
    FollowTag(bool),
}

fn act() -> impl Strategy<Value = (usize, usize, Act)> {
    let (what, whom) = (|| 0..ACTS, || 0..PEOPLE);
    let verbs = proptest::sample::select(vec![
        "favourite",
        "favourite",
        "unfavourite",
        "reblog",
        "reblog",
        "unreblog",
        "bookmark",
        "unbookmark",
        "pin",
        "unpin",
    ]);
    let relations = proptest::sample::select(vec![
        "follow", "follow", "follow", "unfollow", "block", "unblock", "unblock", "mute", "unmute",
    ]);
    let act = prop_oneof![
        10 => (0..4_usize, whom(), proptest::option::of(what()))
            .prop_map(|(visibility, mention, reply)| Act::Post { visibility, mention, reply }),
        2 => what().prop_map(Act::Edit),
        2 => what().prop_map(Act::Delete),
        8 => (verbs, what()).prop_map(|(verb, which)| Act::Mark(verb, which)),
        7 => (relations, whom()).prop_map(|(verb, whom)| Act::Relate(verb, whom)),
        1 => what().prop_map(Act::MuteThread),
        1 => Just(Act::Rename),
        1 => Just(Act::Filter),
        2 => whom().prop_map(Act::ListOf),
        1 => any::<bool>().prop_map(Act::FollowTag),
    ];
    (0..2_usize, 0..PEOPLE, act)
}

/// A process that follows the log, as it does when it serves.
struct Running {
    world: World,
    graph: Progress,
    stop: CancellationToken,
}

impl Running {
    async fn start(world: World) -> Self {
        let (store, service) = (world.service.store().clone(), world.service.clone());
        let head = store.read(events::head).await.unwrap();
        let (graph, stop) = (Progress::default(), CancellationToken::new());
        graph.set(head);
        let apply = move |batch: Vec<events::Logged>| {
            batch.iter().for_each(|logged| service.heard(&logged.event));
            std::future::ready(Ok(()))
        };
        tokio::spawn(follower::follow(store, "graph", graph.clone(), stop.clone(), apply));
        tokio::spawn(timelines::run(world.home.clone(), head, stop.clone()));
        Self { world, graph, stop }
    }

    /// Waits until all that was written is heard of.
    async fn caught_up(&self) {
        let newest = self.world.service.store().read(events::newest).await.unwrap();
        assert!(self.graph.reached(newest, PATIENCE).await, "what is kept does not follow the log");
        assert!(
            self.world.home.progress().reached(newest, PATIENCE).await,
            "the timelines do not follow the log"
        );
    }
}

/// Who there is and what they made so far.
struct SoFar {
    people: Vec<Person>,
    lists: Vec<String>,
    posts: Vec<String>,
}

/// Lets something happen, if it may: who may do what is for other tests.
async fn play(world: &World, so_far: &mut SoFar, number: usize, who: usize, act: &Act) {
    let me = &so_far.people[who];
    let pick =
        |which: usize| so_far.posts.get(which % so_far.posts.len().max(1)).cloned().unwrap_or_default();
    let ask = async |line: String, body: Option<Value>| world.ask(Some(me), &line, body).await;
    match act {
        Act::Post { visibility, mention, reply } => {
            let visibility = ["public", "unlisted", "private", "direct"][*visibility];
            let text = format!("@p{mention} number {number} #day");
            let body = json!({ "status": text, "visibility": visibility, "in_reply_to_id": reply.map(pick) });
            let answer = ask("POST /api/v1/statuses".to_owned(), Some(body)).await;
            if answer.status == 200 {
                so_far.posts.push(id(&answer.body));
            }
        }
        Act::Edit(which) => {
            let body = json!({ "status": format!("changed by {number}") });
            ask(format!("PUT /api/v1/statuses/{}", pick(*which)), Some(body)).await;
        }
        Act::Delete(which) => drop(ask(format!("DELETE /api/v1/statuses/{}", pick(*which)), None).await),
        Act::Mark(verb, which) => {
            drop(ask(format!("POST /api/v1/statuses/{}/{verb}", pick(*which)), None).await);
        }
        Act::MuteThread(which) => {
            drop(ask(format!("POST /api/v1/statuses/{}/mute", pick(*which)), None).await);
        }
        Act::Relate(verb, whom) => {
            drop(ask(format!("POST /api/v1/accounts/{}/{verb}", so_far.people[*whom].id), None).await);
        }
        Act::Rename => {
            let body = json!({ "display_name": format!("Name {number}") });
            ask("PATCH /api/v1/accounts/update_credentials".to_owned(), Some(body)).await;
        }
        Act::Filter => {
            let words = json!([{ "keyword": format!("number {}", number / 2) }]);
            let body = json!({ "title": "some", "context": ["home"], "keywords_attributes": words });
            ask("POST /api/v2/filters".to_owned(), Some(body)).await;
        }
        Act::ListOf(whom) => {
            let body = json!({ "account_ids": [so_far.people[*whom].id] });
            ask(format!("POST /api/v1/lists/{}/accounts", so_far.lists[who]), Some(body)).await;
        }
        Act::FollowTag(on) => {
            let verb = if *on { "follow" } else { "unfollow" };
            ask(format!("POST /api/v1/tags/day/{verb}"), None).await;
        }
    }
}

/// Everything that somebody can look at.
async fn surfaces(world: &World, so_far: &SoFar, who: usize) -> Vec<(String, u16, Value)> {
    let mut paths: Vec<String> = [
        "timelines/home?limit=40",
        "timelines/public?limit=40",
        "timelines/tag/day?limit=40",
        "notifications?limit=40",
        "favourites",
        "bookmarks",
        "conversations",
        "accounts/verify_credentials",
    ]
    .map(|path| format!("/api/v1/{path}"))
    .into();
    paths.push(format!("/api/v1/timelines/list/{}", so_far.lists[who]));
    for person in &so_far.people {
        paths.push(format!("/api/v1/accounts/{}/statuses", person.id));
        paths.push(format!("/api/v1/accounts/{}", person.id));
        paths.push(format!("/api/v1/accounts/relationships?id[]={}", person.id));
    }
    for post in so_far.posts.iter().rev().take(6) {
        paths.push(format!("/api/v1/statuses/{post}"));
        paths.push(format!("/api/v1/statuses/{post}/context"));
    }
    let mut seen = Vec::new();
    for path in paths {
        let answer = world.ask(Some(&so_far.people[who]), &format!("GET {path}"), None).await;
        seen.push((path, answer.status, answer.body));
    }
    seen
}

#[tokio::test]
async fn what_is_kept_is_never_older_than_the_log_whichever_process_wrote() {
    let mut runner = TestRunner::deterministic();
    let story = proptest::collection::vec(act(), ACTS);
    for world in worlds().await {
        let engine = world.engine;
        // On SQLite one process serves an instance; commands that run beside it tell by the log too.
        let mut processes = Vec::new();
        if engine == "postgres" {
            processes.push(Running::start(world.beside(2).await).await);
        }
        processes.push(Running::start(world).await);
        let mut so_far = SoFar { people: Vec::new(), lists: Vec::new(), posts: Vec::new() };
        for number in 0..PEOPLE {
            let world = &processes[0].world;
            let person = world.person(&format!("p{number}")).await;
            let list = world.ask(Some(&person), "POST /api/v1/lists", Some(json!({ "title": "mine" }))).await;
            so_far.lists.push(id(&list.good()));
            so_far.posts.push(id(&post(world, &person, json!({ "status": "hello #day" })).await));
            so_far.people.push(person);
        }
        let acts = story.new_tree(&mut runner).unwrap().current();
        for (number, (process, who, act)) in acts.iter().enumerate() {
            let writer = &processes[process % processes.len()].world;
            writer.clock.advance(SECOND_MS);
            play(writer, &mut so_far, number, *who, act).await;
            if matches!(act, Act::MuteThread(_)) && processes.len() > 1 {
                writer.clock.advance(UNTOLD_MS);
            }
            for process in &processes {
                process.caught_up().await;
            }
            let started = writer.beside(3).await;
            // One after the other looks, and all of them at the end.
            let everybody = number + 1 == acts.len();
            for who in (0..PEOPLE).filter(|who| everybody || *who == number % PEOPLE) {
                let wanted = surfaces(&started, &so_far, who).await;
                for (place, process) in processes.iter().enumerate() {
                    let shown = surfaces(&process.world, &so_far, who).await;
                    for (shown, wanted) in shown.iter().zip(&wanted) {
                        assert_eq!(
                            shown, wanted,
                            "process {place} on {engine}, p{who}, after {number}: {act:?}"
                        );
                    }
                }
            }
        }
        processes.iter().for_each(|process| process.stop.cancel());
    }
}
