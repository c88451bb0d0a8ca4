//! Quotes with consent: who may quote whom, and taking a quote away again.

use super::Service;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::ids::{AccountId, TweetId};
use crate::model::quote::{QuotePolicy, QuoteState};
use crate::store::quotes::{self, Decision};
use crate::store::{Conn, follows};

impl Service {
    /// Whether `owner`, who is one of ours, lets `quoter` quote their open posts.
    pub(crate) async fn may_quote(&self, quoter: AccountId, owner: &Account) -> Result<bool> {
        match owner.quotable {
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
