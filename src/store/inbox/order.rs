//! Which of the activities that a claim looks at are taken now: never one whose object has an older one waiting, few of
//! each host first, more only of those that are not slow, and as many as there are places.

use std::collections::{HashMap, HashSet};

use super::{PER_HOST, UnderWay};

/// A waiting activity that is looked at.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) id: i64,
    pub(super) host: String,
    /// No older one of its object waits.
    pub(super) oldest: bool,
}

/// What becomes of those that were looked at. Those in none of the lists stay as they are.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// Taken.
    pub(super) taken: Vec<i64>,
    /// Put off behind an older one of their object.
    pub(super) behind: Vec<i64>,
    /// Put off because their host is slow and has its places taken.
    pub(super) slow: Vec<i64>,
}

impl Choice {
    /// Whether it makes way for others.
    pub(super) fn moves(&self) -> bool {
        !self.behind.is_empty() || !self.slow.is_empty()
    }
}

/// The free places of a worker.
#[derive(Debug)]
pub(super) struct Places<'a> {
    free: usize,
    by_host: HashMap<String, usize>,
    slow: &'a HashSet<String>,
    spare: usize,
    /// What was looked at last and may have a spare place.
    more: Vec<i64>,
}

impl<'a> Places<'a> {
    /// As many as these, beside what is under way.
    pub(super) fn new(free: usize, under_way: &'a UnderWay) -> Self {
        let (by_host, slow, spare) = (under_way.by_host.clone(), &under_way.slow, under_way.spare);
        Self { free, by_host, slow, spare, more: Vec::new() }
    }

    /// Whether there is none left.
    pub(super) fn are_full(&self) -> bool {
        self.free == 0
    }

    /// Chooses among those looked at, in their order.
    pub(super) fn choose(&mut self, window: Vec<Candidate>) -> Choice {
        let mut choice = Choice::default();
        self.more.clear();
        for candidate in window {
            let of_host = self.by_host.entry(candidate.host.clone()).or_default();
            if !candidate.oldest {
                choice.behind.push(candidate.id);
            } else if *of_host < PER_HOST && self.free > 0 {
                *of_host += 1;
                self.free -= 1;
                choice.taken.push(candidate.id);
            } else if *of_host >= PER_HOST && self.slow.contains(&candidate.host) {
                choice.slow.push(candidate.id);
            } else {
                self.more.push(candidate.id);
            }
        }
        choice
    }

    /// Those that get the spare places, when all hosts have had theirs.
    pub(super) fn spare(self) -> impl Iterator<Item = i64> {
        self.more.into_iter().take(self.free.min(self.spare))
    }
}
