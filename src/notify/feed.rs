//! Planning: the consumer `push` of the log. Several processes do this side by side, from one cursor, which only moves
//! forward; planning a notification twice is planning it once.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::Pushes;
use crate::error::{Chain, Result};
use crate::model::event::Event;
use crate::model::ids::NotificationId;
use crate::store::events::{self, Logged, Position};
use crate::store::follower::{Progress, follow, keep_cursor};
use crate::store::{Conn, StoreError, push};

/// The name of the cursor, and of the consumer in metrics and log lines.
const CONSUMER: &str = "push";
/// How often the cursor moves while there is nothing to push.
const NOTE_EVERY: Duration = Duration::from_secs(10);
/// The pause before it is tried again to begin.
const BEGIN_PAUSE: Duration = Duration::from_secs(1);

impl Pushes {
    /// Follows the log until `stop`.
    pub async fn follow(self, progress: Progress, stop: CancellationToken) {
        let from = loop {
            match self.begin().await {
                Ok(from) => break from,
                Err(error) => {
                    progress.failed();
                    tracing::warn!(error = %Chain(&error), "pushing could not begin; trying again");
                }
            }
            if stop.run_until_cancelled(tokio::time::sleep(BEGIN_PAUSE)).await.is_none() {
                return;
            }
        };
        progress.set(from);
        let noted = Mutex::new(Instant::now());
        let (feeding, noted) = (&self, &noted);
        let consume = move |batch: Vec<Logged>| async move {
            let now = Instant::now();
            let is_time = {
                let noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
                now.duration_since(*noted) >= NOTE_EVERY
            };
            if feeding.take_in(&batch, is_time).await.map_err(StoreError::from)? {
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = now;
            }
            Ok(())
        };
        let following = follow(self.store().clone(), CONSUMER, progress, stop.clone(), consume);
        tokio::join!(following, keep_cursor(self.store(), self.0.service.clock(), CONSUMER, &stop));
    }

    /// Where to go on. A new consumer, or one that was given up after a long absence, begins with what happens now.
    pub(super) async fn begin(&self) -> Result<Position> {
        let now_ms = self.now_ms();
        let known = self.store().write(move |conn| events::resume(conn, CONSUMER, now_ms)).await?;
        if let Some(position) = known {
            return Ok(position);
        }
        let head = self.store().read(events::head).await?;
        self.store().write(move |conn| move_on(conn, head, now_ms)).await?;
        Ok(head)
    }

    /// Plans the notifications of these events. Answers whether the cursor moved: it does when there was one, and when
    /// `note` says so.
    pub(super) async fn take_in(&self, batch: &[Logged], note: bool) -> Result<bool> {
        let Some(last) = batch.last().map(|logged| logged.position) else { return Ok(false) };
        let new = batch.iter().filter_map(|logged| match &logged.event {
            Event::Notified { notification, .. } => *notification,
            _ => None,
        });
        let new: Vec<NotificationId> = new.collect();
        if new.is_empty() && !note {
            return Ok(false);
        }
        let now_ms = self.now_ms();
        let write = move |conn: &mut Conn| {
            let planned = if new.is_empty() { 0 } else { push::plan(conn, new.clone(), now_ms)? };
            move_on(conn, last, now_ms)?;
            Ok(planned)
        };
        if self.store().write(write).await? > 0 {
            self.0.planned.notify_one();
        }
        Ok(true)
    }
}

fn move_on(conn: &mut Conn, to: Position, now_ms: i64) -> Result<(), StoreError> {
    match events::cursor(conn, CONSUMER)? {
        Some(at) if at >= to => Ok(()),
        _ => events::move_cursor(conn, CONSUMER, to, now_ms),
    }
}
