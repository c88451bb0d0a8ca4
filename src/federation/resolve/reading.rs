//! What is read of other instances because somebody here looks: answers of threads, posts of accounts; and the lists
//! of followers here that they say they have.
//!
//! A look leaves a wish and goes on; one task reads a few at a time. A wish is in memory only: a restart loses what
//! the next look wishes for again, while what was found is stored as it comes. When something was read, and that
//! somebody is at it now, is a row: so several processes do not do the same, and a page can say how it stands.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::ResolveError;
use super::followers::Stated;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use crate::error::{Error, Result};
use crate::federation::Federation;
use crate::model::account::Account;
use crate::model::ids::{AccountId, TweetId};
use crate::service::{Thread, TweetView};
use crate::store::backfills::{self, Subject};
use crate::telemetry::metrics as names;

/// Read at once; each has a few fetches under way.
const AT_ONCE: usize = 4;
/// Wishes that wait; beyond, a look brings nothing new.
const WAITING_MAX: usize = 500;
/// How long one may hold its row: longer than any may take.
const LEASE_MS: Millis = 4 * MINUTE_MS;
/// How long a thread is left alone after it was read.
const THREAD_PAUSE_MS: Millis = 15 * MINUTE_MS;
/// How long an account is left alone after it was read.
const ACCOUNT_PAUSE_MS: Millis = DAY_MS;
/// How long an account's followers are left alone after they were compared, whatever came of it.
const FOLLOWERS_PAUSE_MS: Millis = 5 * MINUTE_MS;
/// The same after nothing of a thread could be had.
const THREAD_RETRY_MS: Millis = 2 * MINUTE_MS;
/// The same for an account.
const ACCOUNT_RETRY_MS: Millis = HOUR_MS;

/// What somebody would like to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::federation) enum Wish {
    /// What is missing of a thread, around the tweet that was opened.
    Thread {
        /// What it begins with.
        thread: TweetId,
        /// The opened one.
        opened: TweetId,
    },
    /// The last posts of an account.
    Account(AccountId),
    /// Who follows an account from here, as its host has it.
    Followers(Arc<Stated>),
}

impl Wish {
    fn subject(&self) -> Subject {
        match self {
            Self::Thread { thread, .. } => Subject::Thread(*thread),
            Self::Account(account) => Subject::Account(*account),
            Self::Followers(stated) => Subject::Followers(stated.account),
        }
    }
}

/// What came of one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Brought {
    /// Posts that were missing above.
    pub(super) ancestors: usize,
    /// Other posts that were missing.
    pub(super) answers: usize,
    /// Whether another instance told anything at all.
    pub(super) read: bool,
    /// Whether there may be more than may be had at once.
    pub(super) limited: bool,
    /// What the thread begins with by now.
    pub(super) thread: Option<TweetId>,
}

impl Brought {
    pub(super) fn found(&self) -> i64 {
        i64::try_from(self.ancestors.saturating_add(self.answers)).unwrap_or(i64::MAX)
    }
}

/// How it stands with the answers that other instances have of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// They are being looked for.
    pub running: bool,
    /// How many were found, so far or the last time.
    pub found: i64,
}

/// Wishes that wait or are under way.
#[derive(Default)]
pub(in crate::federation) struct Reading {
    wishes: Mutex<Wishes>,
    wished: Notify,
}

#[derive(Default)]
struct Wishes {
    waiting: VecDeque<Wish>,
    all: HashSet<Subject>,
}

impl Reading {
    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a wish up, unless too many wait. Answers whether it is wished for now.
    pub(super) fn wish(&self, wish: Wish) -> bool {
        let mut wishes = self.wishes();
        if wishes.all.contains(&wish.subject()) {
            return true;
        }
        if wishes.waiting.len() >= WAITING_MAX {
            metrics::counter!(names::BACKFILLS_TOTAL, "kind" => wish.subject().kind(), "outcome" => "crowded")
                .increment(1);
            return false;
        }
        wishes.all.insert(wish.subject());
        wishes.waiting.push_back(wish);
        drop(wishes);
        self.wished.notify_one();
        true
    }

    fn is_wished(&self, subject: Subject) -> bool {
        self.wishes().all.contains(&subject)
    }

    fn next(&self) -> Option<Wish> {
        self.wishes().waiting.pop_front()
    }
}

/// A wish under way: over when this goes, whatever becomes of it.
struct UnderWay<'r> {
    reading: &'r Reading,
    subject: Subject,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.reading.wishes().all.remove(&self.subject);
    }
}

impl Federation {
    /// Somebody opens a thread: how it stands with the answers that other instances have of it; `None` when none of it
    /// is theirs. If `may_ask` and it is time, they are asked for in the background.
    pub async fn open_thread(&self, thread: &Thread, may_ask: bool) -> Result<Option<Backfill>> {
        let shown = [&thread.ancestors, &thread.descendants].into_iter().flatten().chain([&thread.tweet]);
        let is_remote = |view: &TweetView| !view.tweet.local && view.tweet.visibility.is_open();
        if !self.service().rules().federation || !shown.into_iter().any(is_remote) {
            return Ok(None);
        }
        let tweet = &thread.tweet.tweet;
        let subject = Subject::Thread(tweet.thread);
        let state = self.service().store().read(move |conn| backfills::state(conn, subject)).await?;
        let now_ms = self.now_ms();
        let mut running = state.lease_until > now_ms || self.0.reading.is_wished(subject);
        if !running && may_ask && state.next_at <= now_ms {
            running = self.0.reading.wish(Wish::Thread { thread: tweet.thread, opened: tweet.id });
        }
        Ok(Some(Backfill { running, found: state.found }))
    }

    /// Somebody of ours looks at an account or follows it: its last posts are asked for in the background, once a day
    /// at most.
    pub fn look_at(&self, account: &Account) {
        if !account.is_local() && self.service().rules().federation {
            self.0.reading.wish(Wish::Account(account.id));
        }
    }

    /// Reads what is wished for, until `stop`.
    pub async fn read_network(&self, stop: CancellationToken) {
        let mut running = JoinSet::new();
        while !stop.is_cancelled() {
            while running.len() < AT_ONCE
                && let Some(wish) = self.0.reading.next()
            {
                let federation = self.clone();
                running.spawn(async move { federation.fulfil(wish).await });
            }
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = running.join_next() => {}
                () = self.0.reading.wished.notified(), if running.len() < AT_ONCE => {}
            }
        }
        running.shutdown().await;
    }

    /// Reads what is wished for now, one after the other.
    #[cfg(test)]
    pub(in crate::federation) async fn read_wished(&self) {
        while let Some(wish) = self.0.reading.next() {
            self.fulfil(wish).await;
        }
    }

    async fn fulfil(&self, wish: Wish) {
        let subject = wish.subject();
        let _under_way = UnderWay { reading: &self.0.reading, subject };
        let outcome = match self.read_if_due(wish).await {
            Ok(None) => return,
            Ok(Some(brought)) => {
                if !matches!(subject, Subject::Followers(_)) {
                    let found = u64::try_from(brought.found()).unwrap_or_default();
                    metrics::counter!(names::BACKFILL_POSTS_TOTAL, "kind" => subject.kind()).increment(found);
                }
                match (brought.read, brought.limited) {
                    (false, _) => "nothing",
                    (true, false) => "whole",
                    (true, true) => "part",
                }
            }
            Err(error) => {
                tracing::warn!(federation.subject = ?subject, %error, "reading other instances failed");
                "failed"
            }
        };
        metrics::counter!(names::BACKFILLS_TOTAL, "kind" => subject.kind(), "outcome" => outcome)
            .increment(1);
    }

    /// Reads it, unless it was read lately or somebody else is at it.
    async fn read_if_due(&self, wish: Wish) -> Result<Option<Brought>, Error> {
        let (subject, store, now_ms) = (wish.subject(), self.service().store(), self.now_ms());
        let state = store.read(move |conn| backfills::state(conn, subject)).await?;
        if state.next_at > now_ms || state.lease_until > now_ms {
            return Ok(None);
        }
        let until_ms = now_ms.saturating_add(LEASE_MS);
        if !store.write(move |conn| backfills::begin(conn, subject, now_ms, until_ms)).await? {
            return Ok(None);
        }
        let read = match wish {
            Wish::Thread { thread, opened } => self.read_thread(thread, opened).await,
            Wish::Account(account) => self.read_account(account).await,
            Wish::Followers(stated) => self.read_followers(&stated).await,
        };
        let brought = match read {
            Ok(brought) => brought,
            Err(ResolveError::Inside(error @ (Error::Busy | Error::Internal(_)))) => return Err(error),
            Err(error) => {
                tracing::debug!(federation.subject = ?subject, %error, "another instance told nothing");
                Brought::default()
            }
        };
        self.end(subject, &brought).await?;
        Ok(Some(brought))
    }

    async fn end(&self, subject: Subject, brought: &Brought) -> Result<(), Error> {
        let pause_ms = match (subject, brought.read) {
            (Subject::Thread(_), true) => THREAD_PAUSE_MS,
            (Subject::Thread(_), false) => THREAD_RETRY_MS,
            (Subject::Account(_), true) => ACCOUNT_PAUSE_MS,
            (Subject::Account(_), false) => ACCOUNT_RETRY_MS,
            (Subject::Followers(_), _) => FOLLOWERS_PAUSE_MS,
        };
        let (found, next_at) = (brought.found(), self.now_ms().saturating_add(pause_ms));
        // A thread that begins further up by now goes by another number.
        let other = brought.thread.map(Subject::Thread).filter(|thread| *thread != subject);
        let write = self.service().store().write(move |conn| {
            for subject in [Some(subject), other].into_iter().flatten() {
                backfills::end(conn, subject, found, next_at)?;
            }
            Ok(())
        });
        Ok(write.await?)
    }
}
