//! The sessions that ask again and again, by the hash of their secret.
//!
//! One that ends here is forgotten before whoever ended it is answered; one that another process ended, when the log tells
//! of it.

use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;

use super::SignedIn;
use crate::clock::{Millis, SECOND_MS};
use crate::model::event::Event;
use crate::model::ids::AccountId;
use crate::store::Echo;
use crate::telemetry::caches::{self, Lookups, Room};

/// What no event tells of is read again after this.
const KEPT_MS: Millis = 30 * SECOND_MS;
/// Sessions that are kept, some 250 bytes each; the least used go first.
const KEPT: usize = 50_000;

#[derive(Clone)]
struct Known {
    who: SignedIn,
    /// When it is over by itself, or is to be read again.
    until_ms: Millis,
}

/// Whose session it is, of those that were read lately.
pub(super) struct KnownSessions {
    sessions: Cache<Vec<u8>, Known>,
    /// Counts endings, so that a reading that began before one is not kept after it.
    endings: AtomicU64,
    lookups: Lookups,
}

impl KnownSessions {
    pub(super) fn new(room: Room) -> Self {
        let lookups = Lookups::of(&caches::SESSIONS);
        Self { sessions: Cache::new(room.count(KEPT)), endings: AtomicU64::new(0), lookups }
    }

    /// Taken before a reading.
    pub(super) fn ticket(&self) -> u64 {
        self.endings.load(Ordering::Acquire)
    }

    pub(super) fn get(&self, hash: &[u8], now_ms: Millis) -> Option<SignedIn> {
        self.lookups
            .seen(self.sessions.get(hash).filter(|known| now_ms < known.until_ms))
            .map(|known| known.who)
    }

    /// Keeps what was read since `ticket`.
    pub(super) fn keep(
        &self,
        ticket: u64,
        hash: &[u8],
        who: SignedIn,
        (now_ms, ends_at): (Millis, Option<Millis>),
    ) {
        let until_ms = now_ms.saturating_add(KEPT_MS).min(ends_at.unwrap_or(Millis::MAX));
        if self.ticket() == ticket {
            self.sessions.insert(hash.to_vec(), Known { who, until_ms });
            // It may have ended in between.
            if self.ticket() != ticket {
                self.sessions.remove(hash);
            }
        }
    }

    pub(super) fn hear(&self, echo: &Echo) {
        if let Echo::Event(event) = echo {
            self.apply(event);
        }
    }

    /// Forgets sessions that an event may have ended.
    pub(super) fn apply(&self, event: &Event) {
        if let Event::SessionsEnded { account } | Event::AccountSuspended { account, .. } = event {
            self.forget(*account);
        }
    }

    fn forget(&self, account: AccountId) {
        self.endings.fetch_add(1, Ordering::AcqRel);
        self.sessions.retain(|_, known| known.who.account != account);
    }
}
