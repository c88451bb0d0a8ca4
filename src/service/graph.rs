//! Who follows, blocks and mutes whom: the relations of those who are reading, kept in memory.
//!
//! Derived state: an entry is dropped when the log speaks of its account, and read again when it is needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;

use crate::error::Result;
use crate::model::event::{Event, Relation};
use crate::model::ids::AccountId;
use crate::model::visibility::Relations;
use crate::store::{Store, follows};

/// Accounts whose relations are kept; the least used go first.
const KEPT: usize = 20_000;

/// The relations of recently active accounts.
pub struct Graph {
    store: Store,
    cache: Cache<AccountId, Arc<Relations>>,
    /// Counts invalidations, so that a read that began before one is not kept after it.
    epoch: AtomicU64,
}

impl Graph {
    pub(super) fn new(store: Store) -> Self {
        Self { store, cache: Cache::new(KEPT), epoch: AtomicU64::new(0) }
    }

    /// The relations of an account.
    pub async fn relations(&self, account: AccountId) -> Result<Arc<Relations>> {
        if let Some(known) = self.cache.get(&account) {
            return Ok(known);
        }
        let epoch = self.epoch.load(Ordering::Acquire);
        let read = Arc::new(self.store.read(move |conn| follows::all_bonds(conn, account)).await?);
        self.cache.insert(account, Arc::clone(&read));
        if self.epoch.load(Ordering::Acquire) != epoch {
            self.cache.remove(&account);
        }
        Ok(read)
    }

    /// Follows the log: forgets the relations that an event changed.
    pub fn apply(&self, event: &Event) {
        match event {
            Event::Followed(r)
            | Event::Unfollowed(r)
            | Event::FollowRequested(r)
            | Event::FollowRequestCancelled(r)
            | Event::FollowAccepted(r)
            | Event::FollowRejected(r)
            | Event::Blocked(r)
            | Event::Unblocked(r)
            | Event::Muted(r)
            | Event::Unmuted(r) => self.forget(r),
            _ => {}
        }
    }

    /// Forgets the relations of both ends.
    pub(super) fn forget(&self, relation: &Relation) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.cache.remove(&relation.from);
        self.cache.remove(&relation.to);
    }
}
