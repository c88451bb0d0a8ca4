//! The home timeline, and those of lists, as the rest of the house reads them: asks the rings, and the database for
//! what they lack.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::slots::Slots;
use super::{
    AccountSet, Draft, Entry, Kind, LoadTicket, Outcome, Settings, Timelines, Viewer, filter_page,
    filter_tagged, joined,
};
use crate::config::limits;
use crate::error::Result;
use crate::model::cursor::{Cursor, Page};
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::list::ListReplies;
use crate::model::visibility::{Place, Relations};
use crate::service::{Eyes, Service, TweetView};
use crate::store::StoreError;
use crate::store::events;
use crate::store::follower::Progress;
use crate::store::timelines::{self, Authors, Line, Slice};
use crate::telemetry::caches::{self, Lookups};
use crate::telemetry::metrics as names;

/// Times that missing authors are loaded for one page, before the page comes from the database.
const LOAD_ROUNDS: usize = 4;
/// Authors whose newest entries are read in one unit of work: some milliseconds of a reader's time.
const AUTHORS_AT_ONCE: usize = 500;
/// Looks for a page of which something is left when it is rendered. A page can be empty then; its cursor still leads on.
const LOOKS: usize = 4;
/// Rows that one look into the database brings.
const PORTION: usize = 100;
/// Readers whose sets are kept sorted, as far as [`MEMBERS_KEPT`] goes.
const READERS_KEPT: usize = 50_000;
/// Accounts in all the sets that are kept, 8 bytes each: 200 for each of the readers.
const MEMBERS_KEPT: u64 = 4_000_000;

/// Home timelines. Cheap to clone.
#[derive(Clone)]
pub struct Home(Arc<Inner>);

pub(super) struct Inner {
    pub(super) service: Service,
    pub(super) rings: Timelines,
    pub(super) slots: Slots,
    pub(super) progress: Progress,
    author_ring: usize,
    rows_looked_through: usize,
    own_write_patience: Duration,
    readers: Cache<AccountId, Arc<Reader>, BySize>,
    reader_looks: Lookups,
}

/// Weighs a reader by the members of the sets, so that a few who follow many cannot fill the memory.
#[derive(Clone)]
struct BySize;

impl Weighter<AccountId, Arc<Reader>> for BySize {
    fn weight(&self, _: &AccountId, reader: &Arc<Reader>) -> u64 {
        let sets = [&reader.followees, &reader.elsewhere, &reader.hidden, &reader.no_retweets];
        let members = sets.iter().map(|set| set.len()).sum::<usize>() + reader.tags.len();
        u64::try_from(members).unwrap_or(u64::MAX).saturating_add(1)
    }
}

/// A reader's relations as the home rules want them.
pub struct Reader {
    account: AccountId,
    /// What they were made from: another `Arc` means that something changed.
    relations: Arc<Relations>,
    followees: AccountSet,
    elsewhere: AccountSet,
    hidden: AccountSet,
    no_retweets: AccountSet,
    tags: Vec<String>,
}

/// A timeline of a reader's own that is being read.
struct Reading<'a> {
    viewer: Viewer<'a>,
    /// Where the database finds what the rings lack.
    authors: Authors,
    /// The hashtags that are followed.
    tags: Vec<String>,
}

impl Home {
    /// Empty home timelines over the use-cases: everything is loaded when it is first read.
    pub fn new(service: Service, settings: &Settings) -> Self {
        let room = service.rules().room;
        Self(Arc::new(Inner {
            service,
            rings: Timelines::new(settings),
            slots: Slots::default(),
            progress: Progress::default(),
            author_ring: settings.author_ring,
            rows_looked_through: settings.rows_looked_through,
            own_write_patience: settings.own_write_patience,
            readers: Cache::with_weighter(room.count(READERS_KEPT), room.of(MEMBERS_KEPT), BySize),
            reader_looks: Lookups::of(&caches::READERS),
        }))
    }

    /// How far the rings have followed the log.
    pub fn progress(&self) -> Progress {
        self.0.progress.clone()
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0
    }

    /// A page of the reader's home timeline, newest first. What the reader did a moment ago is in it.
    pub async fn page(&self, reader: AccountId, cursor: Cursor, limit: usize) -> Result<Page<TweetView>> {
        self.see_own_write(reader).await?;
        let sets = self.reader(reader).await?;
        let viewer = sets.viewer(Some(self.0.slots.of(reader)));
        let tags = sets.tags.clone();
        self.read(Reading { viewer, authors: Authors::Followed, tags }, cursor, limit).await
    }

    /// A page of what the members of a list of the reader's write, newest first, by the same rules as home.
    pub async fn list_page(
        &self,
        reader: AccountId,
        list: RowId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<TweetView>> {
        self.see_own_write(reader).await?;
        let (list, members) = self.0.service.list_to_read(reader, list).await?;
        let sets = self.reader(reader).await?;
        let (members, nobody) = (members.into_iter().collect(), AccountSet::default());
        let viewer = sets.list_viewer(&members, list.replies, &nobody);
        let authors = Authors::Listed(list.id);
        self.read(Reading { viewer, authors, tags: Vec::new() }, cursor, limit).await
    }

    async fn read(&self, reading: Reading<'_>, cursor: Cursor, limit: usize) -> Result<Page<TweetView>> {
        let limit = limit.min(limits::PAGE_MAX);
        let eyes = self.0.service.eyes(Some(reading.viewer.account)).await?;
        let (mut before, mut first) = (cursor.before.map(TweetId), None);
        for _ in 0..LOOKS {
            let after = cursor.after.map(TweetId);
            let mut page = match after {
                Some(after) => self.newer(&reading, before, after, limit).await?,
                None => self.older(&reading, before, limit).await?,
            };
            if !reading.tags.is_empty() {
                page = joined(page, self.tagged(&reading, before, after, limit).await?, limit);
            }
            first = first.or(page.entries.first().map(|entry| entry.id));
            let ids: Vec<TweetId> = page.entries.iter().map(|entry| entry.id).collect();
            let cut_short = ids.is_empty();
            let mut items = self.0.service.views(&eyes, ids, Place::List).await?;
            items.retain(|view| is_wanted(&eyes, view));
            before = page.next;
            // What only shows when it is rendered may leave nothing of a page; who reads on would take it for the end.
            if !items.is_empty() || before.is_none() || cut_short {
                return Ok(page_of(items, before, first, cursor));
            }
        }
        Ok(page_of(Vec::new(), before, first, cursor))
    }

    /// After a write of the reader's own, waits until the timelines have seen it.
    async fn see_own_write(&self, reader: AccountId) -> Result<()> {
        if self.0.service.take_recent_write(reader) {
            let written = self.0.service.store().read(events::newest).await?;
            self.0.progress.reached(written, self.0.own_write_patience).await;
        }
        Ok(())
    }

    async fn reader(&self, account: AccountId) -> Result<Arc<Reader>> {
        let relations = self.0.service.graph().relations(account).await?;
        let known = self.0.readers.get(&account).filter(|known| Arc::ptr_eq(&known.relations, &relations));
        if let Some(known) = self.0.reader_looks.seen(known) {
            return Ok(known);
        }
        let reader = Arc::new(Reader::new(account, relations));
        self.0.readers.insert(account, Arc::clone(&reader));
        Ok(reader)
    }

    async fn older(
        &self,
        reading: &Reading<'_>,
        before: Option<TweetId>,
        limit: usize,
    ) -> Result<super::Page> {
        let now_ms = self.0.service.clock().now_ms();
        for _ in 0..LOAD_ROUNDS {
            match self.0.rings.read_home(&reading.viewer, before, limit, now_ms) {
                Outcome::Page(page) => return Ok(page),
                Outcome::NeedAuthors(tickets) => self.load(tickets).await?,
                Outcome::NeedDatabase(draft) => return self.read_database(draft, reading, None).await,
            }
        }
        self.read_database(Draft::new(before, limit), reading, None).await
    }

    /// What is newer than `after`: clients that come back ask for it.
    async fn newer(
        &self,
        reading: &Reading<'_>,
        before: Option<TweetId>,
        after: TweetId,
        limit: usize,
    ) -> Result<super::Page> {
        self.read_database(Draft::new(before, limit), reading, Some(after)).await
    }

    /// What everybody may read with a hashtag that the reader follows.
    async fn tagged(
        &self,
        reading: &Reading<'_>,
        before: Option<TweetId>,
        after: Option<TweetId>,
        limit: usize,
    ) -> Result<super::Page> {
        let now_ms = self.0.service.clock().now_ms();
        let read = |slice: Slice| {
            let tags = reading.tags.clone();
            self.0.service.store().read(move |conn| timelines::tagged(conn, &tags, slice, now_ms))
        };
        let filter =
            |draft, lines: &[Line]| filter_tagged(draft, lines.iter().filter_map(entry), &reading.viewer);
        self.look_through(Draft::new(before, limit), after, read, filter).await
    }

    async fn load(&self, tickets: Vec<LoadTicket>) -> Result<()> {
        let each = i64::try_from(self.0.author_ring).unwrap_or(i64::MAX);
        for tickets in tickets.chunks(AUTHORS_AT_ONCE) {
            let authors: Vec<AccountId> = tickets.iter().map(|ticket| ticket.author).collect();
            let read = move |conn: &mut _| timelines::newest_of(conn, &authors, each);
            let mut lines: HashMap<AccountId, Vec<Line>> = HashMap::new();
            for line in self.0.service.store().read(read).await? {
                lines.entry(line.author).or_default().push(line);
            }
            for ticket in tickets {
                let lines = lines.remove(&ticket.author).unwrap_or_default();
                // Rows count, also those that make no entry: fewer than were asked for are all there are.
                let complete = lines.len() < self.0.author_ring;
                let entries: Vec<Entry> = lines.iter().filter_map(entry).collect();
                self.0.rings.loaded(ticket, &entries, complete);
            }
        }
        Ok(())
    }

    async fn read_database(
        &self,
        draft: Draft,
        Reading { viewer, authors, .. }: &Reading<'_>,
        after: Option<TweetId>,
    ) -> Result<super::Page> {
        metrics::counter!(names::TIMELINE_READS_TOTAL, "source" => "database").increment(1);
        let (whose, now_ms) = ((viewer.account, *authors), self.0.service.clock().now_ms());
        let read = |slice: Slice| {
            self.0.service.store().read(move |conn| timelines::by_authors(conn, whose, slice, now_ms))
        };
        let filter = |draft, lines: &[Line]| filter_page(draft, lines.iter().filter_map(entry), viewer);
        self.look_through(draft, after, read, filter).await
    }

    /// Continues `draft` by what `read` brings and `filter` leaves of it, in portions, until it is full or there is no
    /// more; or until so much was looked through as one page may cost.
    async fn look_through<F: Future<Output = Result<Vec<Line>, StoreError>>>(
        &self,
        mut draft: Draft,
        after: Option<TweetId>,
        read: impl Fn(Slice) -> F,
        filter: impl Fn(Draft, &[Line]) -> Draft,
    ) -> Result<super::Page> {
        for _ in 0..self.0.rows_looked_through.div_ceil(PORTION).max(1) {
            let limit = i64::try_from(PORTION).unwrap_or(i64::MAX);
            let lines = read(Slice { before: draft.below(), after, limit }).await?;
            draft = filter(draft, &lines);
            if lines.len() < PORTION || draft.room() == 0 {
                return Ok(draft.finish());
            }
            if let Some(last) = lines.last() {
                // It may be one that makes no entry.
                draft.settled_down_to(last.id);
            }
        }
        Ok(draft.cut_short())
    }
}

/// Whether the reader wants this language of who wrote it or repeats it.
fn is_wanted(eyes: &Eyes, view: &TweetView) -> bool {
    let language = view.shown().tweet.language.as_deref();
    eyes.relations().is_none_or(|relations| relations.wants_language(view.tweet.author, language))
}

fn page_of(
    items: Vec<TweetView>,
    next: Option<TweetId>,
    first: Option<TweetId>,
    cursor: Cursor,
) -> Page<TweetView> {
    Page {
        items,
        next: next.map(|id| cursor.going_on_below(id.0).to_string()),
        prev: first.map(|id| Cursor::after(id.0).to_string()),
    }
}

impl Reader {
    /// An account with its relations.
    pub fn new(account: AccountId, relations: Arc<Relations>) -> Self {
        let followees = relations.following.iter().copied().chain([account]).collect();
        let hidden = relations.muting.iter().chain(&relations.blocking).chain(&relations.blocked_by);
        Self {
            followees,
            elsewhere: relations.listed_away.iter().copied().collect(),
            hidden: hidden.copied().collect(),
            no_retweets: relations.retweets_hidden.iter().copied().collect(),
            tags: relations.followed_tags.iter().cloned().collect(),
            account,
            relations,
        }
    }

    /// Its relations.
    pub fn relations(&self) -> &Arc<Relations> {
        &self.relations
    }

    /// Whose entries make its home: the accounts that it follows, and itself.
    pub fn followees(&self) -> &AccountSet {
        &self.followees
    }

    /// Whether the reader wants to see nothing of this account, or must not.
    pub fn hides(&self, other: AccountId) -> bool {
        self.hidden.contains(other)
    }

    /// Whether its home shows an entry.
    pub fn shows(&self, entry: &Entry) -> bool {
        self.followees.contains(entry.author) && self.viewer(None).shows(entry)
    }

    /// Whether its home shows an entry that has a hashtag which it follows, whoever wrote it; see
    /// [`Viewer::shows_tagged`].
    pub fn shows_tagged(&self, entry: &Entry) -> bool {
        self.viewer(None).shows_tagged(entry)
    }

    /// Whether a list of the reader's with these members shows an entry.
    pub fn shows_in_list(&self, members: &AccountSet, replies: ListReplies, entry: &Entry) -> bool {
        let nobody = AccountSet::default();
        members.contains(entry.author) && self.list_viewer(members, replies, &nobody).shows(entry)
    }

    fn list_viewer<'a>(
        &'a self,
        members: &'a AccountSet,
        replies: ListReplies,
        nobody: &'a AccountSet,
    ) -> Viewer<'a> {
        let answered = match replies {
            ListReplies::Followed => &self.followees,
            ListReplies::List => members,
            ListReplies::None => nobody,
        };
        Viewer { followees: members, answered, elsewhere: nobody, ..self.viewer(None) }
    }

    fn viewer(&self, slot: Option<u32>) -> Viewer<'_> {
        Viewer {
            account: self.account,
            slot,
            followees: &self.followees,
            answered: &self.followees,
            elsewhere: &self.elsewhere,
            hidden: &self.hidden,
            no_retweets: &self.no_retweets,
        }
    }
}

/// A row as the rings know it; `None` for a retweet whose original is gone.
fn entry(line: &Line) -> Option<Entry> {
    let kind = match (line.retweet_of, line.is_reply) {
        (Some(original), _) => Kind::Retweet { original, original_author: line.retweet_of_author? },
        (None, true) => Kind::Reply { to: line.reply_to_author },
        (None, false) => Kind::Tweet,
    };
    Some(Entry { id: line.id, author: line.author, kind })
}
