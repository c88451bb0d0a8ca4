//! How often a client may ask, by class of route: a leaky bucket (GCRA) for each key.
//!
//! A request with a credential (token or session cookie) is counted by the credential's hash, and its address by
//! a wider bucket, so that inventing tokens wins nothing; a request without one is counted by its address.
//! Guessing passwords, making accounts and federation are counted by address alone. The check stands before
//! authentication, so that a refusal costs no look-up; per-account locks on logins are the service's.
//!
//! Every counted answer carries `X-RateLimit-Limit`, `-Remaining` and `-Reset` (RFC 3339, when the bucket is
//! full again), a refusal also `Retry-After` in seconds. Each process counts for itself.

use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::Clock as GovernorClock;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use super::class::{Class, PerClass};
use super::client_addr::ClientAddr;
use crate::clock::{Clock, Millis, SECOND_MS};
use crate::error::Error;
use crate::http::problem::Problem;
use crate::telemetry::metrics::RATE_LIMITED_TOTAL;

/// An address with credentials may ask this many times what one credential may: an office, a school or a mobile
/// carrier shares one.
const ADDRESS_SHARE: u32 = 8;
/// Keys a bucket store holds, about 10 MB; beyond it counting starts afresh, since a flood from that many
/// networks is not stopped by counting each.
const MAX_KEYS: usize = 100_000;
/// Checks between two sweeps that drop full buckets: a sweep of all keys costs some milliseconds.
const SWEEP_EVERY: u64 = 8_192;
/// A clock that steps back further than this (set by hand, a restored machine) would lock everybody out for as
/// long as the step; counting starts afresh instead.
const STEP_BACK_MS: Millis = 10 * SECOND_MS;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// How many requests one key may make in a time: all at once, and then as many as time gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests, at least 1.
    pub requests: u32,
    /// The time in which that many are given back.
    pub per: Duration,
}

impl Default for PerClass<Allowance> {
    fn default() -> Self {
        let allow = |requests, minutes: u64| Allowance { requests, per: Duration::from_secs(60 * minutes) };
        Self {
            // Mistyping is human; guessing needs thousands.
            login: allow(30, 5),
            // A class that signs up together shares an address; a spammer wants hundreds.
            register: allow(20, 30),
            // What a fast typist or a bot may post, like and follow.
            write: allow(300, 5),
            // A client that polls five lists each few seconds.
            read: allow(1_500, 5),
            // Four files a post, and the decoding each costs.
            media: allow(120, 15),
            // One large instance may send 100 activities a second; lanes on its side retry a 429.
            inbox: allow(6_000, 1),
            // An instance that backfills a thread of ours.
            federation: allow(3_000, 5),
            // A page brings its pictures: about 40 requests a screen.
            page: allow(6_000, 5),
        }
    }
}

/// All buckets of the gateway.
pub(super) struct Limiter {
    classes: PerClass<OfClass>,
    enforce: bool,
    hasher: RandomState,
}

struct OfClass {
    clients: Buckets,
    addresses: Buckets,
}

impl Limiter {
    pub(super) fn new(allowances: &PerClass<Allowance>, enforce: bool, clock: &Clock) -> Self {
        let of_class = |allowance: &Allowance| {
            let wide = Allowance { requests: allowance.requests.saturating_mul(ADDRESS_SHARE), ..*allowance };
            OfClass { clients: Buckets::new(*allowance, clock), addresses: Buckets::new(wide, clock) }
        };
        Self { classes: allowances.map(of_class), enforce, hasher: RandomState::new() }
    }

    /// Counts one request.
    pub(super) fn check(&self, class: Class, client: ClientAddr, credential: Option<&str>) -> Verdict {
        let buckets = self.classes.get(class);
        let address = self.hasher.hash_one(client.network());
        let by_address_alone =
            matches!(class, Class::Login | Class::Register | Class::Inbox | Class::Federation);
        let verdict = match credential.filter(|_| !by_address_alone) {
            None => buckets.clients.check(address),
            // The address goes first: only who passes it makes a new key.
            Some(credential) => match buckets.addresses.check(address) {
                over if over.retry_after_s.is_some() && self.enforce => over,
                _ => buckets.clients.check(self.hasher.hash_one(credential)),
            },
        };
        let verdict = Verdict { enforced: self.enforce, ..verdict };
        if verdict.refused_for().is_some() {
            metrics::counter!(RATE_LIMITED_TOTAL, "class" => class.name()).increment(1);
        }
        verdict
    }
}

/// What counting one request said.
pub(super) struct Verdict {
    limit: u32,
    remaining: u32,
    full_at_ms: Millis,
    retry_after_s: Option<u64>,
    enforced: bool,
}

impl Verdict {
    /// 429, when the limit is reached and enforced.
    pub(super) fn refusal(&self) -> Option<Problem> {
        self.refused_for().map(|retry_after_s| Problem::from(&Error::TooMany { retry_after_s }))
    }

    /// Writes the `X-RateLimit-*` headers.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, HeaderValue::from(self.limit));
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        let reset = jiff::Timestamp::from_millisecond(self.full_at_ms).map(|time| time.to_string());
        if let Some(reset) = reset.ok().and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(RESET, reset);
        }
    }

    fn refused_for(&self) -> Option<u64> {
        self.retry_after_s.filter(|_| self.enforced)
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
struct Buckets {
    quota: Quota,
    clock: Clock,
    keyed: RwLock<Keyed>,
    checks: AtomicU64,
    newest_ms: AtomicI64,
}

impl Buckets {
    fn new(allowance: Allowance, clock: &Clock) -> Self {
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

    fn check(&self, key: u64) -> Verdict {
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
        Verdict { limit, remaining, full_at_ms, retry_after_s, enforced: true }
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
                tracing::warn!(
                    limit.keys = MAX_KEYS,
                    "too many clients to count each; counting starts afresh"
                );
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

    fn limiter(requests: u32, enforce: bool) -> (Limiter, Clock) {
        let clock = Clock::manual(START_MS);
        let allowance = Allowance { requests, per: Duration::from_secs(60) };
        let allowances = PerClass::<Allowance>::default().map(|_| allowance);
        (Limiter::new(&allowances, enforce, &clock), clock)
    }

    fn from(text: &str) -> ClientAddr {
        ClientAddr(text.parse().unwrap())
    }

    #[test]
    fn a_client_is_refused_after_its_allowance_and_welcome_again_in_time() {
        let (limiter, clock) = limiter(3, true);
        let ask = || limiter.check(Class::Read, from("203.0.113.9"), None);
        assert_eq!([ask().remaining, ask().remaining, ask().remaining], [2, 1, 0]);
        let refused = ask().refusal().unwrap();
        assert_eq!((refused.status.as_u16(), refused.code), (429, "too_many_requests"));
        let wait_s = refused.retry_after_s.unwrap();
        assert!((20..=21).contains(&wait_s), "one of three a minute comes back in 20 s, not {wait_s}");
        clock.advance(Millis::try_from(wait_s).unwrap() * SECOND_MS);
        assert!(ask().refusal().is_none());
    }

    #[test]
    fn clients_and_classes_are_counted_apart() {
        let (limiter, _) = limiter(1, true);
        let refused = |class, address| limiter.check(class, from(address), None).refusal().is_some();
        assert!(!refused(Class::Read, "203.0.113.9"));
        assert!(refused(Class::Read, "203.0.113.9"));
        assert!(!refused(Class::Write, "203.0.113.9"));
        assert!(!refused(Class::Read, "203.0.113.10"));
        assert!(!refused(Class::Read, "2001:db8:1:2::1"));
        assert!(refused(Class::Read, "2001:db8:1:2:ffff::7"), "the same /64");
    }

    #[test]
    fn accounts_behind_one_address_have_buckets_of_their_own() {
        let (limiter, _) = limiter(2, true);
        let refused =
            |token| limiter.check(Class::Read, from("203.0.113.9"), Some(token)).refusal().is_some();
        assert_eq!([refused("a"), refused("a"), refused("a")], [false, false, true]);
        assert!(!refused("b"));
    }

    #[test]
    fn inventing_tokens_wins_only_the_share_of_an_address() {
        let (limiter, _) = limiter(2, true);
        let passed = (0..100)
            .filter(|n| {
                limiter.check(Class::Read, from("203.0.113.9"), Some(&n.to_string())).refusal().is_none()
            })
            .count();
        assert_eq!(passed, 16);
    }

    #[test]
    fn a_credential_buys_no_further_guesses_of_passwords() {
        let (limiter, _) = limiter(2, true);
        let refused =
            |token| limiter.check(Class::Login, from("203.0.113.9"), Some(token)).refusal().is_some();
        assert_eq!([refused("a"), refused("b"), refused("c")], [false, false, true]);
    }

    #[test]
    fn switched_off_it_never_refuses_but_still_tells() {
        let (limiter, _) = limiter(1, false);
        for _ in 0..3 {
            assert!(limiter.check(Class::Write, from("203.0.113.9"), None).refusal().is_none());
        }
        let mut headers = HeaderMap::new();
        limiter.check(Class::Write, from("203.0.113.9"), None).write(&mut headers);
        assert_eq!(headers[LIMIT], "1");
        assert_eq!(headers[REMAINING], "0");
        assert_eq!(headers[RESET], "2023-11-14T22:14:20Z");
    }

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
