//! What one has to do with an account.

use serde::Serialize;

use super::when;
use crate::model::account::Account;
use crate::model::ids::AccountId;
use crate::model::visibility::Relations;
use crate::service;

/// What one has to do with an account.
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
    note: String,
}

impl Relationship {
    /// How the owner of `relations` stands to `other`, who may have asked to follow them.
    pub(in crate::http::mastodon) fn of(
        other: &Account,
        bond: service::Relationship,
        asked: bool,
        relations: &Relations,
    ) -> Self {
        Self {
            id: other.id,
            following: bond.following,
            showing_reblogs: bond.showing_retweets,
            notifying: bond.notifying,
            languages: Some(bond.languages).filter(|languages| !languages.is_empty()),
            followed_by: bond.followed_by,
            blocking: bond.blocking,
            blocked_by: relations.blocked_by.contains(&other.id),
            muting: bond.muting,
            muting_notifications: bond.muting_notifications,
            muting_expires_at: bond.muting_until.map(when),
            requested: bond.requested,
            requested_by: asked,
            domain_blocking: bond.host_hidden,
            endorsed: bond.endorsed,
            note: bond.note,
        }
    }
}
