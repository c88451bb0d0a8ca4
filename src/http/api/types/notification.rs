//! Notifications.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, Scene, Tweet, User, when, words};
use crate::model::ids::NotificationId;
use crate::model::notification::NotificationKind;
use crate::service::{self, NotificationView};

/// Something that an account was told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Notification {
    /// Its id.
    #[schema(value_type = Id)]
    id: NotificationId,
    /// What happened.
    #[schema(schema_with = words::notification_kind)]
    kind: NotificationKind,
    /// Who did it.
    from: User,
    /// The tweet it is about.
    tweet: Option<Tweet>,
    /// Whether it came after what was read last.
    unread: bool,
    /// When.
    #[schema(format = DateTime)]
    created_at: String,
}

impl Notification {
    /// A notification as the API shows it.
    pub(in crate::http::api) fn of(view: &NotificationView, scene: &Scene<'_>) -> Self {
        Self {
            id: view.notification.id,
            kind: view.notification.kind,
            from: User::of(&view.from, scene),
            tweet: view.tweet.as_ref().map(|tweet| Tweet::of(tweet, scene)),
            unread: view.unread,
            created_at: when(view.notification.created_at),
        }
    }
}

/// How many notifications wait.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Unread {
    /// How many, counted up to 100.
    #[schema(minimum = 0, maximum = 100)]
    count: i64,
    /// Up to where was read.
    #[schema(value_type = Id)]
    read_up_to: NotificationId,
}

impl From<service::Unread> for Unread {
    fn from(unread: service::Unread) -> Self {
        Self { count: unread.count, read_up_to: unread.read_up_to }
    }
}
