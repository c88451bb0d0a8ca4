//! Conversations: what was said directly, by thread and by who was there.

use std::collections::HashMap;
use std::sync::Arc;

use super::Service;
use super::pages::{Look, cut, filled_page, one_more};
use super::views::{Eyes, TweetView};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::conversation::Conversation;
use crate::model::cursor::{Cursor, Page};
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::visibility::Place;
use crate::store::{Conn, conversations};

/// Tweets that are taken out of a conversation in one unit of work.
const REMOVED_AT_ONCE: i64 = 500;

/// A conversation with who is in it and what was said last.
#[derive(Clone, Debug)]
pub struct ConversationView {
    /// Its id.
    pub id: RowId,
    /// The others; oneself in words to oneself.
    pub others: Vec<Arc<Account>>,
    /// What was said last.
    pub last: TweetView,
    /// Whether something came that was not read.
    pub unread: bool,
}

impl Service {
    /// A page of an account's conversations by their newest tweets. Those whose newest tweet it may not see (any more),
    /// or whose author it mutes or blocks, are left out.
    pub async fn conversations(
        &self,
        account: AccountId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<ConversationView>> {
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let eyes = &self.eyes(Some(account)).await?;
        let look = async |before: Option<i64>| {
            let at = Cursor { before, ..cursor };
            let read = move |conn: &mut Conn| conversations::list(conn, account, at, one_more(limit));
            let mut rows = self.store().read(read).await?;
            let more = cut(&mut rows, limit);
            let last = rows.last().map(|row| row.last_tweet.0);
            Ok(Look { shown: self.conversation_views(account, eyes, rows).await?, last, more })
        };
        filled_page(cursor, limit, |view| view.last.tweet.id.0, look).await
    }

    /// One conversation of an account.
    pub async fn conversation(&self, account: AccountId, id: RowId) -> Result<ConversationView> {
        let eyes = self.eyes(Some(account)).await?;
        let row = self.store().read(move |conn| conversations::by_id(conn, account, id)).await?;
        let views = self.conversation_views(account, &eyes, row.into_iter().collect()).await?;
        views.into_iter().next().ok_or(Error::NotFound("conversation"))
    }

    /// Marks a conversation as read. Answers it.
    pub async fn read_conversation(&self, account: AccountId, id: RowId) -> Result<ConversationView> {
        self.store().write(move |conn| conversations::read(conn, account, id)).await?;
        self.conversation(account, id).await
    }

    /// Removes a conversation from one's list. The tweets stay, and the next one begins it anew.
    pub async fn remove_conversation(&self, account: AccountId, id: RowId) -> Result<()> {
        let there = self.store().read(move |conn| conversations::by_id(conn, account, id)).await?;
        there.ok_or(Error::NotFound("conversation"))?;
        let remove = move |conn: &mut Conn| conversations::remove_slice(conn, account, id, REMOVED_AT_ONCE);
        while !self.store().write(remove).await? {}
        Ok(())
    }

    async fn conversation_views(
        &self,
        account: AccountId,
        eyes: &Eyes,
        rows: Vec<Conversation>,
    ) -> Result<Vec<ConversationView>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let tweets: Vec<TweetId> = rows.iter().map(|row| row.last_tweet).collect();
        let mut tweets: HashMap<TweetId, TweetView> = self
            .views(eyes, tweets, Place::List)
            .await?
            .into_iter()
            .map(|view| (view.tweet.id, view))
            .collect();
        let mut people: Vec<AccountId> =
            rows.iter().flat_map(|row| row.others.iter().copied()).chain([account]).collect();
        people.sort_unstable();
        people.dedup();
        let people: HashMap<AccountId, Arc<Account>> =
            self.accounts(people).await?.into_iter().map(|one| (one.id, Arc::new(one))).collect();
        let shown = |row: Conversation| {
            let named = if row.others.is_empty() { vec![account] } else { row.others };
            Some(ConversationView {
                id: row.id,
                others: named.iter().filter_map(|id| people.get(id).cloned()).collect(),
                last: tweets.remove(&row.last_tweet)?,
                unread: row.unread,
            })
        };
        Ok(rows.into_iter().filter_map(shown).collect())
    }
}
