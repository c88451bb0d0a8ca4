//! What listeners are told: one thing that happened, made into bytes once for all who hear of it in the same form.

use std::sync::OnceLock;

use bytes::Bytes;

use crate::model::announcement::ReactionCount;
use crate::model::ids::{RowId, TweetId};
use crate::service::{AnnouncementView, ConversationView, NotificationView, TweetView};

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// There is a new tweet, as anybody sees it who may: nobody's marks are on it.
    Tweet(Box<TweetView>),
    /// A tweet has changed.
    Edited(Box<TweetView>),
    /// A tweet is gone.
    Deleted(TweetId),
    /// One was told something.
    Notification(Box<NotificationView>),
    /// Something was said in a conversation.
    Conversation(Box<ConversationView>),
    /// One's filters are others now.
    FiltersChanged,
    /// Everybody here is told something, or it has changed; nobody has read it or reacted, as far as this says.
    Announced(Box<AnnouncementView>),
    /// How many reacted to an announcement with an emoji now; nobody is none too.
    Reacted(RowId, ReactionCount),
    /// An announcement was taken back, or is over.
    AnnouncementRemoved(RowId),
}

/// A form in which it goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Server-sent events of Mastodon's API.
    MastodonEvents,
    /// Frames of Mastodon's API.
    MastodonFrames,
    /// Server-sent events of the native API.
    NativeEvents,
}

/// One thing that happened.
#[derive(Debug)]
pub struct Occurrence {
    what: What,
    mastodon_events: OnceLock<Bytes>,
    mastodon_frames: OnceLock<Bytes>,
    native_events: OnceLock<Bytes>,
}

impl What {
    /// Its name in the metric.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Tweet(_) => "tweet",
            Self::Edited(_) => "edited",
            Self::Deleted(_) => "deleted",
            Self::Notification(_) => "notification",
            Self::Conversation(_) => "conversation",
            Self::FiltersChanged => "filters_changed",
            Self::Announced(_) => "announcement",
            Self::Reacted(..) => "announcement_reaction",
            Self::AnnouncementRemoved(_) => "announcement_removed",
        }
    }
}

impl Occurrence {
    pub(super) fn new(what: What) -> Self {
        Self {
            what,
            mastodon_events: OnceLock::new(),
            mastodon_frames: OnceLock::new(),
            native_events: OnceLock::new(),
        }
    }

    /// What happened.
    pub fn what(&self) -> &What {
        &self.what
    }

    /// Its bytes in a form; `make` is asked for them once, whoever comes first.
    pub fn bytes(&self, form: Form, make: impl FnOnce(&What) -> Bytes) -> Bytes {
        let made = match form {
            Form::MastodonEvents => &self.mastodon_events,
            Form::MastodonFrames => &self.mastodon_frames,
            Form::NativeEvents => &self.native_events,
        };
        made.get_or_init(|| make(&self.what)).clone()
    }
}
