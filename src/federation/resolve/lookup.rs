//! What a person means by what they pasted: a handle, the address of a profile or post, as an id or as a page.

use url::Url;

use super::fetch::{Allowance, Budget, FetchError};
use super::{Freshness, ResolveError};
use crate::error::{Error, Result};
use crate::federation::Federation;
use crate::federation::objects::{ActorKind, Object};
use crate::federation::origin::parse_id;
use crate::model::account::Account;
use crate::model::address::Local;
use crate::model::handle::Handle;
use crate::model::ids::TweetId;
use crate::store::tweets;

/// What a look-up found.
#[derive(Clone, Debug)]
pub enum Found {
    /// An account.
    Account(Box<Account>),
    /// A tweet.
    Tweet(TweetId),
}

/// Why a look-up found nothing, as far as the person who asks can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// What was pasted is neither a handle nor an address.
    Nonsense,
    /// There is no such account or post, as its host says.
    Unknown,
    /// It was there and is gone.
    Gone,
    /// Its host did not answer, or is overloaded.
    Unreachable,
    /// What its host answered is not believed or not understood, or it gives nothing to us.
    Refused,
    /// An admin here blocked its host, or suspended the account.
    Blocked,
}

impl Missed {
    /// The stable word for programs and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::Nonsense => "bad_address",
            Self::Unknown => "not_found",
            Self::Gone => "gone",
            Self::Unreachable => "host_unreachable",
            Self::Refused => "host_refused",
            Self::Blocked => "host_blocked",
        }
    }
}

/// A look-up that found nothing.
#[derive(Debug, thiserror::Error)]
pub enum Miss {
    /// For a reason of the outside.
    #[error("nothing was found: {}", .0.code())]
    Outside(Missed),
    /// Our own side failed.
    #[error(transparent)]
    Inside(#[from] Error),
}

impl From<Miss> for Error {
    fn from(miss: Miss) -> Self {
        let missed = match miss {
            Miss::Outside(missed) => missed,
            Miss::Inside(error) => return error,
        };
        let elsewhere = |message: &str| Self::Elsewhere { code: missed.code(), message: message.to_owned() };
        match missed {
            Missed::Nonsense | Missed::Unknown => Self::NotFound("account or post"),
            Missed::Gone => Self::Gone("account or post"),
            Missed::Unreachable => elsewhere("its server does not answer at present; try again later"),
            Missed::Refused => elsewhere("its server does not give it, or not in a form that is taken here"),
            Missed::Blocked => Self::forbidden(missed.code(), "its server or account is blocked here"),
        }
    }
}

impl From<ResolveError> for Miss {
    fn from(error: ResolveError) -> Self {
        tracing::debug!(%error, "a look-up found nothing");
        Self::Outside(match error {
            ResolveError::Fetch(FetchError::Gone) | ResolveError::Inside(Error::Gone(_)) => Missed::Gone,
            ResolveError::Fetch(FetchError::Missing) | ResolveError::Inside(Error::NotFound(_)) => {
                Missed::Unknown
            }
            ResolveError::Fetch(FetchError::Passing(_) | FetchError::OverBudget) => Missed::Unreachable,
            ResolveError::Fetch(FetchError::Blocked) | ResolveError::Suspended => Missed::Blocked,
            ResolveError::Inside(error @ (Error::Busy | Error::Internal(_))) => return Self::Inside(error),
            _ => Missed::Refused,
        })
    }
}

impl Federation {
    /// The account with this handle, asked by WebFinger when it is not known.
    pub async fn by_handle(&self, handle: &str) -> Result<Account, Miss> {
        if Handle::parse(handle.trim()).is_err() {
            return Err(Miss::Outside(Missed::Nonsense));
        }
        Ok(self.by_handle_within(handle, &Budget::of(Allowance::PERSON)).await?)
    }

    /// What somebody means by a handle, a profile's address or a post's address. Whether they may see it is for
    /// the caller to ask.
    pub async fn lookup(&self, text: &str) -> Result<Found, Miss> {
        let Some(address) = pasted_address(text) else {
            return Ok(Found::Account(Box::new(self.by_handle(text).await?)));
        };
        let mut address = parse_id(&address).map_err(|_| Miss::Outside(Missed::Nonsense))?;
        address.set_fragment(None);
        let budget = Budget::of(Allowance::PERSON);
        let found = self.at_address(&address, &budget).await;
        let may_be_slashed =
            matches!(found, Err(ResolveError::Fetch(FetchError::Missing | FetchError::Page(None))));
        match without_slash(&address).filter(|_| may_be_slashed) {
            Some(bare) => Ok(self.at_address(&bare, &budget).await?),
            None => Ok(found?),
        }
    }

    /// What is at an address: known here, a document, or a page that leads to one.
    async fn at_address(&self, address: &Url, budget: &Budget) -> Result<Found, ResolveError> {
        if let Some(tweet) = self.known_tweet(address).await? {
            return Ok(Found::Tweet(tweet.id));
        }
        if self.is_ours(address)
            && let Some(found) = self.on_our_page(address, budget).await?
        {
            return Ok(found);
        }
        if self.is_ours(address) || self.known_actor(address).await?.is_some() {
            let account = self.actor_within(address, Freshness::Day, budget).await?;
            return Ok(Found::Account(Box::new(account)));
        }
        let document = match self.document(address, budget).await {
            Err(FetchError::Page(Some(other))) if other != *address => {
                if let Some(tweet) = self.known_tweet(&other).await? {
                    return Ok(Found::Tweet(tweet.id));
                }
                self.document(&other, budget).await?
            }
            document => document?,
        };
        if Object(&document.map).kind().and_then(ActorKind::of).is_some() {
            let account = self.actor_from(&document, budget).await?;
            return Ok(Found::Account(Box::new(account)));
        }
        Ok(Found::Tweet(self.tweet_from_document(&document, budget).await?.id))
    }

    /// What a page of ours shows that is another's: `/@bob@b.test` and `/@bob@b.test/123`.
    async fn on_our_page(&self, address: &Url, budget: &Budget) -> Result<Option<Found>, ResolveError> {
        let path = address.path().trim_end_matches('/');
        let parsed = self.service().addresses().parse(address.join(path).unwrap_or(address.clone()).as_str());
        match parsed {
            Some(Local::Tweet(handle, id)) if handle.contains('@') => {
                let known = self.service().store().read(move |conn| tweets::exists(conn, id)).await?;
                Ok(known.then_some(Found::Tweet(id)))
            }
            Some(Local::Account(handle)) if handle.contains('@') => {
                let account = self.by_handle_within(&handle, budget).await?;
                Ok(Some(Found::Account(Box::new(account))))
            }
            _ => Ok(None),
        }
    }
}

/// Whether this is an address rather than a handle or words.
pub fn is_address(text: &str) -> bool {
    pasted_address(text).is_some()
}

/// The address in what was pasted; `None` for a handle. People leave the scheme out, and copy it in upper case.
fn pasted_address(text: &str) -> Option<String> {
    let text = text.trim();
    let lower: String = text.chars().take(8).collect::<String>().to_ascii_lowercase();
    if lower.starts_with("https://") || lower.starts_with("http://") {
        return Some(text.to_owned());
    }
    let (host, path) = text.split_once('/')?;
    let is_host = host.contains('.') && !host.contains([' ', ':', '@', '#', '"']);
    (is_host && !path.contains(char::is_whitespace)).then(|| format!("https://{text}"))
}

fn without_slash(address: &Url) -> Option<Url> {
    let path = address.path().strip_suffix('/').filter(|path| !path.is_empty())?;
    let mut bare = address.clone();
    bare.set_path(path);
    Some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_with_and_without_its_scheme() {
        for text in ["https://b.test/@bob", " HTTPS://B.test/@bob ", "http://b.test/notes/1"] {
            assert_eq!(pasted_address(text).as_deref(), Some(text.trim()), "{text}");
        }
        assert_eq!(pasted_address("b.test/@bob").as_deref(), Some("https://b.test/@bob"));
        for text in ["@bob@b.test", "acct:bob@b.test", "bob", "and/or", "1.5 / 2", "see b.test/x", "#a/b.c"] {
            assert_eq!(pasted_address(text), None, "{text}");
        }
    }
}
