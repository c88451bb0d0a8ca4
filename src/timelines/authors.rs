//! Author rings, the pull side: the newest few entries of every author somebody here reads.
//!
//! A ring knows from which id on it holds *everything* its author has ([`Ring::known_from`]); below that it
//! is never trusted. An author that is not here is missing: the caller announces a load, reads the author's
//! newest entries from the database, and hands them in.
//!
//! **Races.** Between the announcement and the hand-in the log goes on, and nobody knows whether the database
//! read saw a given event. So from the announcement on, the author's events are noted; at the hand-in they
//! are applied, in order, on top of what was read. Applying an event twice changes nothing, so it does not
//! matter which of them the read had seen. Each announcement has a generation: a hand-in whose announcement
//! was dropped meanwhile (evicted, reset, too many events) is refused, and the author stays missing.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};

use super::entry::{Cell, Entry};
use crate::clock::{DAY_MS, HOUR_MS, Millis};
use crate::model::ids::{AccountId, IdMap, IdSet, TweetId};

/// Events noted during one load; an author with more than this in one database read is loaded again.
const MAX_NOTED: usize = 256;

/// Deleted tweets remembered, so that retweets of them in other rings vanish at once: at 100 deletions a
/// second still ten minutes, and rendering drops what is older.
const MAX_GRAVES: usize = 65_536;

/// When the budget is exceeded one part in this many goes at once, so that the scan for the least recently
/// used is paid for by many loads.
const EVICTED_PART: usize = 16;

/// The author whose newest entries the caller is to read, from [`super::Outcome::NeedAuthors`].
#[derive(Debug, PartialEq, Eq)]
pub struct LoadTicket {
    /// Whose entries to read: the newest [`super::Settings::author_ring`], direct tweets left out.
    pub author: AccountId,
    generation: u64,
}

/// The rings of all loaded authors.
pub(super) struct AuthorRings {
    ring_size: usize,
    budget: usize,
    /// Where an author's ring is in `rings`. Apart from the rings, so that it stays small and in the cache.
    places: IdMap<AccountId, usize>,
    rings: Vec<Ring>,
    loads: IdMap<AccountId, Load>,
    graves: Graves,
    generation: u64,
    /// Counts evictions; a ring's age is the count at its last use.
    round: u32,
}

/// One author's newest entries, oldest first. What a merge looks at first is one cache line.
#[repr(align(64))]
pub(super) struct Ring {
    pub(super) author: AccountId,
    pub(super) cells: Vec<Cell>,
    /// The id of the newest cell (0 if none), kept here so that a merge need not touch the cells.
    pub(super) newest: i64,
    /// Every entry of the author with this id or a newer one is in the ring.
    pub(super) known_from: i64,
    /// Local followers when the author last wrote; 0 if not since the load.
    pub(super) followers: u64,
    used: AtomicU32,
}

struct Load {
    generation: u64,
    noted: Vec<Change>,
    begun: u32,
}

enum Change {
    Added(Cell),
    Deleted(TweetId),
}

impl AuthorRings {
    pub(super) fn new(ring_size: usize, budget: usize) -> Self {
        Self {
            ring_size: ring_size.max(1),
            budget: budget.max(1),
            places: IdMap::default(),
            rings: Vec::new(),
            loads: IdMap::default(),
            graves: Graves::default(),
            generation: 0,
            round: 0,
        }
    }

    /// Whether this many rings surely fit at once, so that loading the last does not evict the first.
    pub(super) fn can_hold(&self, authors: usize) -> bool {
        authors <= self.budget / 2
    }

    /// How many authors are loaded or being loaded.
    pub(super) fn len(&self) -> usize {
        self.rings.len() + self.loads.len()
    }

    /// Where the author's ring is, if it is loaded: good for [`AuthorRings::at`] until something changes.
    pub(super) fn place(&self, author: AccountId) -> Option<usize> {
        self.places.get(&author).copied()
    }

    /// The ring in a place; marks it as used.
    pub(super) fn at(&self, place: usize) -> Option<&Ring> {
        let ring = self.rings.get(place)?;
        // Read first: most of the time nothing changes and the cache line stays shared.
        if ring.used.load(Ordering::Relaxed) != self.round {
            ring.used.store(self.round, Ordering::Relaxed);
        }
        Some(ring)
    }

    /// The author's ring, if it is loaded; marks it as used.
    pub(super) fn get(&self, author: AccountId) -> Option<&Ring> {
        self.at(self.place(author)?)
    }

    pub(super) fn is_buried(&self, tweet: TweetId) -> bool {
        self.graves.tweets.contains(&tweet)
    }

    /// A new entry, of an author who has this many local followers. Nothing happens if nobody reads the author.
    pub(super) fn added(&mut self, entry: &Entry, followers: u64) {
        let size = self.ring_size;
        if let Some(ring) = self.get_mut(entry.author) {
            ring.followers = followers;
            ring.insert(Cell::from(entry), size);
        } else {
            self.note(entry.author, Change::Added(Cell::from(entry)));
        }
    }

    /// An entry is gone, and so are all retweets of it.
    pub(super) fn deleted(&mut self, author: AccountId, tweet: TweetId) {
        self.graves.bury(tweet);
        if let Some(ring) = self.get_mut(author) {
            ring.delete(tweet);
        } else {
            self.note(author, Change::Deleted(tweet));
        }
    }

    /// Forgets an author, whose entries changed in bulk.
    pub(super) fn reset(&mut self, author: AccountId) {
        self.loads.remove(&author);
        let Some(place) = self.places.remove(&author) else {
            return;
        };
        self.rings.swap_remove(place);
        if let Some(moved) = self.rings.get(place) {
            self.places.insert(moved.author, place);
        }
    }

    /// Announces the load of each of `authors` that is not loaded by now.
    pub(super) fn begin_loads(&mut self, authors: &[AccountId]) -> Vec<LoadTicket> {
        let mut tickets = Vec::with_capacity(authors.len());
        for &author in authors {
            if self.places.contains_key(&author) {
                continue;
            }
            // If somebody is at it, a second read begins later and sees more: the same notes serve both.
            let under_way = self.loads.get(&author).map(|load| load.generation);
            let generation = under_way.unwrap_or_else(|| self.begin_load(author));
            tickets.push(LoadTicket { author, generation });
        }
        tickets
    }

    /// Hands in what was read: the author's newest entries, and whether there are no older ones. `false` if
    /// the announcement is void and the author must be loaded again.
    pub(super) fn loaded(&mut self, ticket: &LoadTicket, entries: &[Entry], complete: bool) -> bool {
        let author = ticket.author;
        if self.places.contains_key(&author) {
            return true;
        }
        if self.loads.get(&author).is_none_or(|load| load.generation != ticket.generation) {
            return false;
        }
        let mut ring = Ring::new(author, entries, complete, self.ring_size);
        ring.used = AtomicU32::new(self.round);
        for change in self.loads.remove(&author).into_iter().flat_map(|load| load.noted) {
            match change {
                Change::Added(cell) => ring.insert(cell, self.ring_size),
                Change::Deleted(tweet) => ring.delete(tweet),
            }
        }
        self.places.insert(author, self.rings.len());
        self.rings.push(ring);
        true
    }

    fn get_mut(&mut self, author: AccountId) -> Option<&mut Ring> {
        let place = self.place(author)?;
        self.rings.get_mut(place)
    }

    fn begin_load(&mut self, author: AccountId) -> u64 {
        if self.len() >= self.budget {
            self.evict();
        }
        self.generation += 1;
        let load = Load { generation: self.generation, noted: Vec::new(), begun: self.round };
        self.loads.insert(author, load);
        self.generation
    }

    fn note(&mut self, author: AccountId, change: Change) {
        let Some(load) = self.loads.get_mut(&author) else {
            return;
        };
        if load.noted.len() < MAX_NOTED {
            load.noted.push(change);
        } else {
            self.loads.remove(&author);
        }
    }

    // Abandoned loads age like rings do, so they go the same way.
    fn evict(&mut self) {
        let loads = self.loads.iter().map(|(&author, load)| (load.begun, author));
        let rings = self.rings.iter().map(|ring| (ring.used.load(Ordering::Relaxed), ring.author));
        let mut ages: Vec<(u32, AccountId)> = loads.chain(rings).collect();
        let goners = (self.budget / EVICTED_PART).max(1);
        if goners < ages.len() {
            ages.select_nth_unstable(goners);
        }
        for (_, author) in ages.into_iter().take(goners) {
            self.reset(author);
        }
        self.round = self.round.saturating_add(1);
    }
}

impl Ring {
    fn new(author: AccountId, entries: &[Entry], complete: bool, size: usize) -> Self {
        let mut cells: Vec<Cell> = entries.iter().map(Cell::from).collect();
        cells.sort_unstable_by_key(|cell| cell.id);
        cells.dedup_by_key(|cell| cell.id);
        let surplus = cells.len().saturating_sub(size);
        cells.drain(..surplus);
        let known_from = match cells.first() {
            _ if complete && surplus == 0 => i64::MIN,
            Some(oldest) => oldest.id.0,
            None => i64::MAX,
        };
        let newest = cells.last().map_or(0, |cell| cell.id.0);
        Self { author, cells, newest, known_from, followers: 0, used: AtomicU32::new(0) }
    }

    /// Entries a day, over the time the ring spans.
    pub(super) fn entries_per_day(&self, now_ms: Millis) -> u64 {
        let Some(oldest) = self.cells.first() else {
            return 0;
        };
        let span_ms = now_ms.saturating_sub(oldest.id.time_ms()).max(HOUR_MS);
        let count = Millis::try_from(self.cells.len()).unwrap_or(Millis::MAX);
        u64::try_from(count.saturating_mul(DAY_MS) / span_ms).unwrap_or(0)
    }

    fn insert(&mut self, cell: Cell, size: usize) {
        if cell.id.0 < self.known_from {
            return;
        }
        let mut at = self.cells.len();
        if cell.id.0 <= self.newest {
            match self.cells.binary_search_by_key(&cell.id, |cell| cell.id) {
                // The same one again: it found what it answers.
                Ok(place) => {
                    if let Some(known) = self.cells.get_mut(place) {
                        *known = cell;
                    }
                    return;
                }
                Err(place) => at = place,
            }
        }
        if self.cells.len() >= size {
            if at == 0 {
                self.known_from = cell.id.0.saturating_add(1);
                return;
            }
            let oldest = self.cells.remove(0);
            self.known_from = oldest.id.0.saturating_add(1);
            at -= 1;
        } else if self.cells.len() == self.cells.capacity() {
            // Most authors here write little: grow by halves, and never beyond the ring's size.
            let more = (self.cells.len() / 2).max(2).min(size - self.cells.len());
            self.cells.reserve_exact(more);
        }
        self.newest = self.newest.max(cell.id.0);
        self.cells.insert(at, cell);
    }

    fn delete(&mut self, tweet: TweetId) {
        if let Ok(at) = self.cells.binary_search_by_key(&tweet, |cell| cell.id) {
            self.cells.remove(at);
            self.newest = self.cells.last().map_or(0, |cell| cell.id.0);
        }
    }
}

/// The last [`MAX_GRAVES`] deleted tweets.
#[derive(Default)]
struct Graves {
    tweets: IdSet<TweetId>,
    oldest_first: VecDeque<TweetId>,
}

impl Graves {
    fn bury(&mut self, tweet: TweetId) {
        if !self.tweets.insert(tweet) {
            return;
        }
        self.oldest_first.push_back(tweet);
        if self.oldest_first.len() > MAX_GRAVES
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.tweets.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timelines::entry::Kind;

    const ANN: AccountId = AccountId(1);
    const BOB: AccountId = AccountId(2);

    fn tweet(author: AccountId, id: i64) -> Entry {
        Entry { id: TweetId(id), author, kind: Kind::Tweet }
    }

    fn tweets(author: AccountId, ids: &[i64]) -> Vec<Entry> {
        ids.iter().map(|&id| tweet(author, id)).collect()
    }

    fn loaded(size: usize, ids: &[i64], complete: bool) -> AuthorRings {
        let mut rings = AuthorRings::new(size, 8);
        let tickets = rings.begin_loads(&[ANN]);
        assert!(rings.loaded(&tickets[0], &tweets(ANN, ids), complete));
        rings
    }

    fn state(rings: &AuthorRings) -> Option<(Vec<i64>, i64)> {
        let ring = rings.get(ANN)?;
        let ids: Vec<i64> = ring.cells.iter().map(|cell| cell.id.0).collect();
        assert_eq!(ring.newest, ids.last().copied().unwrap_or(0));
        Some((ids, ring.known_from))
    }

    #[test]
    fn a_full_ring_lets_the_oldest_go_and_knows_it() {
        let mut rings = loaded(3, &[10, 20], true);
        assert_eq!(state(&rings), Some((vec![10, 20], i64::MIN)));
        rings.added(&tweet(ANN, 30), 1);
        rings.added(&tweet(ANN, 40), 1);
        assert_eq!(state(&rings), Some((vec![20, 30, 40], 11)));
        assert!(rings.get(ANN).unwrap().cells.capacity() <= 3);
    }

    #[test]
    fn a_late_arrival_finds_its_place_or_stays_below_what_is_known() {
        let mut rings = loaded(3, &[30, 20, 40], false);
        assert_eq!(state(&rings), Some((vec![20, 30, 40], 20)));
        rings.added(&tweet(ANN, 10), 1);
        assert_eq!(state(&rings), Some((vec![20, 30, 40], 20)));
        rings.added(&tweet(ANN, 25), 1);
        rings.added(&tweet(ANN, 25), 1);
        assert_eq!(state(&rings), Some((vec![25, 30, 40], 21)));

        let mut complete = loaded(2, &[20, 30], true);
        complete.added(&tweet(ANN, 10), 1);
        assert_eq!(state(&complete), Some((vec![20, 30], 11)));
    }

    #[test]
    fn a_deletion_leaves_the_rest_as_trustworthy_as_before() {
        let mut rings = loaded(3, &[10, 20, 30], false);
        rings.deleted(ANN, TweetId(30));
        rings.deleted(ANN, TweetId(10));
        assert_eq!(state(&rings), Some((vec![20], 10)));
        assert!(rings.is_buried(TweetId(30)));
    }

    #[test]
    fn events_during_a_load_are_not_lost_whether_or_not_the_read_saw_them() {
        let mut rings = AuthorRings::new(4, 8);
        rings.added(&tweet(ANN, 5), 1);
        let tickets = rings.begin_loads(&[ANN]);
        rings.added(&tweet(ANN, 10), 1);
        rings.added(&tweet(ANN, 20), 1);
        rings.deleted(ANN, TweetId(10));
        rings.added(&tweet(ANN, 30), 1);
        assert_eq!(state(&rings), None);
        // The read saw 10 and 20, but neither the deletion nor 30.
        assert!(rings.loaded(&tickets[0], &tweets(ANN, &[5, 10, 20]), true));
        assert_eq!(state(&rings), Some((vec![5, 20, 30], i64::MIN)));
    }

    #[test]
    fn two_loads_of_one_author_share_the_notes_and_the_first_wins() {
        let mut rings = AuthorRings::new(4, 8);
        let first = rings.begin_loads(&[ANN]);
        rings.added(&tweet(ANN, 10), 1);
        let second = rings.begin_loads(&[ANN]);
        assert!(rings.loaded(&second[0], &tweets(ANN, &[]), true));
        rings.added(&tweet(ANN, 20), 1);
        assert!(rings.loaded(&first[0], &tweets(ANN, &[]), true));
        assert_eq!(state(&rings), Some((vec![10, 20], i64::MIN)));
    }

    #[test]
    fn a_load_whose_notes_were_dropped_is_refused() {
        let mut rings = AuthorRings::new(4, 8);
        let stale = rings.begin_loads(&[ANN]);
        rings.reset(ANN);
        rings.added(&tweet(ANN, 10), 1);
        assert!(!rings.loaded(&stale[0], &[], true));
        let fresh = rings.begin_loads(&[ANN]);
        assert!(!rings.loaded(&stale[0], &[], true));
        assert!(rings.loaded(&fresh[0], &tweets(ANN, &[10]), true));

        let flooded = rings.begin_loads(&[BOB]);
        for id in 0..=i64::try_from(MAX_NOTED).unwrap() {
            rings.added(&tweet(BOB, 100 + id), 1);
        }
        assert!(!rings.loaded(&flooded[0], &[], true));
    }

    #[test]
    fn beyond_the_budget_the_least_recently_used_author_goes() {
        let mut rings = AuthorRings::new(2, 3);
        for author in 1..=3 {
            let tickets = rings.begin_loads(&[AccountId(author)]);
            assert!(rings.loaded(&tickets[0], &[], true));
        }
        rings.evict();
        assert_eq!(rings.len(), 2);
        let kept: Vec<i64> = (1..=3).filter(|&id| rings.place(AccountId(id)).is_some()).collect();
        assert!(rings.get(AccountId(kept[0])).is_some());
        let tickets = rings.begin_loads(&[AccountId(4)]);
        assert!(rings.loaded(&tickets[0], &[], true));
        assert_eq!(rings.begin_loads(&[AccountId(5)]).len(), 1);
        assert_eq!(rings.len(), 3);
        assert!(rings.get(AccountId(kept[0])).is_some());
        assert!(rings.get(AccountId(kept[1])).is_none());
    }

    #[test]
    fn graves_are_bounded() {
        let mut graves = Graves::default();
        for id in 0..=i64::try_from(MAX_GRAVES).unwrap() {
            graves.bury(TweetId(id));
            graves.bury(TweetId(id));
        }
        assert_eq!((graves.tweets.len(), graves.oldest_first.len()), (MAX_GRAVES, MAX_GRAVES));
        assert!(!graves.tweets.contains(&TweetId(0)));
    }
}
