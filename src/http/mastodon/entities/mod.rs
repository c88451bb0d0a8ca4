//! What this API answers, made from what the use-cases answer, in one pure place: every version and way of reading shows
//! the same thing alike, and showing costs no query.
//!
//! Ids are decimal strings, times have three decimals. What the entity is said to have always is always there; what may
//! be absent is left out when this server does not know it.

mod account;
mod card;
mod conversation;
mod edit;
mod emoji;
mod filter;
mod group;
mod instance;
mod kept;
mod list;
mod media;
mod notification;
mod poll;
mod push;
mod quote;
mod relationship;
mod report;
mod scheduled;
mod search;
mod sifting;
mod status;
mod tag;

pub(super) use account::{Account, CredentialAccount, MutedAccount, Own, word_of_quotable};
pub(super) use card::PreviewCard;
pub(super) use conversation::Conversation;
pub(super) use edit::{Context, StatusEdit, StatusSource};
pub(super) use emoji::CustomEmoji;
pub(super) use filter::{Filter, FilterKeyword, FilterResult, FilterStatus, FilterV1};
pub(super) use group::{GroupKey, Grouped};
pub(super) use instance::{InstanceRule, InstanceV1, InstanceV2, Known};
pub use kept::KeptPosts;
pub(super) use list::List;
pub(super) use media::MediaAttachment;
pub(super) use notification::{Notification, UnreadCount, word_of};
pub(super) use poll::Poll;
pub(super) use push::{WebPushSubscription, kinds_of};
pub(super) use relationship::Relationship;
pub(super) use report::Report;
pub(super) use scheduled::ScheduledStatus;
pub(super) use search::Search;
pub(super) use sifting::{NotificationPolicy, NotificationRequest};
pub(super) use status::{Status, word_of_visibility};
pub(super) use tag::{FeaturedTag, History, Tag};

use std::sync::Arc;

use crate::clock::Millis;
use crate::http::state::AppState;
use crate::model::address::Addresses;
use crate::model::emoji::Palette;
use crate::model::ids::AccountId;
use crate::model::time;
use crate::service::SignedIn;

/// The length of `2026-01-02` in a time.
const DATE_BYTES: usize = 10;

/// What an answer is made with.
#[derive(Clone)]
pub(super) struct Scene<'a> {
    /// Where our own things live.
    pub(super) addresses: &'a Addresses,
    /// The instance's emoji.
    pub(super) palette: Arc<Palette>,
    /// Who looks: what they did to a post is told only to somebody.
    pub(super) viewer: Option<AccountId>,
    /// Posts that were shown before.
    pub(super) kept: Option<&'a KeptPosts>,
}

impl<'a> Scene<'a> {
    /// The scene for somebody, or for nobody.
    pub(super) fn of(state: &'a AppState, viewer: Option<&SignedIn>) -> Self {
        Self {
            addresses: state.service.addresses(),
            palette: state.service.palette(),
            viewer: viewer.map(|who| who.account),
            kept: Some(&state.kept_posts),
        }
    }

    fn at(&self, path: Option<String>) -> Option<String> {
        path.map(|path| self.addresses.at(&path))
    }
}

/// A time with three decimals.
pub(super) fn when(at_ms: Millis) -> String {
    time::to_rfc3339(at_ms)
}

fn date(at_ms: Millis) -> String {
    let mut at = time::to_rfc3339(at_ms);
    at.truncate(DATE_BYTES);
    at
}
