//! One fetch a picture, whoever asks: those who come later wait for the one that is under way.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::RemotePicture;

/// Why a flight brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    /// The picture cannot be had.
    Unavailable,
    /// We could not do it now.
    Busy,
}

type Landed = Result<(), Miss>;
type Running = HashMap<RemotePicture, watch::Receiver<Option<Landed>>>;

/// The flights under way.
pub(super) struct Flights {
    running: Arc<Mutex<Running>>,
    limit: usize,
}

impl Flights {
    /// No flight yet, and never more than `limit`.
    pub(super) fn new(limit: usize) -> Self {
        Self { running: Arc::default(), limit }
    }

    /// Waits for the flight of `which`; when there is none, `flight` becomes it. It runs to its end in `tasks`, even
    /// if nobody waits any more.
    pub(super) async fn join(
        &self,
        which: RemotePicture,
        tasks: &TaskTracker,
        flight: impl Future<Output = Landed> + Send + 'static,
    ) -> Landed {
        let mut landing = self.start(which, tasks, flight).ok_or(Miss::Busy)?;
        // Closed without an answer: the flight crashed.
        let landed = landing.wait_for(Option::is_some).await.map_err(|_| Miss::Busy)?;
        landed.unwrap_or(Err(Miss::Busy))
    }

    fn start(
        &self,
        which: RemotePicture,
        tasks: &TaskTracker,
        flight: impl Future<Output = Landed> + Send + 'static,
    ) -> Option<watch::Receiver<Option<Landed>>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(landing) = running.get(&which) {
            return Some(landing.clone());
        }
        if running.len() >= self.limit {
            return None;
        }
        let (land, landing) = watch::channel(None);
        running.insert(which, landing.clone());
        let slot = Slot { which, running: Arc::clone(&self.running) };
        tasks.spawn(async move {
            let landed = flight.await;
            drop(slot);
            land.send_replace(Some(landed));
        });
        Some(landing)
    }
}

/// A flight's place among the running ones, given back however it ends.
struct Slot {
    which: RemotePicture,
    running: Arc<Mutex<Running>>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.which);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::MediaId;
    use std::future::{pending, ready};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Notify;

    const ONE: RemotePicture = RemotePicture::Attachment(MediaId(1));
    const OTHER: RemotePicture = RemotePicture::Attachment(MediaId(2));

    #[tokio::test]
    async fn who_comes_later_waits_for_the_flight_under_way() {
        let (flights, tasks) = (Flights::new(1), TaskTracker::new());
        let (flown, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let flight = || {
            let (flown, go) = (Arc::clone(&flown), Arc::clone(&go));
            async move {
                flown.fetch_add(1, Ordering::Relaxed);
                go.notified().await;
                Err(Miss::Unavailable)
            }
        };
        let waiting = futures_util::future::join_all((0..5).map(|_| flights.join(ONE, &tasks, flight())));
        let (landed, ()) = tokio::join!(waiting, async { go.notify_one() });
        assert_eq!(landed, [Err(Miss::Unavailable); 5]);
        assert_eq!(flown.load(Ordering::Relaxed), 1);
        assert_eq!(flights.join(ONE, &tasks, ready(Ok(()))).await, Ok(()));
    }

    #[tokio::test]
    async fn a_flight_goes_on_when_nobody_waits_and_more_than_the_limit_are_busy() {
        let (flights, tasks) = (Flights::new(1), TaskTracker::new());
        let (gone, has_gone) = tokio::sync::oneshot::channel();
        let flight = async move {
            gone.send(()).unwrap();
            pending::<Landed>().await
        };
        assert!(flights.start(ONE, &tasks, flight).is_some());
        has_gone.await.unwrap();
        assert_eq!(flights.join(OTHER, &tasks, ready(Ok(()))).await, Err(Miss::Busy));
    }

    #[tokio::test]
    async fn a_flight_that_crashes_leaves_its_place_to_the_next() {
        let (flights, tasks) = (Flights::new(1), TaskTracker::new());
        let crashed = flights.join(ONE, &tasks, async { panic!("on purpose") }).await;
        assert_eq!(crashed, Err(Miss::Busy));
        assert_eq!(flights.join(ONE, &tasks, ready(Ok(()))).await, Ok(()));
    }
}
