//! What one can listen to.

use std::sync::Arc;

use crate::model::ids::RowId;
use crate::model::tweet::Tweet;

/// One thing that one can listen to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    /// One's home timeline.
    Home,
    /// What one is told.
    Notifications,
    /// A list of one's own.
    List(RowId),
    /// Conversations: what is said directly.
    Direct,
    /// The lists that everybody shares.
    Public {
        /// Whose tweets.
        from: From,
        /// Only those with pictures.
        only_media: bool,
    },
    /// A hashtag.
    Hashtag {
        /// The tag, folded.
        tag: String,
        /// Whose tweets.
        from: From,
    },
}

/// Whose tweets of a list that everybody shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// Everybody's who is known here.
    All,
    /// By accounts of ours.
    Here,
    /// By accounts of other instances.
    Elsewhere,
}

/// Some topics under one name, which comes back with everything that is told for them.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    pub(super) label: Arc<str>,
    pub(super) topics: Vec<Topic>,
}

impl Topic {
    /// Whether it is of a list that everybody shares.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Public { .. } | Self::Hashtag { .. })
    }

    /// Whether a tweet that stands in lists that everybody shares stands in this one.
    pub(super) fn takes(&self, tweet: &Tweet) -> bool {
        match self {
            Self::Home | Self::Notifications | Self::List(_) | Self::Direct => false,
            Self::Public { from, only_media } => {
                from.takes(tweet.local) && (!only_media || !tweet.media.is_empty())
            }
            Self::Hashtag { tag, from } => from.takes(tweet.local) && tweet.tags.contains(tag),
        }
    }

    /// Whether a tweet of which only its author's place is known any more may have stood in this list.
    pub(super) fn may_have_had(&self, local: bool) -> bool {
        match self {
            Self::Home | Self::Notifications | Self::List(_) | Self::Direct => false,
            Self::Public { from, .. } | Self::Hashtag { from, .. } => from.takes(local),
        }
    }
}

impl From {
    fn takes(self, local: bool) -> bool {
        match self {
            Self::All => true,
            Self::Here => local,
            Self::Elsewhere => !local,
        }
    }
}
