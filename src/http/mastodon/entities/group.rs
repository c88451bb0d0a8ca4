//! Notifications in groups: those of one kind about one post within half a day are one.
//!
//! A group's key says which it is, so that no group is stored: `favourite-<post>-<time>`, `follow-<time>`, and
//! `ungrouped-<id>` for what stands alone.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::notification::word_of;
use super::{Account, Scene, Status, when};
use crate::clock::{HOUR_MS, Millis};
use crate::model::ids::{AccountId, NotificationId, TweetId};
use crate::model::notification::{Notification, NotificationKind};
use crate::service::NotificationView;

/// How long a group is open.
const GROUP_MS: Millis = 12 * HOUR_MS;
/// People of a group who are named with it, the newest.
const SAMPLE: usize = 8;
/// What is grouped when a client does not say.
const GROUPED: [NotificationKind; 3] =
    [NotificationKind::Like, NotificationKind::Retweet, NotificationKind::Follow];

/// Which group a notification is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::http::mastodon) enum GroupKey {
    /// With others of this kind, about this post, in this half of a day since 1970.
    Shared(NotificationKind, Option<TweetId>, Millis),
    /// With none.
    Alone(NotificationId),
}

impl GroupKey {
    /// The group of a notification, of which kinds are grouped by what `grouped` says.
    pub(in crate::http::mastodon) fn of(
        notification: &Notification,
        grouped: impl Fn(NotificationKind) -> bool,
    ) -> Self {
        match GROUPED.contains(&notification.kind) && grouped(notification.kind) {
            true => Self::Shared(
                notification.kind,
                notification.tweet,
                notification.created_at.div_euclid(GROUP_MS),
            ),
            false => Self::Alone(notification.id),
        }
    }

    /// Whether a notification is older than anything in this group.
    pub(in crate::http::mastodon) fn is_after(self, notification: &Notification) -> bool {
        matches!(self, Self::Shared(_, _, at) if notification.created_at.div_euclid(GROUP_MS) < at)
    }
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shared(kind, Some(tweet), at) => write!(f, "{}-{tweet}-{at}", word_of(*kind)),
            Self::Shared(kind, None, at) => write!(f, "{}-{at}", word_of(*kind)),
            Self::Alone(id) => write!(f, "ungrouped-{id}"),
        }
    }
}

/// The text is the key of no group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http::mastodon) struct NoKey;

impl FromStr for GroupKey {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let (word, rest) = text.split_once('-').ok_or(NoKey)?;
        if word == "ungrouped" {
            return rest.parse().map(Self::Alone).map_err(|_| NoKey);
        }
        let kind = GROUPED.into_iter().find(|kind| word_of(*kind) == word).ok_or(NoKey)?;
        let (tweet, at) = match rest.split_once('-') {
            Some((tweet, at)) => (Some(tweet.parse().map_err(|_| NoKey)?), at),
            None => (None, rest),
        };
        Ok(Self::Shared(kind, tweet, at.parse().map_err(|_| NoKey)?))
    }
}

/// A page of groups, with everybody and every post in it once.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Grouped {
    accounts: Vec<Account>,
    statuses: Vec<Status>,
    notification_groups: Vec<Group>,
}

/// Notifications that are one. The id is a number here: clients read it as one.
#[derive(Clone, Debug, Serialize)]
struct Group {
    group_key: String,
    notifications_count: usize,
    #[serde(rename = "type")]
    kind: &'static str,
    most_recent_notification_id: i64,
    page_min_id: NotificationId,
    page_max_id: NotificationId,
    latest_page_notification_at: String,
    sample_account_ids: Vec<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_id: Option<TweetId>,
}

impl Grouped {
    /// These notifications, the newest first, in the groups that `key` says.
    pub(in crate::http::mastodon) fn of(
        views: &[NotificationView],
        scene: &Scene<'_>,
        key: impl Fn(&Notification) -> GroupKey,
    ) -> Self {
        let (mut people, mut posts) = (HashSet::new(), HashSet::new());
        let mut page = Self { accounts: Vec::new(), statuses: Vec::new(), notification_groups: Vec::new() };
        for view in views {
            if people.insert(view.from.id) {
                page.accounts.push(Account::of(&view.from, scene));
            }
            if let Some(tweet) = view.tweet.as_ref().filter(|tweet| posts.insert(tweet.tweet.id)) {
                page.statuses.push(Status::of(tweet, scene));
            }
            page.take(&view.notification, key(&view.notification).to_string());
        }
        page
    }

    /// Adds an older notification.
    fn take(&mut self, notification: &Notification, group_key: String) {
        if let Some(group) = self.notification_groups.iter_mut().find(|group| group.group_key == group_key) {
            group.notifications_count = group.notifications_count.saturating_add(1);
            group.page_min_id = notification.id;
            if group.sample_account_ids.len() < SAMPLE {
                group.sample_account_ids.push(notification.from);
            }
            return;
        }
        self.notification_groups.push(Group {
            group_key,
            notifications_count: 1,
            kind: word_of(notification.kind),
            most_recent_notification_id: notification.id.0,
            page_min_id: notification.id,
            page_max_id: notification.id,
            latest_page_notification_at: when(notification.created_at),
            sample_account_ids: vec![notification.from],
            status_id: notification.tweet,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_group_reads_back() {
        let keys = [
            GroupKey::Shared(NotificationKind::Like, Some(TweetId(77)), 40_000),
            GroupKey::Shared(NotificationKind::Follow, None, 40_000),
            GroupKey::Alone(NotificationId(5)),
        ];
        for key in keys {
            assert_eq!(key.to_string().parse(), Ok(key), "{key}");
        }
        for bad in ["", "favourite", "favourite-x-1", "mention-5-1", "ungrouped-", "ungrouped-x", "poll-1"] {
            assert_eq!(bad.parse::<GroupKey>(), Err(NoKey), "{bad}");
        }
    }
}
