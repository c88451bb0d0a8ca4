//! The digests of accounts' followers by host, computed together when first asked for and kept until a follow
//! changes: a post that goes to hundreds of hosts reads the followers once.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::Digest;
use crate::clock::{HOUR_MS, Millis};
use crate::model::ids::AccountId;
use crate::telemetry::caches::{self, Lookups};

/// Accounts whose digests are kept; the least used go first.
const KEPT: usize = 1_000;
/// Hosts in all that is kept, about a hundred bytes each.
const HOSTS_KEPT: u64 = 200_000;
/// How long a digest counts even if nothing is heard: accounts that are deleted leave without a word.
const BELIEVED_MS: Millis = HOUR_MS;
/// Counters of changes; accounts that share one are forgotten together.
const COUNTERS: usize = 1_024;

/// The digests of one account's followers.
#[derive(Debug, Default)]
pub(super) struct ByHost {
    pub(super) at_ms: Millis,
    /// The name of an account of ours.
    pub(super) username: String,
    /// `None` when there are too many followers to say.
    pub(super) hosts: Option<HashMap<String, OnHost>>,
}

/// Those on one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OnHost {
    pub(super) digest: Digest,
    pub(super) followers: usize,
}

impl ByHost {
    /// The followers on a host, perhaps none; `None` when it cannot be said.
    pub(super) fn on(&self, host: &str) -> Option<OnHost> {
        Some(self.hosts.as_ref()?.get(host).copied().unwrap_or_default())
    }
}

/// An account, and how often its followers were heard to change.
pub(super) type Key = (AccountId, u64);

/// The digests of many accounts.
pub(in crate::federation) struct Memo {
    kept: Cache<Key, Arc<ByHost>, Hosts>,
    changes: Vec<AtomicU64>,
    lookups: Lookups,
}

#[derive(Clone)]
struct Hosts;

impl Weighter<Key, Arc<ByHost>> for Hosts {
    fn weight(&self, _: &Key, one: &Arc<ByHost>) -> u64 {
        let hosts = one.hosts.as_ref().map_or(0, HashMap::len);
        u64::try_from(hosts).unwrap_or(u64::MAX).saturating_add(1)
    }
}

impl Memo {
    pub(in crate::federation) fn new() -> Self {
        let changes = std::iter::repeat_with(AtomicU64::default).take(COUNTERS).collect();
        let lookups = Lookups::of(&caches::FOLLOWER_DIGESTS);
        Self { kept: Cache::with_weighter(KEPT, HOSTS_KEPT, Hosts), changes, lookups }
    }

    /// The digests of an account, read if they are not here. Many who ask at once wait for one reading.
    pub(super) async fn of<E>(
        &self,
        account: AccountId,
        now_ms: Millis,
        read: impl Future<Output = Result<ByHost, E>>,
    ) -> Result<Arc<ByHost>, E> {
        // What is read after a change is heard goes by another key than what was read before.
        let key = (account, self.counter(account).map_or(0, |counter| counter.load(Ordering::Acquire)));
        let believed = |kept: &Arc<ByHost>| kept.at_ms.saturating_add(BELIEVED_MS) > now_ms;
        if let Some(known) = self.lookups.seen(self.kept.get(&key).filter(believed)) {
            return Ok(known);
        }
        self.kept.remove_if(&key, |kept| !believed(kept));
        self.kept.get_or_insert_async(&key, async { read.await.map(Arc::new) }).await
    }

    /// Somebody follows this account, or no longer.
    pub(super) fn changed(&self, account: AccountId) {
        if let Some(counter) = self.counter(account) {
            counter.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn counter(&self, account: AccountId) -> Option<&AtomicU64> {
        let mut hasher = DefaultHasher::new();
        account.hash(&mut hasher);
        let counters = u64::try_from(COUNTERS).unwrap_or(1);
        self.changes.get(usize::try_from(hasher.finish() % counters).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    const ANN: AccountId = AccountId(7);

    async fn asked(memo: &Memo, now_ms: Millis, read: &mut usize) {
        let read = async {
            *read += 1;
            Ok::<_, Infallible>(ByHost { at_ms: now_ms, hosts: Some(HashMap::new()), ..ByHost::default() })
        };
        memo.of(ANN, now_ms, read).await.unwrap();
    }

    #[tokio::test]
    async fn followers_are_read_once_until_they_change_or_an_hour_is_over() {
        let (memo, mut read) = (Memo::new(), 0);
        for now_ms in [0, 1, HOUR_MS - 1] {
            asked(&memo, now_ms, &mut read).await;
        }
        assert_eq!(read, 1);
        asked(&memo, HOUR_MS, &mut read).await;
        assert_eq!(read, 2);
        memo.changed(ANN);
        for _ in 0..2 {
            asked(&memo, HOUR_MS, &mut read).await;
        }
        assert_eq!(read, 3);
    }
}
