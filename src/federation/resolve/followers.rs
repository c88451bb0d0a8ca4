//! Setting right who follows whom, when another instance says that it knows other followers (FEP-8fcf).
//!
//! Its list of our accounts is read whole or not at all, and it must be the one whose digest was stated. Follows of ours
//! that are not in it end here without a word. Who is in it and does not follow gets an Undo, so that the other side
//! forgets. A follow that is still asked for is left alone, and nobody is made to follow.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::ResolveError;
use super::fetch::Budget;
use super::reading::{Brought, Wish};
use crate::federation::Federation;
use crate::federation::followers::{Digest, all_followers, count, id_of};
use crate::federation::objects::liberal::one_or_many;
use crate::federation::objects::{IdOr, Object};
use crate::federation::origin::same_origin;
use crate::model::event::Relation;
use crate::model::ids::AccountId;
use crate::model::username;
use crate::store::accounts;
use crate::store::synchronization::{self, Follower};
use crate::telemetry::metrics as names;

/// Pages of a list that are read; most have none.
const PAGES_MAX: usize = 10;
/// Follows that one unit of work ends.
const ENDED_AT_ONCE: usize = 50;
/// Follows that are undone after one reading: the rest after the next.
const UNDONE_MAX: usize = 100;

/// What an actor states of its followers here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::federation) struct Stated {
    /// The account followed.
    pub(in crate::federation) account: AccountId,
    /// Its ActivityPub id.
    pub(in crate::federation) actor: Url,
    /// Where the list of our accounts is, on the actor's own origin.
    pub(in crate::federation) list: Url,
    /// The digest of the list.
    pub(in crate::federation) digest: Digest,
}

impl Federation {
    /// Has the list read when its turn comes, once for each account.
    pub(in crate::federation) fn wish_for_followers(&self, stated: Stated) {
        self.0.reading.wish(Wish::Followers(stated.into()));
    }

    /// Reads the list and sets right what differs.
    pub(super) async fn read_followers(&self, stated: &Stated) -> Result<Brought, ResolveError> {
        // Who follows before the list is read: what begins meanwhile is not in it.
        let ours = match self.our_followers(stated.account).await? {
            Some(ours) if Digest::of(ours.keys()) != stated.digest => ours,
            _ => return Ok(Brought { read: true, ..Brought::default() }),
        };
        let listed = self.listed_followers(stated, &Budget::new()).await?;
        if Digest::of(&listed) != stated.digest {
            // Not all of it, or it has changed since: the next post says how it is then.
            count("unproven");
            return Ok(Brought::default());
        }
        let gone: Vec<Follower> =
            ours.iter().filter(|(id, _)| !listed.contains(*id)).map(|(_, one)| one.clone()).collect();
        let unknown: Vec<&String> = listed.iter().filter(|id| !ours.contains_key(*id)).collect();
        let ended = self.end_follows(stated.account, gone).await?;
        let undone = self.undo_follows(stated.account, &unknown).await?;
        tracing::info!(actor = stated.actor.as_str(), ended, undone, "followers were set right");
        let limited = unknown.len() > UNDONE_MAX;
        Ok(Brought { answers: ended + undone, read: true, limited, ..Brought::default() })
    }

    /// Who follows an account from here, by id; `None` when they are too many.
    async fn our_followers(
        &self,
        account: AccountId,
    ) -> Result<Option<BTreeMap<String, Follower>>, ResolveError> {
        let read = self.service().store().read(move |conn| match accounts::by_id(conn, account)? {
            Some(account) => all_followers(conn, &account),
            None => Ok(None),
        });
        let all = read.await?;
        let addresses = self.service().addresses();
        let ours = |all: Vec<Follower>| all.into_iter().filter(|follower| follower.host.is_none());
        Ok(all.map(|all| ours(all).map(|follower| (id_of(&follower, addresses), follower)).collect()))
    }

    /// The ids in the list, all of them.
    async fn listed_followers(
        &self,
        stated: &Stated,
        budget: &Budget,
    ) -> Result<BTreeSet<String>, ResolveError> {
        let (mut listed, mut next) = (BTreeSet::new(), Some(IdOr::Id(stated.list.clone())));
        for _ in 0..PAGES_MAX {
            let Some(page) = next.take() else { break };
            let document = match page {
                IdOr::Embedded { document, .. } => document,
                IdOr::Id(id) if same_origin(&id, &stated.actor) => {
                    self.document(&id, budget).await?.map.clone()
                }
                IdOr::Id(_) => return Err(ResolveError::Refused("the list is not its owner's")),
            };
            let object = Object(&document);
            let items = object.get("orderedItems").or_else(|| object.get("items"));
            let ids = items.into_iter().flat_map(one_or_many);
            listed.extend(
                ids.filter_map(|item| item.as_str().or_else(|| item.get("id")?.as_str()).map(str::to_owned)),
            );
            next = object.id_or("next")?.or(object.id_or("first")?);
        }
        Ok(listed)
    }

    /// Ends follows of ours that are not in the list. Answers how many.
    async fn end_follows(&self, account: AccountId, gone: Vec<Follower>) -> Result<usize, ResolveError> {
        let mut count = 0;
        for some in gone.chunks(ENDED_AT_ONCE) {
            let (some, now_ms) = (some.to_vec(), self.now_ms());
            let write = move |conn: &mut _| synchronization::end_unknown(conn, account, &some, now_ms);
            let ended = self.service().store().write(write).await?;
            count += ended.len();
        }
        set_right("ended", count);
        Ok(count)
    }

    /// Lets the other side forget those in its list that do not follow. Answers how many.
    async fn undo_follows(&self, account: AccountId, unknown: &[&String]) -> Result<usize, ResolveError> {
        let addresses = self.service().addresses().clone();
        let base = addresses.local_actor("");
        let names = unknown.iter().filter_map(|id| id.strip_prefix(base.as_str()));
        let folded: Vec<String> = names.map(username::fold).take(UNDONE_MAX).collect();
        if folded.is_empty() {
            return Ok(0);
        }
        let listed: BTreeSet<String> = unknown.iter().map(|id| (*id).clone()).collect();
        let (service, now_ms) = (self.service().clone(), self.now_ms());
        let write = self.service().store().write(move |conn| {
            let strangers = synchronization::strangers_among(conn, account, folded.clone())?;
            let named =
                strangers.into_iter().filter(|(_, name)| listed.contains(&addresses.local_actor(name)));
            let undone: Vec<Relation> = named
                .map(|(from, _)| Relation {
                    from,
                    to: account,
                    from_local: true,
                    to_local: false,
                    id: service.ids().next(),
                    uri: None,
                })
                .collect();
            synchronization::undo(conn, &undone, now_ms)?;
            Ok(undone.len())
        });
        let undone = write.await?;
        set_right("undone", undone);
        Ok(undone)
    }
}

fn set_right(how: &'static str, number: usize) {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    metrics::counter!(names::FOLLOWERS_SET_RIGHT_TOTAL, "how" => how).increment(number);
}
