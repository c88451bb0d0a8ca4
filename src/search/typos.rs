//! Finds names in spite of a typo.
//!
//! Not a scan: each way of mistyping one letter is looked up, with only those letters that really occur at
//! its place: some thousand bisections, however many names there are.

use super::prefix::{BEFORE_HOST, PrefixIndex, Slot, without_host};

/// Different characters tried at one place of a mistyped word.
const MAX_BRANCHES: usize = 64;
/// Longer words are not looked up with typos: their author copied them.
const MAX_TYPO_CHARS: usize = 24;

impl PrefixIndex {
    /// The records with a whole word (or name before the host) that is one typo away from `word`: a letter
    /// too many or too few, a wrong one, or two neighbours swapped. Sorted, each once.
    pub(crate) fn near(&self, word: &str) -> Vec<Slot> {
        let chars: Vec<char> = word.chars().collect();
        if chars.len() > MAX_TYPO_CHARS {
            return Vec::new();
        }
        let mut found = Vec::new();
        for at in 0..=chars.len() {
            let (Some(head), Some(tail)) = (chars.get(..at), chars.get(at..)) else { continue };
            let head: String = head.iter().collect();
            let text = |middle: &[char], skip: usize| -> String {
                head.chars().chain(middle.iter().copied()).chain(tail.iter().skip(skip).copied()).collect()
            };
            if let [_, ..] = tail {
                self.push_whole(&text(&[], 1), &mut found);
            }
            if let [first, second, ..] = tail {
                self.push_whole(&text(&[*second, *first], 2), &mut found);
            }
            for c in self.next_chars(&head) {
                self.push_whole(&text(&[c], 0), &mut found);
                if !tail.is_empty() {
                    self.push_whole(&text(&[c], 1), &mut found);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Adds the records with the whole word `word`.
    fn push_whole(&self, word: &str, found: &mut Vec<Slot>) {
        if word.is_empty() {
            return;
        }
        let from = self.lower_bound(|text| text < word);
        let keys = self.from(from).take_while(|key| without_host(self.text(*key)) == word);
        found.extend(keys.map(|key| key.slot));
    }

    /// The characters that follow `prefix` in some key.
    fn next_chars(&self, prefix: &str) -> Vec<char> {
        let mut chars = Vec::new();
        let mut place = self.lower_bound(|text| text <= prefix);
        while chars.len() < MAX_BRANCHES {
            let Some(key) = self.from(place).next() else { break };
            let Some(next) = self.text(key).strip_prefix(prefix).and_then(|rest| rest.chars().next()) else {
                break;
            };
            if next != BEFORE_HOST {
                chars.push(next);
            }
            let branch = format!("{prefix}{next}");
            place = self.lower_bound(|text| text < branch.as_str() || text.starts_with(&branch));
        }
        chars
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::search::prefix::Record;

    /// Optimal string alignment distance, straight from its definition.
    fn distance(a: &str, b: &str) -> usize {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i.max(j)
                } else {
                    let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut best = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(table[i - 2][j - 2] + 1);
                    }
                    best
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn typos_are_found_as_by_their_definition(
            words in prop::collection::btree_set("[abcd]{1,6}", 1..60),
            typed in "[abcde]{1,6}",
        ) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut index = PrefixIndex::default();
            for (word, id) in words.iter().zip(0..) {
                // Some words stand behind others or before a host: it is words that are compared.
                let text = if id % 2 == 0 { format!("{word}\u{1}host") } else { format!("zzzzzzzzzz\0{word}") };
                index.insert(Record { id, count: 0, keep: false, text: text.into() }).unwrap();
            }
            let near: BTreeSet<&str> = index.near(&typed)
                .into_iter()
                .map(|slot| words[usize::try_from(index.record(slot).unwrap().id).unwrap()])
                .collect();
            let wanted: BTreeSet<&str> =
                words.iter().copied().filter(|word| distance(word, &typed) <= 1).collect();
            // The word itself may or may not come along: a prefix search finds it anyway.
            let but_itself = |set: &BTreeSet<&str>| -> Vec<String> {
                set.iter().filter(|word| **word != typed).map(ToString::to_string).collect()
            };
            prop_assert_eq!(but_itself(&near), but_itself(&wanted));
        }
    }
}
