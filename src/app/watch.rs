//! Whether what runs by itself still does: tasks that ended and consumers of the log that only fail. `/readyz` asks.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::task::{AbortHandle, JoinHandle};

use crate::store::follower::Progress;

/// How long a consumer may do nothing but fail: a database that restarts is not worth an alarm.
const FAILURE_PATIENCE: Duration = Duration::from_secs(30);

/// What is watched, each part under its name.
#[derive(Default)]
pub(super) struct Watch(Mutex<Vec<Part>>);

struct Part {
    name: &'static str,
    task: AbortHandle,
    progress: Option<Progress>,
}

impl Watch {
    /// Watches a task that runs until the stop.
    pub(super) fn task(&self, name: &'static str, task: &JoinHandle<()>) {
        self.add(Part { name, task: task.abort_handle(), progress: None });
    }

    /// Watches the task of a consumer of the log.
    pub(super) fn consumer(&self, name: &'static str, progress: Progress, task: &JoinHandle<()>) {
        self.add(Part { name, task: task.abort_handle(), progress: Some(progress) });
    }

    /// An error that says what stands still, if anything does.
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_with(FAILURE_PATIENCE)
    }

    fn check_with(&self, patience: Duration) -> Result<(), String> {
        let parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let faults: Vec<String> = parts.iter().filter_map(|part| part.fault(patience)).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults.join(", ")) }
    }

    fn add(&self, part: Part) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(part);
    }
}

impl Part {
    fn fault(&self, patience: Duration) -> Option<String> {
        if self.task.is_finished() {
            return Some(format!("{} has ended", self.name));
        }
        let failing = self.progress.as_ref()?.failing_for()?;
        (failing >= patience).then(|| format!("{} has failed for {} s", self.name, failing.as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_consumer_that_only_fails_is_told_of_after_a_while() {
        let (watch, progress) = (Watch::default(), Progress::default());
        let task = tokio::spawn(std::future::pending());
        watch.consumer("search", progress.clone(), &task);
        assert_eq!(watch.check_with(Duration::ZERO), Ok(()), "it works");
        progress.failed();
        assert_eq!(watch.check(), Ok(()), "it may be over in a moment");
        assert_eq!(watch.check_with(Duration::ZERO), Err("search has failed for 0 s".to_owned()));
    }

    #[tokio::test]
    async fn a_task_that_ended_is_told_of_at_once() {
        let watch = Watch::default();
        let mut task = tokio::spawn(std::future::ready(()));
        watch.task("upkeep", &task);
        (&mut task).await.unwrap();
        assert_eq!(watch.check(), Err("upkeep has ended".to_owned()));
    }
}
