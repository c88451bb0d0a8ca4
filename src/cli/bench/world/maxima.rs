//! The most of each thing alone: as fast as it is answered, over connections that stay open (closed loop), with what each
//! costs the server; and the limits beside them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rand_distr::Distribution as _;
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::SeedableRng as _;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::drive::World;
use super::fill::{self, bar};
use super::server::Running;
use super::words::Words;
use crate::cli::Failure;
use crate::cli::bench::report::{number, percentile_ms, rate};
use crate::cli::bench::wire::{Asked, Asker};
use crate::clock::{Clock, DAY_MS};
use crate::error::Error;
use crate::model::ids::{TweetId, floor_at};
use crate::model::tweet::{Tweet, blank_tweet};
use crate::store::Store;
use crate::store::hot::HotCommand as _;
use crate::store::tweet_commands::CreateTweet;

/// Posts that are written together at most, as many as connections ask at once.
const TOGETHER: usize = 128;

/// The most of one thing.
pub(super) struct Most {
    /// A second.
    pub(super) a_second: f64,
    /// What half of the answers took at most, and 99 of 100.
    pub(super) within_ms: [f64; 2],
    /// Seconds of a core that one costs the server.
    pub(super) cpu: f64,
}

impl Most {
    /// What came of so many answers in that time, which cost the server so many seconds of a core.
    fn of(mut times: Vec<Duration>, took: Duration, cpu: f64) -> Self {
        times.sort_unstable();
        Self {
            a_second: rate(times.len(), took),
            within_ms: [percentile_ms(&times, 50), percentile_ms(&times, 99)],
            cpu: cpu / number(times.len()).max(1.0),
        }
    }
}

/// What is asked again and again.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asking {
    /// Home pages of people drawn.
    Homes,
    /// Posts of people drawn.
    Posts,
    /// Likes of people drawn, of the newest posts.
    Likes,
    /// Searches for words drawn.
    Searches,
}

/// Asks for as long over so many connections.
pub(super) async fn most(
    world: &Arc<World>,
    server: &Running,
    asking: Asking,
    (connections, time): (usize, Duration),
) -> Result<Most, Failure> {
    let before = server.used()?;
    let begun = Instant::now();
    let mut askers = JoinSet::new();
    for seed in (0_u64..).take(connections) {
        askers.spawn(ask(Arc::clone(world), asking, seed, begun + time));
    }
    let mut times = Vec::new();
    while let Some(some) = askers.join_next().await {
        times.extend(some.map_err(Error::internal)??);
    }
    Ok(Most::of(times, begun.elapsed(), server.used()?.cpu - before.cpu))
}

async fn ask(world: Arc<World>, asking: Asking, seed: u64, end: Instant) -> Result<Vec<Duration>, Failure> {
    let (mut random, words) = (Pcg64Mcg::seed_from_u64(seed), Words::new()?);
    let mut asker = Asker::connect(world.address).await?;
    let (mut times, newest) = (Vec::new(), world.newest());
    while Instant::now() < end {
        let who = |drawn: usize| u32::try_from(drawn).unwrap_or_default();
        let reader = who(world.shape.readers.sample(&mut random));
        let asked = match asking {
            Asking::Homes => Asked::get("/api/v1/timelines/home?limit=20", world.token(reader)),
            Asking::Posts => {
                let writer = who(world.shape.writers.sample(&mut random));
                let body = serde_json::json!({ "status": words.text(&mut random) });
                Asked::post("/api/v1/statuses", world.token(writer), &body.to_string())
            }
            Asking::Likes => {
                let id = newest.get(times.len() % newest.len().max(1)).map_or("0", String::as_str);
                Asked::post(&format!("/api/v1/statuses/{id}/favourite"), world.token(reader), "")
            }
            Asking::Searches => {
                let word = words.word(&mut random);
                let path = format!("/api/v2/search?q={word}&type=statuses&limit=20");
                Asked::get(&path, world.token(reader))
            }
        };
        let begun = Instant::now();
        asker.good(&asked).await?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

/// Reads everybody's home once, after a start with nothing in memory.
pub(super) async fn everybody(
    world: &Arc<World>,
    server: &Running,
    connections: usize,
) -> Result<Most, Failure> {
    let people = world.shape.following.people();
    let work = bar("opening everybody's home", people);
    let next = Arc::new(AtomicU64::new(0));
    let (before, begun) = (server.used()?, Instant::now());
    let mut askers = JoinSet::new();
    for _ in 0..connections {
        let (world, next, work) = (Arc::clone(world), Arc::clone(&next), work.clone());
        askers.spawn(async move {
            let mut asker = Asker::connect(world.address).await?;
            let mut times = Vec::new();
            loop {
                let who = u32::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap_or(u32::MAX);
                if usize::try_from(who).unwrap_or(usize::MAX) >= people {
                    return Ok::<_, Failure>(times);
                }
                let begun = Instant::now();
                asker.good(&Asked::get("/api/v1/timelines/home?limit=20", world.token(who))).await?;
                times.push(begun.elapsed());
                work.inc(1);
            }
        });
    }
    let mut times = Vec::with_capacity(people);
    while let Some(some) = askers.join_next().await {
        times.extend(some.map_err(Error::internal)??);
    }
    work.finish();
    Ok(Most::of(times, begun.elapsed(), server.used()?.cpu - before.cpu))
}

/// The same rows written bare, with no request and no rules: as many in one commit as connections ask at once. A second.
pub(super) async fn bare_posts(
    world: &World,
    (folder, database): (&Path, Option<&str>),
    time: Duration,
) -> Result<f64, Failure> {
    let store: Store = fill::open(fill::place(folder, database)).await?;
    let (words, mut random) = (Words::new()?, Pcg64Mcg::seed_from_u64(1));
    let now_ms = Clock::system().now_ms();
    // Far from the ids that the server gave.
    let mut id = floor_at(now_ms.saturating_add(DAY_MS));
    let (begun, mut count) = (Instant::now(), 0_usize);
    while begun.elapsed() < time {
        let set: Vec<CreateTweet> = (0..TOGETHER)
            .filter_map(|_| {
                id = id.saturating_add(1);
                let author = *world.filled.accounts.get(world.shape.writers.sample(&mut random))?;
                let text = words.text(&mut random);
                let html = format!("<p>{text}</p>");
                let tweet = Tweet { text, html, ..blank_tweet(TweetId(id), author, now_ms) };
                Some(CreateTweet::alone(tweet, now_ms))
            })
            .collect();
        count = count.saturating_add(set.len());
        store.write(move |conn| CreateTweet::write_set(conn, &set)).await.map_err(Error::from)?;
    }
    let a_second = rate(count, begun.elapsed());
    fill::close(store).await?;
    Ok(a_second)
}
