//! Planning: the consumer `push` of the log. Several processes do this side by side, from one cursor, which only moves
//! forward; planning a notification twice is planning it once.

use tokio_util::sync::CancellationToken;

use super::Pushes;
use crate::error::Result;
use crate::model::event::Event;
use crate::model::ids::NotificationId;
use crate::store::events::{self, Logged};
use crate::store::follower::{Consumer, Progress};
use crate::store::{Conn, StoreError, push};

/// The name of the cursor, and of the consumer in metrics and log lines.
const CONSUMER: &str = "push";

impl Pushes {
    /// Follows the log until `stop`.
    pub async fn follow(self, progress: Progress, stop: CancellationToken) {
        let planning = &self;
        let plan = move |batch: Vec<Logged>, note| async move {
            planning.take_in(&batch, note).await.map_err(StoreError::from)
        };
        self.consumer().follow(progress, stop, plan).await;
    }

    pub(super) fn consumer(&self) -> Consumer {
        self.0.service.consumer(CONSUMER)
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
            events::advance_cursor(conn, CONSUMER, last, now_ms)?;
            Ok(planned)
        };
        if self.store().write(write).await? > 0 {
            self.0.planned.notify_one();
        }
        Ok(true)
    }
}
