//! Notifications that wait.

use serde::Serialize;

use super::{Account, Scene, Status, when};
use crate::model::ids::RowId;
use crate::service;
use crate::service::SiftView;

/// Which notifications one wants.
#[derive(Clone, Copy, Debug, Serialize)]
pub(in crate::http::mastodon) struct NotificationPolicy {
    for_not_following: &'static str,
    for_not_followers: &'static str,
    for_new_accounts: &'static str,
    for_private_mentions: &'static str,
    for_limited_accounts: &'static str,
    summary: Summary,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Summary {
    pending_requests_count: i64,
    pending_notifications_count: i64,
}

/// Somebody whose notifications wait.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct NotificationRequest {
    id: RowId,
    created_at: String,
    updated_at: String,
    account: Account,
    /// A text, as Mastodon has it.
    notifications_count: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_status: Option<Status>,
}

impl From<SiftView> for NotificationPolicy {
    fn from(view: SiftView) -> Self {
        let policy = view.policy;
        Self {
            for_not_following: policy.not_following.as_str(),
            for_not_followers: policy.not_followers.as_str(),
            for_new_accounts: policy.new_accounts.as_str(),
            for_private_mentions: policy.private_mentions.as_str(),
            for_limited_accounts: policy.limited_accounts.as_str(),
            summary: Summary {
                pending_requests_count: view.requests,
                pending_notifications_count: view.notifications,
            },
        }
    }
}

impl NotificationRequest {
    /// A request as this API shows it.
    pub(in crate::http::mastodon) fn of(view: &service::NotificationRequest, scene: &Scene<'_>) -> Self {
        Self {
            id: view.id,
            created_at: when(view.created_at),
            updated_at: when(view.updated_at),
            account: Account::of(&view.from, scene),
            notifications_count: view.count.to_string(),
            last_status: view.last.as_ref().map(|last| Status::of(last, scene)),
        }
    }
}
