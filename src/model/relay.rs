//! Relays: servers that pass the public posts of their subscribers on to each other.

use super::ids::RowId;
use crate::clock::Millis;

/// How a relay is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayKind {
    /// Its inbox gets a Follow of everybody; it announces posts, or passes activities on as they are.
    Mastodon,
    /// Its actor is followed and follows back; both announce posts.
    LitePub,
}

impl RelayKind {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mastodon => "mastodon",
            Self::LitePub => "litepub",
        }
    }

    /// Reads the stored word.
    pub fn from_stored(word: &str) -> Self {
        if word == "litepub" { Self::LitePub } else { Self::Mastodon }
    }
}

/// What a relay says to our request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayState {
    /// Nothing yet.
    Asked,
    /// Yes: posts go both ways.
    Accepted,
    /// No.
    Rejected,
}

impl RelayState {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// Reads the stored word; an unknown one takes nothing.
    pub fn from_stored(word: &str) -> Self {
        match word {
            "accepted" => Self::Accepted,
            "rejected" => Self::Rejected,
            _ => Self::Asked,
        }
    }
}

/// A relay that an admin subscribed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// Its id here.
    pub id: RowId,
    /// How it is spoken to.
    pub kind: RelayKind,
    /// The address that the admin gave: its inbox, or its actor's id.
    pub address: String,
    /// Where to deliver.
    pub inbox: String,
    /// Host and port of the inbox.
    pub host: String,
    /// Its actor's id; of Mastodon's kind known when it has answered.
    pub actor_uri: Option<String>,
    /// What it says.
    pub state: RelayState,
    /// When it was added.
    pub created_at: Millis,
}
