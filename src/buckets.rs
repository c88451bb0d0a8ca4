//! How often something may be done: a leaky bucket (GCRA) for each key, in memory and bounded.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::{Clock, Millis, SECOND_MS};

/// Keys a bucket store holds, about 10 MB; beyond it counting starts afresh, since a flood from that many
/// networks is not stopped by counting each.
const MAX_KEYS: usize = 100_000;
/// Checks between two sweeps that drop full buckets: a sweep of all keys costs some milliseconds.
const SWEEP_EVERY: u64 = 8_192;
/// A clock that steps back further than this (set by hand, a restored machine) would lock everybody out for as
/// long as the step; counting starts afresh instead.
const STEP_BACK_MS: Millis = 10 * SECOND_MS;

/// How often one key may: that many times at once, and then as often as time gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Times, at least 1.
    pub requests: u32,
    /// The time in which that many are given back.
    pub per: Duration,
}

/// What counting once said.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// What a full bucket holds.
    pub limit: u32,
    /// What this one still holds.
    pub remaining: u32,
    /// When it is full again.
    pub full_at_ms: Millis,
    /// Seconds until the next time, when it was empty.
    pub retry_after_s: Option<u64>,
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buckets").field("quota", &self.quota).finish_non_exhaustive()
    }
}

/// Lets governor take its time from our clock.
struct Hands(Clock);

impl GovernorClock for Hands {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(u64::try_from(self.0.now_ms()).unwrap_or(0).saturating_mul(1_000_000))
    }
}

type Keyed = RateLimiter<u64, DefaultKeyedStateStore<u64>, Hands, StateInformationMiddleware>;

/// One bucket for each key, all of one allowance.
pub struct Buckets {
    quota: Quota,
    clock: Clock,
    keyed: RwLock<Keyed>,
    checks: AtomicU64,
    newest_ms: AtomicI64,
}

impl Buckets {
    /// Full buckets; times are the clock's.
    pub fn new(allowance: Allowance, clock: &Clock) -> Self {
        let requests = NonZeroU32::new(allowance.requests).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(allowance.per / requests.get())
            .unwrap_or_else(|| Quota::per_second(requests))
            .allow_burst(requests);
        Self {
            quota,
            clock: clock.clone(),
            keyed: RwLock::new(fresh(quota, clock)),
            checks: AtomicU64::new(0),
            newest_ms: AtomicI64::new(i64::MIN),
        }
    }

    /// Takes one out of the bucket of `key`, if there is one left.
    pub fn check(&self, key: u64) -> Count {
        let now_ms = self.clock.now_ms();
        self.tidy(now_ms);
        let limit = self.quota.burst_size().get();
        let keyed = self.keyed.read().unwrap_or_else(PoisonError::into_inner);
        let (remaining, retry_after_s) = match keyed.check_key(&key) {
            Ok(state) => (state.remaining_burst_capacity().min(limit), None),
            Err(not_until) => {
                let wait = not_until.wait_time_from(Hands(self.clock.clone()).now());
                (0, Some(wait.as_secs().saturating_add(1)))
            }
        };
        let refill = self.quota.replenish_interval().saturating_mul(limit.saturating_sub(remaining));
        let refill_ms = Millis::try_from(refill.as_millis()).unwrap_or(Millis::MAX);
        let full_at_ms = now_ms.saturating_add(refill_ms);
        Count { limit, remaining, full_at_ms, retry_after_s }
    }

    fn tidy(&self, now_ms: Millis) {
        let newest_ms = self.newest_ms.fetch_max(now_ms, Ordering::Relaxed);
        if now_ms < newest_ms.saturating_sub(STEP_BACK_MS) {
            self.newest_ms.store(now_ms, Ordering::Relaxed);
            self.start_afresh();
        }
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            let still_full = {
                let keyed = self.keyed.read().unwrap_or_else(PoisonError::into_inner);
                keyed.retain_recent();
                keyed.len() > MAX_KEYS
            };
            if still_full {
                tracing::warn!(limit.keys = MAX_KEYS, "too many keys to count each; counting starts afresh");
                self.start_afresh();
            }
        }
    }

    fn start_afresh(&self) {
        *self.keyed.write().unwrap_or_else(PoisonError::into_inner) = fresh(self.quota, &self.clock);
    }
}

fn fresh(quota: Quota, clock: &Clock) -> Keyed {
    Keyed::new(quota, DefaultKeyedStateStore::default(), Hands(clock.clone()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::{HOUR_MS, MINUTE_MS};

    const START_MS: Millis = 1_700_000_000_000;

    #[test]
    fn a_clock_that_steps_back_locks_nobody_out() {
        let clock = Clock::manual(START_MS);
        let buckets = Buckets::new(Allowance { requests: 2, per: Duration::from_secs(60) }, &clock);
        assert!(buckets.check(7).retry_after_s.is_none());
        clock.advance(-HOUR_MS);
        assert!(buckets.check(7).retry_after_s.is_none());
        assert!(buckets.check(7).retry_after_s.is_none());
        assert!(buckets.check(7).retry_after_s.is_some(), "and counting goes on");
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let clock = Clock::manual(START_MS);
        let buckets = Buckets::new(Allowance { requests: 2, per: Duration::from_secs(60) }, &clock);
        for key in 0..SWEEP_EVERY - 1 {
            buckets.check(key);
        }
        clock.advance(2 * MINUTE_MS);
        buckets.check(0);
        assert_eq!(buckets.keyed.read().unwrap().len(), 1);
    }

    #[test]
    fn the_number_of_counted_clients_is_bounded() {
        let clock = Clock::manual(START_MS);
        let buckets = Buckets::new(Allowance { requests: 2, per: Duration::from_secs(60) }, &clock);
        let sweeps = u64::try_from(MAX_KEYS).unwrap() / SWEEP_EVERY + 1;
        for key in 0..sweeps * SWEEP_EVERY {
            buckets.check(key);
        }
        assert!(buckets.keyed.read().unwrap().len() < MAX_KEYS);
    }

    proptest! {
        #[test]
        fn no_more_pass_in_any_time_than_the_burst_and_what_time_gives_back(
            requests in 1_u32..20,
            steps in proptest::collection::vec(0_i64..5_000, 1..200),
        ) {
            let clock = Clock::manual(START_MS);
            let buckets = Buckets::new(Allowance { requests, per: Duration::from_secs(10) }, &clock);
            let mut passed = 0_i64;
            for step in &steps {
                clock.advance(*step);
                passed += i64::from(buckets.check(1).retry_after_s.is_none());
            }
            let elapsed_ms: i64 = steps.iter().sum();
            let allowed = i64::from(requests) + elapsed_ms * i64::from(requests) / 10_000 + 1;
            prop_assert!(passed <= allowed, "{passed} of {allowed}");
        }
    }
}
