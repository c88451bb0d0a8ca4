//! What others have: accounts, posts and names, fetched from their own hosts and stored as ours see them.
//!
//! Believed is only what its own host says (see [`crate::federation::origin`]). Bounded: one cause (an activity
//! that arrived, a person who looks something up) has a budget of fetches; the same document is fetched once at
//! a time; failures are remembered for a while; actors are asked again after a day.

mod actors;
pub(in crate::federation) mod compose;
mod fetch;
mod polls;
mod posts;
mod quotes;

use url::Url;

pub use fetch::FetchError;
pub(in crate::federation) use fetch::{Budget, Fetcher};

use super::Federation;
use super::objects::liberal::ObjectError;
use super::objects::{ActorKind, Object};
use super::origin::parse_id;
use crate::clock::{DAY_MS, Millis};
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::ids::TweetId;
use crate::store::StoreError;

/// How old what is known of an account may be before its host is asked again.
const STALE_AFTER_MS: Millis = DAY_MS;

/// How fresh what is known of an account must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Whatever is known will do.
    Known,
    /// Not older than a day; older knowledge will do when the host does not answer.
    Day,
    /// As its host says now.
    Now,
}

/// What a look-up found.
#[derive(Clone, Debug)]
pub enum Found {
    /// An account.
    Account(Box<Account>),
    /// A tweet.
    Tweet(TweetId),
}

/// Why something of another host could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Its document breaks the rules of its form.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// Its document is not believed, or not wanted here.
    #[error("{0}")]
    Refused(&'static str),
    /// Our own side refused or failed.
    #[error(transparent)]
    Inside(#[from] Error),
}

impl ResolveError {
    /// Whether the same may succeed later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Fetch(error) => matches!(error, FetchError::Passing(_)),
            Self::Inside(error) => matches!(error, Error::Busy | Error::Internal(_)),
            Self::Object(_) | Self::Refused(_) => false,
        }
    }
}

impl From<StoreError> for ResolveError {
    fn from(error: StoreError) -> Self {
        Self::Inside(error.into())
    }
}

/// For whoever only wants to know whether it is there: the reason goes to the log.
fn told(error: ResolveError, what: &'static str, address: &str) -> Error {
    match error {
        ResolveError::Inside(error) => error,
        ResolveError::Fetch(FetchError::Gone) => Error::Gone(what),
        other => {
            tracing::debug!(federation.address = address, error = %other, "a {what} of another host was not found");
            Error::NotFound(what)
        }
    }
}

impl Federation {
    /// The account with this ActivityPub id (or profile page), ours or another's.
    pub async fn actor(&self, uri: &Url, freshness: Freshness) -> Result<Account> {
        let found = self.actor_within(uri, freshness, &Budget::new()).await;
        found.map_err(|error| told(error, "account", uri.as_str()))
    }

    /// The account with this handle, asked by WebFinger when it is not known.
    pub async fn by_handle(&self, handle: &str) -> Result<Account> {
        let found = self.by_handle_within(handle, &Budget::new()).await;
        found.map_err(|error| told(error, "account", handle))
    }

    /// The tweet with this ActivityPub id, with what it answers and quotes as far as that is to be had.
    pub async fn tweet(&self, uri: &Url) -> Result<TweetId> {
        let found = self.tweet_within(uri, &Budget::new()).await;
        found.map(|tweet| tweet.id).map_err(|error| told(error, "tweet", uri.as_str()))
    }

    /// What somebody means by a handle, a profile's address or a post's address. Whether they may see it is for
    /// the caller to ask.
    pub async fn lookup(&self, text: &str) -> Result<Found> {
        let text = text.trim();
        let is_address = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
        if !is_address {
            return Ok(Found::Account(Box::new(self.by_handle(text).await?)));
        }
        let mut address = parse_id(text).map_err(|_| Error::NotFound("account or tweet"))?;
        address.set_fragment(None);
        let found = self.lookup_within(&address, &Budget::new()).await;
        found.map_err(|error| told(error, "account or tweet", address.as_str()))
    }

    async fn lookup_within(&self, address: &Url, budget: &Budget) -> Result<Found, ResolveError> {
        if let Some(tweet) = self.known_tweet(address).await? {
            return Ok(Found::Tweet(tweet.id));
        }
        if self.is_ours(address) || self.known_actor(address).await?.is_some() {
            let account = self.actor_within(address, Freshness::Day, budget).await?;
            return Ok(Found::Account(Box::new(account)));
        }
        let document = self.document(address, budget).await?;
        if Object(&document.map).kind().and_then(ActorKind::of).is_some() {
            let account = self.actor_from(&document, budget).await?;
            return Ok(Found::Account(Box::new(account)));
        }
        Ok(Found::Tweet(self.tweet_from_document(&document, budget).await?.id))
    }
}
