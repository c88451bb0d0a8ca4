//! Notifications: what an account was told, and up to where it has read.

use std::collections::HashMap;
use std::sync::Arc;

use super::Service;
use super::pages::{one_more, page_of_rows};
use super::views::TweetView;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::cursor::{Cursor, Page};
use crate::model::ids::{AccountId, NotificationId, TweetId};
use crate::model::notification::{Notification, NotificationKind};
use crate::model::visibility::Place;
use crate::store::{Conn, markers, notifications};

/// Unread notifications are counted up to here unless somebody asks for more; a badge shows "99+" beyond anyway.
pub const UNREAD_COUNTED: usize = 100;
/// Nobody is told of more.
const UNREAD_COUNTED_MAX: usize = 1_000;

/// Notifications removed in one unit of work.
const CLEARED_AT_ONCE: i64 = 500;

/// A notification with what it speaks of.
#[derive(Clone, Debug)]
pub struct NotificationView {
    /// The notification.
    pub notification: Notification,
    /// Who did it.
    pub from: Arc<Account>,
    /// The tweet it is about.
    pub tweet: Option<TweetView>,
    /// Whether it came after what was read last.
    pub unread: bool,
}

/// How many notifications wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread {
    /// How many, counted up to as many as was asked for.
    pub count: i64,
    /// Up to where was read.
    pub read_up_to: NotificationId,
}

impl Service {
    /// A page of an account's notifications, newest first; of these kinds when any are given. Those of blocked
    /// and muted accounts, and those about tweets that it may no longer see, are left out.
    pub async fn notifications(
        &self,
        account: AccountId,
        kinds: Vec<NotificationKind>,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<NotificationView>> {
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let kinds: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
        let (rows, read) = self
            .store()
            .read(move |conn| {
                let rows = notifications::list(conn, account, cursor, kinds.clone(), one_more(limit))?;
                Ok((rows, markers::notifications_read(conn, account)?))
            })
            .await?;
        let page = page_of_rows(rows, cursor, limit, |row| row.id.0);
        let items = self.notification_views(account, page.items, read).await?;
        Ok(Page { items, next: page.next, prev: page.prev })
    }

    /// The same of those that one account caused; those that wait for a look too, if they are wanted.
    #[expect(clippy::too_many_arguments, reason = "whose, by whom, which and where")]
    pub async fn notifications_from(
        &self,
        (account, from): (AccountId, AccountId),
        waiting: bool,
        kinds: Vec<NotificationKind>,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<NotificationView>> {
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let kinds: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
        let (rows, read) = self
            .store()
            .read(move |conn| {
                let most = one_more(limit);
                let rows =
                    notifications::list_from(conn, (account, from), waiting, cursor, kinds.clone(), most)?;
                Ok((rows, markers::notifications_read(conn, account)?))
            })
            .await?;
        let page = page_of_rows(rows, cursor, limit, |row| row.id.0);
        let items = self.notification_views(account, page.items, read).await?;
        Ok(Page { items, next: page.next, prev: page.prev })
    }

    /// Some of an account's notifications; those that are gone, and those that it is not shown, are left out.
    pub async fn notifications_of(
        &self,
        account: AccountId,
        ids: Vec<NotificationId>,
    ) -> Result<Vec<NotificationView>> {
        let read = move |conn: &mut Conn| {
            let rows = notifications::by_ids(conn, account, ids.clone())?;
            Ok((rows, markers::notifications_read(conn, account)?))
        };
        let (rows, read) = self.store().read(read).await?;
        self.notification_views(account, rows, read).await
    }

    /// The newest notifications of an account that it has not read, of those after `after`.
    pub async fn unread_notifications(
        &self,
        account: AccountId,
        after: NotificationId,
        limit: i64,
    ) -> Result<Vec<NotificationView>> {
        let read = move |conn: &mut Conn| {
            let read = markers::notifications_read(conn, account)?;
            let newer = Cursor { before: None, after: Some(read.max(after).0) };
            Ok((notifications::list(conn, account, newer, Vec::new(), limit)?, read))
        };
        let (rows, read) = self.store().read(read).await?;
        if rows.is_empty() { Ok(Vec::new()) } else { self.notification_views(account, rows, read).await }
    }

    async fn notification_views(
        &self,
        account: AccountId,
        rows: Vec<Notification>,
        read: NotificationId,
    ) -> Result<Vec<NotificationView>> {
        let eyes = self.eyes(Some(account)).await?;
        let mut people_ids: Vec<AccountId> = rows.iter().map(|row| row.from).collect();
        people_ids.sort_unstable();
        people_ids.dedup();
        let people: HashMap<AccountId, Arc<Account>> = self
            .accounts(people_ids)
            .await?
            .into_iter()
            .map(|account| (account.id, Arc::new(account)))
            .collect();
        let mut tweet_ids: Vec<TweetId> = rows.iter().filter_map(|row| row.tweet).collect();
        tweet_ids.sort_unstable();
        tweet_ids.dedup();
        let tweets: HashMap<TweetId, TweetView> = self
            .views(&eyes, tweet_ids, Place::Direct)
            .await?
            .into_iter()
            .map(|view| (view.tweet.id, view))
            .collect();
        let hidden = |from: &Account| {
            let host = from.domain.as_ref();
            eyes.relations().is_some_and(|relations| {
                eyes.blocked(from.id)
                    || relations.muting_notifications.contains(&from.id)
                    || host.is_some_and(|host| relations.blocked_domains.contains(host))
            })
        };
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let tweet = match row.tweet {
                    Some(id) => Some(tweets.get(&id)?.clone()),
                    None => None,
                };
                let from = people.get(&row.from).filter(|from| !hidden(from)).map(Arc::clone)?;
                Some(NotificationView { unread: row.id > read, from, tweet, notification: row })
            })
            .collect())
    }

    /// How many of the newest hundred notifications are unread: of those that the list shows, so that reading it to
    /// the end leaves none.
    pub async fn unread(&self, account: AccountId) -> Result<Unread> {
        self.unread_of(account, Vec::new(), UNREAD_COUNTED).await
    }

    /// The same of the newest `most`, at most a thousand, and of these kinds when any are given.
    pub async fn unread_of(
        &self,
        account: AccountId,
        kinds: Vec<NotificationKind>,
        most: usize,
    ) -> Result<Unread> {
        let most = i64::try_from(most.clamp(1, UNREAD_COUNTED_MAX)).unwrap_or(i64::MAX);
        let kinds: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
        let (rows, read_up_to) = self
            .store()
            .read(move |conn| {
                let read = markers::notifications_read(conn, account)?;
                let newer = Cursor { before: None, after: Some(read.0) };
                Ok((notifications::list(conn, account, newer, kinds.clone(), most)?, read))
            })
            .await?;
        let shown = match rows.is_empty() {
            true => 0,
            false => self.notification_views(account, rows, read_up_to).await?.len(),
        };
        Ok(Unread { count: i64::try_from(shown).unwrap_or(most), read_up_to })
    }

    /// Marks everything up to and with `up_to` as read; never goes back.
    pub async fn mark_notifications_read(&self, account: AccountId, up_to: NotificationId) -> Result<Unread> {
        let now_ms = self.now_ms();
        let advance = move |conn: &mut Conn| markers::advance_notifications(conn, account, up_to, now_ms);
        self.store().write(advance).await?;
        self.unread(account).await
    }

    /// Removes one notification.
    pub async fn dismiss_notification(&self, account: AccountId, id: NotificationId) -> Result<()> {
        let gone = self.store().write(move |conn| notifications::dismiss(conn, account, id)).await?;
        if gone { Ok(()) } else { Err(Error::NotFound("notification")) }
    }

    /// Removes some notifications; those that are not there, or not this account's, are passed over.
    pub async fn dismiss_notifications(&self, account: AccountId, ids: Vec<NotificationId>) -> Result<()> {
        let dismiss = move |conn: &mut Conn| notifications::dismiss_some(conn, account, ids.clone());
        Ok(self.store().write(dismiss).await?)
    }

    /// Removes all of an account's notifications, a slice at a time.
    pub async fn clear_notifications(&self, account: AccountId) -> Result<()> {
        let clear = move |conn: &mut Conn| notifications::clear(conn, account, CLEARED_AT_ONCE);
        while self.store().write(clear).await? >= CLEARED_AT_ONCE {}
        Ok(())
    }
}
