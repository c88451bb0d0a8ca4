//! What became of a post at the hosts that it was for.

use super::ids::RowId;
use crate::clock::Millis;

/// How the deliveries of a post to a host ended, or that they wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The host took it.
    Delivered,
    /// The host refused it for good.
    Refused,
    /// The host failed at it again and again while it took others.
    GivenUp,
    /// It was not sent: the host is gone or blocked, or an admin dropped what waited.
    Dropped,
    /// It waits.
    Waiting,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Delivered, Self::Refused, Self::GivenUp, Self::Dropped, Self::Waiting];

    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            Self::Delivered => 0,
            Self::Refused => 1,
            Self::GivenUp => 2,
            Self::Dropped => 3,
            Self::Waiting => 4,
        }
    }

    /// Reads [`Outcome::number`].
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.number() == number)
    }

    /// The word in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
            Self::Dropped => "dropped",
            Self::Waiting => "waiting",
        }
    }
}

/// What became of a post at one host: of all its activities that have ended together, or of those that wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryTrace {
    /// The last of the deliveries.
    pub id: RowId,
    /// Host and port.
    pub host: String,
    /// How the last one ended.
    pub outcome: Outcome,
    /// The status of the last refusal.
    pub status: Option<i64>,
    /// Deliveries that the host took.
    pub delivered: i64,
    /// Deliveries that it refused.
    pub refused: i64,
    /// Deliveries that were given up or dropped.
    pub dropped: i64,
    /// Deliveries that wait.
    pub waiting: i64,
    /// How often they were sent.
    pub tries: i64,
    /// When the last one ended; of those that wait, when the oldest was planned.
    pub at: Millis,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_read_back_from_its_number() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_number(outcome.number()), Some(outcome));
        }
        assert_eq!(Outcome::from_number(9), None);
    }
}
