//! Activities out: to many hosts, beside a dead and a slow one, and to one far away.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::Instant;

use super::peers::{Arrival, MARK, Manner, Peers};
use crate::cli::Failure;
use crate::cli::bench::ground::Ground;
use crate::cli::bench::report::{Figure, percentile_ms, rate};
use crate::model::ids::AccountId;
use crate::service::NewTweet;

/// Hosts that follow every author of the first two measurements.
const HOSTS: usize = 200;
/// Authors who take turns.
const AUTHORS: usize = 10;
/// The host that falls silent.
const DEAD: &str = "peer0.bench";
/// The host that becomes slow, and how slow.
const SLOW: (&str, Duration) = ("peer1.bench", Duration::from_secs(2));
/// Posts written beside the dead, and the pause between them: a third of what the machine could send.
const CALM_POSTS: usize = 40;
const CALM_PAUSE: Duration = Duration::from_millis(250);
/// The host far away, the time until its answers are here, and who writes to it.
const DISTANT: (&str, Duration) = ("distant.bench", Duration::from_millis(200));
const DISTANT_AUTHORS: usize = 100;
const DISTANT_POSTS: usize = 6_000;
/// How many of them are being written at once: it is not the writing that is measured.
const WRITERS: usize = 64;
/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The hosts of all measurements.
pub(super) fn hosts() -> Vec<String> {
    let many = (0..HOSTS).map(|number| format!("peer{number}.bench"));
    many.chain([DISTANT.0.to_owned()]).collect()
}

/// What the measurements share.
pub(super) struct Lanes<'a> {
    ground: &'a Ground,
    peers: &'a Peers,
    authors: Vec<AccountId>,
    distant_authors: Vec<AccountId>,
}

impl<'a> Lanes<'a> {
    /// Makes the authors and their followers.
    pub(super) async fn prepare(ground: &'a Ground, peers: &'a Peers) -> Result<Self, Failure> {
        eprintln!("making authors and followers …");
        let (mut authors, mut distant_authors) = (Vec::new(), Vec::new());
        let mut face = None;
        for number in 0..AUTHORS {
            let author = ground.person(&format!("writer{number}")).await?;
            authors.push(author.id);
            face = Some(author);
        }
        let Some(face) = face else { return Err(Failure::Other("there are no authors".to_owned())) };
        for number in 0..HOSTS {
            let follower = ground.remote(("reader", &format!("peer{number}.bench")), &face, None).await?;
            for author in &authors {
                ground.bond((follower, false), (*author, true)).await?;
            }
        }
        let follower = ground.remote(("reader", DISTANT.0), &face, None).await?;
        for number in 0..DISTANT_AUTHORS {
            let author = ground.person(&format!("exile{number}")).await?;
            ground.bond((follower, false), (author.id, true)).await?;
            distant_authors.push(author.id);
        }
        Ok(Self { ground, peers, authors, distant_authors })
    }

    /// Writes post number `number`; answers when it did.
    async fn write(&self, author: AccountId, number: usize) -> Result<Instant, Failure> {
        let at = Instant::now();
        let text = format!("{MARK}{number}, which is about as long as most of them are");
        self.ground.app.service.create_tweet(author, NewTweet { text, ..NewTweet::default() }).await?;
        Ok(at)
    }

    fn author(&self, number: usize) -> Result<AccountId, Failure> {
        let author = self.authors.get(number % self.authors.len().max(1));
        author.copied().ok_or_else(|| Failure::Other("there are no authors".to_owned()))
    }

    /// Deliveries a second to many hosts that answer at once.
    pub(super) async fn to_many(&self, posts: usize) -> Result<Figure, Failure> {
        eprintln!("delivering {posts} posts to {HOSTS} hosts …");
        self.peers.forget();
        let begun = Instant::now();
        for number in 0..posts {
            self.write(self.author(number)?, number).await?;
        }
        let arrivals = self.all(posts.saturating_mul(HOSTS)).await?;
        let last = arrivals.iter().map(|arrival| arrival.at).max().unwrap_or(begun);
        Ok(Figure::new(
            "deliveries to 200 hosts",
            rate(arrivals.len(), last.duration_since(begun)),
            "a second",
        ))
    }

    /// The times to delivery of the other hosts, before and after one falls silent and one becomes slow.
    pub(super) async fn beside_the_dead(&self) -> Result<Vec<Figure>, Failure> {
        eprintln!("delivering beside a dead and a slow host …");
        let before = self.calm().await?;
        self.peers.behave(DEAD, Manner::Silent);
        self.peers.behave(SLOW.0, Manner::After(SLOW.1));
        let after = self.calm().await?;
        self.peers.behave(DEAD, Manner::Prompt);
        self.peers.behave(SLOW.0, Manner::Prompt);
        let figure = |name, percent| {
            Figure::new(name, percentile_ms(&after, percent), "ms")
                .beside(percentile_ms(&before, percent), "ms with all alive")
        };
        Ok(vec![
            figure("time to delivery beside a dead and a slow host, median", 50),
            figure("the same, 95 of 100", 95),
        ])
    }

    /// The sorted times to delivery of a calm stream of posts, to all but the dead and the slow one.
    async fn calm(&self) -> Result<Vec<Duration>, Failure> {
        self.peers.forget();
        let mut written = HashMap::new();
        for number in 0..CALM_POSTS {
            written.insert(number, self.write(self.author(number)?, number).await?);
            tokio::time::sleep(CALM_PAUSE).await;
        }
        let others = |arrival: &&Arrival| arrival.host != DEAD && arrival.host != SLOW.0;
        let wanted = CALM_POSTS.saturating_mul(HOSTS.saturating_sub(2));
        let mut arrivals = self.peers.arrived(wanted, PATIENCE).await;
        let end = Instant::now() + PATIENCE;
        while arrivals.iter().filter(others).count() < wanted {
            if Instant::now() > end {
                return Err(Failure::Other("not all deliveries arrived in time".to_owned()));
            }
            arrivals = self.peers.arrived(arrivals.len().saturating_add(1), PATIENCE).await;
        }
        let mut times: Vec<Duration> = arrivals
            .iter()
            .filter(others)
            .filter_map(|arrival| Some(arrival.at.duration_since(*written.get(&arrival.post)?)))
            .collect();
        times.sort_unstable();
        Ok(times)
    }

    /// Deliveries a second to one host whose answers take their time.
    pub(super) async fn to_a_distant_one(&self) -> Result<Figure, Failure> {
        eprintln!("delivering to a distant host …");
        self.peers.behave(DISTANT.0, Manner::After(DISTANT.1));
        self.peers.forget();
        let begun = Instant::now();
        let authors = self.distant_authors.iter().cycle().take(DISTANT_POSTS).enumerate();
        let written = stream::iter(authors).map(|(number, author)| self.write(*author, number));
        written.buffer_unordered(WRITERS).try_for_each(|_| std::future::ready(Ok(()))).await?;
        let arrivals = self.all(DISTANT_POSTS).await?;
        let last = arrivals.iter().map(|arrival| arrival.at).max().unwrap_or(begun);
        let rate = rate(arrivals.len(), last.duration_since(begun));
        Ok(Figure::new("deliveries to one host, 200 ms away", rate, "a second"))
    }

    async fn all(&self, count: usize) -> Result<Vec<Arrival>, Failure> {
        let arrivals = self.peers.arrived(count, PATIENCE).await;
        if arrivals.len() < count {
            let message = format!("{} of {count} deliveries arrived in time", arrivals.len());
            return Err(Failure::Other(message));
        }
        Ok(arrivals)
    }
}
