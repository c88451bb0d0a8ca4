//! Keeps the accounts and hashtags that can be offered in step with the database. They are in memory, and
//! loaded at each start beside everything else.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::feeder::FAILURE_PAUSE;
use super::{AccountDoc, Search};
use crate::clock::{Clock, DAY_MS, Millis};
use crate::error::{Chain, Error, Result};
use crate::model::ids::{AccountId, TweetId, floor_at};
use crate::store::Store;
use crate::store::search::{self as stored, SearchAccount};

/// Accounts and hashtags taken in under one lock: nobody who types waits longer than some 30 ms.
const SLICE: usize = 2_000;
/// How often counts of followers are read again: an order by them may be that old.
const RECOUNT_EVERY: Duration = Duration::from_secs(10);
/// Uses of hashtags that count.
const TAGS_SINCE_MS: Millis = 30 * DAY_MS;
/// Hashtags that are loaded, the most used first.
const MAX_TAGS: i64 = 100_000;

/// Loads and refreshes accounts and hashtags.
pub(super) struct PeopleFeeder {
    store: Store,
    clock: Clock,
    search: Arc<Search>,
    /// Accounts to read again at leisure: each once, so never more than there are.
    later: Mutex<BTreeSet<AccountId>>,
    /// Until then, what is read again may be overwritten by an older slice.
    loaded: AtomicBool,
    /// One refresh at a time, so that an older reading never comes after a newer one.
    refreshing: tokio::sync::Mutex<()>,
}

impl PeopleFeeder {
    pub(super) fn new(store: Store, clock: Clock, search: Arc<Search>) -> Self {
        Self {
            store,
            clock,
            search,
            later: Mutex::default(),
            loaded: AtomicBool::new(false),
            refreshing: tokio::sync::Mutex::default(),
        }
    }

    /// Loads everything once, then reads counts of followers again now and then, until `stop`.
    pub(super) async fn run(&self, stop: &CancellationToken) {
        while let Some(Err(error)) = stop.run_until_cancelled(self.load()).await {
            tracing::warn!(error = %Chain(&error), "accounts could not be loaded into the search; trying again");
            stop.run_until_cancelled(tokio::time::sleep(FAILURE_PAUSE)).await;
        }
        loop {
            if let Err(error) = self.recount().await {
                tracing::warn!(error = %Chain(&error), "accounts in the search could not be refreshed; trying again");
            }
            if stop.run_until_cancelled(tokio::time::sleep(RECOUNT_EVERY)).await.is_none() {
                return;
            }
        }
    }

    /// Reads `changed` again at once and `followed` later.
    pub(super) async fn take(
        &self,
        changed: BTreeSet<AccountId>,
        followed: BTreeSet<AccountId>,
    ) -> Result<()> {
        self.put_off(&followed);
        if !self.loaded.load(Ordering::Acquire) {
            self.put_off(&changed);
        }
        self.refresh(changed).await
    }

    async fn load(&self) -> Result<()> {
        let mut after = AccountId(0);
        let slice = i64::try_from(SLICE).unwrap_or(1);
        loop {
            let found = self.store.read(move |conn| stored::scan_accounts(conn, after, slice)).await?;
            let Some(last) = found.last() else { break };
            after = last.id;
            self.blocking(move |search| {
                let docs: Vec<AccountDoc> =
                    found.into_iter().filter(|account| account.findable).map(doc).collect();
                search.put_accounts(&docs);
            })
            .await?;
        }
        let since = TweetId(floor_at(self.clock.now_ms() - TAGS_SINCE_MS));
        let tags = self.store.read(move |conn| stored::tag_uses(conn, since, MAX_TAGS)).await?;
        self.blocking(move |search| {
            let tags: Vec<(String, u32)> = tags.into_iter().map(|(tag, uses)| (tag, small(uses))).collect();
            tags.chunks(SLICE).for_each(|slice| search.load_tags(slice));
        })
        .await?;
        self.loaded.store(true, Ordering::Release);
        tracing::info!(
            accounts = self.search.accounts_len(),
            hashtags = self.search.tags_len(),
            "accounts and hashtags can be found"
        );
        Ok(())
    }

    async fn recount(&self) -> Result<()> {
        let wanted = std::mem::take(&mut *self.later.lock().unwrap_or_else(PoisonError::into_inner));
        let done = self.refresh(wanted.clone()).await;
        if done.is_err() {
            self.put_off(&wanted);
        }
        done
    }

    async fn refresh(&self, wanted: BTreeSet<AccountId>) -> Result<()> {
        let _turn = self.refreshing.lock().await;
        let wanted: Vec<AccountId> = wanted.into_iter().collect();
        for slice in wanted.chunks(SLICE) {
            let ids = slice.to_vec();
            let found = self.store.read(move |conn| stored::accounts(conn, &ids)).await?;
            let mut gone: BTreeSet<AccountId> = slice.iter().copied().collect();
            self.blocking(move |search| {
                for account in found {
                    gone.remove(&account.id);
                    match account.findable {
                        true => search.put_account(&doc(account)),
                        false => search.hide_account(account.id),
                    }
                }
                gone.into_iter().for_each(|id| search.remove_account(id));
            })
            .await?;
        }
        Ok(())
    }

    fn put_off(&self, accounts: &BTreeSet<AccountId>) {
        self.later.lock().unwrap_or_else(PoisonError::into_inner).extend(accounts);
    }

    /// Works on the search away from the async threads.
    async fn blocking(&self, work: impl FnOnce(&Search) + Send + 'static) -> Result<()> {
        let search = Arc::clone(&self.search);
        tokio::task::spawn_blocking(move || work(&search)).await.map_err(Error::internal)
    }
}

fn doc(account: SearchAccount) -> AccountDoc {
    AccountDoc {
        id: account.id,
        username: account.username,
        host: account.domain,
        display_name: account.display_name,
        followers: small(account.followers_count),
    }
}

fn small(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}
