//! Tweets that are shown to many viewers at once, as streams do: read once, and asked of each viewer what they may see.
//!
//! The question is the same that every list asks ([`super::views`]); what differs from viewer to viewer is only whether
//! a quoted tweet is shown, so that all of them share one of two views, without anybody's marks.

use std::sync::Arc;

use super::Service;
use super::loading::Loaded;
use super::views::{Eyes, Rows, TweetView};
use crate::error::Result;
use crate::model::account::Account;
use crate::model::ids::{AccountId, TweetId};
use crate::model::tweet::Tweet;
use crate::model::visibility::{Place, Relations};
use crate::store::follows;

/// Accounts whose relations are read in one unit of work.
const READERS_AT_ONCE: usize = 50;

/// Tweets with all that they are shown with.
pub struct SharedTweets(Loaded);

/// How a viewer sees a tweet that they may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sight {
    /// With the tweet that it quotes.
    pub quoted: bool,
}

impl SharedTweets {
    /// A tweet with its author; `None` when it is gone.
    pub fn row(&self, id: TweetId) -> Option<(Arc<Tweet>, Arc<Account>)> {
        self.rows(id).map(|rows| (rows.tweet, rows.author))
    }

    /// How somebody sees a tweet in this place; `None` when they may not.
    pub fn sight(&self, id: TweetId, eyes: &Eyes, place: Place) -> Option<Sight> {
        let rows = self.rows(id).filter(|rows| rows.show(eyes, place))?;
        let quoted = rows.shown().quotes().and_then(|quoted| self.rows(quoted));
        Some(Sight { quoted: quoted.is_some_and(|quoted| quoted.show(eyes, Place::Direct)) })
    }

    /// A tweet as all see it who have this sight.
    pub fn view(&self, id: TweetId, sight: Sight) -> Option<TweetView> {
        let quoted = |quoted| Ok(self.rows(quoted).filter(|_| sight.quoted));
        self.rows(id)?.view(&self.0, &Eyes::default(), &quoted).ok()
    }

    fn rows(&self, id: TweetId) -> Option<Rows> {
        Rows::of(&self.0, id).ok()?
    }
}

impl Service {
    /// Reads tweets to show them to many; those that are gone are left out.
    pub async fn shared_tweets(&self, ids: Vec<TweetId>) -> Result<SharedTweets> {
        Ok(SharedTweets(self.load_now(ids, self.rules().link_previews).await?))
    }

    /// The relations of accounts as they stand in the database now: for who hears of a change from the log and must not
    /// be told what was kept from before it.
    pub async fn relations_now(&self, accounts: Vec<AccountId>) -> Result<Vec<(AccountId, Arc<Relations>)>> {
        let mut found = Vec::with_capacity(accounts.len());
        for accounts in accounts.chunks(READERS_AT_ONCE) {
            let accounts = accounts.to_vec();
            let read = self.store().read(move |conn| {
                let bonds = |id: &AccountId| Ok((*id, Arc::new(follows::all_bonds(conn, *id)?)));
                accounts.iter().map(bonds).collect::<Result<Vec<_>, crate::store::StoreError>>()
            });
            found.extend(read.await?);
        }
        Ok(found)
    }
}
