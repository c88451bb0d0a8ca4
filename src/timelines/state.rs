//! All of home timelines behind one door: apply the log, read pages.
//!
//! The caller does the I/O around it. **Applying**: one caller, in log order; each event is applied, and a
//! [`FanOut`] pushed to its end, before the next. **Reading**: any number of callers at any time; see
//! [`Outcome`] for what a read may ask for.
//!
//! **Locks.** The author rings are under one lock: a home read looks at hundreds of them, so it would have to
//! take every shard's lock anyway, and a tweet holds it for well under a microsecond. That one lock also makes
//! a read see the log up to some event, and nothing of what came after. Fan-outs never hold it; they take one
//! reader shard at a time. Order: authors, then a reader shard, then the set of pushed readers; the entry
//! table is taken after the authors, and never together with the latter two.
//!
//! **A new ring for a reader** is merged from the author rings and put in place while they are held for
//! reading. An event's entry goes first into its author's ring and then to the pushed readers. So an entry
//! that came before the merge is in it, and one that comes after finds the reader among the pushed.

use std::iter;
use std::sync::RwLock;
use std::time::Duration;

use metrics::{Counter, counter};
use roaring::RoaringBitmap;

use super::authors::{AuthorRings, LoadTicket};
use super::entry::Entry;
use super::filter::{Draft, Page, Viewer, filter_page};
use super::merge::merge;
use super::policy::{Edge, Thresholds, Way, is_celebrity, push_or_pull, wants_ring};
use super::readers::{FanOut, NewRing, ReaderRings, RingCopy, Visit};
use super::{exclusive, shared};
use crate::clock::Millis;
use crate::model::ids::{AccountId, IdSet, TweetId};
use crate::telemetry::metrics as names;

/// A reader's ring that would begin with less than one part in this many of its size, though there is more
/// to know, is not worth keeping yet.
const SHALLOW_PART: usize = 10;

/// Sizes and thresholds. Any values give the same entries; they decide what the pages cost.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Entries in an author's ring, 24 bytes each. 32 fill a first page from 500 followees almost always.
    pub author_ring: usize,
    /// Authors in memory, at most 1 kB each. Who follows more than half of this reads from the database.
    pub author_budget: usize,
    /// Entries in a reader's ring, 8 bytes each: about ten pages back.
    pub reader_ring: usize,
    /// Readers with a ring, about 3.5 kB each.
    pub reader_budget: usize,
    /// Entries that the readers' rings refer to, about 60 bytes each; older ones are read from the database.
    pub shared_entries: usize,
    /// Rows of the database that are looked through for one page. It is short then, and its cursor leads on.
    pub rows_looked_through: usize,
    /// How long a read waits for the timelines to have seen the reader's own last write.
    pub own_write_patience: Duration,
    /// When to push and when to pull.
    pub thresholds: Thresholds,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            author_ring: 32,
            author_budget: 100_000,
            reader_ring: 400,
            reader_budget: 20_000,
            shared_entries: 500_000,
            rows_looked_through: 2_000,
            own_write_patience: Duration::from_millis(50),
            thresholds: Thresholds::default(),
        }
    }
}

/// Home timelines in memory. Every method is quick and none blocks on I/O.
pub struct Timelines {
    authors: RwLock<AuthorRings>,
    readers: ReaderRings,
    /// Authors who once had too many followers to push. They stay: pulling is right for anybody.
    celebrities: RwLock<IdSet<AccountId>>,
    thresholds: Thresholds,
    /// Pages from authors' rings and from readers' own.
    pages: [Counter; 2],
}

/// What a read came to.
#[derive(Debug)]
pub enum Outcome {
    /// The page.
    Page(Page),
    /// Read the newest entries of these authors from the database, hand them to [`Timelines::loaded`], and
    /// ask again. After a few rounds give up and make the page from [`Draft::new`] and the database: others
    /// may be evicting what this read needs.
    NeedAuthors(Vec<LoadTicket>),
    /// The rings end here. Feed [`filter_page`] with the followees' entries below [`Draft::below`] from the
    /// database, newest first, in portions, until the draft has no room or the database no more.
    NeedDatabase(Draft),
}

/// How much is held, for gauges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Authors with a ring, or with one being loaded.
    pub authors: usize,
    /// Readers with a ring.
    pub readers: u64,
    /// Entries that readers' rings refer to.
    pub shared_entries: usize,
}

impl Timelines {
    /// Empty timelines: everything is loaded when it is first read.
    pub fn new(settings: &Settings) -> Self {
        Self {
            authors: RwLock::new(AuthorRings::new(settings.author_ring, settings.author_budget)),
            readers: ReaderRings::new(settings.reader_ring, settings.reader_budget, settings.shared_entries),
            celebrities: RwLock::default(),
            thresholds: settings.thresholds,
            pages: ["ring", "reader"].map(|source| counter!(names::TIMELINE_READS_TOTAL, "source" => source)),
        }
    }

    /// A page of at most `limit` entries older than `before`, newest first.
    pub fn read_home(
        &self,
        viewer: &Viewer<'_>,
        before: Option<TweetId>,
        limit: usize,
        now_ms: Millis,
    ) -> Outcome {
        let authors = shared(&self.authors);
        let draft = Draft::new(before, limit);
        if !authors.can_hold(viewer.followees.len()) {
            return Outcome::NeedDatabase(draft);
        }
        let mark = viewer.followees.mark();
        let visit = viewer.slot.and_then(|slot| self.readers.visit(slot, mark, now_ms));
        let [by_authors, by_reader] = &self.pages;
        let (pages, settled) = match visit.as_ref().and_then(|visit| visit.ring.as_ref()) {
            Some(ring) => (by_reader, self.read_ring(&authors, ring, draft, viewer)),
            None => (by_authors, read_authors(&authors, draft, viewer)),
        };
        if let Ok(Outcome::Page(_)) = settled {
            pages.increment(1);
        }
        match settled {
            Err(missing) => {
                drop(authors);
                Outcome::NeedAuthors(exclusive(&self.authors).begin_loads(&missing))
            }
            Ok(outcome) => {
                if let Some(visit) = visit.filter(|visit| visit.ring.is_none() && visit.may_build) {
                    self.build_ring(&authors, viewer, &visit);
                }
                outcome
            }
        }
    }

    /// Hands in an author's newest entries, read from the database after the ticket was given: at least
    /// [`Settings::author_ring`] of them, or all (`complete`).
    ///
    /// `false` if too much happened meanwhile; the next read asks for the author again.
    pub fn loaded(&self, ticket: &LoadTicket, entries: &[Entry], complete: bool) -> bool {
        exclusive(&self.authors).loaded(ticket, entries, complete)
    }

    /// A tweet, reply or retweet was added (direct ones are not told) by an author with so many followers, local ones
    /// at least. Whoever merges sees it from now on. Answers whether it is to be fanned out too, by
    /// [`Timelines::fan_out`] and before the next event: a ring that is built in between has it already.
    pub fn tweet_added(&self, entry: &Entry, followers: u64) -> bool {
        exclusive(&self.authors).added(entry, followers);
        let known_celebrity = shared(&self.celebrities).contains(&entry.author);
        let celebrity = known_celebrity || is_celebrity(followers, &self.thresholds);
        if celebrity && !known_celebrity {
            exclusive(&self.celebrities).insert(entry.author);
        }
        !celebrity && self.readers.len() > 0
    }

    /// Begins to push an entry that was added. `followers` are the slots of the author's local followers, `own_slot` the
    /// author's own if local. A slot belongs to one account for the life of the process; slots are dense.
    ///
    /// What is returned must be pushed to its end before the next event.
    pub fn fan_out(&self, entry: &Entry, followers: &RoaringBitmap, own_slot: Option<u32>) -> FanOut {
        self.readers.begin(entry, followers, own_slot)
    }

    /// Pushes to the next `at_most` readers; `true` while some are left. 10,000 take about 0.4 ms.
    pub fn push(&self, fan_out: &mut FanOut, at_most: usize) -> bool {
        self.readers.push(fan_out, at_most)
    }

    /// A tweet, reply or retweet is gone; retweets of it vanish with it.
    pub fn tweet_deleted(&self, author: AccountId, tweet: TweetId) {
        exclusive(&self.authors).deleted(author, tweet);
        self.readers.deleted(tweet);
    }

    /// The author's entries changed in bulk (suspended, restored, pruned): they are loaded anew when needed.
    pub fn author_reset(&self, author: AccountId) {
        exclusive(&self.authors).reset(author);
    }

    /// The reader in this slot followed or unfollowed somebody, or a block did so. Mutes, and blocks between
    /// accounts that do not follow each other, need no event: they act on the next read.
    pub fn follows_changed(&self, slot: u32) {
        self.readers.drop_ring(slot);
    }

    /// Forgets readers who have not looked for 14 days. To be called every hour or so.
    pub fn sweep(&self, now_ms: Millis) {
        self.readers.sweep(now_ms);
    }

    /// How much is held now.
    pub fn sizes(&self) -> Sizes {
        Sizes {
            authors: shared(&self.authors).len(),
            readers: self.readers.len(),
            shared_entries: self.readers.table().len(),
        }
    }

    fn read_ring(
        &self,
        authors: &AuthorRings,
        ring: &RingCopy,
        draft: Draft,
        viewer: &Viewer<'_>,
    ) -> Result<Outcome, Vec<AccountId>> {
        let mut pulled: Vec<AccountId> = ring.pulled.iter().collect();
        pulled.extend(
            shared(&self.celebrities)
                .iter()
                .filter(|&&author| viewer.followees.contains(author) && !ring.pulled.contains(author)),
        );
        let merge = merge(authors, pulled.into_iter(), draft.below())?;
        let table = self.readers.table();
        let line = merge.line().max(ring.line(&table));
        let pushed = ring.entries(&table, viewer.followees, draft.below());
        let trusted = newest_first(pushed, merge).take_while(|entry| entry.id.0 >= line);
        Ok(settle(authors, draft, trusted, line, viewer))
    }

    // Merging 400 entries is dearer than a page; it happens once for a reader, and after each follow.
    fn build_ring(&self, authors: &AuthorRings, viewer: &Viewer<'_>, visit: &Visit) {
        let reader_follows = u64::try_from(viewer.followees.len()).unwrap_or(u64::MAX);
        if !wants_ring(reader_follows, visit.pages_per_day, &self.thresholds) {
            return;
        }
        let way = |author: AccountId| {
            let ring = authors.get(author)?;
            let edge = Edge {
                author_followers: ring.followers,
                author_entries_per_day: ring.entries_per_day(visit.now_ms),
                reader_follows,
                reader_pages_per_day: visit.pages_per_day,
            };
            Some(push_or_pull(&edge, &self.thresholds))
        };
        let (pushed, pulled): (Vec<_>, Vec<_>) =
            viewer.followees.iter().partition(|&author| way(author) == Some(Way::Push));
        let Ok(merge) = merge(authors, pushed.into_iter(), None) else {
            return;
        };
        let size = self.readers.ring_size();
        let mut known_from = merge.line();
        let mut entries: Vec<Entry> = merge.take(size + 1).collect();
        if entries.len() > size
            && let Some(left_out) = entries.pop()
        {
            known_from = left_out.id.0.saturating_add(1);
        }
        if known_from != i64::MIN && entries.len() < size / SHALLOW_PART {
            self.readers.postpone(visit.slot, visit.now_ms);
        } else {
            let pulled = pulled.into_iter().collect();
            let followees_mark = viewer.followees.mark();
            self.readers.keep(visit.slot, NewRing { entries, known_from, followees_mark, pulled });
        }
    }
}

fn read_authors(authors: &AuthorRings, draft: Draft, viewer: &Viewer<'_>) -> Result<Outcome, Vec<AccountId>> {
    let merge = merge(authors, viewer.followees.iter(), draft.below())?;
    let line = merge.line();
    Ok(settle(authors, draft, merge, line, viewer))
}

// `trusted` are all candidates from `line` on, newest first.
fn settle(
    authors: &AuthorRings,
    draft: Draft,
    trusted: impl Iterator<Item = Entry>,
    line: i64,
    viewer: &Viewer<'_>,
) -> Outcome {
    let alive = trusted.filter(|entry| !authors.is_buried(entry.subject()));
    let mut draft = filter_page(draft, alive, viewer);
    if draft.room() == 0 || line == i64::MIN {
        return Outcome::Page(draft.finish());
    }
    draft.settled_down_to(TweetId(line));
    Outcome::NeedDatabase(draft)
}

fn newest_first(
    one: impl Iterator<Item = Entry>,
    other: impl Iterator<Item = Entry>,
) -> impl Iterator<Item = Entry> {
    let (mut one, mut other) = (one.peekable(), other.peekable());
    iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some(left), Some(right)) if left.id < right.id => other.next(),
        (None, _) => other.next(),
        (Some(_), _) => one.next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timelines::accounts::AccountSet;
    use crate::timelines::entry::Kind;

    const ANN: AccountId = AccountId(1);
    const BOB: AccountId = AccountId(2);
    const CAT: AccountId = AccountId(3);

    fn tweet(author: AccountId, id: i64) -> Entry {
        Entry { id: TweetId(id), author, kind: Kind::Tweet }
    }

    fn settings(celebrity_followers: u64) -> Settings {
        let thresholds =
            Thresholds { celebrity_followers, dear_looks_per_day: 1, entries_per_page: u64::MAX };
        Settings { author_ring: 4, author_budget: 20, thresholds, ..Settings::default() }
    }

    fn add(timelines: &Timelines, author: AccountId, id: i64, followers: &[u32]) {
        let followers: RoaringBitmap = followers.iter().copied().collect();
        if timelines.tweet_added(&tweet(author, id), followers.len()) {
            let mut fan_out = timelines.fan_out(&tweet(author, id), &followers, None);
            while timelines.push(&mut fan_out, 1) {}
        }
    }

    /// Reads Ann's home; authors she needs are loaded as having nothing in the database.
    fn home(timelines: &Timelines, followees: &[AccountId], limit: usize) -> Outcome {
        let followees: AccountSet = followees.iter().copied().collect();
        let none = AccountSet::default();
        let viewer = Viewer {
            account: ANN,
            slot: Some(0),
            followees: &followees,
            answered: &followees,
            elsewhere: &none,
            hidden: &none,
            no_retweets: &none,
        };
        match timelines.read_home(&viewer, None, limit, 0) {
            Outcome::NeedAuthors(tickets) => {
                tickets.iter().for_each(|ticket| assert!(timelines.loaded(ticket, &[], true)));
                timelines.read_home(&viewer, None, limit, 0)
            }
            outcome => outcome,
        }
    }

    fn ids(outcome: Outcome) -> Vec<i64> {
        match outcome {
            Outcome::Page(page) => page.entries.iter().map(|entry| entry.id.0).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_pushed_reader_needs_no_author_rings_any_more() {
        let timelines = Timelines::new(&settings(100));
        assert!(ids(home(&timelines, &[ANN, BOB], 10)).is_empty());
        assert_eq!(timelines.sizes().readers, 1);
        timelines.author_reset(BOB);
        (1..=9).for_each(|id| add(&timelines, BOB, id, &[0]));
        assert_eq!(ids(home(&timelines, &[ANN, BOB], 10)), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
        timelines.tweet_deleted(BOB, TweetId(8));
        assert_eq!(ids(home(&timelines, &[ANN, BOB], 3)), [9, 7, 6]);
        assert_eq!(timelines.sizes(), Sizes { authors: 1, readers: 1, shared_entries: 8 });
    }

    #[test]
    fn a_celebrity_is_merged_into_the_ring_when_reading() {
        let timelines = Timelines::new(&settings(1));
        home(&timelines, &[ANN, BOB, CAT], 10);
        add(&timelines, BOB, 5, &[0]);
        add(&timelines, CAT, 6, &[0]);
        add(&timelines, CAT, 7, &[0, 9]);
        add(&timelines, BOB, 8, &[0]);
        add(&timelines, CAT, 9, &[0]);
        assert_eq!(timelines.sizes().shared_entries, 3, "5, 6 and 8 were pushed");
        assert_eq!(ids(home(&timelines, &[ANN, BOB, CAT], 10)), [9, 8, 7, 6, 5]);
    }

    #[test]
    fn a_ring_does_not_survive_a_change_of_follows_and_back() {
        let timelines = Timelines::new(&settings(100));
        home(&timelines, &[ANN, BOB], 10);
        timelines.follows_changed(0);
        add(&timelines, BOB, 5, &[]);
        timelines.follows_changed(0);
        assert_eq!(ids(home(&timelines, &[ANN, BOB], 10)), [5]);
        assert_eq!(ids(home(&timelines, &[ANN], 10)), [0i64; 0]);
    }

    #[test]
    fn what_no_ring_vouches_for_is_asked_of_the_database_from_the_trust_line_on() {
        let timelines = Timelines::new(&settings(100));
        home(&timelines, &[BOB, CAT], 10);
        timelines.follows_changed(0);
        add(&timelines, CAT, 1, &[]);
        (2..=7).for_each(|id| add(&timelines, BOB, id, &[]));
        match home(&timelines, &[BOB, CAT], 10) {
            Outcome::NeedDatabase(draft) => {
                assert_eq!((draft.below(), draft.room()), (Some(TweetId(4)), 6));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(ids(home(&timelines, &[BOB, CAT], 4)), [7, 6, 5, 4]);
    }

    #[test]
    fn who_follows_more_than_memory_holds_reads_from_the_database() {
        let timelines = Timelines::new(&settings(100));
        let many: Vec<AccountId> = (1..=11).map(AccountId).collect();
        assert!(
            matches!(home(&timelines, &many, 10), Outcome::NeedDatabase(draft) if draft.below().is_none())
        );
        assert_eq!(timelines.sizes().authors, 0);
    }

    #[test]
    fn retweets_of_a_deleted_tweet_vanish_from_both_kinds_of_ring() {
        let kind = Kind::Retweet { original: TweetId(3), original_author: CAT };
        for dear_looks_per_day in [1, u64::MAX] {
            let mut settings = settings(100);
            settings.thresholds.dear_looks_per_day = dear_looks_per_day;
            let timelines = Timelines::new(&settings);
            home(&timelines, &[ANN, BOB], 10);
            let retweet = Entry { id: TweetId(5), author: BOB, kind };
            let pushed = timelines.tweet_added(&retweet, 1);
            assert_eq!(pushed, dear_looks_per_day == 1, "with nobody's ring there is nobody to push to");
            let mut fan_out = timelines.fan_out(&retweet, &[0].into_iter().collect(), None);
            while timelines.push(&mut fan_out, 1) {}
            assert_eq!(ids(home(&timelines, &[ANN, BOB], 10)), [5]);
            timelines.tweet_deleted(CAT, TweetId(3));
            assert!(ids(home(&timelines, &[ANN, BOB], 10)).is_empty());
        }
    }
}
