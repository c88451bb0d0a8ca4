//! The planner: a consumer of the log that puts every event of ours into the lanes, exactly once.
//!
//! One transaction stores the activities of some events with the rows of their addressees, and moves the cursor,
//! which it holds meanwhile: what is at or before it is planned already, by whichever process. It reads a bounded
//! number of follows, and of other hosts that hold copies: a post for more stays half written when it ends, with how far
//! it came, and the next one goes on with that before anything later is planned. So each lane has an author's activities in their order, a big post
//! never holds the database, many small ones share a commit, and a crash anywhere repeats nothing.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{self, StreamExt as _};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::relays::{self, ByInstance};
use super::targets::Plan;
use crate::error::{Chain, Error, Result};
use crate::federation::delivery::lane::WHOLE;
use crate::federation::{Federation, unwritable};
use crate::model::account::INSTANCE;
use crate::model::event::Event;
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::store::deliveries::{self, FanOut, FanningOut, FollowerInboxes, Outgoing, Target};
use crate::store::events::{self, Logged, Position};
use crate::store::follower::{Progress, follow, keep_cursor};
use crate::store::reached::{self, Reach, ReachedInboxes};
use crate::store::{Conn, StoreError};

/// The name of the cursor.
const CONSUMER: &str = "federation";
/// Events that one transaction puts behind the cursor.
const EVENTS_AT_ONCE: usize = 50;
/// Events whose activities are made at once: that is mostly waiting for the database.
const MADE_AT_ONCE: usize = 8;
/// Follows, or hosts, that one transaction reads and writes rows for, over all its posts.
const CHUNK: i64 = 1_000;
/// How often an event may fail before it is passed over; with the pauses of the log's follower that is a minute.
const FAILURES_MAX: u32 = 12;

/// Some events in a row with what they make.
#[derive(Clone, Default)]
struct Part {
    made: Vec<Made>,
    events: usize,
    /// Where the last of the events stands.
    end: Position,
}

/// An activity with its addressees, and the event that made it.
#[derive(Clone)]
struct Made {
    at: Position,
    outgoing: Outgoing,
    to: Vec<AccountId>,
    /// Inboxes beside those of accounts.
    inboxes: Vec<Target>,
}

/// The event that fails, and how often it did in a row.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    at: Position,
    failures: u32,
}

/// What a unit of work of the planner came to.
enum Step {
    /// The last activity goes to more followers than one unit reads; what is later waits for that.
    FanningOut,
    /// The part is planned.
    Planned,
}

impl Federation {
    /// Follows the log until `stop`; `planned` is told when there is something to deliver. Fails only before it
    /// follows, and may be called again then.
    pub(crate) async fn run_planner(
        &self,
        progress: Progress,
        planned: watch::Sender<()>,
        stop: CancellationToken,
    ) -> Result<()> {
        let store = self.service().store().clone();
        let start = self.planner_start().await?;
        progress.set(start);
        self.plan_part(Part { end: start, ..Part::default() }, &planned).await?;
        let federation = self.clone();
        let trouble = Arc::new(Mutex::new(Trouble::default()));
        let following = follow(store.clone(), CONSUMER, progress, stop.clone(), move |batch: Vec<Logged>| {
            let (federation, planned) = (federation.clone(), planned.clone());
            let trouble = Arc::clone(&trouble);
            async move { federation.plan_batch(batch, &planned, &trouble).await.map_err(StoreError::from) }
        });
        tokio::join!(following, keep_cursor(&store, self.service().clock(), CONSUMER, &stop));
        Ok(())
    }

    /// Where the cursor stands. A new consumer, or one that was given up after a long absence, tells what happens
    /// from now on.
    pub(super) async fn planner_start(&self) -> Result<Position> {
        let store = self.service().store();
        if let Some(position) = store.read(|conn| events::cursor(conn, CONSUMER)).await? {
            return Ok(position);
        }
        let head = store.read(events::head).await?;
        let now_ms = self.service().clock().now_ms();
        store.write(move |conn| events::move_cursor(conn, CONSUMER, head, now_ms)).await?;
        tracing::info!("federation begins here: others are not told of what happened earlier");
        Ok(head)
    }

    /// Plans those of the events that are not planned yet.
    pub(super) async fn plan_batch(
        &self,
        batch: Vec<Logged>,
        planned: &watch::Sender<()>,
        trouble: &Mutex<Trouble>,
    ) -> Result<()> {
        // The planner may be here before those who only take notice.
        batch.iter().for_each(|logged| self.heard(&logged.event));
        let done = self.planner_start().await?;
        let mut part = Part::default();
        let left = batch.into_iter().filter(|logged| logged.position > done);
        let mut making = stream::iter(left.map(|logged| self.make_unless_hopeless(logged, trouble)))
            .buffered(MADE_AT_ONCE);
        while let Some((at, alone, made)) = making.next().await {
            let mut made = made.map_err(|error| failed(trouble, at, error))?;
            for one in &mut made {
                // In the order of the log, which is the order of the lanes.
                one.outgoing.id = RowId(self.service().ids().next());
            }
            part.made.extend(made);
            part.events += 1;
            part.end = at;
            if alone || part.events >= EVENTS_AT_ONCE {
                let stored = self.plan_part(std::mem::take(&mut part), planned).await;
                stored.map_err(|error| failed(trouble, at, error))?;
            }
        }
        let end = part.end;
        self.plan_part(part, planned).await.map_err(|error| failed(trouble, end, error))
    }

    /// The activities that an event makes, with its place and whether it is planned alone. One that failed too often makes
    /// none.
    async fn make_unless_hopeless(
        &self,
        logged: Logged,
        trouble: &Mutex<Trouble>,
    ) -> (Position, bool, Result<Vec<Made>>) {
        let Suspicion { failures, alone } = suspicion(trouble, logged.position);
        let made = if failures < FAILURES_MAX {
            self.make(&logged).await
        } else {
            tracing::error!(event = ?logged.event, "an event cannot be told to others; it is passed over");
            Ok(Vec::new())
        };
        (logged.position, alone, made)
    }

    /// The activities that an event makes, ready to be stored: of whom it is about, and of the instance's own actor.
    async fn make(&self, logged: &Logged) -> Result<Vec<Made>> {
        let relays = self.relays_told(&logged.event).await?;
        let mut made = Vec::new();
        if let Some(plan) = self.plan(&logged.event).await? {
            let mut one = self.made(logged.position, plan, relays::inboxes(relays.iter()))?;
            if let Event::KeyRotated { retired, .. } = &logged.event {
                one.outgoing.key_uri = Some(retired.clone());
            }
            one.outgoing.carries = carried(&logged.event, one.outgoing.account);
            made.push(one);
        }
        if let Some(ByInstance { activity, inboxes }) = self.by_instance(&logged.event, &relays).await? {
            let tweet = match &logged.event {
                Event::TweetCreated(created) => Some(created.tweet),
                Event::TweetEdited { tweet, .. } => Some(*tweet),
                Event::TweetDeleted(deleted) => Some(deleted.tweet),
                _ => None,
            };
            let plan = Plan {
                account: INSTANCE,
                activity,
                to: Vec::new(),
                to_followers: false,
                reach: Reach::Nobody,
                tweet,
            };
            let mut one = self.made(logged.position, plan, inboxes)?;
            one.outgoing.carries = carried(&logged.event, INSTANCE);
            made.push(one);
        }
        Ok(made)
    }

    /// An activity whose id is still to be given.
    fn made(&self, at: Position, plan: Plan, inboxes: Vec<Target>) -> Result<Made> {
        let Plan { account, activity, to, to_followers, reach, tweet } = plan;
        let outgoing = Outgoing {
            id: RowId(0),
            account,
            activity_uri: activity.id().to_owned(),
            body: activity.to_bytes().map_err(unwritable)?,
            tweet: tweet.map(|tweet| tweet.0),
            about: about(tweet, &to, to_followers),
            key_uri: None,
            synchronizes: tweet.is_some() && to_followers && activity.is_for_followers(),
            to_followers,
            reach,
            carries: None,
        };
        Ok(Made { at, outgoing, to, inboxes })
    }

    /// Stores a part, and writes the rows for followers of all that is stored.
    async fn plan_part(&self, part: Part, planned: &watch::Sender<()>) -> Result<()> {
        if part.end == Position::default() {
            // Another process planned it: what that made may be for hosts that this one holds.
            planned.send_replace(());
            return Ok(());
        }
        let part = Arc::new(part);
        loop {
            let (federation, now_part) = (self.clone(), Arc::clone(&part));
            let step = move |conn: &mut Conn| federation.step(conn, &now_part);
            let step = self.service().store().write(step).await?;
            planned.send_replace(());
            if let Step::Planned = step {
                return Ok(());
            }
        }
    }

    /// One unit of work: goes on with what is fanning out, then stores what of the part is still to be stored, for as
    /// long as there is room for the rows of followers.
    fn step(&self, conn: &mut Conn, part: &Part) -> Result<Step, StoreError> {
        let done = events::hold_cursor(conn, CONSUMER)?;
        let mut room = CHUNK;
        if !self.fan_out(conn, &mut room)? {
            return Ok(Step::FanningOut);
        }
        if part.end <= done {
            return Ok(Step::Planned);
        }
        let now_ms = self.service().clock().now_ms();
        let left: Vec<&Made> = part.made.iter().filter(|made| made.at > done).collect();
        for of_event in left.chunk_by(|one, next| one.at == next.at) {
            for made in of_event {
                deliveries::insert_outgoing(conn, &made.outgoing, now_ms)?;
                let mut targets = deliveries::inboxes_of(conn, &made.to)?;
                targets.extend(made.inboxes.iter().cloned());
                self.insert_rows(conn, made.outgoing.id, made.outgoing.account, targets)?;
            }
            let Some(first) = of_event.first() else { continue };
            if !self.fan_out(conn, &mut room)? {
                events::move_cursor(conn, CONSUMER, first.at, now_ms)?;
                return Ok(Step::FanningOut);
            }
        }
        events::move_cursor(conn, CONSUMER, part.end, now_ms)?;
        Ok(Step::Planned)
    }

    /// Writes the rows of what is fanning out: of followers' inboxes, then of other hosts', `room` of them at most.
    /// Answers whether all is written.
    fn fan_out(&self, conn: &mut Conn, room: &mut i64) -> Result<bool, StoreError> {
        while let Some(FanningOut { outgoing, account, next }) = deliveries::fanning_out(conn)? {
            if *room <= 0 {
                return Ok(false);
            }
            let (targets, read) = match next {
                FanOut::Followers(after) => {
                    let FollowerInboxes { targets, read, last } =
                        deliveries::follower_inboxes(conn, account, after, *room)?;
                    deliveries::fanned_out(conn, outgoing, last)?;
                    (targets, read)
                }
                FanOut::Hosts(after) => {
                    let ReachedInboxes { targets, read, last } =
                        reached::inboxes(conn, outgoing, &after, *room)?;
                    deliveries::reached(conn, outgoing, last)?;
                    (targets, read)
                }
            };
            *room = room.saturating_sub(read);
            self.insert_rows(conn, outgoing, account, targets)?;
        }
        Ok(true)
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

/// Whose post of ours an activity of `signer` brings to others.
fn carried(event: &Event, signer: AccountId) -> Option<AccountId> {
    match event {
        Event::TweetCreated(created) => created.retweet_of_author.or(Some(created.author)),
        _ => None,
    }
    .filter(|author| *author != signer)
}

/// What the order of an author's activities is kept for: the tweet that one is about, or the account that alone gets
/// it. Anything else concerns the author as a whole.
fn about(tweet: Option<TweetId>, to: &[AccountId], to_followers: bool) -> i64 {
    match (tweet, to) {
        (Some(tweet), _) => tweet.0,
        (None, [only]) if !to_followers => only.0,
        _ => WHOLE,
    }
}

/// What is held against an event.
struct Suspicion {
    /// How often it failed.
    failures: u32,
    /// It is planned alone, so that it is known whose fault a failure is.
    alone: bool,
}

fn suspicion(trouble: &Mutex<Trouble>, at: Position) -> Suspicion {
    let trouble = trouble.lock().unwrap_or_else(PoisonError::into_inner);
    Suspicion { failures: if trouble.at == at { trouble.failures } else { 0 }, alone: at <= trouble.at }
}

/// Remembers that the event there failed once more. What our own load causes is nobody's fault.
fn failed(trouble: &Mutex<Trouble>, at: Position, error: Error) -> Error {
    if !matches!(error, Error::Busy) {
        let mut trouble = trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = if trouble.at == at { trouble.failures.saturating_add(1) } else { 1 };
        *trouble = Trouble { at, failures };
        tracing::warn!(failures, error = %Chain(&error), "an event could not be planned");
    }
    error
}
