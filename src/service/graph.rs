//! Who follows, blocks and mutes whom: the relations of those who are reading, kept in memory.
//!
//! Derived state: an entry is dropped when the log speaks of its account, and read again when it is needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::error::Result;
use crate::model::event::Event;
use crate::model::ids::AccountId;
use crate::model::visibility::Relations;
use crate::store::{Store, follows};
use crate::telemetry::caches::{self, Lookups, Room};

/// Accounts whose relations are kept, as far as [`BONDS_KEPT`] goes; the least used go first.
const KEPT: usize = 50_000;
/// Bonds in all the relations that are kept, 9 to 18 bytes each: 200 for each of the accounts.
const BONDS_KEPT: u64 = 4_000_000;

/// The relations of recently active accounts.
pub struct Graph {
    store: Store,
    cache: Cache<AccountId, Arc<Relations>, BySize>,
    /// Counts invalidations, so that a read that began before one is not kept after it.
    epoch: AtomicU64,
    lookups: Lookups,
}

/// Weighs relations by their bonds, so that a few who follow many cannot fill the memory.
#[derive(Clone)]
struct BySize;

impl Weighter<AccountId, Arc<Relations>> for BySize {
    fn weight(&self, _: &AccountId, relations: &Arc<Relations>) -> u64 {
        u64::try_from(relations.size()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

impl Graph {
    pub(super) fn new(store: Store, room: Room) -> Self {
        let cache = Cache::with_weighter(room.count(KEPT), room.of(BONDS_KEPT), BySize);
        Self { store, cache, epoch: AtomicU64::new(0), lookups: Lookups::of(&caches::RELATIONS) }
    }

    /// The relations of an account.
    pub async fn relations(&self, account: AccountId) -> Result<Arc<Relations>> {
        if let Some(known) = self.lookups.seen(self.cache.get(&account)) {
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
        for account in changed(event) {
            self.forget_of(account);
        }
    }

    /// Forgets the relations of one account.
    fn forget_of(&self, account: AccountId) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.cache.remove(&account);
    }
}

/// The accounts whose relations an event changed.
pub fn changed(event: &Event) -> impl Iterator<Item = AccountId> + use<> {
    let accounts = match event {
        Event::Followed(r)
        | Event::Unfollowed(r)
        | Event::FollowRequested(r)
        | Event::FollowRequestCancelled(r)
        | Event::FollowAccepted(r)
        | Event::FollowRejected(r)
        | Event::Blocked(r)
        | Event::Unblocked(r)
        | Event::Muted(r)
        | Event::Unmuted(r) => [Some(r.from), Some(r.to)],
        Event::FollowChanged(r) => [Some(r.from), None],
        Event::ListChanged { account, .. }
        | Event::HiddenHostsChanged { account, .. }
        | Event::FollowedTagsChanged { account, .. } => [Some(*account), None],
        _ => [None, None],
    };
    accounts.into_iter().flatten()
}
