//! Finding people: who wants to be found, whom to follow, and who of those one knows follows somebody.

use std::collections::HashMap;

use super::Service;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::ids::{AccountId, RowId};
use crate::model::trend::day_of;
use crate::store::featured;

/// Entries of the directory that are passed over at most.
const OFFSET_MAX: usize = 10_000;
/// Accounts of the directory among whom known ones are looked for when nobody's friends help.
const KNOWN_AMONG: i64 = 200;
/// Followed hashtags by which people are looked for.
const TAGS_ASKED: usize = 50;
/// Days back in which somebody must have used one.
const SHARED_DAYS: i64 = 6;
/// Followers that are named for each account.
const FAMILIAR_SHOWN: usize = 10;

/// Why an account is suggested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// So many of those whom one follows follow it.
    Friends(i64),
    /// It used this hashtag of late, which one follows.
    Hashtag(String),
    /// Many here follow it.
    MostFollowed,
}

/// Somebody to follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The account.
    pub account: Account,
    /// Why.
    pub reason: Reason,
}

impl Service {
    /// Accounts of ours that want to be found: those that wrote last, or the newest ones, first.
    pub async fn directory(
        &self,
        viewer: Option<AccountId>,
        newest: bool,
        (offset, limit): (usize, usize),
    ) -> Result<Vec<Account>> {
        let limit = limit.clamp(1, limits::ACCOUNT_PAGE_MAX);
        if offset > OFFSET_MAX {
            return Err(Error::invalid("offset", "too_long", format!("at most {OFFSET_MAX} entries on")));
        }
        let page = (number(offset), number(limit));
        let ids = self.store().read(move |conn| featured::directory(conn, newest, page)).await?;
        let eyes = self.eyes(viewer).await?;
        let mut people = self.accounts(ids).await?;
        people.retain(|account| account.moved_to.is_none() && !eyes.blocked(account.id));
        Ok(people)
    }

    /// Whom one might follow: whom those follow whom one follows, then who writes with hashtags that one follows, then who is
    /// well known here.
    pub async fn suggestions(&self, account: AccountId, limit: usize) -> Result<Vec<Suggestion>> {
        let limit = limit.clamp(1, limits::ACCOUNT_PAGE_MAX);
        let most = number(limit.saturating_mul(2));
        let near = self.store().read(move |conn| featured::friends_of_friends(conn, account, most)).await?;
        let near = near.into_iter().map(|(id, friends)| (id, Reason::Friends(friends))).collect();
        let mut found = self.wanted(account, near).await?;
        if found.len() < limit {
            let sharing = self.sharing_tags(account, most).await?;
            self.add_wanted(account, &mut found, sharing).await?;
        }
        if found.len() < limit {
            let known = self.store().read(move |conn| {
                let ids = featured::directory(conn, false, (0, KNOWN_AMONG))?;
                let dismissed = featured::dismissed_among(conn, account, &ids)?;
                Ok(ids.into_iter().filter(|id| !dismissed.contains(id)).collect::<Vec<_>>())
            });
            let known: Vec<AccountId> = known.await?;
            let before = found.len();
            let known = known.into_iter().map(|id| (id, Reason::MostFollowed)).collect();
            self.add_wanted(account, &mut found, known).await?;
            let added = found.get_mut(before..).unwrap_or_default();
            added.sort_by_key(|suggestion| std::cmp::Reverse(suggestion.account.followers_count));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Who used hashtags of late that the account follows.
    async fn sharing_tags(&self, account: AccountId, most: i64) -> Result<Vec<(AccountId, Reason)>> {
        let relations = self.graph().relations(account).await?;
        let mut tags: Vec<String> = relations.followed_tags.iter().cloned().collect();
        tags.sort_unstable();
        tags.truncate(TAGS_ASKED);
        let since_day = day_of(self.now_ms()).saturating_sub(SHARED_DAYS);
        let read = move |conn: &mut _| featured::sharing_tags(conn, account, tags.clone(), since_day, most);
        let sharing = self.store().read(read).await?;
        Ok(sharing.into_iter().map(|(id, tag)| (id, Reason::Hashtag(tag))).collect())
    }

    /// Adds those who are wanted and not there yet.
    async fn add_wanted(
        &self,
        account: AccountId,
        found: &mut Vec<Suggestion>,
        mut reasons: Vec<(AccountId, Reason)>,
    ) -> Result<()> {
        reasons.retain(|(id, _)| found.iter().all(|there| there.account.id != *id));
        found.extend(self.wanted(account, reasons).await?);
        Ok(())
    }

    /// Those of these accounts that want to be found and that one has nothing to do with yet, in their order.
    async fn wanted(&self, account: AccountId, reasons: Vec<(AccountId, Reason)>) -> Result<Vec<Suggestion>> {
        let relations = self.graph().relations(account).await?;
        let known = |id: &AccountId| {
            relations.following.contains(id)
                || relations.requested.contains(id)
                || relations.blocking.contains(id)
                || relations.blocked_by.contains(id)
                || relations.muting.contains(id)
        };
        let people = self.accounts(reasons.iter().map(|(id, _)| *id).collect()).await?;
        let wanted = people.into_iter().filter(|other| {
            let hidden = other.suspended || other.limited || !other.discoverable || other.moved_to.is_some();
            let host_blocked =
                other.domain.as_ref().is_some_and(|host| relations.blocked_domains.contains(host));
            other.id != account && !hidden && !host_blocked && !known(&other.id)
        });
        let mut reasons: HashMap<AccountId, Reason> = reasons.into_iter().collect();
        Ok(wanted
            .filter_map(|other| Some(Suggestion { reason: reasons.remove(&other.id)?, account: other }))
            .collect())
    }

    /// Does not suggest an account any more.
    pub async fn dismiss_suggestion(&self, account: AccountId, target: AccountId) -> Result<()> {
        let target = self.account(target).await?.id;
        let id = RowId(self.next_id());
        Ok(self.store().write(move |conn| featured::dismiss(conn, id, account, target)).await?)
    }

    /// Who of those whom one follows follows each of these accounts, in their order.
    pub async fn familiar_followers(
        &self,
        account: AccountId,
        others: Vec<AccountId>,
    ) -> Result<Vec<(AccountId, Vec<Account>)>> {
        let asked = others.clone();
        let rows = self.store().read(move |conn| featured::familiar_followers(conn, account, &asked)).await?;
        let mut by_other: HashMap<AccountId, Vec<AccountId>> = HashMap::new();
        for (other, follower) in rows {
            let followers = by_other.entry(other).or_default();
            if followers.len() < FAMILIAR_SHOWN {
                followers.push(follower);
            }
        }
        let mut all: Vec<AccountId> = by_other.values().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        let people: HashMap<AccountId, Account> =
            self.accounts(all).await?.into_iter().map(|account| (account.id, account)).collect();
        let eyes = self.eyes(Some(account)).await?;
        let familiar = |other: &AccountId| {
            let followers = by_other.get(other).into_iter().flatten().filter(|_| !eyes.blocked(*other));
            followers.filter_map(|id| people.get(id).cloned()).collect()
        };
        Ok(others.iter().map(|other| (*other, familiar(other))).collect())
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
