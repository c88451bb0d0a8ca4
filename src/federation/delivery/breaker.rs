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
mod simulation;

#[cfg(test)]
mod tests;
