//! The `keyId` of a signature: which key, and whose it may be.

use url::Url;

use crate::federation::origin::parse_id;
use crate::federation::quirks;

/// The key id names no key that could be fetched (`acct:` names, relative paths, other schemes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key id is not an http(s) address")]
pub struct BadKeyId;

/// The id of a public key. The text counts as it came: an actor's document must list exactly this id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyId {
    text: String,
    url: Url,
}

impl KeyId {
    /// Parses a key id.
    pub fn parse(text: &str) -> Result<Self, BadKeyId> {
        let url = parse_id(text).map_err(|_| BadKeyId)?;
        Ok(Self { text: text.to_owned(), url })
    }

    /// The id as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id as an address; its origin must be that of the actor and of everything it signs for.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Where the actor's document may be, the likeliest first. The document decides: it must list this key.
    pub fn actor_candidates(&self) -> Vec<Url> {
        quirks::actors_of_key(&self.url)
    }
}
