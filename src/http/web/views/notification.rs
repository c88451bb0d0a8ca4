//! Notifications as pages show them.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{AccountView, PageShell, TweetView};
use crate::clock::Millis;
use crate::model::ids::NotificationId;
pub use crate::model::notification::NotificationKind;

/// How pages tell it.
impl NotificationKind {
    /// The key of its sentence.
    pub fn key(self) -> &'static str {
        match self {
            Self::Follow => "notification-follow",
            Self::FollowRequest => "notification-follow-request",
            Self::Mention => "notification-mention",
            Self::Reply => "notification-reply",
            Self::Like => "notification-like",
            Self::Retweet => "notification-retweet",
            Self::Quote => "notification-quote",
            Self::PollEnded => "notification-poll-ended",
            Self::Edited => "notification-edited",
            Self::QuotedEdited => "notification-quoted-edited",
            Self::Posted => "notification-posted",
        }
    }

    /// Its icon.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Follow | Self::FollowRequest => "follow",
            Self::Mention | Self::Posted => "at",
            Self::Reply => "reply",
            Self::Like => "like-on",
            Self::Retweet => "repost",
            Self::Quote | Self::QuotedEdited => "quote",
            Self::PollEnded | Self::Edited => "poll",
        }
    }

    /// Its class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Like => "is-like",
            Self::Retweet => "is-retweet",
            _ => "is-people",
        }
    }

    /// The tweet is somebody else's and new to the viewer, so it is shown whole.
    pub fn shows_tweet(self) -> bool {
        matches!(self, Self::Mention | Self::Reply | Self::Quote)
    }
}

/// One notification.
#[derive(Clone, Debug, Default)]
pub struct NotificationView {
    /// Its id.
    pub id: NotificationId,
    /// What happened.
    pub kind: NotificationKind,
    /// Who did it.
    pub account: AccountView,
    /// The tweet it is about.
    pub tweet: Option<TweetView>,
    /// When.
    pub created_ms: Millis,
    /// The viewer has not marked it read.
    pub unread: bool,
}

/// One notification, drawn.
#[derive(Template)]
#[template(path = "_notification.html")]
pub struct NotificationCard<'a> {
    pub(super) shell: &'a PageShell,
    pub(super) item: &'a NotificationView,
}

impl HtmlSafe for NotificationCard<'_> {}
