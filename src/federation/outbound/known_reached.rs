//! Whom a host was already told from, in memory, so that one more delivery writes nothing of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::model::account::INSTANCE;
use crate::model::ids::AccountId;
use crate::store::deliveries::Waiting;
use crate::telemetry::caches::{self, Lookups};

/// Pairs of account and host that are kept, some 5 MB; one that is dropped is written once more, which changes nothing.
const KEPT: usize = 50_000;

/// The pairs of account and host of which it is stored that the host took something from the account.
pub(super) struct KnownReached {
    pairs: Cache<(AccountId, Arc<str>), ()>,
    lookups: Lookups,
}

impl KnownReached {
    pub(super) fn new() -> Self {
        Self { pairs: Cache::new(KEPT), lookups: Lookups::of(&caches::REACHED) }
    }

    /// Adds what `host` took by this delivery to `fresh`, as far as that is news.
    pub(super) fn note(&self, host: &Arc<str>, row: &Waiting, fresh: &mut BTreeMap<AccountId, String>) {
        for account in [Some(row.account), row.carries].into_iter().flatten() {
            let known = || self.lookups.seen(self.pairs.get(&(account, Arc::clone(host)))).is_some();
            if account != INSTANCE && !known() {
                fresh.entry(account).or_insert_with(|| row.inbox.clone());
            }
        }
    }

    /// These are stored.
    pub(super) fn keep(&self, host: &Arc<str>, stored: &BTreeMap<AccountId, String>) {
        for account in stored.keys() {
            self.pairs.insert((*account, Arc::clone(host)), ());
        }
    }
}
