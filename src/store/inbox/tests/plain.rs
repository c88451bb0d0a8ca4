//! The inbox as a plain list.

use super::super::order::{Candidate, Places};
use super::super::{BEHIND_MS, LOOKS, SLOW_MS, UnderWay};
use crate::clock::Millis;

/// What has become of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Waiting,
    Done,
    Parked,
}

impl Fate {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Parked => "parked",
        }
    }
}

/// An activity.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) object: u64,
    pub(super) host: String,
    pub(super) fate: Fate,
    pub(super) attempts: i64,
    pub(super) next_attempt_at: Millis,
    pub(super) lease_until: Millis,
}

/// All of them, the oldest first.
#[derive(Debug)]
pub(super) struct Plain {
    pub(super) rows: Vec<Row>,
    /// How many a claim looks at together.
    pub(super) window: usize,
}

impl Plain {
    pub(super) fn arrive(&mut self, id: i64, object: u64, host: String) {
        let fate = Fate::Waiting;
        self.rows.push(Row { id, object, host, fate, attempts: 0, next_attempt_at: 0, lease_until: 0 });
    }

    pub(super) fn row(&mut self, id: i64) -> &mut Row {
        self.rows.iter_mut().find(|row| row.id == id).unwrap()
    }

    pub(super) fn waiting(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.fate == Fate::Waiting)
    }

    /// Whether no older activity of its object waits.
    pub(super) fn is_oldest(&self, of: &Row) -> bool {
        self.waiting().all(|other| other.object != of.object || other.id >= of.id)
    }

    fn window(&self, now_ms: Millis, taken: &[i64]) -> Vec<Candidate> {
        let free = |row: &&Row| row.lease_until <= now_ms && row.next_attempt_at <= now_ms;
        let mut due: Vec<&Row> = self.waiting().filter(free).filter(|row| !taken.contains(&row.id)).collect();
        due.sort_unstable_by_key(|row| (row.next_attempt_at, row.id));
        due.truncate(self.window);
        due.into_iter()
            .map(|row| Candidate { id: row.id, host: row.host.clone(), oldest: self.is_oldest(row) })
            .collect()
    }

    pub(super) fn claim(
        &mut self,
        now_ms: Millis,
        until_ms: Millis,
        limit: usize,
        under_way: &UnderWay,
    ) -> Vec<i64> {
        let (mut taken, mut places) = (Vec::new(), Places::new(limit, under_way));
        for _ in 0..LOOKS {
            let window = self.window(now_ms, &taken);
            let full = window.len() == self.window;
            let choice = places.choose(window);
            let moved = choice.moves();
            for (ids, wait_ms) in [(choice.behind, BEHIND_MS), (choice.slow, SLOW_MS)] {
                ids.into_iter().for_each(|id| self.row(id).next_attempt_at = now_ms + wait_ms);
            }
            taken.extend(choice.taken);
            if places.are_full() || !full || !moved {
                break;
            }
        }
        taken.extend(places.spare());
        taken.iter().for_each(|id| self.row(*id).lease_until = until_ms);
        taken.sort_unstable();
        taken
    }

    /// It is worked off or parked: the next of its object is called.
    pub(super) fn end(&mut self, id: i64, fate: Fate) {
        let row = self.row(id);
        row.fate = fate;
        row.attempts += i64::from(fate == Fate::Parked);
        let object = row.object;
        let next = self.rows.iter_mut().find(|row| row.object == object && row.fate == Fate::Waiting);
        if let Some(next) = next.filter(|next| next.attempts == 0) {
            next.next_attempt_at = 0;
        }
    }

    pub(super) fn retry(&mut self, id: i64, at_ms: Millis) {
        let row = self.row(id);
        row.attempts += 1;
        row.next_attempt_at = at_ms;
        row.lease_until = 0;
    }
}
