//! What others have: accounts, posts and names, fetched from their own hosts and stored as ours see them.
//!
//! Believed is only what its own host says (see [`crate::federation::origin`]). Bounded: one cause (an activity
//! that arrived, a person who looks something up) has a budget of fetches; the same document is fetched once at
//! a time; failures are remembered for a while; actors are asked again after a day.

mod actors;
mod backfill;
mod collected;
pub(in crate::federation) mod compose;
mod emoji;
mod fetch;
mod followers;
mod history;
mod lookup;
mod page;
mod place;
mod polls;
mod posts;
mod quotes;
mod reading;
mod refresh;
mod software;

use url::Url;

pub(in crate::federation) use actors::is_gone_for_sure;
pub use fetch::FetchError;
pub(in crate::federation) use fetch::{Budget, Fetcher};
pub(in crate::federation) use followers::Stated;
pub use lookup::{Found, Miss, Missed, is_address};
pub(in crate::federation) use place::Place;
pub(in crate::federation) use quotes::policy as policy_of_quotes;
pub use reading::Backfill;
pub(in crate::federation) use reading::Reading;

use super::Federation;
use super::objects::liberal::ObjectError;
use crate::clock::{DAY_MS, Millis};
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::ids::TweetId;
use crate::store::StoreError;

/// How old what is known of an account may be before its host is asked again.
const STALE_AFTER_MS: Millis = DAY_MS;

/// Whether what was fetched then is to be asked for again.
pub(in crate::federation) fn is_stale(fetched_at: Millis, now_ms: Millis) -> bool {
    fetched_at.saturating_add(STALE_AFTER_MS) <= now_ms
}

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
    /// It is of an account that is suspended here.
    #[error("this account is suspended here")]
    Suspended,
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
            Self::Object(_) | Self::Refused(_) | Self::Suspended => false,
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

    /// The tweet with this ActivityPub id, with what it answers and quotes as far as that is to be had.
    pub async fn tweet(&self, uri: &Url) -> Result<TweetId> {
        let found = self.tweet_within(uri, &Budget::new()).await;
        found.map(|tweet| tweet.id).map_err(|error| told(error, "tweet", uri.as_str()))
    }
}
