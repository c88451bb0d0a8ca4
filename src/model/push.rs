//! Web Push: who wants to be told of what, away from any page.

use std::str::FromStr;

use super::ids::AccountId;
use super::notification::NotificationKind;

/// From whom one wants to be told by push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PushPolicy {
    /// From everybody.
    All,
    /// From accounts that one follows.
    Followed,
    /// From one's followers.
    Follower,
    /// From nobody.
    None,
}

/// The word is not the name of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a policy is one of all, followed, follower, none")]
pub struct BadPolicy;

impl PushPolicy {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::All, Self::Followed, Self::Follower, Self::None];

    /// The stored word, which is also the word of the APIs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Followed => "followed",
            Self::Follower => "follower",
            Self::None => "none",
        }
    }
}

impl FromStr for PushPolicy {
    type Err = BadPolicy;

    fn from_str(word: &str) -> Result<Self, BadPolicy> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == word).ok_or(BadPolicy)
    }
}

/// A subscription of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushSubscription {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub account: AccountId,
    /// The address at the push service.
    pub endpoint: String,
    /// Whether messages are encrypted by the RFCs; else by the drafts before them.
    pub standard: bool,
    /// Of what is told.
    pub kinds: Vec<NotificationKind>,
    /// From whom.
    pub policy: PushPolicy,
}
