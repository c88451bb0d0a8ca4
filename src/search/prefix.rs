//! Finds names by their beginning, in memory: what autocomplete is made of.
//!
//! A record has a text of one or more words; every word is a key, and in unspaced writing so is every
//! further character, so that 東京太郎 is found by 太郎. Keys are eight bytes that point into their record's
//! text, kept sorted in small blocks: about 130 bytes a name in all, an insert moves at most one block, and a
//! look-up is two bisections. Each key carries its record's weight, so that the scan for the heaviest of
//! many matches reads memory in order.

use std::cmp::Ordering;

use super::tokenizer::is_unspaced;

/// Between the words of a record's text. No word contains it, and it sorts before all that words contain.
pub(crate) const BETWEEN_WORDS: char = '\0';
/// Between a name and its host in a key: sorts so that whole names come before longer ones.
pub(crate) const BEFORE_HOST: char = '\u{1}';

/// Keys in a block: small enough to move at each insert, large enough that blocks are few.
const BLOCK_KEYS: usize = if cfg!(test) { 8 } else { 256 };
/// Keys of one record; the words of longer names are found by other words.
const MAX_KEYS: usize = 12;
/// A record's place.
pub(crate) type Slot = u32;

/// Something with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// The caller's id.
    pub(crate) id: i64,
    /// What makes it more worth finding: followers or uses.
    pub(crate) count: u32,
    /// Whether it must not be dropped to make room.
    pub(crate) keep: bool,
    /// Folded words separated by [`BETWEEN_WORDS`].
    pub(crate) text: Box<str>,
}

/// A match: where, how heavy, and whether a whole word or only its beginning matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) slot: Slot,
    /// The logarithm of the count.
    pub(crate) weight: u16,
    pub(crate) whole: Whole,
}

/// How much of a key was asked for. Ordered from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whole {
    /// Its beginning.
    Beginning,
    /// All of one of the later words.
    Word,
    /// All of the first word, or all of it up to the host.
    Name,
}

impl Whole {
    fn of(is_whole: bool, start: u16) -> Self {
        match (is_whole, start) {
            (false, _) => Self::Beginning,
            (true, 0) => Self::Name,
            (true, _) => Self::Word,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) slot: Slot,
    start: u16,
    weight: u16,
}

/// A place among the keys: a block and an offset in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(usize, usize);

/// The sorted keys and their records.
#[derive(Debug, Default)]
pub(crate) struct PrefixIndex {
    records: Vec<Option<Record>>,
    free: Vec<Slot>,
    blocks: Vec<Vec<Key>>,
}

impl PrefixIndex {
    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        self.records.len() - self.free.len()
    }

    /// The record in a slot.
    pub(crate) fn record(&self, slot: Slot) -> Option<&Record> {
        self.records.get(usize::try_from(slot).ok()?)?.as_ref()
    }

    /// Adds a record; `None` when no slot number is left.
    pub(crate) fn insert(&mut self, record: Record) -> Option<Slot> {
        let slot = self.store(record)?;
        for key in self.keys_of(slot) {
            self.insert_key(key);
        }
        Some(slot)
    }

    /// Takes a record out.
    pub(crate) fn remove(&mut self, slot: Slot) -> Option<Record> {
        for key in self.keys_of(slot) {
            self.remove_key(key);
        }
        let record = self.records.get_mut(usize::try_from(slot).ok()?)?.take()?;
        self.free.push(slot);
        Some(record)
    }

    /// Sets a record's count; its keys change only if the weight does.
    pub(crate) fn set_count(&mut self, slot: Slot, count: u32) {
        let Some(record) = usize::try_from(slot).ok().and_then(|at| self.records.get_mut(at)?.as_mut())
        else {
            return;
        };
        let (old, new) = (weight(record.count), weight(count));
        record.count = count;
        if old != new {
            for key in self.keys_of(slot) {
                let Place(block, offset) = self.place_of(key);
                if let Some(key) = self.blocks.get_mut(block).and_then(|block| block.get_mut(offset)) {
                    key.weight = new;
                }
            }
        }
    }

    /// Takes the lightest tenth of the records out, except those to keep; gives what was removed.
    pub(crate) fn shed(&mut self) -> Vec<Record> {
        let mut counts: Vec<(u32, Slot)> = Vec::new();
        for (record, slot) in self.records.iter().zip(0..) {
            if let Some(record) = record
                && !record.keep
            {
                counts.push((record.count, slot));
            }
        }
        counts.sort_unstable();
        counts.truncate(self.len().div_ceil(10));
        let mut removed = Vec::with_capacity(counts.len());
        for (_, slot) in counts {
            let record = usize::try_from(slot).ok().and_then(|at| self.records.get_mut(at)?.take());
            removed.extend(record);
            self.free.push(slot);
        }
        // One pass over all keys, rather than a bisection and a move for each.
        let mut blocks = std::mem::take(&mut self.blocks);
        for block in &mut blocks {
            block.retain(|key| self.record(key.slot).is_some());
        }
        blocks.retain(|block| !block.is_empty());
        self.blocks = blocks;
        removed
    }

    /// The record whose first word is exactly `word`.
    pub(crate) fn find(&self, word: &str) -> Option<Slot> {
        let from = self.lower_bound(|text| text < word);
        let mut keys = self.from(from).take_while(|key| self.text(*key) == word);
        keys.find(|key| key.start == 0).map(|key| key.slot)
    }

    /// How many keys begin with `prefix`.
    pub(crate) fn count(&self, prefix: &str) -> usize {
        let (from, to) = self.range(prefix);
        let blocks = self.blocks.get(from.0..to.0).unwrap_or_default();
        blocks.iter().map(Vec::len).sum::<usize>() + to.1 - from.1
    }

    /// The heaviest `limit` records with a key that begins with `prefix` and that are `wanted`, whole matches
    /// first; each record once. Equal ones come in the order of their words.
    pub(crate) fn top(&self, prefix: &str, limit: usize, mut wanted: impl FnMut(Slot) -> bool) -> Vec<Match> {
        let (from, to) = self.range(prefix);
        let name = without_host(prefix);
        let whole_until = self.lower_bound(|text| without_host(text) <= name);
        let mut top: Vec<Match> = Vec::new();
        for (place, key) in self.places(from, to) {
            let whole = Whole::of(place < whole_until, key.start);
            let found = Match { whole, weight: key.weight, slot: key.slot };
            let rank = (found.whole, found.weight);
            let is_full = top.len() >= limit;
            if is_full && top.last().is_none_or(|worst| rank <= (worst.whole, worst.weight)) {
                continue;
            }
            if !wanted(found.slot) {
                continue;
            }
            if let Some(same) = top.iter().position(|other| other.slot == found.slot) {
                if top.get(same).is_some_and(|other| rank <= (other.whole, other.weight)) {
                    continue;
                }
                top.remove(same);
            }
            let at = top.partition_point(|better| (better.whole, better.weight) >= rank);
            top.insert(at, found);
            top.truncate(limit);
        }
        top
    }

    /// How much of a key of this record begins with `prefix`; `None` if none does.
    pub(crate) fn matches_record(&self, slot: Slot, prefix: &str) -> Option<Whole> {
        let name = without_host(prefix);
        let matching = self.keys_of(slot).into_iter().filter(|key| self.text(*key).starts_with(prefix));
        matching.map(|key| Whole::of(without_host(self.text(key)) == name, key.start)).max()
    }

    fn store(&mut self, record: Record) -> Option<Slot> {
        if let Some(slot) = self.free.pop() {
            *self.records.get_mut(usize::try_from(slot).ok()?)? = Some(record);
            return Some(slot);
        }
        let slot = Slot::try_from(self.records.len()).ok()?;
        self.records.push(Some(record));
        Some(slot)
    }

    fn keys_of(&self, slot: Slot) -> Vec<Key> {
        let Some(record) = self.record(slot) else { return Vec::new() };
        let weight = weight(record.count);
        starts(&record.text).map(|start| Key { slot, start, weight }).collect()
    }

    /// The word that a key points at.
    pub(super) fn text(&self, key: Key) -> &str {
        let record = self.record(key.slot);
        let from_start =
            record.and_then(|record| record.text.get(usize::from(key.start)..)).unwrap_or_default();
        from_start.split(BETWEEN_WORDS).next().unwrap_or_default()
    }

    fn order(&self, a: Key, b: Key) -> Ordering {
        self.text(a).cmp(self.text(b)).then(a.slot.cmp(&b.slot)).then(a.start.cmp(&b.start))
    }

    /// The first place whose word is not `before`; `before` must hold for a beginning of the sorted keys.
    pub(super) fn lower_bound(&self, before: impl Fn(&str) -> bool) -> Place {
        self.first(|key| before(self.text(key)))
    }

    fn first(&self, before: impl Fn(Key) -> bool) -> Place {
        let block = self.blocks.partition_point(|block| block.last().is_some_and(|key| before(*key)));
        let keys = self.blocks.get(block).map(Vec::as_slice).unwrap_or_default();
        Place(block, keys.partition_point(|key| before(*key)))
    }

    /// Where `key` is, or would be.
    fn place_of(&self, key: Key) -> Place {
        self.first(|other| self.order(other, key) == Ordering::Less)
    }

    fn range(&self, prefix: &str) -> (Place, Place) {
        let from = self.lower_bound(|text| text < prefix);
        let to = self.lower_bound(|text| text < prefix || text.starts_with(prefix));
        (from, to)
    }

    pub(super) fn from(&self, from: Place) -> impl Iterator<Item = Key> + '_ {
        let Place(block, offset) = from;
        let first = self.blocks.get(block).and_then(|block| block.get(offset..)).unwrap_or_default();
        let rest = self.blocks.get(block + 1..).unwrap_or_default();
        first.iter().chain(rest.iter().flatten()).copied()
    }

    fn places(&self, from: Place, to: Place) -> impl Iterator<Item = (Place, Key)> + '_ {
        let blocks = self.blocks.get(from.0..).unwrap_or_default();
        let places = blocks.iter().zip(from.0..).flat_map(move |(keys, block)| {
            let skip = if block == from.0 { from.1 } else { 0 };
            keys.iter().zip(0..).skip(skip).map(move |(key, offset)| (Place(block, offset), *key))
        });
        places.take_while(move |(place, _)| *place < to)
    }

    fn insert_key(&mut self, key: Key) {
        let Place(block, offset) = self.place_of(key);
        let at = block.min(self.blocks.len().saturating_sub(1));
        let Some(keys) = self.blocks.get_mut(at) else {
            self.blocks.push(vec![key]);
            return;
        };
        // Beyond the last block is the end of the last block.
        let offset = if at == block { offset } else { keys.len() };
        keys.insert(offset, key);
        if keys.len() > BLOCK_KEYS {
            let upper = keys.split_off(BLOCK_KEYS / 2);
            self.blocks.insert(at + 1, upper);
        }
    }

    fn remove_key(&mut self, key: Key) {
        let Place(block, offset) = self.place_of(key);
        let Some(keys) = self.blocks.get_mut(block) else { return };
        if keys.get(offset).is_some_and(|found| found.slot == key.slot && found.start == key.start) {
            keys.remove(offset);
        }
        if keys.is_empty() {
            self.blocks.remove(block);
        }
    }
}

/// The name in front of a host.
pub(super) fn without_host(text: &str) -> &str {
    text.split(BEFORE_HOST).next().unwrap_or(text)
}

/// Where the keys of a text begin.
fn starts(text: &str) -> impl Iterator<Item = u16> + '_ {
    let mut before = BETWEEN_WORDS;
    let starts = text.char_indices().filter(move |(_, c)| {
        let is_start = *c != BETWEEN_WORDS && (before == BETWEEN_WORDS || is_unspaced(*c));
        before = *c;
        is_start
    });
    starts.filter_map(|(at, _)| u16::try_from(at).ok()).take(MAX_KEYS)
}

/// A logarithm of a count in 16 bits: the exponent, and the eight bits after the leading one.
fn weight(count: u32) -> u16 {
    let number = u64::from(count) + 1;
    let exponent = number.ilog2();
    let fraction = ((number << 8) >> exponent) & 0xff;
    u16::try_from((u64::from(exponent) << 8) | fraction).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn record(id: i64, count: u32, text: &str) -> Record {
        Record { id, count, keep: false, text: text.replace(' ', "\0").into() }
    }

    fn index(texts: &[&str]) -> PrefixIndex {
        let mut index = PrefixIndex::default();
        for (text, id) in texts.iter().zip(0..) {
            index.insert(record(id, 0, text)).unwrap();
        }
        index
    }

    fn ids(index: &PrefixIndex, slots: impl IntoIterator<Item = Slot>) -> BTreeSet<i64> {
        slots.into_iter().map(|slot| index.record(slot).unwrap().id).collect()
    }

    fn found(index: &PrefixIndex, prefix: &str) -> BTreeSet<i64> {
        ids(index, index.top(prefix, usize::MAX, |_| true).into_iter().map(|found| found.slot))
    }

    #[test]
    fn every_word_and_every_unspaced_character_is_a_key() {
        let index = index(&["ann\u{1}host blue bird", "東京太郎"]);
        for prefix in ["ann", "ann\u{1}h", "bl", "bird"] {
            assert_eq!(found(&index, prefix), BTreeSet::from([0]), "{prefix}");
        }
        assert_eq!(found(&index, "太郎"), BTreeSet::from([1]));
        assert_eq!(found(&index, "nn"), BTreeSet::new());
    }

    #[test]
    fn a_whole_name_is_told_from_a_beginning() {
        let index = index(&["ann\u{1}host", "anna", "bo ann"]);
        let matches: Vec<(i64, Whole)> = index
            .top("ann", 9, |_| true)
            .iter()
            .map(|m| (index.record(m.slot).unwrap().id, m.whole))
            .collect();
        assert_eq!(matches, [(0, Whole::Name), (2, Whole::Word), (1, Whole::Beginning)]);
        for (id, whole) in matches {
            assert_eq!(index.matches_record(Slot::try_from(id).unwrap(), "ann"), Some(whole));
        }
    }

    #[test]
    fn shedding_drops_the_lightest_but_not_what_is_kept() {
        let mut index = PrefixIndex::default();
        for id in 0..20 {
            let count = u32::try_from(id).unwrap();
            index.insert(Record { keep: id == 0, ..record(id, count, &format!("name{id}")) }).unwrap();
        }
        let shed: Vec<i64> = index.shed().into_iter().map(|record| record.id).collect();
        assert_eq!(shed, [1, 2]);
        assert_eq!(index.len(), 18);
        assert_eq!(found(&index, "name").len(), 18);
    }

    #[test]
    fn a_heavier_count_has_a_heavier_weight() {
        let weights: Vec<u16> =
            [0, 1, 2, 3, 10, 500, 510, 1_000_000, u32::MAX].into_iter().map(weight).collect();
        assert!(weights.windows(2).all(|pair| pair[0] < pair[1]), "{weights:?}");
    }

    #[derive(Clone, Debug)]
    enum Step {
        Insert(String, u32),
        Remove(usize),
        SetCount(usize, u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => ("[abc太]{1,4}( [abc]{1,3}){0,2}", 0..9_u32).prop_map(|(text, count)| Step::Insert(text, count)),
            1 => any::<prop::sample::Index>().prop_map(|at| Step::Remove(at.index(1_000))),
            1 => (any::<prop::sample::Index>(), 0..9_u32).prop_map(|(at, n)| Step::SetCount(at.index(1_000), n)),
        ]
    }

    proptest! {
        #[test]
        fn it_finds_what_a_plain_scan_finds(
            steps in prop::collection::vec(step(), 1..80),
            prefix in "[abc太]{0,3}",
        ) {
            let mut index = PrefixIndex::default();
            let mut plain: Vec<(Slot, Record)> = Vec::new();
            for (step, id) in steps.into_iter().zip(0..) {
                match step {
                    Step::Insert(text, count) => {
                        let record = record(id, count, &text);
                        plain.push((index.insert(record.clone()).unwrap(), record));
                    }
                    Step::Remove(at) if !plain.is_empty() => {
                        let (slot, record) = plain.swap_remove(at % plain.len());
                        prop_assert_eq!(index.remove(slot), Some(record));
                    }
                    Step::SetCount(at, count) if !plain.is_empty() => {
                        let at = at % plain.len();
                        plain[at].1.count = count;
                        index.set_count(plain[at].0, count);
                    }
                    _ => {}
                }
            }
            let mut keys = 0;
            let mut wanted: Vec<(Reverse<(Whole, u16)>, Slot)> = Vec::new();
            for (slot, record) in &plain {
                let words = starts(&record.text).map(|start| {
                    (start, record.text.get(usize::from(start)..).unwrap().split('\0').next().unwrap())
                });
                let matching: Vec<Whole> = words
                    .filter(|(_, word)| word.starts_with(&prefix))
                    .map(|(start, word)| Whole::of(word == prefix, start))
                    .collect();
                keys += matching.len();
                let best = matching.into_iter().max();
                prop_assert_eq!(index.matches_record(*slot, &prefix), best);
                wanted.extend(best.map(|whole| (Reverse((whole, weight(record.count))), *slot)));
            }
            prop_assert_eq!(index.count(&prefix), keys);
            wanted.sort_unstable();
            let mut got: Vec<(Reverse<(Whole, u16)>, Slot)> = index
                .top(&prefix, usize::MAX, |_| true)
                .into_iter()
                .map(|found| (Reverse((found.whole, found.weight)), found.slot))
                .collect();
            prop_assert!(got.is_sorted_by_key(|(rank, _)| *rank));
            let ranks: Vec<_> = got.iter().map(|(rank, _)| *rank).collect();
            got.sort_unstable();
            prop_assert_eq!(&got, &wanted);
            let few: Vec<_> = index
                .top(&prefix, 3, |_| true)
                .into_iter()
                .map(|found| Reverse((found.whole, found.weight)))
                .collect();
            prop_assert_eq!(&few[..], &ranks[..ranks.len().min(3)]);
        }
    }
}
