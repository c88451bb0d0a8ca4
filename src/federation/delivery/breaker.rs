//! The circuit breaker of one host: whether it may be spoken to, and when next.
//!
//! Closed: deliver. Open: wait for a time that doubles with every failure, 30 s to 8 h. Half-open: one probe is under
//! way. Dead: it failed for 7 days and nothing else, or said that it is gone; only a verified request from it earns it
//! another probe. However many deliveries wait, an open host costs one request a wait.

use http::StatusCode;

use crate::client::{ClientError, Refusal};
use crate::clock::{DAY_MS, HOUR_MS, Millis, SECOND_MS};
use crate::federation::signature::Form;

/// The wait after the first failure, and the least time between two probes.
pub const MIN_BACKOFF_MS: Millis = 30 * SECOND_MS;
/// The longest wait.
pub const MAX_BACKOFF_MS: Millis = 8 * HOUR_MS;
/// A host that does nothing but fail for so long is dead.
pub const DEAD_AFTER_MS: Millis = 7 * DAY_MS;
/// Failures without which no host is dead, so that two failures far apart do not count as a week of them.
const DEAD_AFTER_FAILURES: u32 = 16;

/// The wait after something could not be sent because of our own load.
pub const NOT_SENT_WAIT_MS: Millis = 5 * SECOND_MS;

/// How a delivery went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted (2xx).
    Delivered,
    /// 401: perhaps the peer cannot fetch our key right now, or speaks another form of signatures.
    Unauthorized,
    /// Refused for good with this status.
    Final(u16),
    /// It cannot be sent, ever: its activity or signer is gone, or our own guard forbids the address.
    Unsendable,
    /// The network, or an error of the host that may pass.
    Transient,
    /// The host asks to come back after so many milliseconds.
    RetryAfter(Millis),
    /// 410 on a shared inbox: the host is gone.
    Gone,
    /// Our own load kept it from being sent; it says nothing about the host.
    NotSent,
}

impl Outcome {
    /// Judges an answer. `retry_after_ms` is its `Retry-After`, see [`retry_after_ms`].
    pub fn of_status(status: StatusCode, is_shared_inbox: bool, retry_after_ms: Option<Millis>) -> Self {
        match status.as_u16() {
            200..=299 => Self::Delivered,
            401 => Self::Unauthorized,
            410 if is_shared_inbox => Self::Gone,
            501 => Self::Final(501),
            408 | 425 | 429 | 500..=599 => retry_after_ms.map_or(Self::Transient, Self::RetryAfter),
            final_status => Self::Final(final_status),
        }
    }

    /// Judges an exchange without an answer.
    pub fn of_error(error: &ClientError) -> Self {
        match error {
            // A name that leads inside today may be mended tomorrow, like any DNS trouble.
            ClientError::Refused(Refusal::PrivateAddress) => Self::Transient,
            ClientError::Refused(_) | ClientError::Signing => Self::Unsendable,
            ClientError::Status { status } => Self::of_status(*status, false, None),
            ClientError::Timeout
            | ClientError::Connect(_)
            | ClientError::Broken(_)
            | ClientError::TooLarge { .. } => Self::Transient,
            ClientError::Busy => Self::NotSent,
        }
    }
}

/// Reads a `Retry-After` header: seconds or a date. Longer waits than [`MAX_BACKOFF_MS`] are cut to that.
pub fn retry_after_ms(header: &str, now_ms: Millis) -> Option<Millis> {
    let header = header.trim();
    let wait_ms = match header.parse::<u32>() {
        Ok(seconds) => Millis::from(seconds) * SECOND_MS,
        Err(_) => {
            let at = httpdate::parse_http_date(header).ok()?;
            let at_ms = at.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis();
            Millis::try_from(at_ms).ok()?.saturating_sub(now_ms)
        }
    };
    Some(wait_ms.clamp(0, MAX_BACKOFF_MS))
}

/// The states by their numbers in [`BreakerRow`], for metrics and admins.
pub const STATE_NAMES: [&str; 4] = ["closed", "open", "half_open", "dead"];

/// The state of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Deliveries flow.
    Closed,
    /// Nothing is sent before `until_ms`; then one probe.
    Open {
        /// When the next probe may start.
        until_ms: Millis,
    },
    /// One probe is under way.
    HalfOpen,
    /// Given up.
    Dead {
        /// Since when.
        since_ms: Millis,
    },
}

/// What a host allows at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// As much as the lane's bound.
    Free,
    /// One request, see [`Breaker::begin_probe`].
    Probe,
    /// Nothing before this time.
    Wait {
        /// The time.
        until_ms: Millis,
    },
    /// Nothing until the probe is answered.
    Probing,
    /// Nothing at all.
    Dead,
}

/// A breaker as a few integer columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BreakerRow {
    /// 0 closed, 1 open, 2 half-open, 3 dead.
    pub state: i64,
    /// Failures since the host last answered.
    pub failures: i64,
    /// Open: when the next probe may start. Dead: since when.
    pub next_attempt_at: Option<Millis>,
    /// The first of these failures.
    pub first_failure_at: Option<Millis>,
    /// When the host last gave an answer that was not a failure of its own.
    pub last_success_at: Option<Millis>,
    /// The form of signatures it is known to take: 0 not known, 1 draft-cavage, 2 RFC 9421.
    pub form: i64,
}

/// The health of one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    state: State,
    failures: u32,
    first_failure_ms: Option<Millis>,
    last_answer_ms: Option<Millis>,
    form: Option<Form>,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { state: State::Closed, failures: 0, first_failure_ms: None, last_answer_ms: None, form: None }
    }
}

impl Breaker {
    /// Reads a stored breaker. A probe that was under way when the process ended counts as not made.
    pub fn from_row(row: &BreakerRow) -> Self {
        let at_ms = row.next_attempt_at.unwrap_or(0);
        Self {
            state: match row.state {
                1 | 2 => State::Open { until_ms: at_ms },
                3 => State::Dead { since_ms: at_ms },
                _ => State::Closed,
            },
            failures: u32::try_from(row.failures).unwrap_or(0),
            first_failure_ms: row.first_failure_at,
            last_answer_ms: row.last_success_at,
            form: match row.form {
                1 => Some(Form::Cavage),
                2 => Some(Form::Rfc9421),
                _ => None,
            },
        }
    }

    /// The columns to store.
    pub fn to_row(&self) -> BreakerRow {
        let (state, next_attempt_at) = match self.state {
            State::Closed => (0, None),
            State::Open { until_ms } => (1, Some(until_ms)),
            State::HalfOpen => (2, None),
            State::Dead { since_ms } => (3, Some(since_ms)),
        };
        BreakerRow {
            state,
            failures: i64::from(self.failures),
            next_attempt_at,
            first_failure_at: self.first_failure_ms,
            last_success_at: self.last_answer_ms,
            form: match self.form {
                None => 0,
                Some(Form::Cavage) => 1,
                Some(Form::Rfc9421) => 2,
            },
        }
    }

    /// The state.
    pub fn state(&self) -> State {
        self.state
    }

    /// What may be sent now.
    pub fn gate(&self, now_ms: Millis) -> Gate {
        match self.state {
            State::Closed => Gate::Free,
            State::Open { until_ms } if now_ms >= until_ms => Gate::Probe,
            State::Open { until_ms } => Gate::Wait { until_ms },
            State::HalfOpen => Gate::Probing,
            State::Dead { .. } => Gate::Dead,
        }
    }

    /// The probe that [`Gate::Probe`] allows is being sent.
    pub fn begin_probe(&mut self) {
        self.state = State::HalfOpen;
    }

    /// The host answered, be it with a refusal: it lives.
    pub fn answered(&mut self, now_ms: Millis) {
        self.state = State::Closed;
        self.failures = 0;
        self.first_failure_ms = None;
        self.last_answer_ms = Some(now_ms);
    }

    /// The host failed. `retry_after_ms` is what it asked for; `seed` any random number, so that hosts which failed
    /// together are not asked together. A failure of what was sent before the breaker opened changes nothing.
    pub fn failed(&mut self, failure: Failure, now_ms: Millis) {
        let counts = match self.state {
            State::Closed => true,
            State::HalfOpen => failure.was_probe,
            State::Open { .. } | State::Dead { .. } => false,
        };
        if !counts {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let first_ms = *self.first_failure_ms.get_or_insert(now_ms);
        if now_ms.saturating_sub(first_ms) >= DEAD_AFTER_MS && self.failures >= DEAD_AFTER_FAILURES {
            self.state = State::Dead { since_ms: now_ms };
            return;
        }
        let wait_ms = backoff_ms(self.failures, failure.seed).max(failure.retry_after_ms.unwrap_or(0));
        self.state = State::Open { until_ms: now_ms.saturating_add(wait_ms.min(MAX_BACKOFF_MS)) };
    }

    /// The probe was not sent after all: another may start after a moment.
    pub fn probe_not_sent(&mut self, now_ms: Millis) {
        if self.state == State::HalfOpen {
            self.state = State::Open { until_ms: now_ms.saturating_add(NOT_SENT_WAIT_MS) };
        }
    }

    /// The host said that it is gone for good.
    pub fn gone(&mut self, now_ms: Millis) {
        self.state = State::Dead { since_ms: now_ms };
        self.first_failure_ms.get_or_insert(now_ms);
    }

    /// A verified request came from the host: it earns a probe soon, even when it was dead. Many requests earn no more
    /// than one probe each [`MIN_BACKOFF_MS`], since its inbox may be what is broken.
    pub fn on_inbound_contact(&mut self, now_ms: Millis) {
        let soon_ms = now_ms.saturating_add(MIN_BACKOFF_MS);
        match self.state {
            State::Closed | State::HalfOpen => {}
            State::Open { until_ms } => self.state = State::Open { until_ms: until_ms.min(soon_ms) },
            State::Dead { .. } => self.state = State::Open { until_ms: soon_ms },
        }
    }

    /// When the host last gave an answer that was not a failure of its own.
    pub fn last_answer_ms(&self) -> Option<Millis> {
        self.last_answer_ms
    }

    /// The form of signatures the host is known to take.
    pub fn form(&self) -> Option<Form> {
        self.form
    }

    /// Remembers the form that worked, or forgets it.
    pub fn set_form(&mut self, form: Option<Form>) {
        self.form = form;
    }
}

/// A failure of a host.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    /// It was the probe's.
    pub was_probe: bool,
    /// What the host asked for.
    pub retry_after_ms: Option<Millis>,
    /// Any random number.
    pub seed: u64,
}

/// The wait after the n-th failure in a row: doubling from [`MIN_BACKOFF_MS`] to [`MAX_BACKOFF_MS`], a quarter more or
/// less by chance.
pub fn backoff_ms(failures: u32, seed: u64) -> Millis {
    let doubled = MIN_BACKOFF_MS.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(MAX_BACKOFF_MS);
    let half = doubled / 2;
    let chance = Millis::try_from(mix(seed) % 1_001).unwrap_or(0);
    let wait = doubled - half / 2 + half * chance / 1_000;
    wait.clamp(MIN_BACKOFF_MS, MAX_BACKOFF_MS)
}

// The finaliser of SplitMix64: neighbouring seeds give unrelated numbers.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PROBE: Failure = Failure { was_probe: true, retry_after_ms: None, seed: 7 };
    const PLAIN: Failure = Failure { was_probe: false, retry_after_ms: None, seed: 7 };

    fn until(breaker: &Breaker) -> Millis {
        match breaker.state() {
            State::Open { until_ms } => until_ms,
            other => panic!("{other:?}"),
        }
    }

    /// Fails every probe from `start_ms` on until dead; the times of the probes.
    fn fail_to_death(breaker: &mut Breaker, start_ms: Millis) -> Vec<Millis> {
        breaker.failed(PLAIN, start_ms);
        let mut probes = Vec::new();
        while let State::Open { until_ms } = breaker.state() {
            assert_eq!(breaker.gate(until_ms - 1), Gate::Wait { until_ms });
            assert_eq!(breaker.gate(until_ms), Gate::Probe);
            breaker.begin_probe();
            assert_eq!(breaker.gate(until_ms + 1), Gate::Probing);
            breaker.failed(Failure { seed: until_ms.unsigned_abs(), ..PROBE }, until_ms);
            probes.push(until_ms);
        }
        probes
    }

    #[test]
    fn answers_are_judged_by_their_status() {
        let judge =
            |status: u16, shared| Outcome::of_status(StatusCode::from_u16(status).unwrap(), shared, None);
        for status in [200, 202, 204] {
            assert_eq!(judge(status, true), Outcome::Delivered);
        }
        for status in [301, 302, 400, 403, 404, 405, 406, 413, 415, 422, 501] {
            assert_eq!(judge(status, true), Outcome::Final(status));
        }
        for status in [408, 425, 429, 500, 502, 503, 504, 522] {
            assert_eq!(judge(status, true), Outcome::Transient);
        }
        assert_eq!(judge(401, true), Outcome::Unauthorized);
        assert_eq!((judge(410, true), judge(410, false)), (Outcome::Gone, Outcome::Final(410)));
        let asked = Outcome::of_status(StatusCode::TOO_MANY_REQUESTS, true, Some(5_000));
        assert_eq!(asked, Outcome::RetryAfter(5_000));
        let ignored = Outcome::of_status(StatusCode::FORBIDDEN, true, Some(5_000));
        assert_eq!(ignored, Outcome::Final(403));
    }

    #[test]
    fn exchanges_without_an_answer_are_judged_by_their_cause() {
        assert_eq!(Outcome::of_error(&ClientError::Timeout), Outcome::Transient);
        assert_eq!(Outcome::of_error(&ClientError::Refused(Refusal::PrivateAddress)), Outcome::Transient);
        assert_eq!(Outcome::of_error(&ClientError::Refused(Refusal::Port)), Outcome::Unsendable);
        assert_eq!(Outcome::of_error(&ClientError::Busy), Outcome::NotSent);
        let status = StatusCode::NOT_FOUND;
        assert_eq!(Outcome::of_error(&ClientError::Status { status }), Outcome::Final(404));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_has_a_cap() {
        let now_ms = 1_767_323_045_000;
        assert_eq!(retry_after_ms(" 120 ", now_ms), Some(120_000));
        assert_eq!(retry_after_ms("Fri, 02 Jan 2026 03:05:05 GMT", now_ms), Some(60_000));
        assert_eq!(retry_after_ms("Thu, 02 Jan 2020 03:05:05 GMT", now_ms), Some(0));
        assert_eq!(retry_after_ms("4000000000", now_ms), Some(MAX_BACKOFF_MS));
        for bad in ["", "-1", "soon", "1.5"] {
            assert_eq!(retry_after_ms(bad, now_ms), None, "{bad}");
        }
    }

    #[test]
    fn a_host_that_only_fails_is_dead_after_a_week_and_cost_few_requests() {
        let mut breaker = Breaker::default();
        let probes = fail_to_death(&mut breaker, 0);
        let last = *probes.last().unwrap();
        assert_eq!(breaker.state(), State::Dead { since_ms: last });
        assert!((DEAD_AFTER_MS..DEAD_AFTER_MS + MAX_BACKOFF_MS).contains(&last));
        assert!(probes.len() < 45, "{}", probes.len());
        assert!(probes.windows(2).all(|pair| pair[1] - pair[0] >= MIN_BACKOFF_MS));
        assert_eq!(breaker.gate(i64::MAX), Gate::Dead);
    }

    #[test]
    fn two_failures_far_apart_do_not_make_a_host_dead() {
        let mut breaker = Breaker::default();
        breaker.failed(PLAIN, 0);
        breaker.begin_probe();
        breaker.failed(PROBE, 90 * DAY_MS);
        assert!(until(&breaker) > 90 * DAY_MS);
    }

    #[test]
    fn any_answer_closes_and_forgets_the_failures() {
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            breaker.failed(PLAIN, 0);
            breaker.begin_probe();
        }
        breaker.answered(1_000);
        assert_eq!(breaker.gate(1_000), Gate::Free);
        breaker.failed(PLAIN, 2_000);
        assert!(until(&breaker) <= 2_000 + 2 * MIN_BACKOFF_MS);
    }

    #[test]
    fn what_was_sent_before_the_breaker_opened_does_not_count_again() {
        let mut breaker = Breaker::default();
        breaker.failed(PLAIN, 0);
        let once = breaker.clone();
        breaker.failed(PLAIN, 10);
        breaker.failed(PLAIN, 20);
        assert_eq!(breaker, once);
        breaker.begin_probe();
        breaker.failed(PLAIN, 30);
        assert_eq!(breaker.state(), State::HalfOpen);
    }

    #[test]
    fn a_host_that_asks_for_time_gets_it() {
        let mut breaker = Breaker::default();
        breaker.failed(Failure { retry_after_ms: Some(HOUR_MS), ..PLAIN }, 0);
        assert_eq!(until(&breaker), HOUR_MS);
        let mut breaker = Breaker::default();
        breaker.failed(Failure { retry_after_ms: Some(1), ..PLAIN }, 0);
        assert!(until(&breaker) >= MIN_BACKOFF_MS);
    }

    #[test]
    fn a_verified_request_earns_even_a_dead_host_one_probe() {
        let mut breaker = Breaker::default();
        let died = *fail_to_death(&mut breaker, 0).last().unwrap();
        breaker.on_inbound_contact(died + 5);
        assert_eq!(until(&breaker), died + 5 + MIN_BACKOFF_MS);
        breaker.on_inbound_contact(died + 6);
        assert_eq!(until(&breaker), died + 5 + MIN_BACKOFF_MS);
        breaker.begin_probe();
        breaker.failed(PROBE, died + 6 + MIN_BACKOFF_MS);
        assert!(matches!(breaker.state(), State::Dead { .. }));
        breaker.on_inbound_contact(died + DAY_MS);
        breaker.begin_probe();
        breaker.answered(died + DAY_MS + MIN_BACKOFF_MS);
        assert_eq!(breaker.state(), State::Closed);
    }

    #[test]
    fn a_host_that_is_gone_is_dead_at_once() {
        let mut breaker = Breaker::default();
        breaker.gone(5);
        assert_eq!(breaker.state(), State::Dead { since_ms: 5 });
    }

    #[test]
    fn a_stored_breaker_is_the_same_except_for_a_probe_under_way() {
        let mut breaker = Breaker::default();
        breaker.set_form(Some(Form::Rfc9421));
        breaker.answered(3);
        assert_eq!(Breaker::from_row(&breaker.to_row()), breaker);
        breaker.failed(PLAIN, 5);
        assert_eq!(Breaker::from_row(&breaker.to_row()), breaker);
        breaker.begin_probe();
        assert_eq!(Breaker::from_row(&breaker.to_row()).gate(5), Gate::Probe);
        breaker.gone(9);
        assert_eq!(Breaker::from_row(&breaker.to_row()), breaker);
        let odd = BreakerRow { state: 77, failures: -1, form: 9, ..BreakerRow::default() };
        assert_eq!(Breaker::from_row(&odd), Breaker::default());
    }

    proptest! {
        #[test]
        fn a_wait_stays_within_its_bounds_and_grows(failures in 1u32..200, seed: u64) {
            let wait = backoff_ms(failures, seed);
            prop_assert!((MIN_BACKOFF_MS..=MAX_BACKOFF_MS).contains(&wait));
            prop_assert!(backoff_ms(failures + 2, seed) >= wait);
        }
    }
}

#[cfg(test)]
mod simulation;
