//! Hosts that asked to be left alone for a while, by 429 or 503 with `Retry-After`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use tokio::time::Instant;

use crate::model::time::parse_http_date;

/// Hosts whose pause is remembered; beyond them the shortest pauses are forgotten.
const KEPT: usize = 4_096;
/// The longest pause that is granted.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// The pauses that are under way.
#[derive(Debug, Default)]
pub(super) struct Pauses(Mutex<HashMap<String, (Instant, StatusCode)>>);

impl Pauses {
    /// The status by which a host asked for the pause that it has now.
    pub(super) fn of(&self, host: &str) -> Option<StatusCode> {
        self.of_at(host, Instant::now())
    }

    fn of_at(&self, host: &str, now: Instant) -> Option<StatusCode> {
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, status) = *pauses.get(host)?;
        if until > now {
            return Some(status);
        }
        pauses.remove(host);
        None
    }

    /// Remembers the pause that an answer asks for, if it does.
    pub(super) fn note(&self, host: &str, status: StatusCode, headers: &HeaderMap) {
        self.note_at(host, status, headers, Instant::now());
    }

    fn note_at(&self, host: &str, status: StatusCode, headers: &HeaderMap, now: Instant) {
        if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            return;
        }
        let Some(pause) = retry_after(headers) else { return };
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pauses.len() >= KEPT {
            pauses.retain(|_, (until, _)| *until > now);
        }
        if pauses.len() >= KEPT {
            let first = pauses.iter().min_by_key(|(_, (until, _))| *until).map(|(host, _)| host.clone());
            first.map(|host| pauses.remove(&host));
        }
        pauses.insert(host.to_owned(), (now + pause, status));
    }
}

/// The pause that an answer asks for by `Retry-After`: seconds, or a date, which is compared with the answer's own so
/// that no clock matters. At most an hour.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(header::RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()).min(LONGEST));
    }
    let wait_ms = parse_http_date(asked)?.saturating_sub(parse_http_date(text(header::DATE)?)?);
    Some(Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0)).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(retry_after: &str) -> HeaderMap {
        let date = "Fri, 02 Jan 2026 03:04:05 GMT";
        let pairs = [(header::RETRY_AFTER, retry_after), (header::DATE, date)];
        pairs.map(|(name, value)| (name, value.parse().unwrap())).into_iter().collect()
    }

    #[test]
    fn a_pause_is_seconds_or_a_date_and_never_longer_than_an_hour() {
        let seconds = |text| retry_after(&answer(text)).map(|pause| pause.as_secs());
        assert_eq!(seconds("30"), Some(30));
        assert_eq!(seconds(" Fri, 02 Jan 2026 03:05:05 GMT"), Some(60));
        assert_eq!(seconds("Fri, 02 Jan 2026 03:00:00 GMT"), Some(0));
        assert_eq!(seconds("4294967295"), Some(3_600));
        for odd in ["", "-5", "soon", "99999999999999999999"] {
            assert_eq!(seconds(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_host_is_left_alone_until_its_pause_is_over() {
        let (pauses, now) = (Pauses::default(), Instant::now());
        pauses.note_at("a.test", StatusCode::TOO_MANY_REQUESTS, &answer("30"), now);
        pauses.note_at("b.test", StatusCode::SERVICE_UNAVAILABLE, &HeaderMap::new(), now);
        pauses.note_at("c.test", StatusCode::NOT_FOUND, &answer("30"), now);
        assert_eq!(pauses.of_at("a.test", now), Some(StatusCode::TOO_MANY_REQUESTS));
        assert_eq!((pauses.of_at("b.test", now), pauses.of_at("c.test", now)), (None, None));
        assert_eq!(pauses.of_at("a.test", now + Duration::from_secs(30)), None);
    }

    #[test]
    fn of_too_many_pauses_the_longest_are_kept() {
        let (pauses, now) = (Pauses::default(), Instant::now());
        for n in 0..=KEPT {
            let pause = answer(&(n + 1).to_string());
            pauses.note_at(&format!("h{n}.test"), StatusCode::TOO_MANY_REQUESTS, &pause, now);
        }
        assert_eq!(pauses.of_at("h0.test", now), None);
        let last = format!("h{KEPT}.test");
        assert!(pauses.of_at("h1.test", now).is_some() && pauses.of_at(&last, now).is_some());
        assert_eq!(pauses.0.lock().unwrap().len(), KEPT);
    }
}
