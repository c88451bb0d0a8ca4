//! Times as text: RFC 3339 in JSON and ActivityPub, HTTP dates in headers, and a forgiving reader for what
//! other instances send. Inside the house a time is always [`Millis`].

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::clock::Millis;

/// A time in text is never longer; more is not read.
const MAX_TIME_BYTES: usize = 64;

/// `2026-01-02T03:04:05.678Z`. A time beyond the calendar (years −9999 to 9999) becomes the nearest one in it.
pub fn to_rfc3339(at_ms: Millis) -> String {
    format!("{:.3}", timestamp(at_ms))
}

/// `2026-01-02`, the day in UTC.
pub fn date(at_ms: Millis) -> String {
    to_rfc3339(at_ms).split('T').next().unwrap_or_default().to_owned()
}

/// Reads RFC 3339 as written by any instance: with or without fraction, with any offset, with a blank for the `T`;
/// without an offset it is taken as UTC, a date alone as its midnight. `None` for everything else.
pub fn parse(text: &str) -> Option<Millis> {
    let text = text.trim();
    if text.len() > MAX_TIME_BYTES {
        return None;
    }
    let at = text.parse::<Timestamp>().ok().or_else(|| {
        let civil =
            text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(DateTime::from))?;
        civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })?;
    Some(at.as_millisecond())
}

/// `Fri, 02 Jan 2026 03:04:05 GMT` (RFC 9110). Times before 1970 or after 9999 become the nearest that can be written.
pub fn to_http_date(at_ms: Millis) -> String {
    let seconds = u64::try_from(at_ms.div_euclid(1_000)).unwrap_or(0).min(LAST_HTTP_SECOND);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Reads any of the three HTTP date forms. `None` for everything else.
pub fn parse_http_date(text: &str) -> Option<Millis> {
    if text.len() > MAX_TIME_BYTES {
        return None;
    }
    let at: SystemTime = httpdate::parse_http_date(text.trim()).ok()?;
    i64::try_from(at.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

/// 9999-12-31T23:59:59Z: an HTTP date has four digits for the year.
const LAST_HTTP_SECOND: u64 = 253_402_300_799;

fn timestamp(at_ms: Millis) -> Timestamp {
    let nearest = if at_ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(at_ms).unwrap_or(nearest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AT: Millis = 1_767_323_045_678;

    #[test]
    fn times_are_written_with_milliseconds_and_z() {
        assert_eq!(to_rfc3339(AT), "2026-01-02T03:04:05.678Z");
        assert_eq!(to_rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(to_rfc3339(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn times_of_other_instances_are_read_in_all_their_forms() {
        for text in [
            "2026-01-02T03:04:05.678Z",
            "2026-01-02t03:04:05.678z",
            "2026-01-02T04:04:05.678+01:00",
            "2026-01-02 03:04:05.678Z",
            "2026-01-02T03:04:05.678",
            " 2026-01-02T03:04:05.678901234Z\n",
        ] {
            assert_eq!(parse(text), Some(AT), "{text}");
        }
        assert_eq!(parse("2026-01-02T03:04:05Z"), Some(AT - 678));
        assert_eq!(parse("2026-01-02T03:04:05-00:00"), Some(AT - 678));
        assert_eq!(parse("2026-01-02"), Some(1_767_312_000_000));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for bad in
            ["", "now", "2026", "2026-13-01T00:00:00Z", "1767323045678", "2026-01-02T25:00:00Z", "-", "T"]
        {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
        assert_eq!(parse(&"2".repeat(1 << 20)), None);
    }

    #[test]
    fn http_dates_go_both_ways_in_whole_seconds() {
        assert_eq!(to_http_date(AT), "Fri, 02 Jan 2026 03:04:05 GMT");
        assert_eq!(parse_http_date("Fri, 02 Jan 2026 03:04:05 GMT"), Some(AT - 678));
        assert_eq!(parse_http_date("Friday, 02-Jan-26 03:04:05 GMT"), Some(AT - 678));
        assert_eq!(parse_http_date("yesterday"), None);
        assert_eq!(to_http_date(-5), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(to_http_date(i64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    proptest! {
        #[test]
        fn every_time_of_the_calendar_reads_back(at_ms in -62_000_000_000_000_i64..253_000_000_000_000) {
            prop_assert_eq!(parse(&to_rfc3339(at_ms)), Some(at_ms));
        }

        #[test]
        fn any_millisecond_count_can_be_written(at_ms in any::<i64>()) {
            prop_assert!(parse(&to_rfc3339(at_ms)).is_some());
            prop_assert!(parse_http_date(&to_http_date(at_ms)).is_some());
        }
    }
}
