//! Web Push subscriptions.

use std::collections::BTreeMap;

use serde::Serialize;

use super::word_of;
use crate::model::notification::NotificationKind;
use crate::model::push::{PushPolicy, PushSubscription};

/// What one can be told of, in Mastodon's words; of some of it nothing is ever told here.
pub(in crate::http::mastodon) const ALERTS: [&str; 12] = [
    "mention",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
    "quote",
    "quoted_update",
    "admin.sign_up",
    "admin.report",
];

/// What a session wants to be told, and where.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct WebPushSubscription {
    /// A number: clients read it as one.
    id: i64,
    endpoint: String,
    standard: bool,
    alerts: BTreeMap<&'static str, bool>,
    policy: PushPolicy,
    server_key: String,
}

impl WebPushSubscription {
    /// A subscription as this API shows it.
    pub(in crate::http::mastodon) fn of(subscription: PushSubscription, server_key: String) -> Self {
        let told = |alert: &str| subscription.kinds.iter().any(|kind| word_of(*kind) == alert);
        Self {
            alerts: ALERTS.into_iter().map(|alert| (alert, told(alert))).collect(),
            id: subscription.id,
            endpoint: subscription.endpoint,
            standard: subscription.standard,
            policy: subscription.policy,
            server_key,
        }
    }
}

/// The kinds that go by these words; words that name none here are passed over.
pub(in crate::http::mastodon) fn kinds_of(alerts: &BTreeMap<String, bool>) -> Vec<NotificationKind> {
    let wanted = |kind: &NotificationKind| alerts.get(word_of(*kind)).copied().unwrap_or_default();
    NotificationKind::ALL.into_iter().filter(wanted).collect()
}
