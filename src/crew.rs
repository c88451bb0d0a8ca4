//! Threads of our own for work that computes, away from the async ones: as many as are meant for it, and a queue
//! that is bounded. A thread that has more to do takes it without falling asleep in between.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Receiver, Sender};
use tokio::sync::oneshot;

use crate::error::Error;

type Job = Box<dyn FnOnce() + Send>;

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undone {
    /// Too much work waits, or the threads have ended.
    #[error("too much work waits")]
    Busy,
    /// It panicked.
    #[error("the work panicked")]
    Panicked,
}

impl From<Undone> for Error {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Busy => Self::Busy,
            Undone::Panicked => Self::internal(undone),
        }
    }
}

/// Some threads and their queue. Threads end when it is dropped; work that runs then is finished, and what came of it
/// thrown away.
#[derive(Debug)]
pub struct Crew {
    jobs: Sender<Job>,
}

impl Crew {
    /// Starts `threads` threads (at least one) with names that begin with `name`, and room for `room` jobs that wait (at
    /// least one).
    pub fn start(name: &str, threads: usize, room: usize) -> io::Result<Self> {
        let (jobs, queue) = crossbeam_channel::bounded(room.max(1));
        for number in 0..threads.max(1) {
            let queue = queue.clone();
            std::thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || work_through(&queue))?;
        }
        Ok(Self { jobs })
    }

    /// The same with a thread a core.
    pub fn of_all_cores(name: &str, room: usize) -> io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::start(name, cores, room)
    }

    /// Does `work` on one of the threads. With a full queue it is [`Undone::Busy`] at once; work whose caller has gone
    /// before it begins is passed over.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Undone> {
        let (reply, answer) = oneshot::channel();
        let job = move || {
            if !reply.is_closed() {
                let done = catch_unwind(AssertUnwindSafe(work)).map_err(|_| Undone::Panicked);
                // Whoever waited may have gone away meanwhile.
                let _ = reply.send(done);
            }
        };
        self.jobs.try_send(Box::new(job)).map_err(|_| Undone::Busy)?;
        answer.await.unwrap_or(Err(Undone::Busy))
    }

    /// How many jobs wait, for a gauge.
    pub fn waiting(&self) -> usize {
        self.jobs.len()
    }
}

fn work_through(queue: &Receiver<Job>) {
    for job in queue {
        job();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::bounded;
    use futures_util::FutureExt as _;

    /// A crew of one whose thread is held until `go_on`.
    fn held(crew: &Crew) -> (impl Future<Output = Result<(), Undone>> + '_, Sender<()>) {
        let ((begun, has_begun), (go_on, may_go_on)) = (bounded(1), bounded::<()>(1));
        let mut running = Box::pin(crew.run(move || {
            begun.send(()).unwrap();
            may_go_on.recv().unwrap();
        }));
        assert!((&mut running).now_or_never().is_none());
        has_begun.recv().unwrap();
        (running, go_on)
    }

    #[tokio::test]
    async fn a_panic_costs_one_job_and_not_the_thread() {
        let crew = Crew::start("test", 1, 1).unwrap();
        for _ in 0..3 {
            assert_eq!(crew.run(|| panic!("on purpose")).await, Err::<(), _>(Undone::Panicked));
        }
        assert_eq!(crew.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_full_queue_is_busy_at_once() {
        let crew = Crew::start("test", 1, 1).unwrap();
        let (running, go_on) = held(&crew);
        let mut waiting = Box::pin(crew.run(|| 1));
        assert!((&mut waiting).now_or_never().is_none());
        assert_eq!(crew.waiting(), 1);
        assert_eq!(crew.run(|| 2).now_or_never(), Some(Err(Undone::Busy)));
        go_on.send(()).unwrap();
        assert_eq!((running.await, waiting.await), (Ok(()), Ok(1)));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_is_passed_over() {
        let crew = Crew::start("test", 1, 2).unwrap();
        let (running, go_on) = held(&crew);
        let (ran, has_run) = bounded::<()>(1);
        let mut abandoned = Box::pin(crew.run(move || ran.send(()).unwrap()));
        assert!((&mut abandoned).now_or_never().is_none());
        drop(abandoned);
        go_on.send(()).unwrap();
        running.await.unwrap();
        // The next job is answered after the abandoned one was passed over, on the only thread.
        crew.run(|| ()).await.unwrap();
        assert!(has_run.try_recv().is_err());
    }
}
