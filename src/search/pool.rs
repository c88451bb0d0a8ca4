//! The threads on which searches run, away from the async ones: a search reads files.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use crate::error::{Error, Result};
use crate::model::ids::TweetId;

/// Searches at a time; more would only take the cores from each other.
const THREADS: usize = 2;
/// Searches that may wait; with more the answer is [`Error::Busy`].
const MAX_WAITING: usize = 64;

type Work = Box<dyn FnOnce() -> tantivy::Result<Vec<TweetId>> + Send>;

struct Job {
    work: Work,
    reply: oneshot::Sender<Result<Vec<TweetId>>>,
}

/// A few threads and a short queue. Dropping it ends the threads.
#[derive(Debug)]
pub(crate) struct Pool {
    jobs: Sender<Job>,
}

impl Pool {
    /// Starts the threads.
    pub(crate) fn start() -> std::io::Result<Self> {
        let (jobs, queue) = bounded(MAX_WAITING);
        for number in 0..THREADS {
            let queue = queue.clone();
            std::thread::Builder::new().name(format!("search-{number}")).spawn(move || work_off(&queue))?;
        }
        Ok(Self { jobs })
    }

    /// Runs one search. `Busy` when too many wait.
    pub(crate) async fn run(&self, work: Work) -> Result<Vec<TweetId>> {
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(Job { work, reply }).map_err(|refused| match refused {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => Error::internal("the search threads have ended"),
        })?;
        answer.await.map_err(Error::internal)?
    }
}

fn work_off(queue: &Receiver<Job>) {
    for Job { work, reply } in queue {
        // Whoever asked may have gone away while the search waited.
        if reply.is_closed() {
            continue;
        }
        // A panic over a damaged file must not cost the thread.
        let result = match catch_unwind(AssertUnwindSafe(work)) {
            Ok(found) => found.map_err(Error::internal),
            Err(_) => Err(Error::internal("a search panicked")),
        };
        let _ = reply.send(result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_fails_one_search_and_not_the_next() {
        let pool = Pool::start().unwrap();
        for _ in 0..=THREADS {
            let failed = pool.run(Box::new(|| panic!("on purpose"))).await;
            assert_eq!(failed.unwrap_err().code(), "internal");
        }
        assert_eq!(pool.run(Box::new(|| Ok(vec![TweetId(7)]))).await.unwrap(), [TweetId(7)]);
    }

    #[tokio::test]
    async fn too_many_waiting_searches_are_refused() {
        let pool = Pool::start().unwrap();
        let (release, gate) = bounded::<()>(0);
        let mut waiting = Vec::new();
        for _ in 0..THREADS + MAX_WAITING {
            let gate = gate.clone();
            let mut search = Box::pin(pool.run(Box::new(move || {
                let _ = gate.recv();
                Ok(Vec::new())
            })));
            // The first poll queues the job; the threads pick theirs up at their own pace.
            while futures_util::poll!(&mut search).is_ready() {
                search = Box::pin(pool.run(Box::new(|| Ok(Vec::new()))));
                tokio::task::yield_now().await;
            }
            waiting.push(search);
        }
        let refused = loop {
            if let Err(error) = pool.run(Box::new(|| Ok(Vec::new()))).await {
                break error;
            }
        };
        assert_eq!(refused.code(), "busy");
        drop(release);
        for search in waiting {
            search.await.unwrap();
        }
    }
}
