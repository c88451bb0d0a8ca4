//! The k-way merge of author rings, newest first, down to where every ring is still to be trusted.
//!
//! A ring holds everything of its author from `known_from` on. So all rings together hold everything from the
//! highest `known_from` on, and the merge ends there: that is the trust line.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::authors::{AuthorRings, Ring};
use super::entry::Entry;
use crate::model::ids::{AccountId, TweetId};

/// An iterator over the trusted entries of some authors, newest first.
pub(super) struct Merge<'a> {
    heads: BinaryHeap<Head<'a>>,
    line: i64,
}

/// What one ring has left: the oldest `left` of its cells, of which `newest` is the newest.
struct Head<'a> {
    newest: i64,
    ring: &'a Ring,
    left: usize,
}

/// Merges the rings of `authors`, with ids below `before`; or says which of them are missing.
pub(super) fn merge(
    rings: &AuthorRings,
    authors: impl ExactSizeIterator<Item = AccountId>,
    before: Option<TweetId>,
) -> Result<Merge<'_>, Vec<AccountId>> {
    // First all look-ups, then all rings: each loop's memory accesses overlap.
    let mut places = Vec::with_capacity(authors.len());
    let mut missing = Vec::new();
    for author in authors {
        match rings.place(author) {
            Some(place) => places.push(place),
            None => missing.push(author),
        }
    }
    if !missing.is_empty() {
        return Err(missing);
    }
    let mut line = i64::MIN;
    let mut heads = Vec::with_capacity(places.len());
    for ring in places.into_iter().filter_map(|place| rings.at(place)) {
        line = line.max(ring.known_from);
        heads.extend(head(ring, before).filter(|head| head.newest >= line));
    }
    heads.retain(|head| head.newest >= line);
    Ok(Merge { heads: BinaryHeap::from(heads), line })
}

impl Merge<'_> {
    /// The trust line: the merge yields every entry of its authors with this id or a newer one.
    pub(super) fn line(&self) -> i64 {
        self.line
    }
}

impl Iterator for Merge<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let mut top = self.heads.peek_mut()?;
        let (newest, older) = top.ring.cells.get(..top.left)?.split_last()?;
        let entry = newest.entry(top.ring.author);
        match older.last() {
            Some(next) if next.id.0 >= self.line => {
                top.newest = next.id.0;
                top.left = older.len();
            }
            _ => {
                PeekMut::pop(top);
            }
        }
        Some(entry)
    }
}

fn head(ring: &Ring, before: Option<TweetId>) -> Option<Head<'_>> {
    let whole = Head { newest: ring.newest, ring, left: ring.cells.len() };
    match before {
        Some(before) if before.0 <= ring.newest => {
            let left = ring.cells.partition_point(|cell| cell.id < before);
            let newest = ring.cells.get(left.checked_sub(1)?)?.id.0;
            Some(Head { newest, left, ..whole })
        }
        _ => (whole.left > 0).then_some(whole),
    }
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.newest.cmp(&other.newest)
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.newest == other.newest
    }
}

impl Eq for Head<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timelines::entry::Kind;

    fn rings(authors: &[(i64, &[i64], bool)]) -> AuthorRings {
        let mut rings = AuthorRings::new(8, 64);
        for &(author, ids, complete) in authors {
            let author = AccountId(author);
            let tickets = rings.begin_loads(&[author]);
            let entries: Vec<Entry> =
                ids.iter().map(|&id| Entry { id: TweetId(id), author, kind: Kind::Tweet }).collect();
            assert!(rings.loaded(&tickets[0], &entries, complete));
        }
        rings
    }

    fn merged(
        rings: &AuthorRings,
        authors: &[i64],
        before: Option<i64>,
    ) -> Result<(Vec<i64>, i64), Vec<i64>> {
        let authors: Vec<AccountId> = authors.iter().copied().map(AccountId).collect();
        match merge(rings, authors.into_iter(), before.map(TweetId)) {
            Ok(merge) => {
                let line = merge.line();
                Ok((merge.map(|entry| entry.id.0).collect(), line))
            }
            Err(missing) => Err(missing.iter().map(|author| author.0).collect()),
        }
    }

    #[test]
    fn entries_come_newest_first_from_all_rings() {
        let rings = rings(&[(1, &[10, 40, 50], true), (2, &[20, 60], true), (3, &[], true)]);
        assert_eq!(merged(&rings, &[1, 2, 3], None), Ok((vec![60, 50, 40, 20, 10], i64::MIN)));
        assert_eq!(merged(&rings, &[1, 2], Some(50)), Ok((vec![40, 20, 10], i64::MIN)));
        assert_eq!(merged(&rings, &[1, 2], Some(10)), Ok((vec![], i64::MIN)));
    }

    #[test]
    fn nothing_below_the_shallowest_ring_is_trusted() {
        let rings = rings(&[(1, &[10, 40, 50], true), (2, &[30, 60], false), (4, &[5, 70], false)]);
        assert_eq!(merged(&rings, &[1, 2, 4], None), Ok((vec![70, 60, 50, 40, 30], 30)));
        assert_eq!(merged(&rings, &[2, 1], Some(40)), Ok((vec![30], 30)));
        assert_eq!(merged(&rings, &[2, 1], Some(20)), Ok((vec![], 30)));
    }

    #[test]
    fn a_missing_author_is_named_and_nothing_is_guessed() {
        let rings = rings(&[(1, &[10], true)]);
        assert_eq!(merged(&rings, &[1, 7, 8], None), Err(vec![7, 8]));
    }
}
