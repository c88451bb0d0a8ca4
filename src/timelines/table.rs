//! The entries that reader rings refer to, each held once however many readers have it.
//!
//! A ring holds bare ids (8 bytes an entry); what an id is, is looked up here when a page is made. So a
//! deletion is one removal here and reaches every ring at once, and mutes, blocks and hidden retweets are
//! applied when reading, on the entry itself.

use std::collections::BTreeMap;

use super::entry::{Entry, Kind};
use crate::model::ids::{AccountId, TweetId};

/// Entries by id, the newest `capacity` of them.
pub(super) struct EntryTable {
    entries: BTreeMap<TweetId, (AccountId, Kind)>,
    capacity: usize,
    known_from: i64,
}

impl EntryTable {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: BTreeMap::new(), capacity: capacity.max(1), known_from: i64::MIN }
    }

    /// From this id on, an entry that was put here and is not found was deleted; below, it may have been let go.
    pub(super) fn known_from(&self) -> i64 {
        self.known_from
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn put(&mut self, entry: &Entry) {
        if entry.id.0 < self.known_from {
            return;
        }
        self.entries.insert(entry.id, (entry.author, entry.kind));
        if self.entries.len() > self.capacity
            && let Some((oldest, _)) = self.entries.pop_first()
        {
            self.known_from = oldest.0.saturating_add(1);
        }
    }

    pub(super) fn get(&self, id: TweetId) -> Option<Entry> {
        self.entries.get(&id).map(|&(author, kind)| Entry { id, author, kind })
    }

    pub(super) fn remove(&mut self, id: TweetId) {
        self.entries.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tweet(id: i64) -> Entry {
        Entry { id: TweetId(id), author: AccountId(1), kind: Kind::Tweet }
    }

    #[test]
    fn a_full_table_lets_the_oldest_go_and_says_from_where_it_knows() {
        let mut table = EntryTable::new(2);
        for id in [20, 30, 10] {
            table.put(&tweet(id));
        }
        assert_eq!((table.len(), table.known_from()), (2, 11));
        assert_eq!(table.get(TweetId(10)), None);
        table.put(&tweet(5));
        table.put(&tweet(20));
        assert_eq!(table.get(TweetId(20)), Some(tweet(20)));
        table.remove(TweetId(20));
        assert_eq!((table.get(TweetId(20)), table.known_from()), (None, 11));
    }
}
