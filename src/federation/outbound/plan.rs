//! The planner: a consumer of the log that puts every event of ours into the lanes, exactly once.
//!
//! One transaction stores the activities of some events with the rows of their addressees, and moves the cursor,
//! which it holds meanwhile: what is at or before it is planned already, by whichever process. It reads a bounded
//! number of follows, and of other hosts that hold copies: a post for more stays half written when it ends, with how far
//! it came, and the next one goes on with that before anything later is planned. So each lane has an author's activities in their order, a big post
//! never holds the database, many small ones share a commit, and a crash anywhere repeats nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{self, StreamExt as _};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::relays::{self, ByInstance};
use super::targets::Plan;
use crate::clock::Millis;
use crate::error::{Chain, Error, Result};
use crate::federation::delivery::lane::WHOLE;
use crate::federation::{Federation, unwritable};
use crate::model::account::INSTANCE;
use crate::model::event::Event;
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::relay::Relay;
use crate::service::TweetView;
use crate::store::deliveries::{
    self, FanOut, FanningOut, FollowerInboxes, NewDelivery, Outgoing, Stocked, Target,
};
use crate::store::events::{self, Logged, Position};
use crate::store::follower::{Consumer, Progress};
use crate::store::instances::KnownBlocks;
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
    /// Where the last of the events stands.
    end: Position,
}

/// What was read ahead for some events.
#[derive(Default)]
pub(super) struct Ahead {
    /// The relays that hear of public posts.
    pub(super) relays: Vec<Relay>,
    /// New tweets as their authors see them.
    pub(super) views: HashMap<TweetId, TweetView>,
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
        let start = self.planner().position().await?;
        progress.set(start);
        self.plan_part(Part { end: start, ..Part::default() }, &planned).await?;
        let trouble = Mutex::new(Trouble::default());
        let (planned, trouble) = (&planned, &trouble);
        let plan = move |batch: Vec<Logged>, _| async move {
            self.plan_batch(batch, planned, trouble).await.map_err(StoreError::from)?;
            Ok(true)
        };
        self.planner().follow_on(progress, stop, plan).await;
        Ok(())
    }

    /// The consumer with its cursor.
    pub(super) fn planner(&self) -> Consumer {
        self.service().consumer(CONSUMER)
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
        let done = self.planner().position().await?;
        let left: Vec<Logged> = batch.into_iter().filter(|logged| logged.position > done).collect();
        if left.is_empty() {
            // Another process planned it: what that made may be for hosts that this one holds.
            planned.send_replace(());
        }
        let mut left = left.into_iter().peekable();
        while left.peek().is_some() {
            let some: Vec<Logged> = left.by_ref().take(EVENTS_AT_ONCE).collect();
            self.plan_some(some, planned, trouble).await?;
        }
        Ok(())
    }

    async fn plan_some(
        &self,
        some: Vec<Logged>,
        planned: &watch::Sender<()>,
        trouble: &Mutex<Trouble>,
    ) -> Result<()> {
        let mut part = Part::default();
        let ahead = self.read_ahead(&some).await?;
        let making = some.into_iter().map(|logged| self.make_unless_hopeless(logged, &ahead, trouble));
        let mut making = stream::iter(making).buffered(MADE_AT_ONCE);
        while let Some((at, alone, made)) = making.next().await {
            let mut made = made.map_err(|error| failed(trouble, at, error))?;
            for one in &mut made {
                // In the order of the log, which is the order of the lanes.
                one.outgoing.id = RowId(self.service().ids().next());
            }
            part.made.extend(made);
            part.end = at;
            if alone {
                let stored = self.plan_part(std::mem::take(&mut part), planned).await;
                stored.map_err(|error| failed(trouble, at, error))?;
            }
        }
        let end = part.end;
        self.plan_part(part, planned).await.map_err(|error| failed(trouble, end, error))
    }

    /// What the events need that can be read together.
    async fn read_ahead(&self, some: &[Logged]) -> Result<Ahead> {
        let tells_relays = some.iter().any(|logged| relays::may_hear(&logged.event));
        let relays = if tells_relays { self.accepted_relays().await? } else { Vec::new() };
        let new = some.iter().filter_map(|logged| match &logged.event {
            Event::TweetCreated(created) if created.local => Some((created.author, created.tweet)),
            _ => None,
        });
        // Should one of them be unreadable, each is read by itself, and that one fails alone.
        let views = self.service().views_of_authors(new.collect()).await.unwrap_or_default();
        Ok(Ahead { relays, views })
    }

    /// The activities that an event makes, with its place and whether it is planned alone. One that failed too often makes
    /// none.
    async fn make_unless_hopeless(
        &self,
        logged: Logged,
        ahead: &Ahead,
        trouble: &Mutex<Trouble>,
    ) -> (Position, bool, Result<Vec<Made>>) {
        let Suspicion { failures, alone } = suspicion(trouble, logged.position);
        let made = if failures < FAILURES_MAX {
            self.make(&logged, ahead).await
        } else {
            tracing::error!(event = ?logged.event, "an event cannot be told to others; it is passed over");
            Ok(Vec::new())
        };
        (logged.position, alone, made)
    }

    /// The activities that an event makes, ready to be stored: of whom it is about, and of the instance's own actor.
    async fn make(&self, logged: &Logged, ahead: &Ahead) -> Result<Vec<Made>> {
        let relays = self.relays_told(&logged.event, &ahead.relays).await?;
        let mut made = Vec::new();
        if let Some(plan) = self.plan(&logged.event, ahead).await? {
            let mut one = self.made(logged.position, plan, relays::inboxes(relays.iter()))?;
            if let Event::KeyRotated { retired, .. } = &logged.event {
                one.outgoing.key_uri = Some(retired.clone());
            }
            one.outgoing.carries = carried(&logged.event, one.outgoing.account);
            made.push(one);
        }
        if let Some(ByInstance { activity, inboxes }) = self.by_instance(&logged.event, relays).await? {
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
        let mut blocks = KnownBlocks::default();
        if !self.fan_out(conn, &mut room, &mut blocks)? {
            return Ok(Step::FanningOut);
        }
        if part.end <= done {
            return Ok(Step::Planned);
        }
        let now_ms = self.now_ms();
        let left: Vec<&Made> = part.made.iter().filter(|made| made.at > done).collect();
        let mut stock = Stock::default();
        for of_event in left.chunk_by(|one, next| one.at == next.at) {
            for made in of_event {
                self.take_stock(conn, made, &mut stock, (&mut room, &mut blocks))?;
            }
            let Some(first) = of_event.first().filter(|_| stock.fans_out) else { continue };
            stock.write(conn, now_ms)?;
            if !self.fan_out(conn, &mut room, &mut blocks)? {
                events::move_cursor(conn, CONSUMER, first.at, now_ms)?;
                return Ok(Step::FanningOut);
            }
        }
        stock.write(conn, now_ms)?;
        events::move_cursor(conn, CONSUMER, part.end, now_ms)?;
        Ok(Step::Planned)
    }

    /// Adds an activity with the rows of whom it names, and of its first followers.
    fn take_stock<'m>(
        &self,
        conn: &mut Conn,
        made: &'m Made,
        stock: &mut Stock<'m>,
        (room, blocks): (&mut i64, &mut KnownBlocks),
    ) -> Result<(), StoreError> {
        let outgoing = &made.outgoing;
        let mut fanned_to = outgoing.to_followers.then_some(RowId(0));
        let named = deliveries::inboxes_of(conn, &made.to, blocks)?;
        stock.rows.extend(self.rows(outgoing.id, outgoing.account, named));
        stock.rows.extend(self.rows(outgoing.id, outgoing.account, made.inboxes.iter().cloned()));
        if outgoing.to_followers && *room > 0 {
            let FollowerInboxes { targets, read, last } =
                deliveries::follower_inboxes(conn, outgoing.account, RowId(0), *room, blocks)?;
            stock.rows.extend(self.rows(outgoing.id, outgoing.account, targets));
            *room = room.saturating_sub(read);
            fanned_to = last;
        }
        stock.fans_out |= fanned_to.is_some() || outgoing.reach != Reach::Nobody;
        stock.activities.push(Stocked { outgoing, fanned_to });
        Ok(())
    }

    /// Writes the rows of what is fanning out: of followers' inboxes, then of other hosts', `room` of them at most.
    /// Answers whether all is written.
    fn fan_out(&self, conn: &mut Conn, room: &mut i64, blocks: &mut KnownBlocks) -> Result<bool, StoreError> {
        while let Some(FanningOut { outgoing, account, next }) = deliveries::fanning_out(conn)? {
            if *room <= 0 {
                return Ok(false);
            }
            let (targets, read) = match next {
                FanOut::Followers(after) => {
                    let FollowerInboxes { targets, read, last } =
                        deliveries::follower_inboxes(conn, account, after, *room, blocks)?;
                    deliveries::fanned_out(conn, outgoing, last)?;
                    (targets, read)
                }
                FanOut::Hosts(after) => {
                    let ReachedInboxes { targets, read, last } =
                        reached::inboxes(conn, outgoing, &after, *room, blocks)?;
                    deliveries::reached(conn, outgoing, last)?;
                    (targets, read)
                }
            };
            *room = room.saturating_sub(read);
            let rows: Vec<NewDelivery> = self.rows(outgoing, account, targets).collect();
            deliveries::insert_rows(conn, &rows)?;
        }
        Ok(true)
    }

    /// The rows of an activity for these inboxes.
    pub(super) fn rows(
        &self,
        outgoing: RowId,
        account: AccountId,
        targets: impl IntoIterator<Item = Target>,
    ) -> impl Iterator<Item = NewDelivery> {
        let ids = self.service().ids();
        targets.into_iter().map(move |target| NewDelivery {
            id: RowId(ids.next()),
            outgoing,
            account,
            target,
        })
    }
}

/// Activities and their rows that are written together.
#[derive(Default)]
struct Stock<'m> {
    activities: Vec<Stocked<'m>>,
    rows: Vec<NewDelivery>,
    /// Not all rows are among them.
    fans_out: bool,
}

impl Stock<'_> {
    fn write(&mut self, conn: &mut Conn, now_ms: Millis) -> Result<(), StoreError> {
        let Self { activities, rows, .. } = std::mem::take(self);
        deliveries::insert_all(conn, &activities, now_ms)?;
        deliveries::insert_rows(conn, &rows)?;
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
