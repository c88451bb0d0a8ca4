//! A bounded pool for decoding: a few threads of its own, so that image work never stops the server's.
//!
//! The queue is short on purpose: when it is full the caller hears [`MediaError::Busy`] at once. A panic in a
//! codec ends the job, not the thread. Threads end when the pool is dropped; a job that runs then is finished and
//! its result thrown away.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Receiver, Sender};
use tokio::sync::oneshot;

use crate::media::error::MediaError;
use crate::media::image::Processed;

type Outcome = Result<Processed, MediaError>;

struct Job {
    work: Box<dyn FnOnce() -> Outcome + Send>,
    reply: oneshot::Sender<Outcome>,
}

/// Runs image work on its own threads.
#[derive(Debug)]
pub struct MediaPool {
    jobs: Sender<Job>,
}

impl MediaPool {
    /// Starts `threads` threads (at least one) with room for `queue_limit` waiting jobs (at least one).
    pub fn new(threads: usize, queue_limit: usize) -> io::Result<Self> {
        let (jobs, inbox) = crossbeam_channel::bounded(queue_limit.max(1));
        for number in 0..threads.max(1) {
            let inbox = inbox.clone();
            std::thread::Builder::new()
                .name(format!("media-{number}"))
                .spawn(move || work_through(&inbox))?;
        }
        Ok(Self { jobs })
    }

    /// Runs `work` on one of the threads; work whose caller has gone before it starts is skipped.
    ///
    /// [`MediaError::Busy`] when the queue is full, [`MediaError::BrokenImage`] when the work panics.
    pub async fn run(&self, work: impl FnOnce() -> Outcome + Send + 'static) -> Outcome {
        let (reply, answer) = oneshot::channel();
        let job = Job { work: Box::new(work), reply };
        self.jobs.try_send(job).map_err(|_| MediaError::Busy)?;
        answer.await.unwrap_or(Err(MediaError::Busy))
    }

    /// How many jobs wait, for a gauge.
    pub fn waiting(&self) -> usize {
        self.jobs.len()
    }
}

fn work_through(inbox: &Receiver<Job>) {
    for job in inbox {
        if job.reply.is_closed() {
            continue;
        }
        let outcome = catch_unwind(AssertUnwindSafe(job.work)).unwrap_or_else(|_| {
            tracing::warn!("a codec panicked on an image; the image was refused");
            Err(MediaError::BrokenImage)
        });
        // Nobody waits any more: the outcome is not needed.
        drop(job.reply.send(outcome));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::bounded;
    use futures_util::FutureExt as _;

    fn refuse() -> Outcome {
        Err(MediaError::NotFound)
    }

    #[tokio::test]
    async fn a_panic_refuses_the_image_and_the_thread_lives_on() {
        let pool = MediaPool::new(1, 1).unwrap();
        let panicked = pool.run(|| panic!("a codec's bug")).await;
        assert_eq!(panicked.unwrap_err().code(), "broken_image");
        assert_eq!(pool.run(refuse).await.unwrap_err().code(), "not_found");
    }

    #[tokio::test]
    async fn a_full_queue_is_busy_at_once() {
        let pool = MediaPool::new(1, 1).unwrap();
        let ((started, has_started), (go_on, may_go_on)) = (bounded(1), bounded::<()>(1));
        let mut running = Box::pin(pool.run(move || {
            started.send(()).unwrap();
            may_go_on.recv().unwrap();
            refuse()
        }));
        assert!((&mut running).now_or_never().is_none());
        has_started.recv().unwrap();
        let mut waiting = Box::pin(pool.run(refuse));
        assert!((&mut waiting).now_or_never().is_none());
        assert_eq!(pool.waiting(), 1);
        assert_eq!(pool.run(refuse).now_or_never().unwrap().unwrap_err().code(), "busy");
        go_on.send(()).unwrap();
        assert_eq!(running.await.unwrap_err().code(), "not_found");
        assert_eq!(waiting.await.unwrap_err().code(), "not_found");
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_is_skipped() {
        let pool = MediaPool::new(1, 2).unwrap();
        let ((started, has_started), (go_on, may_go_on)) = (bounded(1), bounded::<()>(1));
        let mut running = Box::pin(pool.run(move || {
            started.send(()).unwrap();
            may_go_on.recv().unwrap();
            refuse()
        }));
        assert!((&mut running).now_or_never().is_none());
        has_started.recv().unwrap();
        let (ran, has_run) = bounded::<()>(1);
        let mut abandoned = Box::pin(pool.run(move || {
            ran.send(()).unwrap();
            refuse()
        }));
        assert!((&mut abandoned).now_or_never().is_none());
        drop(abandoned);
        go_on.send(()).unwrap();
        running.await.unwrap_err();
        // The next job is answered after the abandoned one was passed over, on the only thread.
        pool.run(refuse).await.unwrap_err();
        assert!(has_run.try_recv().is_err());
    }
}
