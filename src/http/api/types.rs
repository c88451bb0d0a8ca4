//! What the API answers, made from what the use-cases answer.
//!
//! A list that may be missing is an empty list, an absent value is null, and nothing is left out, so that every
//! answer of a kind has the same members.

mod delivery;
mod emoji;
mod filter;
mod list;
mod media;
mod notification;
mod poll;
mod preview;
mod report;
mod tweet;
mod user;
mod words;

pub(super) use delivery::Delivery;
pub(super) use emoji::CustomEmoji;
pub(super) use filter::{Filter, FilterMatch};
pub(super) use list::List;
pub(super) use media::{Media, Point};
pub(super) use notification::{Notification, Unread};
pub(super) use poll::Poll;
pub(super) use preview::LinkPreview;
pub(super) use report::Report;
pub(super) use tweet::{Thread, Tweet, Version};
pub(super) use user::{CurrentUser, Session, Signup, User, UserRef};
pub(super) use words::{
    doers, every, expand_media, filter_contexts, maybe_doers, maybe_every, maybe_expand_media,
    maybe_filter_action, maybe_list_replies, maybe_push_policy, maybe_quote_policy, maybe_sift,
    maybe_visibility, notification_kind, notification_kinds, push_policy, sift, visibility,
};

use std::sync::Arc;

use utoipa::ToSchema;

use crate::clock::Millis;
use crate::model::address::Addresses;
use crate::model::emoji::Palette;
use crate::model::time;

/// What answers are made with.
#[derive(Clone)]
pub(super) struct Scene<'a> {
    /// Where our own things live.
    pub(super) addresses: &'a Addresses,
    /// The instance's own emoji, the same for all of an answer.
    pub(super) palette: Arc<Palette>,
}

/// A decimal number as text.
#[derive(ToSchema)]
#[schema(value_type = String, pattern = "^[0-9]{1,19}$", example = "116083840000000001")]
#[expect(dead_code, reason = "only the schema of the ids, which are made by their own types")]
pub(super) struct Id(String);

/// The address of a path of ours.
fn address(addresses: &Addresses, path: Option<String>) -> Option<String> {
    path.map(|path| addresses.at(&path))
}

/// A time as the API writes it.
pub(super) fn when(at_ms: Millis) -> String {
    time::to_rfc3339(at_ms)
}
