//! Completes hashtags and a person's own recent searches, in memory.

use std::collections::{HashMap, VecDeque};

use super::fold;
use super::prefix::{PrefixIndex, Record, Slot};
use crate::model::ids::AccountId;

/// Hashtags held, at some 120 bytes each; when there are more, the least used go.
const MAX_TAGS: usize = 300_000;
/// Characters of a hashtag; longer ones are not offered.
const MAX_TAG_CHARS: usize = 100;
/// People whose searches are remembered; the one who searched longest ago is forgotten first.
const MAX_SEARCHERS: usize = 20_000;
/// Searches remembered of one person.
const MAX_RECENT: usize = 20;
/// The most suggestions at a time.
const MAX_SUGGESTIONS: usize = 40;

/// A hashtag that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagHit {
    /// The hashtag as it was last written, without `#`.
    pub name: String,
    /// How often it was used.
    pub uses: u32,
}

/// The hashtags that can be offered.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    names: PrefixIndex,
    /// How a tag is written, when that is not its folded form.
    spellings: HashMap<Slot, Box<str>>,
}

impl Tags {
    /// How many hashtags there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Sets how often hashtags were used, for the beginning.
    pub(crate) fn load(&mut self, tags: &[(String, u32)]) {
        for (name, uses) in tags {
            self.set(name, |_| *uses);
        }
    }

    /// Counts one use.
    pub(crate) fn used(&mut self, name: &str) {
        self.set(name, |uses| uses.saturating_add(1));
    }

    /// The most used hashtags that begin with `prefix` (with or without `#`), an exact one first.
    pub(crate) fn suggest(&self, prefix: &str, limit: usize) -> Vec<TagHit> {
        let prefix = key(prefix);
        let top = self.names.top(&prefix, limit.clamp(1, MAX_SUGGESTIONS), |_| true);
        let mut hits = Vec::with_capacity(top.len());
        for found in top {
            if let Some(record) = self.names.record(found.slot) {
                let name = self.spellings.get(&found.slot).unwrap_or(&record.text).to_string();
                hits.push(TagHit { name, uses: record.count });
            }
        }
        hits
    }

    fn set(&mut self, name: &str, count: impl Fn(u32) -> u32) {
        let folded = key(name);
        if folded.is_empty() || folded.chars().count() > MAX_TAG_CHARS {
            return;
        }
        let slot = match self.names.find(&folded) {
            Some(slot) => {
                let uses = self.names.record(slot).map_or(0, |record| record.count);
                self.names.set_count(slot, count(uses));
                slot
            }
            None => {
                if self.names.len() >= MAX_TAGS {
                    self.names.shed();
                    let names = &self.names;
                    self.spellings.retain(|slot, _| names.record(*slot).is_some());
                }
                let record = Record { id: 0, count: count(0), keep: false, text: folded.as_str().into() };
                let Some(slot) = self.names.insert(record) else { return };
                slot
            }
        };
        let spelling = name.strip_prefix('#').unwrap_or(name);
        if spelling == folded {
            self.spellings.remove(&slot);
        } else {
            self.spellings.insert(slot, spelling.into());
        }
    }
}

fn key(name: &str) -> String {
    let name = name.strip_prefix(['#', '＃']).unwrap_or(name);
    fold::fold(name).chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect()
}

/// Each person's own recent searches. Nobody else's: what others search for is their business.
#[derive(Debug, Default)]
pub(crate) struct RecentSearches {
    by_viewer: HashMap<AccountId, (u64, VecDeque<String>)>,
    turn: u64,
}

impl RecentSearches {
    /// Remembers a search that was sent.
    pub(crate) fn remember(&mut self, viewer: AccountId, text: &str) {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > super::query::MAX_QUERY_CHARS {
            return;
        }
        self.turn += 1;
        let (turn, recent) = self.by_viewer.entry(viewer).or_default();
        *turn = self.turn;
        recent.retain(|other| other != text);
        recent.push_front(text.to_owned());
        recent.truncate(MAX_RECENT);
        if self.by_viewer.len() > MAX_SEARCHERS {
            let oldest = self.by_viewer.iter().min_by_key(|(_, (turn, _))| *turn).map(|(viewer, _)| *viewer);
            self.by_viewer.retain(|viewer, _| Some(*viewer) != oldest);
        }
    }

    /// The viewer's searches that begin with `prefix`, the latest first.
    pub(crate) fn suggest(&self, viewer: AccountId, prefix: &str, limit: usize) -> Vec<String> {
        let prefix = fold::fold(prefix.trim_start());
        let Some((_, recent)) = self.by_viewer.get(&viewer) else { return Vec::new() };
        let matching = recent.iter().filter(|text| fold::fold(text).starts_with(&prefix));
        matching.take(limit.min(MAX_SUGGESTIONS)).cloned().collect()
    }

    /// Forgets a person's searches.
    pub(crate) fn forget(&mut self, viewer: AccountId) {
        self.by_viewer.remove(&viewer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(tags: &Tags, prefix: &str) -> Vec<String> {
        tags.suggest(prefix, 10).into_iter().map(|hit| hit.name).collect()
    }

    #[test]
    fn hashtags_are_offered_by_use_and_as_last_written() {
        let mut tags = Tags::default();
        tags.load(&[("rust".into(), 5), ("RustLang".into(), 90), ("café".into(), 3), ("東京五輪".into(), 2)]);
        assert_eq!(names(&tags, "#ru"), ["RustLang", "rust"]);
        assert_eq!(names(&tags, "rust"), ["rust", "RustLang"]);
        assert_eq!(names(&tags, "CAFE"), ["café"]);
        assert_eq!(names(&tags, "五輪"), ["東京五輪"]);
        tags.used("rustlang");
        assert_eq!(tags.suggest("rustl", 1), [TagHit { name: "rustlang".into(), uses: 91 }]);
        assert_eq!(tags.len(), 4);
    }

    #[test]
    fn what_is_no_hashtag_is_not_held() {
        let mut tags = Tags::default();
        for bad in ["", "#", " ", &"x".repeat(MAX_TAG_CHARS + 1)] {
            tags.used(bad);
        }
        assert_eq!(tags.len(), 0);
    }

    #[test]
    fn recent_searches_are_the_viewers_own_and_latest_first() {
        let mut recent = RecentSearches::default();
        let (ann, bob) = (AccountId(1), AccountId(2));
        for text in ["Rust", "red panda", " Rust ", "ants"] {
            recent.remember(ann, text);
        }
        assert_eq!(recent.suggest(ann, "r", 10), ["Rust", "red panda"]);
        assert_eq!(recent.suggest(ann, "", 2), ["ants", "Rust"]);
        assert!(recent.suggest(bob, "r", 10).is_empty());
        recent.forget(ann);
        assert!(recent.suggest(ann, "", 10).is_empty());
    }

    #[test]
    fn only_the_latest_searches_are_kept() {
        let mut recent = RecentSearches::default();
        for number in 0..MAX_RECENT + 5 {
            recent.remember(AccountId(1), &format!("search {number}"));
        }
        assert_eq!(recent.suggest(AccountId(1), "", MAX_SUGGESTIONS).len(), MAX_RECENT);
        assert!(recent.suggest(AccountId(1), "search 4", 10).is_empty());
    }
}
