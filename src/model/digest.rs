//! The mail with all that one has not read: how often, and when the next one is due.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::clock::{DAY_MS, HOUR_MS, Millis};

/// Clocks are changed by an hour, and sending takes a moment: two digests may be closer than their period by this.
const SLACK_MS: Millis = 2 * HOUR_MS;
/// The hour when nobody chose one.
const HOUR: i64 = 8;

/// How often a digest comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// Never.
    #[default]
    Off,
    /// Once a day at most.
    Daily,
    /// Once a week at most.
    Weekly,
}

impl Every {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Off, Self::Daily, Self::Weekly];

    /// The stored word, which is also that of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
        }
    }

    /// Reads the stored word; what is not known is never.
    pub fn from_stored(word: &str) -> Self {
        Self::ALL.into_iter().find(|every| every.as_str() == word).unwrap_or_default()
    }

    fn period_ms(self) -> Option<Millis> {
        match self {
            Self::Off => None,
            Self::Daily => Some(DAY_MS),
            Self::Weekly => Some(7 * DAY_MS),
        }
    }
}

/// How somebody gets their digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// How often.
    pub every: Every,
    /// At which hour of the day, where they live.
    pub hour: i64,
    /// When the last one was sent.
    pub sent_at: Option<Millis>,
    /// It was turned off as the mail server knew no such address.
    pub failed: bool,
}

impl Default for Digest {
    fn default() -> Self {
        Self { every: Every::Off, hour: HOUR, sent_at: None, failed: false }
    }
}

impl Digest {
    /// When the next one is due: at the hour, after now, and a period after the last one. `None` when none ever is.
    pub fn next_at(&self, zone: Option<&str>, now_ms: Millis) -> Option<Millis> {
        let period_ms = self.every.period_ms()?;
        let rested = self.sent_at.map(|sent_at| sent_at.saturating_add(period_ms).saturating_sub(SLACK_MS));
        let after = rested.map_or(now_ms, |rested| rested.max(now_ms));
        let hour = i8::try_from(self.hour).ok().filter(|hour| (0..24).contains(hour))?;
        let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        let mut day = Timestamp::from_millisecond(after).ok()?.to_zoned(zone.clone()).date();
        // Where the hour has passed today, it is tomorrow's; a third day is for clocks that skip it.
        for _ in 0..3 {
            let at = day.at(hour, 0, 0, 0).to_zoned(zone.clone()).ok()?.timestamp().as_millisecond();
            if at > after {
                return Some(at);
            }
            day = day.checked_add(1.day()).ok()?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Millis {
        crate::model::time::parse(text).unwrap()
    }

    fn digest(every: Every, hour: i64, sent_at: Option<&str>) -> Digest {
        Digest { every, hour, sent_at: sent_at.map(at), failed: false }
    }

    #[test]
    fn the_next_one_is_at_the_hour_and_a_period_after_the_last() {
        let berlin = Some("Europe/Berlin");
        for (digest, zone, now, wanted) in [
            (digest(Every::Daily, 8, None), None, "2026-05-01T07:59:59Z", "2026-05-01T08:00:00Z"),
            (digest(Every::Daily, 8, None), None, "2026-05-01T08:00:00Z", "2026-05-02T08:00:00Z"),
            (digest(Every::Daily, 8, None), berlin, "2026-05-01T07:59:59Z", "2026-05-02T06:00:00Z"),
            (
                digest(Every::Daily, 8, Some("2026-05-01T06:00:07Z")),
                berlin,
                "2026-05-01T06:00:08Z",
                "2026-05-02T06:00:00Z",
            ),
            // It was late, or the hour was changed: not twice in a day.
            (
                digest(Every::Daily, 8, Some("2026-05-01T20:00:00Z")),
                None,
                "2026-05-01T20:00:01Z",
                "2026-05-03T08:00:00Z",
            ),
            (
                digest(Every::Daily, 9, Some("2026-05-01T08:00:00Z")),
                None,
                "2026-05-01T08:30:00Z",
                "2026-05-02T09:00:00Z",
            ),
            (
                digest(Every::Weekly, 8, Some("2026-05-01T08:00:03Z")),
                None,
                "2026-05-01T08:00:04Z",
                "2026-05-08T08:00:00Z",
            ),
            // The night in which clocks go forward, and the hour that it does not have.
            (
                digest(Every::Daily, 8, Some("2026-03-28T07:00:05Z")),
                berlin,
                "2026-03-28T07:00:06Z",
                "2026-03-29T06:00:00Z",
            ),
            (digest(Every::Daily, 2, None), berlin, "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"),
        ] {
            assert_eq!(digest.next_at(zone, at(now)), Some(at(wanted)), "{digest:?} at {now}");
        }
        assert_eq!(digest(Every::Off, 8, None).next_at(None, 0), None);
    }

    proptest! {
        #[test]
        fn two_are_never_closer_than_their_period(
            hours in prop::collection::vec((0_i64..24, 0_i64..5), 2..20), weekly: bool, zone in 0_usize..4,
        ) {
            let zone = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"][zone];
            let every = if weekly { Every::Weekly } else { Every::Daily };
            let (mut digest, mut now) = (digest(every, 8, None), at("2026-03-01T00:00:00Z"));
            for (hour, late) in hours {
                digest.hour = hour;
                let next = digest.next_at(Some(zone), now).unwrap();
                prop_assert!(next > now);
                if let (Some(sent_at), Some(period_ms)) = (digest.sent_at, every.period_ms()) {
                    prop_assert!(next - sent_at >= period_ms - SLACK_MS);
                    prop_assert!(next - sent_at <= period_ms + DAY_MS + HOUR_MS);
                }
                now = next + late * HOUR_MS / 4;
                digest.sent_at = Some(now);
            }
        }
    }
}
