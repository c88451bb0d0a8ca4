//! Finds names in spite of a typo.
//!
//! One typo is not a scan: each way of mistyping one letter is looked up, with only those letters that really occur at
//! its place: some thousand bisections, however many names there are.

use std::iter::once;

use super::prefix::{BEFORE_HOST, PrefixIndex, Slot, without_host};

/// Different characters tried at one place of a mistyped word.
const MAX_BRANCHES: usize = 64;
/// Longer words are not looked up with typos: their author copied them.
const MAX_TYPO_CHARS: usize = 24;
/// Beginnings of words that are gone on from while two typos are looked for: some tens of milliseconds.
const MAX_BEGINNINGS: usize = 4_000;

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

    /// The records with a whole word that is at most two typos away from `word` and begins with the same letter: people
    /// mistype that least, and without it nearly all names would have to be looked at. Sorted, each once.
    ///
    /// Goes along the beginnings of the words that there are, and leaves each that has more than two typos already.
    pub(crate) fn near_by_two(&self, word: &str) -> Vec<Slot> {
        let typed: Vec<char> = word.chars().collect();
        let Some(first) = typed.first().copied().filter(|_| typed.len() <= MAX_TYPO_CHARS) else {
            return Vec::new();
        };
        let nothing = Beginning::empty(typed.len());
        let mut open = vec![nothing.followed_by(first, &typed)];
        let (mut found, mut gone_on_from) = (Vec::new(), 0);
        while let Some(beginning) = open.pop() {
            if beginning.distances.last().is_some_and(|distance| *distance <= 2) {
                self.push_whole(&beginning.text, &mut found);
            }
            gone_on_from += 1;
            if gone_on_from > MAX_BEGINNINGS {
                break;
            }
            let next = self.next_chars(&beginning.text).into_iter();
            let next = next.map(|c| beginning.followed_by(c, &typed));
            open.extend(next.filter(|next| next.distances.iter().any(|distance| *distance <= 2)));
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

/// The beginning of a word, with how many typos lie between it and each beginning of what was typed.
struct Beginning {
    text: String,
    last: Option<char>,
    distances: Vec<usize>,
    /// The distances of this beginning without its last letter.
    before: Vec<usize>,
}

impl Beginning {
    fn empty(typed: usize) -> Self {
        Self { text: String::new(), last: None, distances: (0..=typed).collect(), before: Vec::new() }
    }

    /// The next row of the table of optimal string alignment.
    fn followed_by(&self, c: char, typed: &[char]) -> Self {
        let above = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX).saturating_add(1);
        let mut row = vec![above(&self.distances, 0)];
        let mut left = row.last().copied().unwrap_or_default();
        let earlier = once(None).chain(typed.iter().copied().map(Some));
        for (at, (letter, earlier)) in typed.iter().copied().zip(earlier).enumerate() {
            let same = self.distances.get(at).copied().unwrap_or(usize::MAX);
            let replaced = if letter == c { same } else { same.saturating_add(1) };
            let mut best = replaced.min(above(&self.distances, at + 1)).min(left + 1);
            // Two neighbours swapped; the last letter and the one before it, on either side.
            if earlier == Some(c) && self.last == Some(letter) && at > 0 {
                best = best.min(above(&self.before, at - 1));
            }
            row.push(best);
            left = best;
        }
        let mut text = self.text.clone();
        text.push(c);
        Self { text, last: Some(c), distances: row, before: self.distances.clone() }
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

        #[test]
        fn two_typos_behind_the_first_letter_are_found_as_by_their_definition(
            words in prop::collection::btree_set("[abc]{1,7}", 1..60),
            typed in "[abcd]{1,7}",
        ) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut index = PrefixIndex::default();
            for (word, id) in words.iter().zip(0..) {
                let text = if id % 2 == 0 { format!("{word}\u{1}host") } else { format!("zzzzzzzzzz\0{word}") };
                index.insert(Record { id, count: 0, keep: false, text: text.into() }).unwrap();
            }
            let near: BTreeSet<&str> = index.near_by_two(&typed)
                .into_iter()
                .map(|slot| words[usize::try_from(index.record(slot).unwrap().id).unwrap()])
                .collect();
            let first = typed.chars().next();
            let wanted: BTreeSet<&str> = words
                .iter()
                .copied()
                .filter(|word| word.chars().next() == first && distance(word, &typed) <= 2)
                .collect();
            prop_assert_eq!(near, wanted);
        }
    }
}
