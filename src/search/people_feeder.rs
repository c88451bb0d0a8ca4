//! Keeps the accounts and hashtags that can be offered in step with the database. They are in memory, and
//! loaded beside everything else once it is known from where the log is followed: what changed before is in
//! the tables then, and what changes later comes with the log.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{AccountDoc, FAILURE_PAUSE, Search};
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
    /// Asks for everything to be loaded.
    wanted: Notify,
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
            wanted: Notify::new(),
            refreshing: tokio::sync::Mutex::default(),
        }
    }

    /// Loads everything when asked to, and reads counts of followers again now and then, until `stop`.
    pub(super) async fn run(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let done = tokio::select! {
                () = stop.cancelled() => return,
                () = self.wanted.notified() => stop.run_until_cancelled(self.load()).await,
                () = tokio::time::sleep(RECOUNT_EVERY) => stop.run_until_cancelled(self.recount()).await,
            };
            let Some(Err(error)) = done else { continue };
            tracing::warn!(error = %Chain(&error), "accounts could not be read for the search; trying again");
            if !self.search.people_loaded() {
                self.wanted.notify_one();
            }
            stop.run_until_cancelled(tokio::time::sleep(FAILURE_PAUSE)).await;
        }
    }

    /// Has everything loaded (again), as the log is now followed from another place.
    pub(super) fn reload(&self) {
        self.search.set_people_loaded(false);
        self.wanted.notify_one();
    }

    /// Reads `changed` again at once and `followed` later.
    pub(super) async fn take(
        &self,
        changed: BTreeSet<AccountId>,
        followed: BTreeSet<AccountId>,
    ) -> Result<()> {
        self.put_off(&followed);
        if !self.search.people_loaded() {
            // An older slice of the loading may come after this.
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
                let (findable, hidden): (Vec<_>, Vec<_>) =
                    found.into_iter().partition(|account| account.findable);
                hidden.iter().for_each(|account| search.hide_account(account.id));
                search.put_accounts(&findable.into_iter().map(doc).collect::<Vec<_>>());
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
        self.search.set_people_loaded(true);
        tracing::info!(
            accounts = self.search.accounts_len(),
            hashtags = self.search.tags_len(),
            "accounts and hashtags can be found"
        );
        self.recount().await
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
