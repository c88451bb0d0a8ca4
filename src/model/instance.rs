//! A remote instance as an admin sees it, and what came from it that could not be worked off.

use super::ids::RowId;
use crate::clock::Millis;

/// Waiting deliveries are counted up to this: beyond it the exact number tells nobody anything.
pub const WAITING_COUNTED: i64 = 10_000;

/// How an instance fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// It answers.
    Reachable,
    /// It failed the last time; it is tried again with growing pauses.
    Failing,
    /// It did nothing but fail for a week, or said that it is gone: nothing is sent until it speaks to us.
    Dead,
    /// An admin blocked it: nothing is sent to it and nothing taken from it.
    Blocked,
}

impl InstanceState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Reachable, Self::Failing, Self::Dead, Self::Blocked];

    /// The stored state of the lane, and whether an admin blocked the instance.
    pub fn of(lane: i64, blocked: bool) -> Self {
        match (blocked, lane) {
            (true, _) => Self::Blocked,
            (_, 1 | 2) => Self::Failing,
            (_, 3) => Self::Dead,
            _ => Self::Reachable,
        }
    }

    /// The word in addresses and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::Failing => "failing",
            Self::Dead => "dead",
            Self::Blocked => "blocked",
        }
    }

    /// Reads [`InstanceState::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A remote instance with its health and what waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Host and port.
    pub host: String,
    /// How it fares.
    pub state: InstanceState,
    /// Failures since it last answered.
    pub failures: i64,
    /// When it is tried again; of a dead one, since when it is dead.
    pub next_attempt_at: Option<Millis>,
    /// The first failure since it last answered.
    pub failing_since: Option<Millis>,
    /// When it last answered.
    pub last_success_at: Option<Millis>,
    /// When it last failed.
    pub last_failure_at: Option<Millis>,
    /// How it failed then; empty when it never did.
    pub last_failure: String,
    /// The form of signatures it is known to take: 0 not known, 1 draft-cavage, 2 RFC 9421.
    pub form: i64,
    /// What it runs, as far as it is known.
    pub software: Option<String>,
    /// When it was first heard of.
    pub known_since: Millis,
    /// Deliveries that wait for it, counted up to one more than [`WAITING_COUNTED`].
    pub waiting: i64,
    /// When the oldest of them was planned.
    pub oldest_at: Option<Millis>,
}

impl Instance {
    /// How many deliveries wait, in words for a narrow place: `10000+` when there are more than are counted.
    pub fn waiting_text(&self) -> String {
        let more = if self.waiting > WAITING_COUNTED { "+" } else { "" };
        format!("{}{more}", self.waiting.min(WAITING_COUNTED))
    }

    /// The name of the form of signatures it takes.
    pub fn form_name(&self) -> Option<&'static str> {
        match self.form {
            1 => Some("draft-cavage"),
            2 => Some("RFC 9421"),
            _ => None,
        }
    }
}

/// An activity that came in and could not be worked off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// Its row.
    pub id: RowId,
    /// The activity's id.
    pub activity_uri: String,
    /// Who sent it.
    pub actor_uri: String,
    /// Where they are.
    pub host: String,
    /// What it is about.
    pub object_uri: String,
    /// The activity's type; empty when it has none.
    pub kind: String,
    /// Why it was parked.
    pub reason: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it came.
    pub received_at: Millis,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_found_by_its_word_and_a_block_hides_the_others() {
        for state in InstanceState::ALL {
            assert_eq!(InstanceState::from_word(state.word()), Some(state));
        }
        assert_eq!(InstanceState::from_word("closed"), None);
        let states = [0, 1, 2, 3].map(|lane| InstanceState::of(lane, false).word());
        assert_eq!(states, ["reachable", "failing", "failing", "dead"]);
        assert_eq!(InstanceState::of(3, true), InstanceState::Blocked);
    }
}
