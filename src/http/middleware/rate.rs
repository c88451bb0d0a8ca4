//! How often a client may ask, by class of route: a leaky bucket (GCRA) for each key.
//!
//! A request with a credential (token or session cookie) is counted by the credential's hash, and its address by
//! a wider bucket, so that inventing tokens wins nothing; a request without one is counted by its address.
//! Guessing passwords, making accounts and federation are counted by address alone. The check stands before
//! authentication, so that a refusal costs no look-up; how often one account's password may be tried is the service's business.
//! Once authentication knows the account, that is counted too ([`ByAccount`]), so that many tokens of one account
//! win nothing either.
//!
//! Every counted answer carries `X-RateLimit-Limit`, `-Remaining` and `-Reset` (RFC 3339, when the bucket is
//! full again), a refusal also `Retry-After` in seconds. Each process counts for itself.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::class::{Class, PerClass};
use super::client_addr::ClientAddr;
use crate::buckets::{Allowance, Buckets, Count};
use crate::clock::{Clock, Millis};
use crate::error::Error;
use crate::http::problem::Problem;
use crate::model::ids::AccountId;
use crate::telemetry::metrics::RATE_LIMITED_TOTAL;

/// An address with credentials may ask this many times what one credential may: an office, a school or a mobile
/// carrier shares one.
const ADDRESS_SHARE: u32 = 8;
/// An account may ask this many times what one of its credentials may: a phone, a laptop and some programs.
const ACCOUNT_SHARE: u32 = 4;
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

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
    accounts: Buckets,
}

impl Limiter {
    pub(super) fn new(allowances: &PerClass<Allowance>, enforce: bool, clock: &Clock) -> Self {
        let of_class = |allowance: &Allowance| {
            let buckets = |share: u32| {
                let requests = allowance.requests.saturating_mul(share);
                Buckets::new(Allowance { requests, ..*allowance }, clock)
            };
            OfClass {
                clients: buckets(1),
                addresses: buckets(ADDRESS_SHARE),
                accounts: buckets(ACCOUNT_SHARE),
            }
        };
        Self { classes: allowances.map(of_class), enforce, hasher: RandomState::new() }
    }

    /// Counts one request.
    pub(super) fn check(&self, class: Class, client: ClientAddr, credential: Option<&str>) -> Verdict {
        let buckets = self.classes.get(class);
        let address = self.hasher.hash_one(client.network());
        let count = match credential.filter(|_| !by_address_alone(class)) {
            None => buckets.clients.check(address),
            // The address goes first: only who passes it makes a new key.
            Some(credential) => match buckets.addresses.check(address) {
                over if over.retry_after_s.is_some() && self.enforce => over,
                _ => buckets.clients.check(self.hasher.hash_one(credential)),
            },
        };
        self.judged(class, count)
    }

    fn judged(&self, class: Class, count: Count) -> Verdict {
        let verdict = Verdict { count, enforced: self.enforce };
        if verdict.refused_for().is_some() {
            metrics::counter!(RATE_LIMITED_TOTAL, "class" => class.name()).increment(1);
        }
        verdict
    }
}

fn by_address_alone(class: Class) -> bool {
    matches!(class, Class::Login | Class::Register | Class::Inbox | Class::Federation)
}

/// Counts the account of one request, whichever of its credentials was used: an extension of the request, for
/// whoever finds out the account.
#[derive(Clone)]
pub struct ByAccount {
    limiter: Arc<Limiter>,
    class: Class,
    verdict: Arc<OnceLock<Verdict>>,
}

impl ByAccount {
    pub(super) fn new(limiter: &Arc<Limiter>, class: Class) -> Self {
        Self { limiter: Arc::clone(limiter), class, verdict: Arc::default() }
    }

    /// Counts the request, once however often it is asked.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the account has used up what it may.
    pub fn check(&self, account: AccountId) -> Result<(), Error> {
        if by_address_alone(self.class) {
            return Ok(());
        }
        let verdict = self.verdict.get_or_init(|| {
            let key = self.limiter.hasher.hash_one(account);
            let count = self.limiter.classes.get(self.class).accounts.check(key);
            self.limiter.judged(self.class, count)
        });
        verdict.refused_for().map_or(Ok(()), |retry_after_s| Err(Error::TooMany { retry_after_s }))
    }

    /// Of this verdict and that on the address or credential, the one that leaves less.
    pub(super) fn tighter<'v>(&'v self, other: &'v Verdict) -> &'v Verdict {
        self.verdict.get().filter(|own| own.count.remaining < other.count.remaining).unwrap_or(other)
    }
}

/// What counting one request said.
pub(super) struct Verdict {
    count: Count,
    enforced: bool,
}

impl Verdict {
    /// 429, when the limit is reached and enforced.
    pub(super) fn refusal(&self) -> Option<Problem> {
        self.refused_for().map(|retry_after_s| Problem::from(&Error::TooMany { retry_after_s }))
    }

    /// Writes the `X-RateLimit-*` headers.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, HeaderValue::from(self.count.limit));
        headers.insert(REMAINING, HeaderValue::from(self.count.remaining));
        write_reset(headers, self.count.full_at_ms);
    }

    fn refused_for(&self) -> Option<u64> {
        self.count.retry_after_s.filter(|_| self.enforced)
    }
}

/// Writes the headers of an answer that another limit than the gateway's refused: nothing is left until then.
pub(super) fn write_used_up(headers: &mut HeaderMap, until_ms: Millis) {
    headers.remove(LIMIT);
    headers.insert(REMAINING, HeaderValue::from(0));
    write_reset(headers, until_ms);
}

fn write_reset(headers: &mut HeaderMap, at_ms: Millis) {
    let reset = jiff::Timestamp::from_millisecond(at_ms).map(|time| time.to_string());
    if let Some(reset) = reset.ok().and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert(RESET, reset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SECOND_MS;

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
        assert_eq!([ask().count.remaining, ask().count.remaining, ask().count.remaining], [2, 1, 0]);
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
    fn many_tokens_of_one_account_win_only_the_share_of_an_account() {
        let (limiter, _) = limiter(2, true);
        let limiter = Arc::new(limiter);
        let passed = |account| {
            let checked = (0..100).map(|_| ByAccount::new(&limiter, Class::Read).check(AccountId(account)));
            checked.filter(Result::is_ok).count()
        };
        assert_eq!((passed(1), passed(2)), (8, 8));
        let again = ByAccount::new(&limiter, Class::Read);
        assert_eq!([again.check(AccountId(3)), again.check(AccountId(3))].map(|c| c.is_ok()), [true, true]);
        assert_eq!(again.verdict.get().unwrap().count.remaining, 7, "a request counts once");
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
}
