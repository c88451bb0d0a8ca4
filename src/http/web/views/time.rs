//! Times as people read them: "3 min", "2 h", "5 Mar", with the full date and time on hover.
//!
//! All dates are in UTC and say so.

use fluent_bundle::FluentArgs;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::TimeTag;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use crate::http::web::i18n::Words;

/// A time this close is "now": nobody counts seconds of a post.
const NOW_MS: Millis = 45_000;
/// Up to here an age is more telling than a date.
const AGE_LIMIT_MS: Millis = 7 * DAY_MS;

impl TimeTag {
    /// Shows the age, or the date of older times. A time in the future (a skewed clock) is now.
    pub fn relative(words: &'static Words, at_ms: Millis, now_ms: Millis) -> Self {
        let age_ms = now_ms.saturating_sub(at_ms);
        let shown = match age_ms {
            ..NOW_MS => words.t("time-now").into_owned(),
            NOW_MS..HOUR_MS => units(words, "time-minutes", age_ms.max(MINUTE_MS) / MINUTE_MS),
            HOUR_MS..DAY_MS => units(words, "time-hours", age_ms / HOUR_MS),
            DAY_MS..AGE_LIMIT_MS => units(words, "time-days", age_ms / DAY_MS),
            _ if civil(at_ms).year() == civil(now_ms).year() => date(words, "time-date", at_ms),
            _ => date(words, "time-date-year", at_ms),
        };
        Self { shown, ..Self::exact(words, at_ms) }
    }

    /// Shows date and time in full.
    pub fn exact(words: &'static Words, at_ms: Millis) -> Self {
        let full = date(words, "time-full", at_ms);
        Self { machine: machine(at_ms), shown: full.clone(), full }
    }

    /// Shows the day.
    pub fn day(words: &'static Words, at_ms: Millis) -> Self {
        Self { shown: date(words, "time-date-year", at_ms), ..Self::exact(words, at_ms) }
    }

    /// Shows month and year.
    pub fn month(words: &'static Words, at_ms: Millis) -> Self {
        Self { shown: date(words, "time-month-year", at_ms), ..Self::exact(words, at_ms) }
    }
}

fn units(words: &'static Words, key: &str, n: Millis) -> String {
    words.plural(key, u64::try_from(n).unwrap_or(0)).into_owned()
}

fn date(words: &'static Words, key: &str, at_ms: Millis) -> String {
    let at = civil(at_ms);
    let mut args = FluentArgs::with_capacity(4);
    args.set("day", i64::from(at.day()));
    args.set("month", i64::from(at.month()));
    args.set("year", i64::from(at.year()));
    args.set("clock", format!("{:02}:{:02}", at.hour(), at.minute()));
    words.with_args(key, &args).into_owned()
}

fn timestamp(at_ms: Millis) -> Timestamp {
    Timestamp::from_millisecond(at_ms).unwrap_or_default()
}

fn civil(at_ms: Millis) -> DateTime {
    timestamp(at_ms).to_zoned(TimeZone::UTC).datetime()
}

/// RFC 3339 in UTC, to the second.
fn machine(at_ms: Millis) -> String {
    timestamp(at_ms.div_euclid(1_000).saturating_mul(1_000)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-05T14:03:20Z
    const NOW: Millis = 1_772_719_400_000;

    fn shown(tag: &str, age_ms: Millis) -> String {
        TimeTag::relative(Words::tagged(tag).unwrap(), NOW - age_ms, NOW).shown
    }

    #[test]
    fn ages_turn_into_dates_after_a_week() {
        let ages = [-MINUTE_MS, 0, 50_000, 3 * MINUTE_MS, 2 * HOUR_MS, 6 * DAY_MS, 8 * DAY_MS, 400 * DAY_MS];
        let english: Vec<String> = ages.iter().map(|age| shown("en", *age)).collect();
        assert_eq!(english, ["now", "now", "1 min", "3 min", "2 h", "6 d", "25 Feb", "29 Jan 2025"]);
        assert_eq!(shown("de", 8 * DAY_MS), "25. Feb.");
    }

    #[test]
    fn the_full_time_says_its_zone_and_machines_read_rfc_3339() {
        let tag = TimeTag::exact(Words::english(), NOW);
        assert_eq!(tag.full, "5 March 2026, 14:03 UTC");
        assert_eq!(tag.machine, "2026-03-05T14:03:20Z");
    }

    #[test]
    fn times_beyond_the_calendar_do_not_break_a_page() {
        for at_ms in [i64::MIN, i64::MAX] {
            assert!(!TimeTag::relative(Words::english(), at_ms, NOW).shown.is_empty());
        }
    }
}
