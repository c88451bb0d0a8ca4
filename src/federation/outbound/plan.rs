//! The planner: a consumer of the log that puts every event of ours into the lanes, exactly once.
//!
//! One transaction stores the activities of a few events, writes the rows of those addressed by name, and moves
//! the cursor. Rows for followers follow in chunks, each of which remembers how far it came: a big post never
//! holds the database, and a crash anywhere repeats nothing.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::targets::Plan;
use crate::error::Result;
use crate::federation::{Federation, unwritable};
use crate::model::ids::{AccountId, RowId};
use crate::store::deliveries::{self, Outgoing, Target};
use crate::store::events::{self, Logged, Position};
use crate::store::follower::{Progress, follow, keep_cursor};
use crate::store::{Conn, StoreError};

/// The name of the cursor.
const CONSUMER: &str = "federation";
/// Activities that one transaction stores.
const PLANS_AT_ONCE: usize = 50;
/// Followers' inboxes that one transaction writes rows for.
const CHUNK: i64 = 500;

impl Federation {
    /// Follows the log until `stop`; `planned` is told when there is something to deliver. Fails only before it
    /// follows, and may be called again then.
    pub(crate) async fn run_planner(
        &self,
        progress: Progress,
        planned: Arc<Notify>,
        stop: CancellationToken,
    ) -> Result<()> {
        let store = self.service().store().clone();
        let clock = self.service().clock().clone();
        let now_ms = clock.now_ms();
        let known = store.write(move |conn| events::resume(conn, CONSUMER, now_ms)).await?;
        let start = match known {
            Some(position) => position,
            // New, or given up after a long absence: what happens from now on is told.
            None => {
                let head = store.read(events::head).await?;
                store.write(move |conn| events::move_cursor(conn, CONSUMER, head, now_ms)).await?;
                tracing::info!("federation begins here: others are not told of what happened earlier");
                head
            }
        };
        progress.set(start);
        self.fan_out(&planned).await?;
        let federation = self.clone();
        let following = follow(store.clone(), CONSUMER, progress, stop.clone(), move |batch: Vec<Logged>| {
            let (federation, planned) = (federation.clone(), Arc::clone(&planned));
            async move { federation.plan_batch(&batch, &planned).await.map_err(StoreError::from) }
        });
        tokio::join!(following, keep_cursor(&store, &clock, CONSUMER, &stop));
        Ok(())
    }

    async fn plan_batch(&self, batch: &[Logged], planned: &Notify) -> Result<()> {
        for part in batch.chunks(PLANS_AT_ONCE) {
            let Some(last) = part.last() else { break };
            let mut plans = Vec::new();
            for logged in part {
                plans.extend(self.plan(&logged.event).await?);
            }
            self.store_plans(plans, last.position).await?;
            self.fan_out(planned).await?;
        }
        Ok(())
    }

    async fn store_plans(&self, plans: Vec<Plan>, position: Position) -> Result<()> {
        let now_ms = self.service().clock().now_ms();
        let mut stored = Vec::new();
        for plan in plans {
            let outgoing = Outgoing {
                id: RowId(self.service().ids().next()),
                account: plan.account,
                activity_uri: plan.activity.id().to_owned(),
                body: plan.activity.to_bytes().map_err(unwritable)?,
                tweet: plan.tweet.map(|tweet| tweet.0),
                to_followers: plan.to_followers,
            };
            stored.push((outgoing, plan.to));
        }
        let federation = self.clone();
        self.service()
            .store()
            .write(move |conn| {
                for (outgoing, to) in &stored {
                    deliveries::insert_outgoing(conn, outgoing, now_ms)?;
                    let targets = deliveries::inboxes_of(conn, to)?;
                    federation.insert_rows(conn, outgoing.id, outgoing.account, targets)?;
                }
                events::move_cursor(conn, CONSUMER, position, now_ms)
            })
            .await?;
        Ok(())
    }

    /// Writes the rows of followers' inboxes for everything that is still fanning out, a chunk at a time.
    async fn fan_out(&self, planned: &Notify) -> Result<()> {
        loop {
            let federation = self.clone();
            let more = self
                .service()
                .store()
                .write(move |conn| {
                    let Some(out) = deliveries::fanning_out(conn)? else { return Ok(false) };
                    let targets = deliveries::follower_inboxes(conn, out.account, &out.after, CHUNK)?;
                    let full = i64::try_from(targets.len()).is_ok_and(|n| n == CHUNK);
                    let after = targets.last().map(|target| target.inbox.clone()).filter(|_| full);
                    federation.insert_rows(conn, out.outgoing, out.account, targets)?;
                    deliveries::fanned_out(conn, out.outgoing, after.as_deref())?;
                    Ok(true)
                })
                .await?;
            planned.notify_one();
            if !more {
                return Ok(());
            }
        }
    }

    fn insert_rows(
        &self,
        conn: &mut Conn,
        outgoing: RowId,
        account: AccountId,
        targets: Vec<Target>,
    ) -> Result<(), StoreError> {
        let rows: Vec<(RowId, Target)> =
            targets.into_iter().map(|target| (RowId(self.service().ids().next()), target)).collect();
        deliveries::insert_rows(conn, outgoing, account, &rows)?;
        Ok(())
    }
}
