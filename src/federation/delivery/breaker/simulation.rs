//! A host with a will of its own, and time: the breaker never asks too early, never forgets a host, and buries none
//! that lives.

use super::*;
use crate::chance::Rng;

/// Seeds; each is the life of one host.
const LIVES: u64 = 100_000;
const STEPS: u64 = 40;

/// What may be expected of the breaker, told by what happened alone.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    Free,
    /// No request before the first time, and one at the second.
    Wait {
        earliest_ms: Millis,
        latest_ms: Millis,
    },
    Probing,
    Dead,
}

#[derive(Debug)]
struct Life {
    breaker: Breaker,
    now_ms: Millis,
    expected: Expected,
    /// Failures since it last answered, and when the first was.
    failures: u32,
    first_ms: Option<Millis>,
    /// Requests under way that were sent while all was well.
    plain: u64,
}

impl Life {
    fn step(&mut self, rng: &mut Rng) {
        match rng.below(10) {
            0..=2 => self.send(),
            3..=5 => self.hear(rng),
            6 => self.contact(),
            7 => self.restart(),
            _ => self.now_ms += [1, 31 * SECOND_MS, HOUR_MS, MAX_BACKOFF_MS + 1][rng.index(4)],
        }
        self.check();
    }

    fn send(&mut self) {
        match self.breaker.gate(self.now_ms) {
            Gate::Free => self.plain += 1,
            Gate::Probe => {
                self.breaker.begin_probe();
                self.expected = Expected::Probing;
            }
            Gate::Wait { .. } | Gate::Probing | Gate::Dead => {}
        }
    }

    /// Something that was sent is answered, or fails.
    fn hear(&mut self, rng: &mut Rng) {
        let was_probe = self.expected == Expected::Probing && (self.plain == 0 || rng.below(2) == 0);
        if !was_probe && self.plain == 0 {
            return;
        }
        self.plain -= u64::from(!was_probe);
        match rng.below(8) {
            0 => self.answered(),
            1 if was_probe => {
                self.breaker.probe_not_sent(self.now_ms);
                let at_ms = self.now_ms + NOT_SENT_WAIT_MS;
                self.expected = Expected::Wait { earliest_ms: at_ms, latest_ms: at_ms };
            }
            2 if rng.below(6) == 0 => {
                self.breaker.gone(self.now_ms);
                self.first_ms.get_or_insert(self.now_ms);
                self.expected = Expected::Dead;
            }
            _ => self.failed(was_probe, rng),
        }
    }

    fn answered(&mut self) {
        self.breaker.answered(self.now_ms);
        self.expected = Expected::Free;
        self.failures = 0;
        self.first_ms = None;
        assert_eq!(self.breaker.last_answer_ms(), Some(self.now_ms));
    }

    fn failed(&mut self, was_probe: bool, rng: &mut Rng) {
        let retry_after_ms = [None, Some(1), Some(HOUR_MS), Some(100 * DAY_MS)][rng.index(4)];
        self.breaker
            .failed(Failure { was_probe, retry_after_ms, seed: rng.below(u64::MAX >> 33) }, self.now_ms);
        let counts = was_probe || self.expected == Expected::Free;
        if !counts {
            return;
        }
        self.failures += 1;
        let first_ms = *self.first_ms.get_or_insert(self.now_ms);
        let is_over = self.failures >= DEAD_AFTER_FAILURES && self.now_ms - first_ms >= DEAD_AFTER_MS;
        let asked_ms = retry_after_ms.unwrap_or(0).clamp(MIN_BACKOFF_MS, MAX_BACKOFF_MS);
        self.expected = if is_over {
            Expected::Dead
        } else {
            Expected::Wait { earliest_ms: self.now_ms + asked_ms, latest_ms: self.now_ms + MAX_BACKOFF_MS }
        };
    }

    /// It writes to us: one probe is earned, and not a second before the first was made.
    fn contact(&mut self) {
        self.breaker.on_inbound_contact(self.now_ms);
        let soon_ms = self.now_ms + MIN_BACKOFF_MS;
        match self.expected {
            Expected::Wait { earliest_ms, latest_ms } => {
                self.expected = Expected::Wait {
                    earliest_ms: earliest_ms.min(soon_ms),
                    latest_ms: latest_ms.min(soon_ms),
                };
            }
            Expected::Dead => self.expected = Expected::Wait { earliest_ms: soon_ms, latest_ms: soon_ms },
            Expected::Free | Expected::Probing => {}
        }
    }

    /// Nothing is left but what is stored; a probe that was under way may be made again.
    fn restart(&mut self) {
        self.breaker = Breaker::from_row(&self.breaker.to_row());
        self.plain = 0;
        if self.expected == Expected::Probing {
            self.expected = Expected::Wait { earliest_ms: 0, latest_ms: self.now_ms };
        }
    }

    fn check(&self) {
        let gate = self.breaker.gate(self.now_ms);
        let fits = match (self.expected, gate) {
            (Expected::Free, Gate::Free)
            | (Expected::Probing, Gate::Probing)
            | (Expected::Dead, Gate::Dead) => true,
            (Expected::Wait { earliest_ms, .. }, Gate::Probe) => self.now_ms >= earliest_ms,
            (Expected::Wait { earliest_ms, latest_ms }, Gate::Wait { until_ms }) => {
                self.now_ms < until_ms && (earliest_ms..=latest_ms).contains(&until_ms)
            }
            _ => false,
        };
        assert!(fits, "{gate:?} in {self:?}");
    }
}

#[test]
fn no_history_makes_the_breaker_ask_too_early_or_forget_a_host() {
    for seed in 0..LIVES {
        let mut rng = Rng(seed);
        let mut life = Life {
            breaker: Breaker::default(),
            now_ms: 1,
            expected: Expected::Free,
            failures: 0,
            first_ms: None,
            plain: 0,
        };
        for _ in 0..STEPS {
            life.step(&mut rng);
        }
        // Whatever happened: one word from the host, one wait and one answer, and all is well again.
        life.contact();
        life.now_ms += MAX_BACKOFF_MS;
        life.send();
        assert!(
            matches!(life.breaker.gate(life.now_ms), Gate::Free | Gate::Probing),
            "seed {seed}: {life:?}"
        );
        life.answered();
        life.check();
    }
}
