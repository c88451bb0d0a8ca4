//! Reader rings, the push side: for readers for whom merging is dear, the ids of their newest entries.
//!
//! A ring holds ids only (8 bytes an entry), of *everything* its authors wrote from `known_from` on, without
//! any filter; what the ids are is in the [`EntryTable`], and filters act when reading. A ring is good for
//! one set of followees: it carries their mark, and is rebuilt from the author rings when the mark differs.
//! The caller also drops it at every follow and unfollow, because a set may change and change back.
//!
//! Readers sit in dense shards by runs of 1,024 slots. A fan-out goes in order of slots, so it takes a
//! shard's lock once for a run, for some microseconds; a read takes it to copy one ring. Neither takes a
//! second shard's lock meanwhile.

use std::collections::VecDeque;
use std::iter::Peekable;
use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard};

use roaring::RoaringBitmap;

use super::accounts::AccountSet;
use super::entry::Entry;
use super::table::EntryTable;
use super::{exclusive, locked, shared};
use crate::clock::{DAY_MS, HOUR_MS, Millis};
use crate::model::ids::{AccountId, TweetId};

const SHARDS: u32 = 64;
const RUN_BITS: u32 = 10;
const RUN_MASK: u32 = (1 << RUN_BITS) - 1;

/// A reader who has not looked for this long is forgotten.
const ACTIVE_MS: Millis = 14 * DAY_MS;

/// The same while the budget is nearly used up, so that the rings go to those who look.
const ACTIVE_WHEN_FULL_MS: Millis = DAY_MS;

/// How long to leave a reader to pulling after a ring was not worth keeping.
const RETRY_MS: Millis = HOUR_MS;

/// The rings of all pushed readers, and how often each active reader looks.
pub(super) struct ReaderRings {
    shards: Box<[Mutex<Shard>]>,
    /// The slots that have a ring. Changed only under the lock of the slot's shard.
    pushed: RwLock<RoaringBitmap>,
    table: RwLock<EntryTable>,
    ring_size: usize,
    budget: u64,
}

#[derive(Default)]
struct Shard {
    readers: Vec<Option<Box<Reader>>>,
}

#[derive(Default)]
struct Reader {
    visits: Visits,
    pulls_until_ms: Millis,
    ring: Option<Ring>,
}

struct Ring {
    ids: VecDeque<i64>,
    known_from: i64,
    followees_mark: u64,
    pulled: AccountSet,
}

#[derive(Default)]
struct Visits {
    last_ms: Millis,
    today: u64,
    yesterday: u64,
}

/// What a visit tells: how often the reader looks, and the ring if there is a good one.
pub(super) struct Visit {
    pub(super) slot: u32,
    pub(super) now_ms: Millis,
    pub(super) pages_per_day: u64,
    pub(super) ring: Option<RingCopy>,
    /// A ring was not found shallow just now.
    pub(super) may_build: bool,
}

/// A copy of one reader's ring, taken for one page.
pub(super) struct RingCopy {
    /// Oldest first.
    ids: Vec<i64>,
    known_from: i64,
    /// Followees whose entries are not in the ring by choice.
    pub(super) pulled: AccountSet,
}

/// A ring to be kept.
pub(super) struct NewRing {
    /// Newest first: all that the pushed authors have from `known_from` on, at most a ring's size.
    pub(super) entries: Vec<Entry>,
    pub(super) known_from: i64,
    pub(super) followees_mark: u64,
    pub(super) pulled: AccountSet,
}

/// One entry on its way into readers' rings, in slices: see [`super::Timelines::push`].
#[must_use = "push it until nothing is left, before the next event"]
pub struct FanOut {
    id: TweetId,
    author: AccountId,
    left: Peekable<roaring::bitmap::IntoIter>,
}

impl ReaderRings {
    pub(super) fn new(ring_size: usize, budget: usize, table_capacity: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            pushed: RwLock::default(),
            table: RwLock::new(EntryTable::new(table_capacity)),
            ring_size: ring_size.max(1),
            budget: u64::try_from(budget).unwrap_or(u64::MAX),
        }
    }

    /// Counts a visit, and copies the reader's ring if it is good for these followees.
    pub(super) fn visit(&self, slot: u32, followees_mark: u64, now_ms: Millis) -> Option<Visit> {
        let mut shard = self.shard(slot)?;
        let reader = shard.reader_mut(slot)?;
        let pages_per_day = reader.visits.count(now_ms);
        let may_build = now_ms >= reader.pulls_until_ms;
        let good = reader.ring.as_ref().filter(|ring| ring.followees_mark == followees_mark);
        Some(Visit { slot, now_ms, pages_per_day, ring: good.map(Ring::copy), may_build })
    }

    /// What the ids of rings mean, as it is now.
    pub(super) fn table(&self) -> RwLockReadGuard<'_, EntryTable> {
        shared(&self.table)
    }

    /// How many entries a ring has at most.
    pub(super) fn ring_size(&self) -> usize {
        self.ring_size
    }

    /// Keeps a ring that was merged from the author rings. The caller still holds the author rings, so that
    /// no entry falls between what was merged and what will be pushed.
    pub(super) fn keep(&self, slot: u32, new: NewRing) {
        {
            let mut table = exclusive(&self.table);
            new.entries.iter().for_each(|entry| table.put(entry));
        }
        let mut shard = self.shard(slot);
        let Some(reader) = shard.as_mut().and_then(|shard| shard.reader_mut(slot)) else {
            return;
        };
        let mut pushed = exclusive(&self.pushed);
        if pushed.len() < self.budget || pushed.contains(slot) {
            pushed.insert(slot);
            reader.ring = Some(Ring::new(new, self.ring_size));
        }
    }

    /// Leaves the reader to pulling for a while: a ring is not worth keeping now.
    pub(super) fn postpone(&self, slot: u32, now_ms: Millis) {
        let mut shard = self.shard(slot);
        if let Some(reader) = shard.as_mut().and_then(|shard| shard.reader_mut(slot)) {
            reader.pulls_until_ms = now_ms.saturating_add(RETRY_MS);
        }
    }

    /// Begins to push an entry to those of `followers`, and the author, who have a ring.
    pub(super) fn begin(&self, entry: &Entry, followers: &RoaringBitmap, own_slot: Option<u32>) -> FanOut {
        let readers = {
            let pushed = shared(&self.pushed);
            let mut readers = followers & &*pushed;
            readers.extend(own_slot.filter(|&slot| pushed.contains(slot)));
            readers
        };
        if !readers.is_empty() {
            exclusive(&self.table).put(entry);
        }
        FanOut { id: entry.id, author: entry.author, left: readers.into_iter().peekable() }
    }

    /// Pushes to the next `at_most` readers; `true` while some are left.
    pub(super) fn push(&self, fan_out: &mut FanOut, at_most: usize) -> bool {
        let mut done = 0;
        while done < at_most
            && let Some(&first) = fan_out.left.peek()
            && let Some(mut shard) = self.shard(first)
        {
            let same_run = |slot: &u32| slot >> RUN_BITS == first >> RUN_BITS;
            while done < at_most
                && let Some(slot) = fan_out.left.next_if(same_run)
            {
                shard.push(slot, fan_out.id, fan_out.author, self.ring_size);
                done += 1;
            }
        }
        fan_out.left.peek().is_some()
    }

    /// The tweet is gone from every ring.
    pub(super) fn deleted(&self, tweet: TweetId) {
        exclusive(&self.table).remove(tweet);
    }

    /// The reader's ring is not good any more.
    pub(super) fn drop_ring(&self, slot: u32) {
        let mut shard = self.shard(slot);
        if let Some(reader) = shard.as_mut().and_then(|shard| shard.existing_mut(slot)) {
            reader.ring = None;
            reader.pulls_until_ms = 0;
            exclusive(&self.pushed).remove(slot);
        }
    }

    /// Forgets readers who have not looked for long.
    pub(super) fn sweep(&self, now_ms: Millis) {
        let nearly_full = shared(&self.pushed).len() >= self.budget / 4 * 3;
        let ring_ms = if nearly_full { ACTIVE_WHEN_FULL_MS } else { ACTIVE_MS };
        for (number, shard) in (0..).zip(&self.shards) {
            let mut shard = locked(shard);
            for (index, place) in (0..).zip(&mut shard.readers) {
                let Some(reader) = place else { continue };
                let idle_ms = now_ms.saturating_sub(reader.visits.last_ms);
                if idle_ms > ring_ms && reader.ring.take().is_some() {
                    exclusive(&self.pushed).remove(slot_at(number, index));
                }
                if idle_ms > ACTIVE_MS {
                    *place = None;
                }
            }
        }
    }

    /// How many rings there are.
    pub(super) fn len(&self) -> u64 {
        shared(&self.pushed).len()
    }

    fn shard(&self, slot: u32) -> Option<MutexGuard<'_, Shard>> {
        let number = (slot >> RUN_BITS) % SHARDS;
        self.shards.get(usize::try_from(number).ok()?).map(locked)
    }
}

impl RingCopy {
    /// From which id on the ring vouches for everything.
    pub(super) fn line(&self, table: &EntryTable) -> i64 {
        self.known_from.max(table.known_from())
    }

    /// The entries with ids below `before`, newest first, without deleted ones, and without those of accounts
    /// that are not followed any more. To be trusted down to [`RingCopy::line`].
    pub(super) fn entries<'a>(
        &'a self,
        table: &'a EntryTable,
        followees: &'a AccountSet,
        before: Option<TweetId>,
    ) -> impl Iterator<Item = Entry> + 'a {
        let older = self.ids.iter().rev().skip_while(move |&&id| before.is_some_and(|before| id >= before.0));
        older.filter_map(|&id| table.get(TweetId(id))).filter(|entry| followees.contains(entry.author))
    }
}

impl Shard {
    fn existing_mut(&mut self, slot: u32) -> Option<&mut Reader> {
        self.readers.get_mut(index_of(slot)?)?.as_deref_mut()
    }

    fn reader_mut(&mut self, slot: u32) -> Option<&mut Reader> {
        let index = index_of(slot)?;
        if index >= self.readers.len() {
            self.readers.resize_with(index + 1, || None);
        }
        self.readers.get_mut(index).map(|place| &mut **place.get_or_insert_default())
    }

    fn push(&mut self, slot: u32, id: TweetId, author: AccountId, ring_size: usize) {
        if let Some(ring) = self.existing_mut(slot).and_then(|reader| reader.ring.as_mut())
            && !ring.pulled.contains(author)
        {
            ring.push(id.0, ring_size);
        }
    }
}

impl Ring {
    fn new(new: NewRing, size: usize) -> Self {
        let NewRing { entries, known_from, followees_mark, pulled } = new;
        // One more than the size, because a push comes before the oldest goes.
        let mut ids = VecDeque::with_capacity(size + 1);
        ids.extend(entries.iter().rev().map(|entry| entry.id.0));
        Self { ids, known_from, followees_mark, pulled }
    }

    fn copy(&self) -> RingCopy {
        let ids = self.ids.iter().copied().collect();
        RingCopy { ids, known_from: self.known_from, pulled: self.pulled.clone() }
    }

    fn push(&mut self, id: i64, size: usize) {
        if id < self.known_from {
            return;
        }
        if self.ids.back().is_none_or(|&newest| id > newest) {
            self.ids.push_back(id);
        } else if let Err(at) = self.ids.binary_search(&id) {
            self.ids.insert(at, id);
        }
        if self.ids.len() > size
            && let Some(oldest) = self.ids.pop_front()
        {
            self.known_from = oldest.saturating_add(1);
        }
    }
}

impl Visits {
    /// Counts one, and tells the pages of the busier of today and yesterday.
    fn count(&mut self, now_ms: Millis) -> u64 {
        match now_ms / DAY_MS - self.last_ms / DAY_MS {
            ..=0 => {}
            1 => (self.yesterday, self.today) = (self.today, 0),
            2.. => (self.yesterday, self.today) = (0, 0),
        }
        self.last_ms = self.last_ms.max(now_ms);
        self.today = self.today.saturating_add(1);
        self.today.max(self.yesterday)
    }
}

// Runs are dealt out to the shards in turn; `index` counts within a shard.
fn index_of(slot: u32) -> Option<usize> {
    let run = (slot >> RUN_BITS) / SHARDS;
    usize::try_from((run << RUN_BITS) | (slot & RUN_MASK)).ok()
}

fn slot_at(shard: u32, index: u32) -> u32 {
    let run = (index >> RUN_BITS) * SHARDS + shard;
    (run << RUN_BITS) | (index & RUN_MASK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timelines::entry::Kind;

    const ANN: AccountId = AccountId(1);

    fn tweet(id: i64) -> Entry {
        Entry { id: TweetId(id), author: ANN, kind: Kind::Tweet }
    }

    fn rings() -> ReaderRings {
        ReaderRings::new(3, 4_000, 1_000)
    }

    fn keep(rings: &ReaderRings, slot: u32, ids: &[i64], known_from: i64) {
        let entries = ids.iter().map(|&id| tweet(id)).collect();
        rings.keep(slot, NewRing { entries, known_from, followees_mark: 7, pulled: AccountSet::default() });
    }

    fn ring(rings: &ReaderRings, slot: u32) -> Option<(Vec<i64>, i64)> {
        let copy = rings.visit(slot, 7, 0)?.ring?;
        Some((copy.ids, copy.known_from))
    }

    fn push(rings: &ReaderRings, id: i64, followers: impl IntoIterator<Item = u32>) {
        let mut fan_out = rings.begin(&tweet(id), &followers.into_iter().collect(), None);
        while rings.push(&mut fan_out, 10) {}
    }

    #[test]
    fn a_place_belongs_to_one_slot() {
        for slot in [0, 1, 1_023, 1_024, 65_535, 65_536, 1_000_000, u32::MAX] {
            let shard = (slot >> RUN_BITS) % SHARDS;
            let index = u32::try_from(index_of(slot).unwrap()).unwrap();
            assert_eq!(slot_at(shard, index), slot);
        }
    }

    #[test]
    fn an_entry_reaches_the_pushed_followers_in_slices() {
        let rings = rings();
        let readers: Vec<u32> = (0..3_000).filter(|slot| slot % 3 == 0).collect();
        readers.iter().for_each(|&slot| keep(&rings, slot, &[], 0));
        let mut fan_out = rings.begin(&tweet(5), &(0..2_000).collect(), Some(2_001));
        let mut slices = 1;
        while rings.push(&mut fan_out, 100) {
            slices += 1;
        }
        assert_eq!(slices, 7);
        for slot in readers {
            let expected = if slot < 2_000 || slot == 2_001 { vec![5] } else { vec![] };
            assert_eq!(ring(&rings, slot), Some((expected, 0)), "slot {slot}");
        }
        assert_eq!(ring(&rings, 1), None);
    }

    #[test]
    fn a_ring_stays_sorted_and_knows_what_it_lost() {
        let rings = rings();
        keep(&rings, 1, &[40, 20], 15);
        push(&rings, 30, [1]);
        push(&rings, 30, [1]);
        assert_eq!(ring(&rings, 1), Some((vec![20, 30, 40], 15)));
        push(&rings, 10, [1]);
        assert_eq!(ring(&rings, 1), Some((vec![20, 30, 40], 15)));
        push(&rings, 50, [1]);
        assert_eq!(ring(&rings, 1), Some((vec![30, 40, 50], 21)));
    }

    #[test]
    fn a_ring_is_good_for_one_set_of_followees_until_dropped() {
        let rings = rings();
        keep(&rings, 1, &[20], 0);
        let good_for = |mark| rings.visit(1, mark, 0).unwrap().ring.is_some();
        assert!(!good_for(8));
        assert!(good_for(7));
        rings.drop_ring(1);
        assert!(!good_for(7));
        assert_eq!(rings.len(), 0);
    }

    #[test]
    fn a_deletion_reaches_every_ring_and_the_pulled_are_not_pushed() {
        let rings = rings();
        let pulled: AccountSet = [ANN].into_iter().collect();
        keep(&rings, 1, &[30, 20], 0);
        rings.keep(2, NewRing { entries: vec![], known_from: 0, followees_mark: 7, pulled });
        push(&rings, 40, [1, 2]);
        rings.deleted(TweetId(30));
        let copy = rings.visit(1, 7, 0).unwrap().ring.unwrap();
        let (followees, table) = ([ANN].into_iter().collect(), rings.table());
        let ids: Vec<i64> = copy.entries(&table, &followees, None).map(|entry| entry.id.0).collect();
        assert_eq!(ids, [40, 20]);
        assert_eq!(copy.entries(&table, &AccountSet::default(), None).count(), 0);
        drop(table);
        assert_eq!(ring(&rings, 2), Some((vec![], 0)));
    }

    #[test]
    fn who_does_not_look_loses_the_ring_and_sooner_when_room_is_scarce() {
        let rings = ReaderRings::new(3, 4, 10);
        let looks = |slot, day: Millis| _ = rings.visit(slot, 7, day * DAY_MS);
        for slot in 0..5 {
            looks(slot, 1);
            keep(&rings, slot, &[], 0);
        }
        assert_eq!(rings.len(), 4, "the budget");
        looks(0, 3);
        rings.sweep(3 * DAY_MS + 1);
        assert_eq!(rings.len(), 1, "nearly full: a day");
        looks(2, 16);
        rings.sweep(17 * DAY_MS);
        assert_eq!(rings.len(), 1, "else fourteen days");
        rings.sweep(17 * DAY_MS + 1);
        assert_eq!(rings.len(), 0);
        let known = locked(&rings.shards[0]).readers.iter().flatten().count();
        assert_eq!(known, 1, "only who looked on day 16");
    }

    #[test]
    fn pages_a_day_are_those_of_the_busier_of_two_days() {
        let mut visits = Visits::default();
        let counts: Vec<u64> = [1, 1, 1, 2, 2, 3, 9].iter().map(|day| visits.count(day * DAY_MS)).collect();
        assert_eq!(counts, [1, 2, 3, 3, 3, 2, 1]);
    }
}
