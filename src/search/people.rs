//! Finds accounts by handle and display name, in memory: for the account search and for autocomplete.
//!
//! Every word of the query must be the beginning of the handle or of a word of the display name. Order: whole
//! usernames, then those whom the viewer follows, then whole words of names, then the most followed. A
//! mistyped word is looked for when nothing better fills the page.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::fold;
use super::prefix::{BEFORE_HOST, BETWEEN_WORDS, PrefixIndex, Record, Slot, Whole};
use super::tokenizer::{self, Piece};
use crate::model::ids::AccountId;

/// Accounts held, at some 150 bytes each. When there are more, the least followed remote ones go; an exact
/// handle is the database's to find.
const MAX_ACCOUNTS: usize = 1_000_000;
/// The most accounts that one search gives.
const MAX_PAGE: usize = 80;
/// Words of a query that are looked at.
const MAX_QUERY_WORDS: usize = 4;
/// Characters of a query, a handle and a display name that are looked at.
const MAX_CHARS: usize = 120;
/// Words of a display name that are indexed.
const MAX_NAME_WORDS: usize = 8;
/// Accounts that match one word of a query and are compared with its other words.
const MAX_COMPARED: usize = 50_000;
/// Followed accounts that are looked through for matches.
const MAX_FOLLOWED: usize = 10_000;
/// Shorter words are too close to too many others to be looked for with typos.
const MIN_TYPO_CHARS: usize = 4;

/// From this length on two typos are looked for, when one is not enough to find anything.
const MIN_TWO_TYPOS_CHARS: usize = 6;

/// What is known of an account for finding it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountDoc {
    /// The account.
    pub id: AccountId,
    /// The username, without host.
    pub username: String,
    /// The host, `None` for a local account.
    pub host: Option<String>,
    /// The display name, as text.
    pub display_name: String,
    /// How many follow it, as far as is known here.
    pub followers: u32,
}

/// What a person typed to find accounts.
#[derive(Clone, Copy, Debug)]
pub struct AccountSearch<'a> {
    /// A beginning of a handle (`@ann`, `ann@ho`) or of words of a name.
    pub text: &'a str,
    /// Whom the viewer follows; empty when nobody is signed in.
    pub followed: &'a [AccountId],
    /// Whether to look for mistyped words too: for a search that was sent, not for each key stroke.
    pub typos: bool,
    /// How many accounts are wanted; more than 80 are not given.
    pub limit: usize,
}

/// The accounts that can be found.
#[derive(Debug, Default)]
pub(crate) struct People {
    names: PrefixIndex,
    slots: HashMap<AccountId, Slot>,
}

impl People {
    /// How many accounts there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Adds an account or replaces what was known of it.
    pub(crate) fn put(&mut self, doc: &AccountDoc) {
        let record = record(doc);
        if let Some(slot) = self.slots.get(&doc.id) {
            if self.names.record(*slot).is_some_and(|old| old.text == record.text && old.keep == record.keep)
            {
                self.names.set_count(*slot, record.count);
                return;
            }
            self.remove(doc.id);
        }
        if self.names.len() >= MAX_ACCOUNTS && !self.make_room() {
            return;
        }
        if let Some(slot) = self.names.insert(record) {
            self.slots.insert(doc.id, slot);
        }
    }

    /// Forgets an account.
    pub(crate) fn remove(&mut self, id: AccountId) {
        if let Some(slot) = self.slots.remove(&id) {
            self.names.remove(slot);
        }
    }

    /// The accounts that match, best first.
    pub(crate) fn search(&self, search: AccountSearch<'_>) -> Vec<AccountId> {
        let limit = search.limit.clamp(1, MAX_PAGE);
        let as_typed = words_as_typed(search.text);
        let mut hits = self.hits(&as_typed, search.followed, limit);
        let as_written = words_as_written(search.text);
        if hits.is_empty() && as_written != as_typed {
            hits = self.hits(&as_written, search.followed, limit);
        }
        if search.typos
            && hits.len() < limit
            && let [word] = as_typed.as_slice()
        {
            self.push_near(word, search.followed, &mut hits);
        }
        hits.truncate(limit);
        hits.iter().filter_map(|slot| self.names.record(*slot)).map(|record| AccountId(record.id)).collect()
    }

    /// The accounts that match every word.
    fn hits(&self, words: &[String], followed: &[AccountId], limit: usize) -> Vec<Slot> {
        // The rarest word leads, the others are compared.
        let Some(rarest) = words.iter().min_by_key(|word| self.names.count(word)) else { return Vec::new() };
        let others: Vec<&String> = words.iter().filter(|word| *word != rarest).collect();
        let matches_others = |slot| others.iter().all(|word| self.names.matches_record(slot, word).is_some());
        let mut compared = 0;
        let top = self.names.top(rarest, limit, |slot| {
            compared += usize::from(!others.is_empty());
            compared <= MAX_COMPARED && matches_others(slot)
        });
        let mut hits: HashMap<Slot, (Whole, bool)> =
            top.into_iter().map(|found| (found.slot, (found.whole, false))).collect();
        for slot in self.slots_of(followed) {
            if let Some(whole) = self.names.matches_record(slot, rarest)
                && matches_others(slot)
            {
                hits.insert(slot, (whole, true));
            }
        }
        let mut sorted: Vec<Slot> = hits.keys().copied().collect();
        sorted.sort_by_cached_key(|slot| {
            let (whole, is_followed) = hits.get(slot).copied().unwrap_or((Whole::Beginning, false));
            Reverse((whole == Whole::Name, is_followed, whole, self.standing(*slot)))
        });
        sorted
    }

    /// Adds accounts with a word that is one typo away, or two when nothing else is found, followed and most followed ones
    /// first.
    fn push_near(&self, word: &str, followed: &[AccountId], hits: &mut Vec<Slot>) {
        let length = word.chars().count();
        if length < MIN_TYPO_CHARS || word.contains(BEFORE_HOST) {
            return;
        }
        let followed: HashSet<Slot> = self.slots_of(followed).collect();
        let mut near = self.names.near(word);
        if near.is_empty() && hits.is_empty() && length >= MIN_TWO_TYPOS_CHARS {
            near = self.names.near_by_two(word);
        }
        near.retain(|slot| !hits.contains(slot));
        near.sort_by_cached_key(|slot| Reverse((followed.contains(slot), self.standing(*slot))));
        hits.append(&mut near);
    }

    fn slots_of(&self, accounts: &[AccountId]) -> impl Iterator<Item = Slot> {
        accounts.iter().take(MAX_FOLLOWED).filter_map(|id| self.slots.get(id).copied())
    }

    /// Followers, then age: the order among equals.
    fn standing(&self, slot: Slot) -> (u32, Reverse<i64>) {
        self.names.record(slot).map_or((0, Reverse(i64::MAX)), |record| (record.count, Reverse(record.id)))
    }

    fn make_room(&mut self) -> bool {
        for record in self.names.shed() {
            self.slots.remove(&AccountId(record.id));
        }
        self.names.len() < MAX_ACCOUNTS
    }
}

/// The record of an account: the handle, then the words of its name.
fn record(doc: &AccountDoc) -> Record {
    let mut text = clean(&doc.username);
    if let Some(host) = &doc.host {
        text.push(BEFORE_HOST);
        text.push_str(&clean(host));
    }
    let mut words = words_as_written(&doc.display_name);
    words.truncate(MAX_NAME_WORDS);
    for word in words {
        text.push(BETWEEN_WORDS);
        text.push_str(&word);
    }
    Record { id: doc.id.0, count: doc.followers, keep: doc.host.is_none(), text: text.into() }
}

fn clean(text: &str) -> String {
    fold::fold(text).chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect()
}

/// The words between spaces, as in `ann_b@host`.
fn words_as_typed(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in text.split_whitespace().take(MAX_QUERY_WORDS) {
        let word = clean(word.strip_prefix('@').unwrap_or(word));
        let word = word.replacen('@', &BEFORE_HOST.to_string(), 1);
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// The words as the tokenizer sees them, as in a display name.
fn words_as_written(text: &str) -> Vec<String> {
    let text: String = text.chars().take(MAX_CHARS).collect();
    let mut words = Vec::new();
    for piece in tokenizer::pieces(&text) {
        let word = match piece {
            Piece::Word { folded, .. } => folded,
            Piece::Run(chars) => chars.concat(),
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: i64, handle: &str, name: &str, followers: u32) -> AccountDoc {
        let (username, host) = match handle.split_once('@') {
            Some((username, host)) => (username, Some(host.to_owned())),
            None => (handle, None),
        };
        AccountDoc {
            id: AccountId(id),
            username: username.to_owned(),
            host,
            display_name: name.to_owned(),
            followers,
        }
    }

    fn people() -> People {
        let mut people = People::default();
        for account in [
            account(1, "john", "John Smith", 10),
            account(2, "john@far.example", "Johnny", 500),
            account(3, "johnson@far.example", "Mr. Johnson", 9_000),
            account(4, "maria", "María José O'Brien", 40),
            account(5, "taro@jp.example", "東京太郎", 7),
            account(6, "big_bob", "Jean-Luc", 1),
        ] {
            people.put(&account);
        }
        people
    }

    fn search(people: &People, text: &str, followed: &[i64], typos: bool) -> Vec<i64> {
        let followed: Vec<AccountId> = followed.iter().copied().map(AccountId).collect();
        let search = AccountSearch { text, followed: &followed, typos, limit: 10 };
        people.search(search).into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn handles_and_names_are_found_by_their_beginning() {
        let people = people();
        for (text, wanted) in [
            ("@maria", 4),
            ("MARÍ", 4),
            ("jose", 4),
            ("brien", 4),
            ("o'brien", 4),
            ("jo mar", 4),
            ("taro@jp.ex", 5),
            ("太郎", 5),
            ("big_b", 6),
            ("jean-luc", 6),
        ] {
            assert_eq!(search(&people, text, &[], false), [wanted], "{text}");
        }
        assert_eq!(search(&people, "nobody", &[], true), [0_i64; 0]);
        assert_eq!(search(&people, " @ ", &[], true), [0_i64; 0]);
    }

    #[test]
    fn whole_usernames_come_first_then_followed_then_most_followed() {
        let people = people();
        assert_eq!(search(&people, "john", &[], false), [2, 1, 3]);
        assert_eq!(search(&people, "joh", &[], false), [3, 2, 1]);
        assert_eq!(search(&people, "joh", &[1], false), [1, 3, 2]);
        assert_eq!(search(&people, "john", &[3], false), [2, 1, 3]);
    }

    #[test]
    fn a_typo_is_forgiven_only_when_asked() {
        let people = people();
        assert_eq!(search(&people, "jonh", &[], false), [0_i64; 0]);
        assert_eq!(search(&people, "jonh", &[], true), [2, 1]);
        assert_eq!(search(&people, "marria", &[], true), [4]);
    }

    #[test]
    fn two_typos_are_forgiven_in_long_words_that_find_nothing_else() {
        let mut people = people();
        people.put(&account(7, "magdalena", "Magdalena", 1));
        for typed in ["magdalena", "magdalen", "magadlena", "magdelina", "mgdalenna", "magaldena"] {
            assert_eq!(search(&people, typed, &[], true), [7], "{typed}");
        }
        assert_eq!(search(&people, "nagdelina", &[], true), [0_i64; 0], "the first letter must be right");
        assert_eq!(search(&people, "magdxlxnx", &[], true), [0_i64; 0]);
        assert_eq!(search(&people, "jhonn", &[], true), [0_i64; 0], "short words are close to too many");
    }

    #[test]
    fn changes_and_removals_are_seen_at_once() {
        let mut people = people();
        people.put(&account(4, "maria", "Mary", 40));
        assert_eq!(search(&people, "brien", &[], false), [0_i64; 0]);
        assert_eq!(search(&people, "mary", &[], false), [4]);
        people.put(&account(1, "john", "John Smith", 20_000));
        assert_eq!(search(&people, "joh", &[], false), [1, 3, 2]);
        people.remove(AccountId(1));
        assert_eq!(search(&people, "joh", &[], false), [3, 2]);
        assert_eq!(people.len(), 5);
    }
}
