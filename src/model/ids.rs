//! 64-bit, time-ordered ids: milliseconds since 1970 << 16 | process (5 bits) | sequence (11 bits).
//!
//! Sorting by id is sorting by time, so that timelines merge by comparing integers. In JSON they are
//! decimal strings, because clients read large JSON numbers as floats.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock::{Clock, Millis};

const PROCESS_BITS: u32 = 5;
const SEQUENCE_BITS: u32 = 11;
const TIME_SHIFT: u32 = PROCESS_BITS + SEQUENCE_BITS;
const SEQUENCE_LIMIT: i64 = 1 << SEQUENCE_BITS;

/// Maps keyed by ids. Ids are made here, so that nobody can choose some that meet in one place, and the standard hasher
/// would take most of the time of a merge or a page.
pub type IdMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;
/// Sets of ids; see [`IdMap`].
pub type IdSet<K> = HashSet<K, foldhash::fast::RandomState>;

/// The text was not a decimal id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is a decimal number as text, such as \"116083840000000001\"")]
pub struct BadId;

macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub i64);

        impl $name {
            /// When the thing was made, in milliseconds since 1970.
            pub fn time_ms(self) -> Millis { self.0 >> TIME_SHIFT }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                if text.is_empty() || text.len() > 19 || !text.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(BadId);
                }
                text.parse().map(Self).map_err(|_| BadId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(&self.0) }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

id_types! {
    /// An account: a local user's public face, or a remote actor.
    AccountId;
    /// A tweet, a retweet or a quote.
    TweetId;
    /// An uploaded or remote media attachment.
    MediaId;
    /// A session: a web login or a bearer token.
    SessionId;
    /// An app that asks for tokens.
    AppId;
    /// A notification; from a plain sequence below 2^53, because some clients read it as a number.
    NotificationId;
    /// A row without a type of its own: a follow, a like, a delivery.
    RowId;
}

/// Sequence numbers of things of the present; the other half is for those of the past, so that neither takes an id that
/// the other was given and has yet to write.
const PRESENT_LIMIT: i64 = SEQUENCE_LIMIT / 2;

/// Makes ids. One per process; clones of a process share it behind an `Arc`.
#[derive(Debug)]
pub struct IdMaker {
    clock: Clock,
    process: i64,
    last: Mutex<(Millis, i64)>,
    /// Tells apart things of the same past millisecond; starts anywhere, so that a restart goes on elsewhere.
    past: AtomicI64,
}

impl IdMaker {
    /// A maker for process number `process` (0–31; higher numbers wrap).
    pub fn new(clock: Clock, process: u8) -> Self {
        let past = AtomicI64::new(clock.now_ms());
        Self {
            clock,
            process: i64::from(process) & ((1 << PROCESS_BITS) - 1),
            last: Mutex::new((0, 0)),
            past,
        }
    }

    /// The next id, greater than every id this maker made before, even when the clock stands or steps back.
    pub fn next(&self) -> i64 {
        let now_ms = self.clock.now_ms();
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (time_ms, sequence) = match *last {
            (time_ms, _) if now_ms > time_ms => (now_ms, 0),
            (time_ms, sequence) if sequence + 1 < PRESENT_LIMIT => (time_ms, sequence + 1),
            // The millisecond is used up: borrow the next one rather than wait.
            (time_ms, _) => (time_ms + 1, 0),
        };
        *last = (time_ms, sequence);
        compose(time_ms, self.process, sequence)
    }

    /// An id for something that happened at `at_ms` (a remote tweet's published time), clamped to the past. Unlike
    /// ids of the present it may have been given before: who writes it looks whether it is free.
    pub fn at(&self, at_ms: Millis) -> i64 {
        let fresh = self.next();
        if at_ms >= fresh >> TIME_SHIFT {
            return fresh;
        }
        let sequence = self.past.fetch_add(1, Ordering::Relaxed) & (PRESENT_LIMIT - 1);
        compose(at_ms.max(0), self.process, PRESENT_LIMIT + sequence)
    }
}

/// The smallest id that an object made at `at_ms` could have: a cutoff for keyset queries.
pub fn floor_at(at_ms: Millis) -> i64 {
    at_ms.max(0) << TIME_SHIFT
}

fn compose(time_ms: Millis, process: i64, sequence: i64) -> i64 {
    (time_ms << TIME_SHIFT) | (process << SEQUENCE_BITS) | sequence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_past_are_never_those_of_the_present() {
        let clock = Clock::manual(1_767_323_045_000);
        let ids = IdMaker::new(clock.clone(), 3);
        let present: std::collections::HashSet<i64> = (0..500).map(|_| ids.next()).collect();
        clock.advance(1);
        ids.next();
        assert!((0..5_000).all(|_| !present.contains(&ids.at(1_767_323_045_000))));
    }

    #[test]
    fn ids_rise_even_when_the_clock_stands() {
        let maker = IdMaker::new(Clock::manual(1_000), 3);
        let ids: Vec<i64> = (0..5_000).map(|_| maker.next()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn an_id_carries_its_time_and_a_future_time_is_clamped() {
        let maker = IdMaker::new(Clock::manual(1_000), 0);
        assert_eq!(TweetId(maker.at(400)).time_ms(), 400);
        assert_eq!(TweetId(maker.at(9_999)).time_ms(), 1_000);
    }

    #[test]
    fn things_of_the_same_past_millisecond_get_different_ids() {
        let maker = IdMaker::new(Clock::manual(1_000), 0);
        let ids: std::collections::HashSet<i64> = (0..PRESENT_LIMIT).map(|_| maker.at(400)).collect();
        assert_eq!(i64::try_from(ids.len()), Ok(PRESENT_LIMIT));
    }

    #[test]
    fn only_plain_decimal_text_is_an_id() {
        assert_eq!("42".parse::<TweetId>(), Ok(TweetId(42)));
        for bad in ["", "-1", "+1", "4.2", "0x1", "99999999999999999999", " 1"] {
            assert_eq!(bad.parse::<TweetId>(), Err(BadId), "{bad:?}");
        }
    }
}
