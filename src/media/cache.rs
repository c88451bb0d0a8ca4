//! Which cached remote files to keep: an index of sizes in order of last use, within a budget of bytes. No I/O:
//! whoever keeps the files deletes what [`CacheIndex::insert`] returns.
//!
//! After a restart the index is filled again by inserting the known files, least recently used first.

use std::collections::{BTreeMap, HashMap};

use crate::media::storage::Key;

/// Sizes are rounded up to this, the block of a usual file system. It also bounds the number of entries that a
/// budget can hold: 2.6 million in 10 GiB.
const BLOCK_BYTES: u64 = 4 << 10;

/// The files of a cache, their sizes, and the order in which they were last used.
#[derive(Debug)]
pub struct CacheIndex {
    budget_bytes: u64,
    used_bytes: u64,
    next_use: u64,
    entries: HashMap<Key, Entry>,
    by_last_use: BTreeMap<u64, Key>,
}

#[derive(Debug)]
struct Entry {
    bytes: u64,
    last_use: u64,
}

impl CacheIndex {
    /// An empty index that never holds more than `budget_bytes`.
    pub fn new(budget_bytes: u64) -> Self {
        Self {
            budget_bytes,
            used_bytes: 0,
            next_use: 0,
            entries: HashMap::new(),
            by_last_use: BTreeMap::new(),
        }
    }

    /// Adds a file, or gives it a new size, as the most recently used. Returns the files that have to go, least
    /// recently used first; a file larger than the whole budget comes back itself and displaces nothing.
    pub fn insert(&mut self, key: Key, size_bytes: u64) -> Vec<Key> {
        self.remove(&key);
        let bytes = size_bytes.max(1).div_ceil(BLOCK_BYTES).saturating_mul(BLOCK_BYTES);
        if bytes > self.budget_bytes {
            return vec![key];
        }
        let evicted = self.make_room(bytes);
        let last_use = self.new_use();
        self.used_bytes += bytes;
        self.by_last_use.insert(last_use, key.clone());
        self.entries.insert(key, Entry { bytes, last_use });
        evicted
    }

    /// Marks a file as used just now; false when it is not in the cache.
    pub fn touch(&mut self, key: &Key) -> bool {
        let last_use = self.new_use();
        let Some(entry) = self.entries.get_mut(key) else { return false };
        if let Some(key) = self.by_last_use.remove(&entry.last_use) {
            self.by_last_use.insert(last_use, key);
        }
        entry.last_use = last_use;
        true
    }

    /// Forgets a file that was deleted for another reason; false when it was not in the cache.
    pub fn remove(&mut self, key: &Key) -> bool {
        let Some(entry) = self.entries.remove(key) else { return false };
        self.by_last_use.remove(&entry.last_use);
        self.used_bytes = self.used_bytes.saturating_sub(entry.bytes);
        true
    }

    /// The bytes of all files, in whole blocks; never above the budget.
    pub fn used_bytes(&self) -> u64 {
        self.used_bytes
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn make_room(&mut self, bytes: u64) -> Vec<Key> {
        let mut evicted = Vec::new();
        while self.used_bytes.saturating_add(bytes) > self.budget_bytes {
            let Some((_, key)) = self.by_last_use.pop_first() else { break };
            if let Some(entry) = self.entries.remove(&key) {
                self.used_bytes = self.used_bytes.saturating_sub(entry.bytes);
            }
            evicted.push(key);
        }
        evicted
    }

    fn new_use(&mut self) -> u64 {
        self.next_use += 1;
        self.next_use
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(number: u8) -> Key {
        format!("{number:02x}/00/{number:02x}00{:028}.jpg", 0).parse().unwrap()
    }

    #[test]
    fn the_least_recently_used_file_goes_first() {
        let mut cache = CacheIndex::new(3 * BLOCK_BYTES);
        for number in 0..3 {
            assert_eq!(cache.insert(key(number), BLOCK_BYTES), []);
        }
        assert!(cache.touch(&key(0)));
        assert_eq!(cache.insert(key(3), 1), [key(1)]);
        assert_eq!(cache.insert(key(4), 2 * BLOCK_BYTES), [key(2), key(0)]);
        assert!(!cache.touch(&key(0)));
    }

    #[test]
    fn a_file_larger_than_the_budget_displaces_nothing() {
        let mut cache = CacheIndex::new(2 * BLOCK_BYTES);
        cache.insert(key(0), 1);
        assert_eq!(cache.insert(key(1), u64::MAX), [key(1)]);
        assert_eq!((cache.len(), cache.used_bytes()), (1, BLOCK_BYTES));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u8, u64),
        Touch(u8),
        Remove(u8),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0..24_u8, 0..6 * BLOCK_BYTES).prop_map(|(number, size)| Step::Insert(number, size)),
            2 => (0..24_u8).prop_map(Step::Touch),
            1 => (0..24_u8).prop_map(Step::Remove),
        ];
        prop::collection::vec(step, 0..200)
    }

    /// The same cache as a plain list, least recently used first.
    #[derive(Default)]
    struct Model(Vec<(Key, u64)>);

    impl Model {
        fn take(&mut self, key: &Key) -> Option<(Key, u64)> {
            self.0.iter().position(|(known, _)| known == key).map(|at| self.0.remove(at))
        }

        fn insert(&mut self, key: Key, size: u64, budget: u64) -> Vec<Key> {
            self.take(&key);
            self.0.push((key, size.max(1).next_multiple_of(BLOCK_BYTES)));
            if self.0.last().is_some_and(|(_, size)| *size > budget) {
                return self.0.pop().map(|(key, _)| key).into_iter().collect();
            }
            let mut gone = Vec::new();
            while self.used() > budget {
                gone.push(self.0.remove(0).0);
            }
            gone
        }

        fn used(&self) -> u64 {
            self.0.iter().map(|(_, size)| size).sum()
        }
    }

    proptest! {
        #[test]
        fn it_behaves_like_a_plain_list_and_never_exceeds_its_budget(
            steps in steps(),
            budget in 0..12 * BLOCK_BYTES,
        ) {
            let (mut cache, mut model) = (CacheIndex::new(budget), Model::default());
            for step in steps {
                match step {
                    Step::Insert(number, size) => {
                        let expected = model.insert(key(number), size, budget);
                        prop_assert_eq!(cache.insert(key(number), size), expected);
                    }
                    Step::Touch(number) => {
                        let known = model.take(&key(number));
                        prop_assert_eq!(cache.touch(&key(number)), known.is_some());
                        model.0.extend(known);
                    }
                    Step::Remove(number) => {
                        prop_assert_eq!(cache.remove(&key(number)), model.take(&key(number)).is_some());
                    }
                }
                prop_assert!(cache.used_bytes() <= budget);
                prop_assert_eq!(cache.used_bytes(), model.used());
                prop_assert_eq!((cache.len(), cache.by_last_use.len()), (model.0.len(), model.0.len()));
                prop_assert_eq!(cache.is_empty(), model.0.is_empty());
            }
        }
    }
}
