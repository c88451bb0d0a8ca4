//! What is used most of late: distinct accounts, each weighed by how long ago it was.

use std::collections::HashMap;

use crate::clock::{DAY_MS, HOUR_MS, Millis};

/// What can trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrendKind {
    /// Hashtags.
    Tags,
    /// Linked pages.
    Links,
    /// Tweets that are liked and repeated.
    Tweets,
}

/// Weight of an account that used something just now; halved every half-life.
const FULL: i64 = 1 << 20;

impl TrendKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tags, Self::Links, Self::Tweets];

    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            Self::Tags => 0,
            Self::Links => 1,
            Self::Tweets => 2,
        }
    }

    /// Hours after which an account counts for half.
    pub fn half_life_hours(self) -> i64 {
        match self {
            Self::Tags | Self::Links => 4,
            Self::Tweets => 8,
        }
    }

    /// Hours after which an account counts for nothing worth reading.
    pub fn horizon_hours(self) -> i64 {
        self.half_life_hours().saturating_mul(6)
    }

    /// What an account counts for that used something so many hours ago.
    fn weight(self, hours: i64) -> i64 {
        // A quarter of a half-life is a factor of 0.84; four of them are exactly one half.
        const QUARTERS: [i64; 4] = [1_048_576, 881_744, 741_455, 623_487];
        let quarters = hours.max(0).saturating_mul(4) / self.half_life_hours();
        let halvings = u32::try_from(quarters / 4).unwrap_or(u32::MAX);
        let place = usize::try_from(quarters % 4).unwrap_or_default();
        QUARTERS.get(place).copied().unwrap_or(FULL).checked_shr(halvings).unwrap_or_default()
    }

    /// The items by their score, the highest first, of how many accounts used each of them last in which hour.
    pub fn ranked(self, used: Vec<(String, i64, i64)>, now_hour: i64) -> Vec<String> {
        let mut scores: HashMap<String, i64> = HashMap::new();
        for (item, hour, accounts) in used {
            let score = self.weight(now_hour.saturating_sub(hour)).saturating_mul(accounts);
            let sum = scores.entry(item).or_default();
            *sum = sum.saturating_add(score);
        }
        let mut ranked: Vec<(String, i64)> = scores.into_iter().filter(|(_, score)| *score > 0).collect();
        ranked.sort_by(|(item, score), (other, other_score)| {
            other_score.cmp(score).then_with(|| item.cmp(other))
        });
        ranked.into_iter().map(|(item, _)| item).collect()
    }
}

/// The hour of a time, counted since 1970.
pub fn hour_of(at_ms: Millis) -> i64 {
    at_ms.div_euclid(HOUR_MS)
}

/// The day of a time, counted since 1970.
pub fn day_of(at_ms: Millis) -> i64 {
    at_ms.div_euclid(DAY_MS)
}

/// How often something was used on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayUse {
    /// When the day began (UTC).
    pub begins_ms: Millis,
    /// Accounts that used it.
    pub accounts: i64,
    /// Times that it was used.
    pub uses: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_counts_for_half_after_each_half_life_and_for_less_every_hour() {
        assert_eq!(TrendKind::Tags.weight(0), FULL);
        assert_eq!(TrendKind::Tags.weight(4), FULL / 2);
        assert_eq!(TrendKind::Tweets.weight(8), FULL / 2);
        assert_eq!(TrendKind::Links.weight(12), FULL / 8);
        assert_eq!(TrendKind::Tags.weight(100_000), 0);
        for kind in TrendKind::ALL {
            let falls = (0..40).all(|hour| kind.weight(hour + 2) < kind.weight(hour));
            assert!(falls, "{kind:?}");
        }
    }

    #[test]
    fn few_of_late_outweigh_many_of_long_ago() {
        let of = |item: &str, hour, accounts| (item.to_owned(), hour, accounts);
        let used = vec![
            of("old", 80, 20),
            of("new", 100, 3),
            of("new", 99, 1),
            of("none", 1, 9),
            of("also", 100, 3),
        ];
        assert_eq!(TrendKind::Tags.ranked(used, 100), ["new", "also", "old"]);
    }
}
