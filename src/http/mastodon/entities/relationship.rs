//! What one has to do with an account.

use serde::Serialize;

use crate::model::account::Account;
use crate::model::ids::AccountId;
use crate::model::visibility::Relations;
use crate::service;

/// What one has to do with an account. Notes about others, notices of their posts and mutes for a time are not there.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the entity is a list of questions")]
pub(in crate::http::mastodon) struct Relationship {
    id: AccountId,
    following: bool,
    showing_reblogs: bool,
    notifying: bool,
    languages: Option<Vec<String>>,
    followed_by: bool,
    blocking: bool,
    blocked_by: bool,
    muting: bool,
    muting_notifications: bool,
    muting_expires_at: Option<String>,
    requested: bool,
    requested_by: bool,
    domain_blocking: bool,
    endorsed: bool,
    note: &'static str,
}

impl Relationship {
    /// How the owner of `relations` stands to `other`, who may have asked to follow them.
    pub(in crate::http::mastodon) fn of(
        other: &Account,
        bond: service::Relationship,
        asked: bool,
        relations: &Relations,
    ) -> Self {
        let host = other.domain.as_ref();
        Self {
            id: other.id,
            following: bond.following,
            showing_reblogs: bond.following && !relations.retweets_hidden.contains(&other.id),
            notifying: false,
            languages: None,
            followed_by: bond.followed_by,
            blocking: bond.blocking,
            blocked_by: relations.blocked_by.contains(&other.id),
            muting: bond.muting,
            muting_notifications: relations.muting_notifications.contains(&other.id),
            muting_expires_at: None,
            requested: bond.requested,
            requested_by: asked,
            domain_blocking: host.is_some_and(|host| relations.blocked_domains.contains(host)),
            endorsed: bond.endorsed,
            note: "",
        }
    }
}
