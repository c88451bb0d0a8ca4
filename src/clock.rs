//! The one source of time, so that tests can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// One second in [`Millis`].
pub const SECOND_MS: Millis = 1_000;
/// One minute in [`Millis`].
pub const MINUTE_MS: Millis = 60 * SECOND_MS;
/// One hour in [`Millis`].
pub const HOUR_MS: Millis = 60 * MINUTE_MS;
/// One day in [`Millis`].
pub const DAY_MS: Millis = 24 * HOUR_MS;

/// A clock: the system's, or one that a test sets by hand. Clones share the same hands.
#[derive(Clone, Debug)]
pub struct Clock(Hands);

#[derive(Clone, Debug)]
enum Hands {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Hands::System)
    }

    /// A clock that stands at `now_ms` until [`Clock::advance`] moves it.
    pub fn manual(now_ms: Millis) -> Self {
        Self(Hands::Manual(Arc::new(AtomicI64::new(now_ms))))
    }

    /// The present in milliseconds since 1970.
    pub fn now_ms(&self) -> Millis {
        match &self.0 {
            Hands::System => jiff_now_ms(),
            Hands::Manual(hands) => hands.load(Ordering::Acquire),
        }
    }

    /// Moves a manual clock forward; the system's clock cannot be moved and stays as it is.
    pub fn advance(&self, by_ms: Millis) {
        if let Hands::Manual(hands) = &self.0 {
            hands.fetch_add(by_ms, Ordering::AcqRel);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn jiff_now_ms() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(5);
        let twin = clock.clone();
        clock.advance(7);
        assert_eq!(twin.now_ms(), 12);
    }
}
