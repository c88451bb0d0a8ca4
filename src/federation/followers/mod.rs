//! Followers collections that two servers keep in step (FEP-8fcf).
//!
//! A post for followers goes out with the digest of those who live on the host that gets it. Who knows others asks for
//! the list of them, which is shown to that host alone. What arrives so is compared with who follows from here; when
//! it differs, the list is read in the background and both sides are set right, see
//! [`crate::federation::resolve`]. Nobody ever becomes a follower by it.

mod digest;
mod header;
mod memo;

use std::collections::HashMap;
use std::sync::Arc;

use http::HeaderMap;
use tokio::sync::Semaphore;
use url::Url;

pub use digest::Digest;
pub use header::Synchronization;
pub(in crate::federation) use memo::Memo;

use self::memo::{ByHost, OnHost};
use super::Federation;
use super::objects::LocalActor;
use super::origin::{authority, same_origin};
use super::resolve::Stated;
use crate::error::{Chain, Error, Result};
use crate::model::account::Account;
use crate::model::address::Addresses;
use crate::model::event::Event;
use crate::model::ids::{AccountId, RowId};
use crate::store::synchronization::{self, Follower};
use crate::store::{Conn, StoreError, accounts, actors};
use crate::telemetry::metrics as names;

/// Followers up to which an account's collection is kept in step, as Mastodon has it.
pub(in crate::federation) const FOLLOWERS_MAX: usize = 25_000;
/// Followers on one host up to which it may read who they are: the list has no pages and is to be taken by everybody.
const LISTED_MAX: usize = 8_000;
/// Followers that one statement reads.
const PORTION: i64 = 2_000;
/// Words of others that are compared at once.
const COMPARED_MAX: usize = 8;

/// What keeping in step needs.
pub(super) struct Followers {
    memo: Memo,
    comparing: Arc<Semaphore>,
}

impl Followers {
    pub(super) fn new() -> Self {
        Self { memo: Memo::new(), comparing: Arc::new(Semaphore::new(COMPARED_MAX)) }
    }

    /// Forgets what an event of the log has changed.
    pub(super) fn heard(&self, event: &Event) {
        if let Event::Followed(bond) | Event::Unfollowed(bond) | Event::FollowRejected(bond) = event {
            self.memo.changed(bond.to);
        }
    }
}

/// The ActivityPub id of a follower.
pub(in crate::federation) fn id_of(follower: &Follower, addresses: &Addresses) -> String {
    follower.uri.clone().unwrap_or_else(|| addresses.local_actor(&follower.username))
}

impl Federation {
    /// What a post for followers of `account` says of them to the host of `inbox`; `None` when there are too many.
    pub(super) async fn synchronization(&self, account: AccountId, inbox: &Url) -> Result<Option<Arc<str>>> {
        let all = self.followers_by_host(account).await?;
        let Some(there) = all.on(&authority(inbox)).filter(|there| there.followers <= LISTED_MAX) else {
            return Ok(None);
        };
        let addresses = self.service().addresses();
        let actor = LocalActor::new(addresses.origin(), addresses.local_actor(&all.username));
        let header = header::write(&actor.followers(), &actor.followers_synchronization(), there.digest);
        Ok(Some(header.into()))
    }

    /// The ids of an account's followers on the host of `reader`, whose signature has held.
    pub async fn followers_on_host_of(&self, account: AccountId, reader: &Url) -> Result<Vec<String>> {
        let host = authority(reader);
        let limit = i64::try_from(LISTED_MAX).unwrap_or(i64::MAX).saturating_add(1);
        let read = move |conn: &mut Conn| synchronization::ids_on_host(conn, account, &host, limit);
        let ids = self.service().store().read(read).await?;
        // A part of the list would be taken for all of it.
        if ids.len() > LISTED_MAX { Err(Error::NotFound("collection")) } else { Ok(ids) }
    }

    async fn followers_by_host(&self, account: AccountId) -> Result<Arc<ByHost>> {
        let now_ms = self.now_ms();
        let addresses = self.service().addresses().clone();
        let read = self.service().store().read(move |conn| {
            let own_host = authority(addresses.base());
            let none = ByHost { at_ms: now_ms, ..ByHost::default() };
            let Some(account) = accounts::by_id(conn, account)? else { return Ok(none) };
            let Some(all) = all_followers(conn, &account)? else { return Ok(none) };
            let mut hosts: HashMap<String, OnHost> = HashMap::new();
            for follower in all {
                let host = follower.host.clone().unwrap_or_else(|| own_host.clone());
                let there = hosts.entry(host).or_default();
                there.digest.add(&id_of(&follower, &addresses));
                there.followers += 1;
            }
            Ok(ByHost { at_ms: now_ms, username: account.username, hosts: Some(hosts) })
        });
        self.0.followers.memo.of(account, now_ms, async { read.await.map_err(Error::from) }).await
    }

    /// Compares what came with an activity of `actor`, whose signature has held, beside the request. Few at once: of
    /// whom there is no place for, the next post says it again.
    pub(super) fn heed_synchronization(&self, actor: &Url, headers: &HeaderMap) {
        let Some(said) = Synchronization::of(headers) else { return };
        let said = match said {
            Ok(said) if same_origin(&said.list, actor) && same_origin(&said.collection, actor) => said,
            Ok(_) => return count("foreign"),
            Err(_) => return count("unreadable"),
        };
        let Ok(place) = Arc::clone(&self.0.followers.comparing).try_acquire_owned() else {
            return count("crowded");
        };
        let (federation, actor) = (self.clone(), actor.clone());
        tokio::spawn(async move {
            let outcome = federation.compare(&actor, said).await;
            count(outcome.unwrap_or_else(|error| {
                tracing::warn!(error = %Chain(&error), "who follows whom could not be compared");
                "failed"
            }));
            drop(place);
        });
    }

    /// Waits until nothing is being compared.
    #[cfg(test)]
    pub(in crate::federation) async fn compared(&self) {
        let all = u32::try_from(COMPARED_MAX).unwrap_or(u32::MAX);
        drop(self.0.followers.comparing.acquire_many(all).await);
    }

    /// Compares what an actor says with who follows it from here; when it differs, its list is wished for.
    async fn compare(&self, actor: &Url, said: Synchronization) -> Result<&'static str> {
        let uri = actor.as_str().to_owned();
        let read = self.service().store().read(move |conn| {
            let Some(account) = accounts::by_uri(conn, &uri)? else { return Ok(None) };
            let reach = actors::reaches(conn, &[account.id])?.pop();
            Ok(reach.map(|(_, reach)| (account.id, reach.followers_uri)))
        });
        let Some((account, collection)) = read.await? else { return Ok("unknown") };
        if collection.as_deref() != Some(said.collection.as_str()) {
            return Ok("foreign");
        }
        let own_host = authority(self.service().addresses().base());
        match self.followers_by_host(account).await?.on(&own_host) {
            None => Ok("unknown"),
            Some(ours) if ours.digest == said.digest => Ok("same"),
            Some(_) => {
                self.wish_for_followers(Stated {
                    account,
                    actor: actor.clone(),
                    list: said.list,
                    digest: said.digest,
                });
                Ok("different")
            }
        }
    }
}

/// Everybody who follows an account; `None` when they are too many.
pub(in crate::federation) fn all_followers(
    conn: &mut Conn,
    account: &Account,
) -> Result<Option<Vec<Follower>>, StoreError> {
    if usize::try_from(account.followers_count).is_ok_and(|count| count >= FOLLOWERS_MAX) {
        return Ok(None);
    }
    let (mut all, mut after) = (Vec::new(), RowId(0));
    loop {
        let portion = synchronization::after(conn, account.id, after, PORTION)?;
        let Some(last) = portion.last() else { return Ok(Some(all)) };
        after = last.follow;
        all.extend(portion);
        if all.len() >= FOLLOWERS_MAX {
            return Ok(None);
        }
    }
}

/// Counts what became of a word that came with an activity.
pub(super) fn count(outcome: &'static str) {
    metrics::counter!(names::FOLLOWERS_COMPARED_TOTAL, "outcome" => outcome).increment(1);
}
