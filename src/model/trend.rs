//! What is used most of late: distinct accounts, each weighed by how long ago it was, against what is usual for the thing
//! itself; and what moderators said of it.

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

    /// The sums of what was used: each account's weight, of how many accounts used each item last in which hour.
    pub fn sums(self, used: Vec<(String, i64, i64)>, now_hour: i64) -> HashMap<String, i64> {
        let mut sums: HashMap<String, i64> = HashMap::new();
        for (item, hour, accounts) in used {
            let weight = self.weight(now_hour.saturating_sub(hour)).saturating_mul(accounts);
            let sum = sums.entry(item).or_default();
            *sum = sum.saturating_add(weight);
        }
        sums
    }
}

/// How far a sum of now stands above what the thing's own past lets expect; what is not above it does not trend.
///
/// `usual` is the highest sum that the thing reached on the days before, of a week and a day: that of last Monday for what
/// is said each Monday, and none for what is new. People come by chance, so that about √usual more of them mean nothing:
/// only what is beyond usual + √usual counts, and it counts in such steps, as ten more where one is usual are news, and ten
/// more where a thousand are usual are not:
///
/// ```text
/// surplus = (sum − usual − √usual) / √(usual + 1)
/// ```
///
/// Without a past this is the sum itself, so that newcomers are compared by their accounts alone.
pub fn surplus(sum: i64, usual: i64) -> i64 {
    // In 20 bits after the point, as sums are: √(x · 2²⁰) of a number x · 2²⁰ is √x in the same measure.
    let root = |number: i64| number.max(0).saturating_mul(FULL).isqrt();
    let above = sum.saturating_sub(usual).saturating_sub(root(usual));
    above.saturating_mul(FULL) / root(usual.max(0).saturating_add(FULL)).max(1)
}

/// The items that stand above their usual, the highest first.
pub fn ranked(sums: HashMap<String, i64>, usual: &HashMap<String, i64>) -> Vec<String> {
    let above = |item: &String, sum| surplus(sum, usual.get(item).copied().unwrap_or_default());
    let mut ranked: Vec<(i64, String)> = sums
        .into_iter()
        .map(|(item, sum)| (above(&item, sum), item))
        .filter(|(above, _)| *above > 0)
        .collect();
    ranked
        .sort_by(|(above, item), (other_above, other)| other_above.cmp(above).then_with(|| item.cmp(other)));
    ranked.into_iter().map(|(_, item)| item).collect()
}

/// The day before which days are somebody's past at a time: what began yesterday evening is not its own past yet.
pub fn past_ends(day: i64) -> i64 {
    day.saturating_sub(1)
}

/// Days that are remembered as the past, counted back from today: last week's same day is among them.
pub const PAST_DAYS: i64 = 8;

/// What a moderator decides about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReviewKind {
    /// A hashtag, by its folded name.
    Tag,
    /// A linked page, by its address.
    Link,
    /// A tweet, by its id.
    Tweet,
    /// All pages of a host, by its name.
    Publisher,
}

impl ReviewKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Tag, Self::Link, Self::Tweet, Self::Publisher];

    /// The stored number; that of what trends is the same as in [`TrendKind`].
    pub fn number(self) -> i64 {
        match self {
            Self::Tag => 0,
            Self::Link => 1,
            Self::Tweet => 2,
            Self::Publisher => 3,
        }
    }

    /// Its word in addresses and commands.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Link => "link",
            Self::Tweet => "tweet",
            Self::Publisher => "publisher",
        }
    }

    /// Reads what [`ReviewKind::word`] wrote.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl From<TrendKind> for ReviewKind {
    fn from(kind: TrendKind) -> Self {
        match kind {
            TrendKind::Tags => Self::Tag,
            TrendKind::Links => Self::Link,
            TrendKind::Tweets => Self::Tweet,
        }
    }
}

/// What moderators made of something that trends or could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewState {
    /// Nobody said anything.
    Waiting,
    /// It may trend.
    Approved,
    /// It never trends.
    Rejected,
}

impl ReviewState {
    /// Of a stored decision about the thing, and one about its publisher. A no always wins.
    pub fn of(own: Option<bool>, publisher: Option<bool>) -> Self {
        match (own, publisher) {
            (Some(false), _) | (_, Some(false)) => Self::Rejected,
            (Some(true), _) | (_, Some(true)) => Self::Approved,
            (None, None) => Self::Waiting,
        }
    }

    /// Its word in answers and commands.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
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
        let sums = TrendKind::Tags.sums(used, 100);
        assert_eq!(ranked(sums, &HashMap::new()), ["new", "also", "old"]);
    }

    /// Accounts, in the measure of sums.
    fn accounts(number: i64) -> i64 {
        number * FULL
    }

    #[test]
    fn what_is_usual_does_not_trend_and_what_is_beyond_it_does() {
        for (sum, usual, trends) in [
            (1, 0, true),
            (50, 50, false),
            (55, 50, false),
            (60, 50, true),
            (1_020, 1_000, false),
            (3, 4, false),
        ] {
            assert_eq!(surplus(accounts(sum), accounts(usual)) > 0, trends, "{sum} where {usual} are usual");
        }
        assert_eq!(surplus(accounts(7), 0), accounts(7), "without a past the accounts count");
    }

    #[test]
    fn newcomers_stand_above_perennials_and_a_great_day_of_those_above_both() {
        let of = |name: &str, number| (name.to_owned(), accounts(number));
        let sums = HashMap::from([of("monday", 50), of("newcomer", 5), of("spike", 90)]);
        let usual = HashMap::from([of("monday", 48), of("spike", 30)]);
        assert_eq!(ranked(sums, &usual), ["spike", "newcomer"]);
    }

    proptest::proptest! {
        #[test]
        fn more_people_never_lower_a_thing_and_a_greater_past_never_lifts_it(
            sum in 0..1_i64 << 40, usual in 0..1_i64 << 40, more in 0..1_i64 << 40,
        ) {
            proptest::prop_assert!(surplus(sum + more, usual) >= surplus(sum, usual));
            if surplus(sum, usual) >= 0 {
                proptest::prop_assert!(surplus(sum, usual + more) <= surplus(sum, usual));
            }
            proptest::prop_assert!(surplus(usual, usual) <= 0);
        }
    }

    #[test]
    fn a_no_always_wins() {
        assert_eq!(ReviewState::of(Some(true), Some(false)), ReviewState::Rejected);
        assert_eq!(ReviewState::of(Some(false), Some(true)), ReviewState::Rejected);
        assert_eq!(ReviewState::of(None, Some(true)), ReviewState::Approved);
        assert_eq!(ReviewState::of(None, None), ReviewState::Waiting);
        for kind in ReviewKind::ALL {
            assert_eq!(ReviewKind::from_word(kind.word()), Some(kind));
        }
    }
}
