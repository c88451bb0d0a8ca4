//! Which notifications somebody wants, and those that wait for a look.

use std::collections::HashMap;
use std::sync::Arc;

use super::Service;
use super::pages::{one_more, page_of_rows};
use super::views::TweetView;
use crate::clock::Millis;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::cursor::{Cursor, Page};
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::sifting::{Sift, SiftPolicy};
use crate::model::visibility::{Place, Visibility};
use crate::store::sifting::{self, Request};
use crate::store::{Conn, conversations, events, tweets};

/// Notifications that are let through or removed in one unit of work.
const AT_ONCE: i64 = 200;

/// What somebody chose, and what waits by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiftView {
    /// The choice.
    pub policy: SiftPolicy,
    /// Whose notifications wait: how many accounts, counted up to 100.
    pub requests: i64,
    /// How many notifications wait, counted up to 100.
    pub notifications: i64,
}

/// What changes of the choice; `None` leaves as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SiftChanges {
    /// By accounts that one does not follow.
    pub not_following: Option<Sift>,
    /// By accounts that do not follow one.
    pub not_followers: Option<Sift>,
    /// By new accounts.
    pub new_accounts: Option<Sift>,
    /// Direct mentions that one did not ask for.
    pub private_mentions: Option<Sift>,
    /// By accounts that moderators limited.
    pub limited_accounts: Option<Sift>,
}

/// Somebody whose notifications wait.
#[derive(Clone, Debug)]
pub struct NotificationRequest {
    /// Its id.
    pub id: RowId,
    /// Who caused them.
    pub from: Arc<Account>,
    /// How many there are, counted up to 100.
    pub count: i64,
    /// The newest tweet among them that may be seen.
    pub last: Option<TweetView>,
    /// Since when.
    pub created_at: Millis,
    /// When the newest came.
    pub updated_at: Millis,
}

impl Service {
    /// Which notifications somebody wants, and how many wait.
    pub async fn sift_policy(&self, account: AccountId) -> Result<SiftView> {
        let read = move |conn: &mut Conn| {
            Ok((sifting::policy_of(conn, account)?.unwrap_or_default(), sifting::waiting(conn, account)?))
        };
        let (policy, (requests, notifications)) = self.store().read(read).await?;
        Ok(SiftView { policy, requests, notifications })
    }

    /// Chooses which notifications one wants from now on. What waits goes on waiting.
    pub async fn set_sift_policy(&self, account: AccountId, changes: SiftChanges) -> Result<SiftView> {
        let write = move |conn: &mut Conn| {
            let before = sifting::policy_of(conn, account)?.unwrap_or_default();
            let after = SiftPolicy {
                not_following: changes.not_following.unwrap_or(before.not_following),
                not_followers: changes.not_followers.unwrap_or(before.not_followers),
                new_accounts: changes.new_accounts.unwrap_or(before.new_accounts),
                private_mentions: changes.private_mentions.unwrap_or(before.private_mentions),
                limited_accounts: changes.limited_accounts.unwrap_or(before.limited_accounts),
            };
            sifting::set_policy(conn, account, &after)
        };
        self.store().write(write).await?;
        self.sift_policy(account).await
    }

    /// Whose notifications wait, the newest first. Blocked, muted and suspended accounts are left out.
    pub async fn notification_requests(
        &self,
        account: AccountId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<NotificationRequest>> {
        let limit = limit.clamp(1, limits::ACCOUNT_PAGE_MAX);
        let read = move |conn: &mut Conn| sifting::requests(conn, account, cursor, one_more(limit));
        let page = page_of_rows(self.store().read(read).await?, cursor, limit, |row| row.id.0);
        let items = self.request_views(account, page.items).await?;
        Ok(Page { items, next: page.next, prev: page.prev })
    }

    /// One of them.
    pub async fn notification_request(&self, account: AccountId, id: RowId) -> Result<NotificationRequest> {
        let read = move |conn: &mut Conn| sifting::requests_by_ids(conn, account, &[id]);
        let rows = self.store().read(read).await?;
        self.request_views(account, rows).await?.pop().ok_or(Error::NotFound("notification request"))
    }

    /// The one of an account.
    pub async fn notification_request_of(
        &self,
        account: AccountId,
        from: AccountId,
    ) -> Result<NotificationRequest> {
        let row = self.store().read(move |conn| sifting::request_of(conn, account, from)).await?;
        let views = self.request_views(account, row.into_iter().collect()).await?;
        views.into_iter().next().ok_or(Error::NotFound("notification request"))
    }

    /// Lets the notifications of somebody through: those that wait, and all from now on.
    pub async fn accept_notifications(&self, account: AccountId, from: AccountId) -> Result<()> {
        self.request_there(account, from).await?;
        self.store().write(move |conn| sifting::permit(conn, account, from)).await?;
        let now_ms = self.now_ms();
        let some = move |conn: &mut Conn| {
            let Some(told) = sifting::let_through(conn, account, from, AT_ONCE)? else { return Ok(false) };
            // What was said directly opens its conversation now.
            let mut log = Vec::new();
            for tweet in tweets::by_ids(conn, &told)? {
                if tweet.visibility == Visibility::Direct {
                    log.extend(conversations::add_for(conn, &tweet, &[account])?);
                }
            }
            events::append(conn, &log, now_ms)?;
            Ok(true)
        };
        while self.store().write(some).await? {}
        Ok(())
    }

    /// Removes the notifications of somebody that wait. The next one waits again.
    pub async fn dismiss_request(&self, account: AccountId, from: AccountId) -> Result<()> {
        self.request_there(account, from).await?;
        let some = move |conn: &mut Conn| sifting::dismiss(conn, account, from, AT_ONCE);
        while !self.store().write(some).await? {}
        Ok(())
    }

    /// Who made these requests; those that are not there, or not this account's, are passed over.
    pub async fn requesters(&self, account: AccountId, ids: Vec<RowId>) -> Result<Vec<AccountId>> {
        let read = move |conn: &mut Conn| sifting::requests_by_ids(conn, account, &ids);
        Ok(self.store().read(read).await?.into_iter().map(|request| request.from).collect())
    }

    async fn request_there(&self, account: AccountId, from: AccountId) -> Result<()> {
        let row = self.store().read(move |conn| sifting::request_of(conn, account, from)).await?;
        row.map(|_| ()).ok_or(Error::NotFound("notification request"))
    }

    async fn request_views(
        &self,
        account: AccountId,
        rows: Vec<Request>,
    ) -> Result<Vec<NotificationRequest>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let eyes = self.eyes(Some(account)).await?;
        let people: HashMap<AccountId, Arc<Account>> = self
            .accounts(rows.iter().map(|row| row.from).collect())
            .await?
            .into_iter()
            .map(|one| (one.id, Arc::new(one)))
            .collect();
        let wanted: Vec<TweetId> = rows.iter().filter_map(|row| row.last_tweet).collect();
        let seen = self.views(&eyes, wanted, Place::Direct).await?;
        let seen: HashMap<TweetId, TweetView> = seen.into_iter().map(|view| (view.tweet.id, view)).collect();
        let hidden = |from: &AccountId| {
            eyes.relations()
                .is_some_and(|relations| eyes.blocked(*from) || relations.muting_notifications.contains(from))
        };
        let shown = |row: Request| {
            Some(NotificationRequest {
                id: row.id,
                from: Arc::clone(people.get(&row.from)?),
                count: row.count,
                last: row.last_tweet.and_then(|tweet| seen.get(&tweet).cloned()),
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
        };
        // What waited may be gone: a like that was taken back, a post that was deleted.
        let rows = rows.into_iter().filter(|row| row.count > 0 && !hidden(&row.from));
        Ok(rows.filter_map(shown).collect())
    }
}
