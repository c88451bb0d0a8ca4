//! Notifications.

use serde::Serialize;

use super::{Account, GroupKey, Scene, Status, when};
use crate::model::ids::NotificationId;
use crate::model::notification::NotificationKind;
use crate::service::NotificationView;

/// Something that one was told.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Notification {
    id: NotificationId,
    #[serde(rename = "type")]
    kind: &'static str,
    group_key: String,
    created_at: String,
    account: Account,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
}

impl Notification {
    /// A notification as this API shows it.
    pub(in crate::http::mastodon) fn of(view: &NotificationView, scene: &Scene<'_>) -> Self {
        let notification = &view.notification;
        Self {
            id: notification.id,
            kind: word_of(notification.kind),
            group_key: GroupKey::of(notification, |_| true).to_string(),
            created_at: when(notification.created_at),
            account: Account::of(&view.from, scene),
            status: view.tweet.as_ref().map(|tweet| Status::of(tweet, scene)),
        }
    }
}

/// Mastodon's word for what happened. A reply is a mention there.
pub(in crate::http::mastodon) fn word_of(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Follow => "follow",
        NotificationKind::FollowRequest => "follow_request",
        NotificationKind::Mention | NotificationKind::Reply => "mention",
        NotificationKind::Like => "favourite",
        NotificationKind::Retweet => "reblog",
        NotificationKind::Quote => "quote",
        NotificationKind::PollEnded => "poll",
        NotificationKind::Edited => "update",
        NotificationKind::QuotedEdited => "quoted_update",
        NotificationKind::Posted => "status",
    }
}

/// How many notifications wait.
#[derive(Clone, Copy, Debug, Serialize)]
pub(in crate::http::mastodon) struct UnreadCount {
    /// How many.
    pub(in crate::http::mastodon) count: i64,
}
