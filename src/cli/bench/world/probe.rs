//! When a new post can be seen: on the homes of those who follow its author, and in the search.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::drive::World;
use super::shape::CELEBRITY;
use crate::cli::Failure;
use crate::cli::bench::wire::{Asked, Asker};
use crate::error::Error;

/// Followers on whose homes a post is looked for, spread evenly over all of them.
const HOMES: usize = 20;
/// The same for the celebrity's.
const CELEBRITY_HOMES: usize = 500;
/// Homes that are looked at over one connection, one after the other.
const HOMES_A_WALKER: usize = 5;
/// Where the probes come from: the load has the server's connections for its own address.
const CLIENT: [u8; 4] = [127, 0, 0, 2];
const AGAIN: Duration = Duration::from_millis(5);
const SEARCH_AGAIN: Duration = Duration::from_millis(50);
/// After this a post is lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a probe saw.
pub(super) enum Seen {
    /// A post of this author was on all the homes that were looked at.
    OnHomes {
        /// Whose post.
        who: u32,
        /// From the moment it was due.
        after: Duration,
    },
    /// The search found it.
    InSearch {
        /// From the moment it was due.
        after: Duration,
    },
}

/// Looks at homes of followers until all of them show the post. Looking takes a while too, so the time is at most this.
pub(super) async fn on_homes(world: Arc<World>, who: u32, id: String, due: Instant) -> Result<Seen, Failure> {
    let followers = world.shape.followers.of(who);
    let wanted = if who == CELEBRITY { CELEBRITY_HOMES } else { HOMES };
    let some: Vec<u32> = followers.iter().copied().step_by((followers.len() / wanted).max(1)).collect();
    let mut walkers = JoinSet::new();
    for homes in some.chunks(HOMES_A_WALKER) {
        walkers.spawn(walk(Arc::clone(&world), homes.to_vec(), format!("\"{id}\""), due));
    }
    while let Some(walked) = walkers.join_next().await {
        walked.map_err(Error::internal)??;
    }
    Ok(Seen::OnHomes { who, after: due.elapsed() })
}

async fn walk(world: Arc<World>, homes: Vec<u32>, shown: String, due: Instant) -> Result<(), Failure> {
    let mut asker = Asker::connect_from(CLIENT, world.address).await?;
    for follower in homes {
        let home = Asked::get("/api/v1/timelines/home?limit=40", world.token(follower));
        while !contains(asker.good(&home).await?, shown.as_bytes()) {
            if due.elapsed() > PATIENCE {
                return Err(Failure::Other(format!(
                    "post {shown} never came to the home of person{follower}"
                )));
            }
            tokio::time::sleep(AGAIN).await;
        }
    }
    Ok(())
}

/// Searches for a word of it until it is found.
pub(super) async fn in_search(
    world: Arc<World>,
    who: u32,
    (id, mark): (String, String),
    due: Instant,
) -> Result<Seen, Failure> {
    let mut asker = Asker::connect_from(CLIENT, world.address).await?;
    let asked = Asked::get(&format!("/api/v2/search?q={mark}&type=statuses&limit=5"), world.token(who));
    let shown = format!("\"{id}\"");
    while !contains(asker.good(&asked).await?, shown.as_bytes()) {
        if due.elapsed() > PATIENCE {
            return Err(Failure::Other(format!("post {id} was never found by {mark}")));
        }
        tokio::time::sleep(SEARCH_AGAIN).await;
    }
    Ok(Seen::InSearch { after: due.elapsed() })
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
