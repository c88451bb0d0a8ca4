//! How many deliveries to one host are under way at once: as many as it answers well.
//!
//! A window that begins small and doubles with each round of good answers, grows by one a round after the first
//! trouble, and is halved by every failure. It stands still while answers take much longer than the quickest one
//! did, which says that the host, or the way to it, is full.

use crate::clock::{Millis, SECOND_MS};

/// The window of a host of which nothing is known, and the share that every host has however many are busy.
pub const FIRST_WINDOW: usize = 4;
/// The widest window: 500 deliveries a second need 100 places at a host that answers after 200 ms.
pub const MAX_WINDOW: usize = 256;
/// A host that usually takes longer to answer is slow.
const SLOW_AFTER_MS: Millis = SECOND_MS;
/// Answers that take so much longer than twice the quickest one say that the host is full.
const QUEUE_MS: Millis = 100;
/// How much one answer counts in what is usual: an eighth.
const SMOOTHING: Millis = 8;

/// The window of one host, and how long it usually takes to answer.
#[derive(Clone, Debug)]
pub struct Pace {
    window: usize,
    cap: usize,
    doubling: bool,
    /// Good answers since the window last grew.
    answers: usize,
    quickest_ms: Option<Millis>,
    usual_ms: Option<Millis>,
}

impl Pace {
    /// A small window of at most `cap`, for a host that usually takes `usual_ms` to answer, if that is known.
    pub fn new(usual_ms: Option<Millis>, cap: usize) -> Self {
        let cap = cap.clamp(1, MAX_WINDOW);
        let window = FIRST_WINDOW.min(cap);
        Self { window, cap, doubling: true, answers: 0, quickest_ms: None, usual_ms }
    }

    /// How many may be under way.
    pub fn window(&self) -> usize {
        self.window.min(self.cap)
    }

    /// Bounds the window: other hosts are busy too, or are not any more.
    pub fn set_cap(&mut self, cap: usize) {
        self.cap = cap.clamp(1, MAX_WINDOW);
    }

    /// How long the host usually takes to answer.
    pub fn usual_ms(&self) -> Option<Millis> {
        self.usual_ms
    }

    /// Whether the host is slow, or not known to be quick.
    pub fn is_slow(&self) -> bool {
        self.usual_ms.is_none_or(|usual_ms| usual_ms > SLOW_AFTER_MS)
    }

    /// An answer came after `took_ms`. The window grows only while it is used up: `was_full`.
    pub fn answered(&mut self, took_ms: Millis, was_full: bool) {
        self.note(took_ms);
        self.quickest_ms = Some(self.quickest_ms.map_or(took_ms, |quickest| quickest.min(took_ms)));
        if self.is_congested() {
            self.doubling = false;
            return;
        }
        if !was_full || self.window >= self.cap {
            return;
        }
        self.answers += 1;
        if self.doubling || self.answers >= self.window {
            self.answers = 0;
            self.window += 1;
        }
    }

    /// An exchange failed after `took_ms`.
    pub fn failed(&mut self, took_ms: Millis) {
        // That nobody listens is found out quickly, and says nothing about how quickly somebody would answer.
        if took_ms > self.usual_ms.unwrap_or(0) {
            self.note(took_ms);
        }
        self.window = (self.window() / 2).max(1);
        self.doubling = false;
        self.answers = 0;
    }

    fn note(&mut self, took_ms: Millis) {
        let usual_ms = self.usual_ms.unwrap_or(took_ms);
        self.usual_ms = Some(usual_ms + (took_ms - usual_ms) / SMOOTHING);
    }

    fn is_congested(&self) -> bool {
        let (Some(quickest_ms), Some(usual_ms)) = (self.quickest_ms, self.usual_ms) else { return false };
        usual_ms > 2 * quickest_ms + QUEUE_MS
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rounds(pace: &mut Pace, rounds: usize, took_ms: Millis) {
        for _ in 0..rounds {
            for _ in 0..pace.window() {
                pace.answered(took_ms, true);
            }
        }
    }

    #[test]
    fn good_answers_open_the_window_within_a_few_rounds() {
        let mut pace = Pace::new(None, MAX_WINDOW);
        assert_eq!(pace.window(), FIRST_WINDOW);
        rounds(&mut pace, 5, 200);
        assert_eq!(pace.window(), 128, "enough for 500 a second at 200 ms");
        rounds(&mut pace, 9, 200);
        assert_eq!(pace.window(), MAX_WINDOW);
    }

    #[test]
    fn a_failure_halves_the_window_and_then_it_grows_by_one_a_round() {
        let mut pace = Pace::new(None, MAX_WINDOW);
        rounds(&mut pace, 5, 200);
        pace.failed(50);
        assert_eq!(pace.window(), 64);
        rounds(&mut pace, 3, 200);
        assert_eq!(pace.window(), 67);
        for _ in 0..20 {
            pace.failed(50);
        }
        assert_eq!(pace.window(), 1);
    }

    #[test]
    fn a_window_that_is_not_used_up_does_not_grow() {
        let mut pace = Pace::new(None, MAX_WINDOW);
        for _ in 0..100 {
            pace.answered(20, false);
        }
        assert_eq!(pace.window(), FIRST_WINDOW);
    }

    #[test]
    fn answers_that_take_longer_and_longer_hold_the_window() {
        let mut pace = Pace::new(None, MAX_WINDOW);
        rounds(&mut pace, 2, 50);
        let window = pace.window();
        rounds(&mut pace, 20, 2_000);
        assert!(pace.window() <= 2 * window, "{}", pace.window());
        assert!(pace.is_slow());
    }

    #[test]
    fn a_host_is_slow_until_it_is_known_to_be_quick() {
        let mut pace = Pace::new(None, 9);
        assert!(pace.is_slow());
        pace.answered(100, false);
        assert!(!pace.is_slow());
        assert!(!Pace::new(pace.usual_ms(), 9).is_slow(), "and that is remembered");
        for _ in 0..4 {
            pace.failed(10_000);
        }
        assert!(pace.is_slow());
        pace.failed(1);
        assert!(pace.is_slow(), "a refused connection is not quick");
    }

    #[test]
    fn the_share_of_a_host_shrinks_and_grows_with_what_others_need() {
        let mut pace = Pace::new(None, MAX_WINDOW);
        rounds(&mut pace, 5, 200);
        pace.set_cap(8);
        assert_eq!(pace.window(), 8);
        pace.set_cap(MAX_WINDOW);
        assert_eq!(pace.window(), 128);
    }

    proptest! {
        #[test]
        fn there_is_always_a_place_and_never_too_many(
            cap in 0usize..400,
            answers in proptest::collection::vec((0i64..20_000, any::<bool>(), any::<bool>()), 0..400),
        ) {
            let mut pace = Pace::new(None, cap);
            for (took_ms, failed, full) in answers {
                if failed { pace.failed(took_ms) } else { pace.answered(took_ms, full) }
                prop_assert!((1..=cap.clamp(1, MAX_WINDOW)).contains(&pace.window()));
                prop_assert!(pace.usual_ms().is_some_and(|usual_ms| (0..20_000).contains(&usual_ms)));
            }
        }
    }
}
