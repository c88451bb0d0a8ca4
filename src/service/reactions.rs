//! Likes, bookmarks and pins.

use super::Service;
use super::pages::{one_more, page_of_rows};
use super::views::TweetView;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::cursor::{Cursor, Page};
use crate::model::event::Reaction;
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::visibility::Place;
use crate::store::reactions::{self, Like, Mark};
use crate::store::{Conn, StoreError, accounts, timelines};

/// A list of the store: what an account marked, newest first.
type MarksOf = fn(&mut Conn, AccountId, Cursor, i64) -> Result<Vec<(RowId, TweetId)>, StoreError>;

impl Service {
    /// Likes a tweet. Doing it twice changes nothing.
    pub async fn like(&self, account: AccountId, id: TweetId) -> Result<TweetView> {
        let reaction = self.reaction(account, id).await?;
        let shown = reaction.tweet;
        self.0.like.write(Like { reaction, uri: None, now_ms: self.now_ms() }).await?;
        self.tweet(Some(account), shown).await
    }

    /// Takes a like back.
    pub async fn unlike(&self, account: AccountId, id: TweetId) -> Result<TweetView> {
        let reaction = self.reaction(account, id).await?;
        let (shown, now_ms) = (reaction.tweet, self.now_ms());
        self.store().write(move |conn| reactions::unlike(conn, reaction.clone(), now_ms)).await?;
        self.tweet(Some(account), shown).await
    }

    /// Writes a like that came from another instance. Answers whether it is new.
    pub(crate) async fn write_like(&self, like: Like) -> Result<bool> {
        Ok(self.0.like.write(like).await?)
    }

    async fn reaction(&self, account: AccountId, id: TweetId) -> Result<Reaction> {
        let tweet = self.tweet(Some(account), id).await?.shown().tweet.clone();
        Ok(Reaction { account, local: true, tweet: tweet.id, author: tweet.author, id: self.next_id() })
    }

    /// Puts or takes away a bookmark; nobody else learns of it.
    pub async fn set_bookmark(&self, account: AccountId, id: TweetId, wanted: bool) -> Result<TweetView> {
        let tweet = self.tweet(Some(account), id).await?.shown().tweet.id;
        let (mark, now_ms) = (Mark { id: RowId(self.next_id()), account, tweet }, self.now_ms());
        self.store().write(move |conn| reactions::set_bookmark(conn, mark, wanted, now_ms)).await?;
        self.tweet(Some(account), tweet).await
    }

    /// Puts one's own tweet on top of one's profile, or takes it off.
    pub async fn set_pin(&self, account: AccountId, id: TweetId, wanted: bool) -> Result<TweetView> {
        let view = self.tweet(Some(account), id).await?;
        if view.tweet.author != account || view.tweet.retweet_of.is_some() {
            return Err(Error::forbidden("not_yours", "only your own posts can be pinned"));
        }
        if wanted && !view.tweet.visibility.is_open() {
            return Err(Error::invalid(
                "tweetId",
                "not_public",
                "only public and unlisted posts can be pinned",
            ));
        }
        let most = i64::try_from(limits::PINNED_MAX).unwrap_or(i64::MAX);
        let (mark, now_ms) = (Mark { id: RowId(self.next_id()), account, tweet: id }, self.now_ms());
        self.store()
            .write(move |conn| {
                // Who pins two at once counts the first before the second.
                accounts::hold(conn, account)?;
                let pinned = reactions::pins(conn, account, most)?;
                if wanted && pinned.len() >= limits::PINNED_MAX && !pinned.contains(&id) {
                    let message = format!("at most {most} posts can be pinned; take one off first");
                    return Err(StoreError::from(Error::invalid("tweetId", "too_many", message)));
                }
                reactions::set_pin(conn, mark, wanted, now_ms)
            })
            .await?;
        self.tweet(Some(account), id).await
    }

    /// The pinned tweets of an account that the viewer may see.
    pub async fn pinned(&self, viewer: Option<AccountId>, account: AccountId) -> Result<Vec<TweetView>> {
        let most = i64::try_from(limits::REMOTE_PINNED_MAX).unwrap_or(i64::MAX);
        let ids = self.store().read(move |conn| reactions::pins(conn, account, most)).await?;
        let eyes = self.eyes(viewer).await?;
        self.views(&eyes, ids, Place::Direct).await
    }

    /// One's bookmarks, newest first.
    pub async fn bookmarks(
        &self,
        account: AccountId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<TweetView>> {
        self.marked(account, cursor, limit, reactions::bookmarks).await
    }

    /// What one likes, newest first.
    pub async fn likes(&self, account: AccountId, cursor: Cursor, limit: usize) -> Result<Page<TweetView>> {
        self.marked(account, cursor, limit, reactions::liked_by).await
    }

    async fn marked(
        &self,
        account: AccountId,
        cursor: Cursor,
        limit: usize,
        list: MarksOf,
    ) -> Result<Page<TweetView>> {
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let rows = self.store().read(move |conn| list(conn, account, cursor, one_more(limit))).await?;
        let page = page_of_rows(rows, cursor, limit, |(row, _)| row.0);
        let eyes = self.eyes(Some(account)).await?;
        let ids = page.items.iter().map(|(_, id)| *id).collect();
        let items = self.views(&eyes, ids, Place::Direct).await?;
        Ok(Page { items, next: page.next, prev: page.prev })
    }

    /// Those who like a tweet that the viewer may see.
    pub async fn likers(
        &self,
        viewer: Option<AccountId>,
        id: TweetId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<Account>> {
        let id = self.tweet(viewer, id).await?.shown().tweet.id;
        let limit = limit.clamp(1, limits::ACCOUNT_PAGE_MAX);
        let rows =
            self.store().read(move |conn| reactions::likers(conn, id, cursor, one_more(limit))).await?;
        let page = page_of_rows(rows, cursor, limit, |(row, _)| row.0);
        self.people_page(viewer, page.map(|(_, account)| account)).await
    }

    /// Those who repeated a tweet that the viewer may see.
    pub async fn retweeters(
        &self,
        viewer: Option<AccountId>,
        id: TweetId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<Account>> {
        let id = self.tweet(viewer, id).await?.shown().tweet.id;
        let limit = limit.clamp(1, limits::ACCOUNT_PAGE_MAX);
        let rows =
            self.store().read(move |conn| timelines::retweeters(conn, id, cursor, one_more(limit))).await?;
        let page = page_of_rows(rows, cursor, limit, |(row, _)| row.0);
        self.people_page(viewer, page.map(|(_, account)| account)).await
    }

    /// A page of people as the viewer may see them: nobody on the other side of a block.
    pub(super) async fn people_page(
        &self,
        viewer: Option<AccountId>,
        page: Page<AccountId>,
    ) -> Result<Page<Account>> {
        let eyes = self.eyes(viewer).await?;
        let people = self.accounts(page.items).await?;
        let items = people.into_iter().filter(|account| !eyes.blocked(account.id)).collect();
        Ok(Page { items, next: page.next, prev: page.prev })
    }
}
