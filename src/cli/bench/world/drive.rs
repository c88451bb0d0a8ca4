//! Carries a plan out over HTTP. Every time is counted from the moment that was planned: who waits for a free connection
//! because the server is slow has waited for the server.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::fill::{Filled, bar};
use super::plan::{Act, Plan, Planned};
use super::probe;
use super::shape::{CELEBRITY, Shape};
use crate::cli::Failure;
use crate::cli::bench::wire::{Asked, Asker};
use crate::error::Error;

/// Posts that are reacted to: the newest.
const NEWEST: usize = 500;
/// One post in this many is looked for on homes and in the search.
const PROBED_PART: u64 = 20;
/// How long an answer may take in a quiet moment before it is no probe any more: while it spikes more is new at once than
/// one page shows.
const QUIET: Duration = Duration::from_millis(500);

/// The world as the load knows it.
pub(super) struct World {
    /// Who follows whom.
    pub(super) shape: Arc<Shape>,
    /// Their accounts and tokens.
    pub(super) filled: Filled,
    /// The server.
    pub(super) address: SocketAddr,
    newest: Mutex<VecDeque<String>>,
    celebrated: Mutex<Option<String>>,
    posts: AtomicU64,
}

/// When something was due, and how long it took from then.
pub(super) type Took = (Duration, Duration);

/// How a plan went.
#[derive(Default)]
pub(super) struct Tally {
    /// Home pages.
    pub(super) homes: Vec<Took>,
    /// Posts, on the disk before they were answered.
    pub(super) posts: Vec<Took>,
    /// Likes, reposts, answers, follows.
    pub(super) interactions: Vec<Took>,
    /// Searches.
    pub(super) searches: Vec<Took>,
    /// From a post to the last of some homes that show it.
    pub(super) visible: Vec<Duration>,
    /// The same for the celebrity's.
    pub(super) celebrated: Vec<Duration>,
    /// From a post to the search that finds it.
    pub(super) found: Vec<Duration>,
    /// Homes that have a new post on them.
    pub(super) deliveries: u64,
    /// Answers that were not good.
    pub(super) refused: usize,
    /// What the first of them said.
    pub(super) complaint: Option<String>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.homes.extend(other.homes);
        self.posts.extend(other.posts);
        self.interactions.extend(other.interactions);
        self.searches.extend(other.searches);
        self.deliveries = self.deliveries.saturating_add(other.deliveries);
        self.refused = self.refused.saturating_add(other.refused);
        self.complaint = self.complaint.take().or(other.complaint);
    }
}

impl World {
    /// A world on a running server.
    pub(super) fn new(shape: Arc<Shape>, filled: Filled, address: SocketAddr) -> Self {
        let newest = filled.newest.iter().map(ToString::to_string).collect();
        Self {
            shape,
            filled,
            address,
            newest: Mutex::new(newest),
            celebrated: Mutex::default(),
            posts: AtomicU64::new(0),
        }
    }

    /// The token of a number.
    pub(super) fn token(&self, who: u32) -> &str {
        self.filled.tokens.get(usize::try_from(who).unwrap_or(usize::MAX)).map_or("", String::as_str)
    }

    /// The newest posts.
    pub(super) fn newest(&self) -> Vec<String> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn one_of_the_newest(&self, which: usize) -> String {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.get(which % newest.len().max(1)).cloned().unwrap_or_default()
    }

    /// The request for an act; nothing when there is nothing to act on yet.
    fn asked(&self, who: u32, act: &Act) -> Option<Asked> {
        let token = self.token(who);
        let on = |id: &str, verb: &str| Asked::post(&format!("/api/v1/statuses/{id}/{verb}"), token, "");
        let celebrated = || self.celebrated.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Some(match act {
            Act::Home => Asked::get("/api/v1/timelines/home?limit=20", token),
            Act::Post(text) => post(token, text, None),
            Act::Reply(which, text) => post(token, text, Some(&self.one_of_the_newest(*which))),
            Act::Like(which) => on(&self.one_of_the_newest(*which), "favourite"),
            Act::Retweet(which) => on(&self.one_of_the_newest(*which), "reblog"),
            Act::Spread => on(&celebrated()?, "reblog"),
            Act::Cheer => on(&celebrated()?, "favourite"),
            Act::Follow(whom) => {
                let whom = self.filled.accounts.get(usize::try_from(*whom).unwrap_or(usize::MAX))?;
                Asked::post(&format!("/api/v1/accounts/{whom}/follow"), token, "")
            }
            Act::Search(word) => {
                Asked::get(&format!("/api/v2/search?q={word}&type=statuses&limit=20"), token)
            }
        })
    }

    /// Remembers what was posted, so that others react to it.
    fn posted(&self, who: u32, id: &str) {
        if who == CELEBRITY {
            *self.celebrated.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.to_owned());
        }
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.push_front(id.to_owned());
        newest.truncate(NEWEST);
    }
}

fn post(token: &str, text: &str, reply_to: Option<&str>) -> Asked {
    let body = json!({ "status": text, "in_reply_to_id": reply_to });
    Asked::post("/api/v1/statuses", token, &body.to_string())
}

/// Carries the plan out over so many connections.
pub(super) async fn drive(
    world: &Arc<World>,
    plan: Plan,
    connections: usize,
    name: &str,
) -> Result<Tally, Failure> {
    let work = bar(name, plan.acts.len());
    let (plan, next) = (Arc::new(plan), Arc::new(AtomicUsize::new(0)));
    let (mut workers, probes) = (JoinSet::new(), Arc::new(Mutex::new(JoinSet::new())));
    let begun = Instant::now();
    for _ in 0..connections {
        let asker = Asker::connect(world.address).await?;
        let worker = Worker {
            world: Arc::clone(world),
            plan: Arc::clone(&plan),
            next: Arc::clone(&next),
            probes: Arc::clone(&probes),
            begun,
            tally: Tally::default(),
        };
        workers.spawn(worker.run(asker));
    }
    let mut tally = Tally::default();
    loop {
        tokio::select! {
            ended = workers.join_next() => match ended {
                Some(ended) => tally.add(ended.map_err(Error::internal)??),
                None => break,
            },
            () = tokio::time::sleep(Duration::from_millis(250)) => {
                let done = next.load(Ordering::Relaxed).min(plan.acts.len());
                work.set_position(u64::try_from(done).unwrap_or_default());
            }
        }
    }
    work.finish();
    let mut probes = std::mem::take(&mut *probes.lock().unwrap_or_else(PoisonError::into_inner));
    while let Some(seen) = probes.join_next().await {
        match seen.map_err(Error::internal)?? {
            probe::Seen::OnHomes { who: CELEBRITY, after } => tally.celebrated.push(after),
            probe::Seen::OnHomes { after, .. } => tally.visible.push(after),
            probe::Seen::InSearch { after } => tally.found.push(after),
        }
    }
    Ok(tally)
}

struct Worker {
    world: Arc<World>,
    plan: Arc<Plan>,
    next: Arc<AtomicUsize>,
    probes: Arc<Mutex<JoinSet<Result<probe::Seen, Failure>>>>,
    begun: Instant,
    tally: Tally,
}

impl Worker {
    async fn run(mut self, mut asker: Asker) -> Result<Tally, Failure> {
        let plan = Arc::clone(&self.plan);
        while let Some(planned) = plan.acts.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            tokio::time::sleep_until(self.begun + planned.at).await;
            self.act(&mut asker, planned).await?;
        }
        Ok(self.tally)
    }

    async fn act(&mut self, asker: &mut Asker, planned: &Planned) -> Result<(), Failure> {
        let due = self.begun + planned.at;
        let probed = matches!(planned.act, Act::Post(_))
            && (planned.who == CELEBRITY
                || self.world.posts.fetch_add(1, Ordering::Relaxed).is_multiple_of(PROBED_PART));
        // A word that is in no other post.
        let mark = probed.then(|| format!("mark{}x{}", planned.who, planned.at.as_micros()));
        let act = match (&planned.act, &mark) {
            (Act::Post(text), Some(mark)) => &Act::Post(format!("{text} {mark}")),
            (act, _) => act,
        };
        let Some(asked) = self.world.asked(planned.who, act) else { return Ok(()) };
        let answer = asker.ask(&asked).await?;
        let took = due.elapsed();
        if !(200..300).contains(&answer.status) {
            self.tally.refused = self.tally.refused.saturating_add(1);
            let told =
                || format!("{}: {} {}", asked.path, answer.status, String::from_utf8_lossy(answer.body));
            self.tally.complaint.get_or_insert_with(told);
            return Ok(());
        }
        let took = (planned.at, took);
        match &planned.act {
            Act::Home => self.tally.homes.push(took),
            Act::Search(_) => self.tally.searches.push(took),
            Act::Post(_) => {
                let made: Value = serde_json::from_slice(answer.body).map_err(Error::internal)?;
                let id = made.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
                self.tally.posts.push(took);
                let followers = self.world.shape.followers.of(planned.who).len();
                self.tally.deliveries =
                    self.tally.deliveries.saturating_add(u64::try_from(followers).unwrap_or_default());
                self.world.posted(planned.who, &id);
                if let Some(mark) = mark.filter(|_| took.1 < QUIET) {
                    self.look_for(due, planned.who, id, mark);
                }
            }
            _ => self.tally.interactions.push(took),
        }
        Ok(())
    }

    /// Looks for a new post, beside the load.
    fn look_for(&self, due: Instant, who: u32, id: String, mark: String) {
        let mut probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
        probes.spawn(probe::on_homes(Arc::clone(&self.world), who, id.clone(), due));
        probes.spawn(probe::in_search(Arc::clone(&self.world), who, (id, mark), due));
    }
}
