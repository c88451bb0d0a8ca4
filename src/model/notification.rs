//! Notifications: what an account is told about.

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, NotificationId, TweetId};
use crate::clock::Millis;

/// What happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// Somebody follows you.
    #[default]
    Follow,
    /// Somebody wants to follow you.
    FollowRequest,
    /// Somebody mentioned you.
    Mention,
    /// Somebody answered your tweet.
    Reply,
    /// Somebody likes your tweet.
    Like,
    /// Somebody repeated your tweet.
    Retweet,
    /// Somebody quoted your tweet.
    Quote,
    /// A poll that you made or voted in is over.
    PollEnded,
    /// A tweet was changed that you repeated, or so that your vote in its poll is gone.
    Edited,
    /// A tweet that you quoted was changed.
    QuotedEdited,
    /// Somebody of whom you want to hear has posted.
    Posted,
}

impl NotificationKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Follow,
        Self::FollowRequest,
        Self::Mention,
        Self::Reply,
        Self::Like,
        Self::Retweet,
        Self::Quote,
        Self::PollEnded,
        Self::Edited,
        Self::QuotedEdited,
        Self::Posted,
    ];

    /// The stored word, which is also the word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::FollowRequest => "follow_request",
            Self::Mention => "mention",
            Self::Reply => "reply",
            Self::Like => "like",
            Self::Retweet => "retweet",
            Self::Quote => "quote",
            Self::PollEnded => "poll_ended",
            Self::Edited => "edited",
            Self::QuotedEdited => "quoted_edited",
            Self::Posted => "posted",
        }
    }

    /// Whether the same may happen again with the same tweet, and is told again then.
    pub fn recurs(self) -> bool {
        matches!(self, Self::Edited | Self::QuotedEdited)
    }

    /// Reads the stored word.
    pub fn from_stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One thing that an account was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// What happened.
    pub kind: NotificationKind,
    /// Who did it.
    pub from: AccountId,
    /// The tweet it is about.
    pub tweet: Option<TweetId>,
    /// When.
    pub created_at: Millis,
}
