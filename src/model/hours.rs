//! Hours of the day where somebody lives: the times at which they are not to be disturbed.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::error::{Error, Result};

/// Names of time zones are shorter; more is not looked at.
const ZONE_MAX_BYTES: usize = 64;
/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// A time of the day, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

/// The text is no time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time of the day is written as 22:30")]
pub struct BadTimeOfDay;

impl TimeOfDay {
    /// From minutes after midnight; `None` when the day does not have so many.
    pub fn from_minutes(minutes: i64) -> Option<Self> {
        u16::try_from(minutes).ok().filter(|minutes| *minutes < DAY_MINUTES).map(Self)
    }

    /// Minutes after midnight.
    pub fn minutes(self) -> i64 {
        self.0.into()
    }
}

impl FromStr for TimeOfDay {
    type Err = BadTimeOfDay;

    fn from_str(text: &str) -> std::result::Result<Self, BadTimeOfDay> {
        let number = |digits: &str, below: u16| {
            let two = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u16>().ok().filter(|number| two && *number < below)
        };
        let (hour, minute) = text.split_once(':').ok_or(BadTimeOfDay)?;
        let (hour, minute) = (number(hour, 24).ok_or(BadTimeOfDay)?, number(minute, 60).ok_or(BadTimeOfDay)?);
        Ok(Self(hour * 60 + minute))
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = BadTimeOfDay;

    fn try_from(text: String) -> std::result::Result<Self, BadTimeOfDay> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// From when until when one is not to be disturbed, each day; it may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    from: TimeOfDay,
    until: TimeOfDay,
}

impl QuietHours {
    /// From one time until another.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `quiet_hours`: `same_time` when they would have no end or no length.
    pub fn new(from: TimeOfDay, until: TimeOfDay) -> Result<Self> {
        if from == until {
            let message = "quiet hours end at another time than they begin";
            return Err(Error::invalid("quiet_hours", "same_time", message));
        }
        Ok(Self { from, until })
    }

    /// When they begin.
    pub fn from(self) -> TimeOfDay {
        self.from
    }

    /// When they are over.
    pub fn until(self) -> TimeOfDay {
        self.until
    }

    /// Whether they hold at a time of the day.
    fn hold(self, at: TimeOfDay) -> bool {
        match self.from < self.until {
            true => self.from <= at && at < self.until,
            false => self.from <= at || at < self.until,
        }
    }
}

/// Quiet hours and where they are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quiet {
    /// The hours; none when one may be disturbed at any time.
    pub hours: Option<QuietHours>,
    /// The name of the time zone; UTC when there is none.
    pub zone: Option<String>,
}

impl Quiet {
    /// Whether one is not to be disturbed at this time.
    pub fn holds(&self, at_ms: Millis) -> bool {
        self.hours.is_some_and(|hours| hours.hold(time_of_day(self.zone.as_deref(), at_ms)))
    }
}

/// What clocks show in a time zone at a time; one that is not known is UTC.
pub fn time_of_day(zone: Option<&str>, at_ms: Millis) -> TimeOfDay {
    let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned(zone);
    let minutes = i64::from(at.hour()) * 60 + i64::from(at.minute());
    TimeOfDay::from_minutes(minutes).unwrap_or(TimeOfDay(0))
}

/// The name of a time zone as it is written in the list of all, whatever the case it was typed in.
///
/// # Errors
/// [`Error::Invalid`] on `time_zone`: `bad_time_zone`.
pub fn time_zone(name: &str) -> Result<String> {
    let known = Some(name.trim()).filter(|name| name.len() <= ZONE_MAX_BYTES);
    let known = known.and_then(|name| TimeZone::get(name).ok());
    known.as_ref().and_then(TimeZone::iana_name).map(str::to_owned).ok_or_else(|| {
        let message = "a time zone is a name of the IANA list such as \"Europe/Berlin\" or \"UTC\"";
        Error::invalid("time_zone", "bad_time_zone", message)
    })
}

/// Names to choose from: those that people know by a place, and UTC.
pub fn time_zones() -> &'static [String] {
    static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let of_a_place = |name: &str| {
            let (area, _) = name.split_once('/').unwrap_or_default();
            AREAS.contains(&area)
        };
        let mut names: Vec<String> =
            jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        names.retain(|name| of_a_place(name));
        names.sort_unstable();
        names.dedup();
        names.insert(0, "UTC".to_owned());
        names
    });
    &NAMES
}

const AREAS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};

    fn quiet(from: &str, until: &str, zone: &str) -> Quiet {
        let hours = QuietHours::new(from.parse().unwrap(), until.parse().unwrap()).unwrap();
        Quiet { hours: Some(hours), zone: Some(zone.to_owned()) }
    }

    fn at(text: &str) -> Millis {
        crate::model::time::parse(text).unwrap()
    }

    #[test]
    fn times_of_the_day_are_read_as_they_are_written() {
        for minutes in 0..1_440 {
            let time = TimeOfDay::from_minutes(minutes).unwrap();
            assert_eq!(time.to_string().parse(), Ok(time));
            assert_eq!(time.minutes(), minutes);
        }
        for odd in ["", "7:00", "24:00", "12:60", "12", "+1:00", "12:3x", "12:30:00", "١٢:30"] {
            assert_eq!(odd.parse::<TimeOfDay>(), Err(BadTimeOfDay), "{odd:?}");
        }
        assert_eq!(TimeOfDay::from_minutes(1_440), None);
        assert!(QuietHours::new(TimeOfDay(7), TimeOfDay(7)).is_err());
    }

    #[test]
    fn the_night_ends_an_hour_earlier_or_later_when_the_clocks_are_changed() {
        let night = quiet("22:00", "07:00", "Europe/Berlin");
        // Clocks went from 2 to 3 on the 29th of March, and from 3 to 2 on the 25th of October.
        for (time, silent) in [
            ("2026-03-28T20:59:00Z", false),
            ("2026-03-28T21:00:00Z", true),
            ("2026-03-29T04:59:00Z", true),
            ("2026-03-29T05:00:00Z", false),
            ("2026-10-24T19:59:00Z", false),
            ("2026-10-24T20:00:00Z", true),
            ("2026-10-25T05:59:00Z", true),
            ("2026-10-25T06:00:00Z", false),
        ] {
            assert_eq!(night.holds(at(time)), silent, "{time}");
        }
        // An hour that a day does not have silences nothing; one that it has twice silences both.
        let skipped = quiet("02:00", "03:00", "Europe/Berlin");
        let minutes = |day: &str| {
            let from = at(day);
            (0..1_440).filter(|minute| skipped.holds(from + minute * MINUTE_MS)).count()
        };
        assert_eq!([minutes("2026-03-29"), minutes("2026-10-25"), minutes("2026-11-29")], [0, 120, 60]);
    }

    #[test]
    fn a_time_zone_has_the_name_of_the_list() {
        assert_eq!(time_zone(" europe/berlin ").unwrap(), "Europe/Berlin");
        assert_eq!(time_zone("UTC").unwrap(), "UTC");
        for odd in ["", "Europe", "Mars/Olympus", "../etc/passwd", "/etc/localtime", &"x".repeat(500)] {
            assert_eq!(time_zone(odd).unwrap_err().code(), "bad_time_zone", "{odd:?}");
        }
        let names = time_zones();
        assert!(names.len() > 300 && names.iter().any(|name| name == "Asia/Kolkata"), "{}", names.len());
        for name in names {
            assert!(time_zone(name).is_ok(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_not_within_the_hours_is_within_the_others(
            from in 0_u16..1_440, length in 1_u16..1_440, at_ms in 0_i64..4_000_000_000_000, zone in 0_usize..5,
        ) {
            let zone = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"][zone];
            let until = (from + length) % DAY_MINUTES;
            let between = |from, until| {
                let hours = QuietHours::new(TimeOfDay(from), TimeOfDay(until)).unwrap();
                Quiet { hours: Some(hours), zone: Some(zone.to_owned()) }
            };
            prop_assert_ne!(between(from, until).holds(at_ms), between(until, from).holds(at_ms));
        }

        #[test]
        fn a_day_is_silent_for_as_long_as_the_hours_are(from in 0_u16..1_440, length in 1_u16..1_440, day in 0_i64..30_000) {
            let until = (from + length) % DAY_MINUTES;
            let hours = QuietHours::new(TimeOfDay(from), TimeOfDay(until)).unwrap();
            // India's clocks are never changed.
            let quiet = Quiet { hours: Some(hours), zone: Some("Asia/Kolkata".to_owned()) };
            let minutes = (0..1_440).filter(|minute| quiet.holds(day * DAY_MS + HOUR_MS + minute * MINUTE_MS));
            prop_assert_eq!(minutes.count(), usize::from(length));
        }
    }
}
