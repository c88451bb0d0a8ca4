//! Keeps the search in step with the database: the consumer `search` of the log.
//!
//! Its durable cursor is the position that the tweet index commits with its tweets. A copy of it in the
//! database keeps the log from being pruned beyond it, and shows an index that is older than the log reaches
//! back: such a one, like a new one, is filled anew from the tables and then follows the log from where it
//! stood before. What an event touched is read again from the tables, so that events may come twice.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::document::document;
use super::people_feeder::PeopleFeeder;
use super::touched::Touched;
use super::{
    Batch, Building, Change, Clause, Condition, FAILURE_PAUSE, LogPosition, Search, SearchDoc, SearchQuery,
    TweetSearch,
};
use crate::clock::{Clock, DAY_MS};
use crate::error::{Chain, Result};
use crate::model::ids::{AccountId, TweetId};
use crate::store::events::{self, Logged, Position};
use crate::store::follower::{self, Progress};
use crate::store::{Store, StoreError, search as stored, tweets};
use crate::telemetry::metrics as names;

/// The consumer's name in metrics and log lines.
const NAME: &str = "search";
/// Tweets read and indexed at a time while the index is filled: some milliseconds of a reader's time.
const FILL_BATCH: i64 = 500;
/// How often the filling tells how far it is.
const TELL_EVERY: Duration = Duration::from_secs(10);
/// How often the position is noted in the database, and a failed commit is noticed when nothing else happens.
const NOTE_EVERY: Duration = Duration::from_secs(10);
/// Tweets of one author that are compared at a time when it changes who may find them.
const COMPARED: usize = 100;

/// Follows the log for the search.
pub struct Feeder {
    store: Store,
    clock: Clock,
    search: Arc<Search>,
    people: PeopleFeeder,
    progress: Progress,
    cursor: String,
}

impl Feeder {
    /// A feeder for the index of this process. Several processes on one database have an index each, and so a
    /// cursor each.
    pub fn new(store: Store, clock: Clock, search: Arc<Search>, process: u8) -> Self {
        Self {
            people: PeopleFeeder::new(store.clone(), clock.clone(), Arc::clone(&search)),
            store,
            clock,
            search,
            progress: Progress::default(),
            cursor: format!("{NAME}-{process}"),
        }
    }

    /// How far the log has been taken in; findable within a second.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Fills what is empty and follows the log until `stop`; then everything taken in is made durable.
    pub async fn run(self, stop: CancellationToken) {
        let feeder = Arc::new(self);
        let seen = follower::keep_cursor(&feeder.store, &feeder.clock, &feeder.cursor, &stop);
        tokio::join!(feeder.feed_tweets(&stop), feeder.people.run(&stop), seen);
        if let Err(error) = feeder.note().await {
            tracing::warn!(error = %Chain(&error), "the search could not be closed cleanly; it goes on from its last commit");
        }
    }

    async fn feed_tweets(self: &Arc<Self>, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.round(stop).await {
                tracing::warn!(error = %Chain(&error), "the search lost its place in the log; going back to its last commit");
                self.progress.failed();
                stop.run_until_cancelled(tokio::time::sleep(FAILURE_PAUSE)).await;
            }
        }
    }

    /// Follows the log from what is committed on, until `stop` or until something that was applied is lost.
    async fn round(self: &Arc<Self>, stop: &CancellationToken) -> Result<()> {
        let from = match self.resume().await? {
            Some(position) => {
                self.people.reload();
                position
            }
            None => match self.fill(stop).await? {
                Some(position) => position,
                None => return Ok(()),
            },
        };
        self.building(None);
        self.progress.set(from);
        let feeder = Arc::clone(self);
        let consume = move |batch: Vec<Logged>| {
            let feeder = Arc::clone(&feeder);
            async move {
                let taken = feeder.take(&batch).await;
                if taken.is_err() {
                    // What came since the last commit may be lost with it.
                    feeder.progress.set(feeder.committed().unwrap_or_default());
                }
                taken.map_err(StoreError::from)
            }
        };
        let (store, progress) = (self.store.clone(), self.progress.clone());
        tokio::select! {
            () = follower::follow(store, NAME, progress, stop.clone(), consume) => Ok(()),
            lost = self.note_now_and_then() => lost,
        }
    }

    fn committed(&self) -> Option<Position> {
        self.search.tweets().position().map(|LogPosition { txid, seq }| Position { txid, seq })
    }

    /// Where to read the log on; `None` when the index must be filled: it has no position, or not one that the
    /// log can be read on from.
    async fn resume(&self) -> Result<Option<Position>> {
        let Some(position) = self.committed() else { return Ok(None) };
        let (cursor, now_ms) = (self.cursor.clone(), self.clock.now_ms());
        let resuming =
            self.store.write(move |conn| Ok((events::resume(conn, &cursor, now_ms)?, events::head(conn)?)));
        let (noted, head) = resuming.await?;
        // Older than noted: events after it may be pruned. Newer than the log: another database's, or the
        // database is a backup.
        let fits = noted.is_some_and(|noted| noted <= position && position <= noted.max(head));
        if !fits {
            tracing::warn!("the search index does not belong to this state of the database; filling it anew");
        }
        Ok(fits.then_some(position))
    }

    /// Fills the index from the tables. Answers where the log stood before; `None` when stopped.
    async fn fill(&self, stop: &CancellationToken) -> Result<Option<Position>> {
        self.building(Some(Building::default()));
        let (cursor, now_ms) = (self.cursor.clone(), self.clock.now_ms());
        let noting = self.store.write(move |conn| {
            let head = events::head(conn)?;
            events::move_cursor(conn, &cursor, head, now_ms)?;
            Ok(head)
        });
        let head = noting.await?;
        self.people.reload();
        let total = u64::try_from(self.store.read(stored::count).await?).unwrap_or_default();
        // A filling that was broken off may have left tweets that are gone by now.
        self.search.tweets().clear().await?;
        let (began, mut told, mut done, mut after) = (Instant::now(), Instant::now(), 0, TweetId(0));
        tracing::info!(tweets.total = total, "filling the search index from the database");
        while !stop.is_cancelled() {
            self.building(Some(Building { done, total }));
            let ids = self.store.read(move |conn| tweets::scan(conn, after, FILL_BATCH)).await?;
            let Some(last) = ids.last() else {
                self.apply(Vec::new(), Some(head)).await?;
                self.search.tweets().flush().await?;
                self.tell(done, total, began);
                return Ok(Some(head));
            };
            after = *last;
            done += u64::try_from(ids.len()).unwrap_or_default();
            self.put(ids).await?;
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                self.tell(done, total, began);
            }
        }
        Ok(None)
    }

    /// Says how far the filling is, to searches and to operators.
    fn building(&self, building: Option<Building>) {
        let lacking = building.map_or(0, |building| building.total.saturating_sub(building.done));
        metrics::gauge!(names::SEARCH_LACKING).set(f64::from(u32::try_from(lacking).unwrap_or(u32::MAX)));
        self.search.set_building(building);
    }

    fn tell(&self, done: u64, total: u64, began: Instant) {
        let seconds = began.elapsed().as_secs().max(1);
        let rate = done / seconds;
        tracing::info!(
            tweets.done = done,
            tweets.total = total,
            tweets.per_second = rate,
            "tweets are in the search index"
        );
        self.count();
    }

    /// Takes a batch of the log in. The position moves only with the last part of it.
    async fn take(&self, batch: &[Logged]) -> Result<()> {
        let Some(last) = batch.last() else { return Ok(()) };
        let touched = Touched::by(batch.iter().map(|logged| &logged.event));
        let ids: Vec<TweetId> = touched.tweets.iter().copied().collect();
        let docs = self.read(&ids).await?;
        // What was fetched from long ago is no use of a hashtag today.
        let since_ms = self.clock.now_ms().saturating_sub(DAY_MS);
        let is_new = |doc: &&SearchDoc| touched.created.contains(&doc.id) && doc.id.time_ms() >= since_ms;
        let new = docs.iter().filter(|doc| doc.everyone).filter(is_new);
        let tags: Vec<String> = new.flat_map(|doc| doc.hashtags.iter().cloned()).collect();
        self.replace(ids, docs).await?;
        if !touched.authors.is_empty() {
            // The comparison sees only what is committed.
            self.search.tweets().flush().await?;
            for author in touched.authors {
                self.reconcile(author).await?;
            }
        }
        self.people.take(touched.accounts, touched.followed).await?;
        self.apply(Vec::new(), Some(last.position)).await?;
        tags.iter().for_each(|tag| self.search.tag_used(tag));
        Ok(())
    }

    /// Brings these tweets into the index as they are in the database now; those that are gone, out of it.
    async fn put(&self, ids: Vec<TweetId>) -> Result<()> {
        let docs = self.read(&ids).await?;
        self.replace(ids, docs).await
    }

    async fn read(&self, ids: &[TweetId]) -> Result<Vec<SearchDoc>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = ids.to_vec();
        // The documents are made on the database's thread: that is work no async thread should do.
        let read =
            self.store.read(move |conn| Ok(stored::tweets(conn, &ids)?.into_iter().map(document).collect()));
        Ok(read.await?)
    }

    async fn replace(&self, ids: Vec<TweetId>, docs: Vec<SearchDoc>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let found: HashSet<TweetId> = docs.iter().map(|doc| doc.id).collect();
        let gone = ids.into_iter().filter(|id| !found.contains(id)).map(Change::Delete);
        let put = docs.into_iter().map(|doc| Change::Put(Box::new(doc)));
        self.apply(put.chain(gone).collect(), None).await
    }

    /// Puts again those tweets of an author that everyone finds but shall not, or the reverse: after a change
    /// of the wish to be found, a suspension or its end. Compares from the newest on; both lists are read a
    /// page at a time, and a page tells nothing of what is below its end.
    async fn reconcile(&self, author: AccountId) -> Result<()> {
        let page = i64::try_from(COMPARED).unwrap_or(1);
        let mut before = TweetId(i64::MAX);
        loop {
            let found = self.found_by_everyone(author, before).await?;
            let open =
                self.store.read(move |conn| stored::open_tweets_by(conn, author, before, page)).await?;
            let full = [&found, &open].into_iter().filter(|ids| ids.len() >= COMPARED);
            let end = full.filter_map(|ids| ids.last()).max().copied().unwrap_or(TweetId(0));
            let wrong = found
                .iter()
                .filter(|id| !open.contains(id))
                .chain(open.iter().filter(|id| !found.contains(id)));
            self.put(wrong.filter(|id| **id >= end).copied().collect()).await?;
            if end == TweetId(0) {
                return Ok(());
            }
            before = end;
        }
    }

    /// What somebody who is not signed in finds by this author.
    async fn found_by_everyone(&self, author: AccountId, before: TweetId) -> Result<Vec<TweetId>> {
        let handle = author.to_string();
        let from = Clause { negated: false, condition: Condition::From(handle.clone()) };
        let search = TweetSearch {
            query: &SearchQuery { clauses: vec![from] },
            viewer: None,
            handles: &[(handle, author)].into(),
            before: Some(before),
            limit: COMPARED,
        };
        self.search.tweets().newest(&search).await
    }

    async fn apply(&self, changes: Vec<Change>, position: Option<Position>) -> Result<()> {
        let position = position.map(|Position { txid, seq }| LogPosition { txid, seq });
        self.search.tweets().apply(Batch { changes, position }).await
    }

    /// Ends only with the error that something applied is lost.
    async fn note_now_and_then(&self) -> Result<()> {
        loop {
            tokio::time::sleep(NOTE_EVERY).await;
            self.note().await?;
        }
    }

    /// Makes everything taken in durable, and notes in the database how far the log is no longer needed.
    async fn note(&self) -> Result<()> {
        self.search.tweets().flush().await?;
        self.count();
        let Some(position) = self.committed() else { return Ok(()) };
        let (cursor, now_ms) = (self.cursor.clone(), self.clock.now_ms());
        Ok(self
            .store
            .write(move |conn| match events::cursor(conn, &cursor)? {
                Some(noted) if noted == position => Ok(()),
                _ => events::move_cursor(conn, &cursor, position, now_ms),
            })
            .await?)
    }

    fn count(&self) {
        let documents = u32::try_from(self.search.tweets().len()).unwrap_or(u32::MAX);
        metrics::gauge!(names::SEARCH_DOCUMENTS).set(f64::from(documents));
    }
}
