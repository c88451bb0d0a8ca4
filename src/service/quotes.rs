//! Quotes with consent: who may quote whom, and taking a quote away again.

use super::Service;
use super::views::TweetView;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::event::Event;
use crate::model::ids::{AccountId, TweetId};
use crate::model::quote::{QuotePolicy, QuoteState};
use crate::model::tweet::Tweet;
use crate::store::quotes::{self, Decision};
use crate::store::{Conn, events, follows};

impl Service {
    /// Whether `owner`, who is one of ours, lets `quoter` quote this tweet of theirs.
    pub(crate) async fn may_quote(&self, quoter: AccountId, owner: &Account, quoted: &Tweet) -> Result<bool> {
        match quoted.quote_policy(owner).unwrap_or_default() {
            _ if owner.id == quoter => Ok(true),
            QuotePolicy::Everyone => Ok(true),
            QuotePolicy::Nobody | QuotePolicy::Asked => Ok(false),
            QuotePolicy::Followers => {
                let owner = owner.id;
                let read = move |conn: &mut Conn| follows::followers_among(conn, owner, &[quoter]);
                Ok(!self.store().read(read).await?.is_empty())
            }
        }
    }

    /// Says whom one lets quote a tweet of one's own from now on; quotes that there are stay. Answers it.
    ///
    /// # Errors
    /// 404 and 403 as for an edit.
    pub async fn set_quotable(
        &self,
        author: AccountId,
        id: TweetId,
        policy: QuotePolicy,
    ) -> Result<TweetView> {
        let tweet = self.own_tweet(author, id).await?.tweet;
        if tweet.retweet_of.is_some() {
            return Err(Error::forbidden("not_yours", "a repost is not quoted; its original is"));
        }
        let now_ms = self.now_ms();
        let set = move |conn: &mut Conn| {
            if quotes::set_policy(conn, id, Some(policy))? {
                events::append(conn, &[Event::TweetEdited { tweet: id, author }], now_ms)?;
            }
            Ok(())
        };
        self.store().write(set).await?;
        self.wrote(author);
        self.tweet(Some(author), id).await
    }

    /// Takes back that a tweet quotes one's own: it is shown there as a link only, and stays so.
    ///
    /// # Errors
    /// 404 when it quotes nothing that may be seen; 403 `not_yours` when it quotes somebody else.
    pub async fn withdraw_quote(&self, owner: AccountId, quoting: TweetId) -> Result<()> {
        let view = self.tweet(Some(owner), quoting).await?.shown().clone();
        let quoted = view.quote_of.as_deref().ok_or(Error::NotFound("quote"))?;
        if quoted.tweet.author != owner {
            return Err(Error::forbidden("not_yours", "it quotes somebody else's post"));
        }
        let uri = self.addresses().tweet(&view.tweet, &view.author);
        let (quoted_id, now_ms) = (quoted.tweet.id, self.now_ms());
        let row = self.store().read(move |conn| quotes::allowing(conn, quoted_id, &uri)).await?;
        // The stamp for a quote by one of ours has the number of the quoting tweet.
        let number = row
            .map(|stamp| stamp.id)
            .or_else(|| (view.tweet.local && view.tweet.quote_stamp.is_some()).then_some(view.tweet.id.0));
        let gone =
            number.map(|number| (self.addresses().quote_stamp(&quoted.author.username, number), number));
        let decision = Decision { tweet: view.tweet.id, state: QuoteState::Revoked, stamp: None };
        let people = (owner, view.tweet.author);
        self.store()
            .write(move |conn| {
                let gone = gone.as_ref().map(|(uri, number)| (uri.as_str(), *number));
                quotes::withdraw(conn, &decision, gone, people, now_ms)
            })
            .await?;
        self.wrote(owner);
        Ok(())
    }
}
