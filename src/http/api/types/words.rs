//! Schemas of closed sets of words, from the sets themselves.

use utoipa::openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};

use crate::model::digest::Every;
use crate::model::filter::{FilterAction, FilterContext};
use crate::model::list::ListReplies;
use crate::model::notification::NotificationKind;
use crate::model::preferences::ExpandMedia;
use crate::model::push::PushPolicy;
use crate::model::quote::{MayQuote, QuotePolicy, QuoteState};
use crate::model::sifting::Sift;
use crate::model::telling::Doer;
use crate::model::visibility::Visibility;

/// One of the visibilities.
pub(in crate::http::api) fn visibility() -> Object {
    one_of(Visibility::ALL.map(Visibility::as_str))
}

/// One of the visibilities, or null.
pub(in crate::http::api) fn maybe_visibility() -> Object {
    let words = Visibility::ALL.map(|word| Some(word.as_str())).into_iter().chain([None]);
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .enum_values(Some(words))
        .build()
}

/// How a quote stands, or null.
pub(in crate::http::api) fn quote_state() -> Object {
    let words = QuoteState::words().into_iter().map(Some).chain([None]);
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .enum_values(Some(words))
        .build()
}

/// Whom an account lets quote it.
pub(in crate::http::api) fn quote_policy() -> Object {
    one_of(QuotePolicy::ALL.map(QuotePolicy::as_str))
}

/// The same, or null.
pub(in crate::http::api) fn maybe_quote_policy() -> Object {
    let words = QuotePolicy::ALL.map(|word| Some(word.as_str())).into_iter().chain([None]);
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .enum_values(Some(words))
        .build()
}

/// Places where a filter counts.
pub(in crate::http::api) fn filter_contexts() -> Array {
    ArrayBuilder::new().items(one_of(FilterContext::ALL.map(FilterContext::as_str))).build()
}

/// What is done with what a filter finds.
pub(in crate::http::api) fn filter_action() -> Object {
    one_of(FilterAction::ALL.map(FilterAction::as_str))
}

/// The same, or null.
pub(in crate::http::api) fn maybe_filter_action() -> Object {
    one_of_or_null(FilterAction::ALL.map(FilterAction::as_str))
}

/// Which replies a list shows.
pub(in crate::http::api) fn list_replies() -> Object {
    one_of(ListReplies::ALL.map(ListReplies::as_str))
}

/// The same, or null.
pub(in crate::http::api) fn maybe_list_replies() -> Object {
    one_of_or_null(ListReplies::ALL.map(ListReplies::as_str))
}

/// Whom a tweet's author lets quote it, or null.
pub(in crate::http::api) fn tweet_quote_policy() -> Object {
    let all = QuotePolicy::ALL.into_iter().chain([QuotePolicy::Asked]);
    let words = all.map(|word| Some(word.as_str())).chain([None]);
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .enum_values(Some(words))
        .build()
}

/// Whether somebody may quote a tweet.
pub(in crate::http::api) fn may_quote() -> Object {
    one_of(MayQuote::ALL.map(MayQuote::as_str))
}

/// What becomes of a notification.
pub(in crate::http::api) fn sift() -> Object {
    one_of(Sift::ALL.map(Sift::as_str))
}

/// The same, or null.
pub(in crate::http::api) fn maybe_sift() -> Object {
    let words = Sift::ALL.map(|word| Some(word.as_str())).into_iter().chain([None]);
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .enum_values(Some(words))
        .build()
}

/// Which pictures are shown at first.
pub(in crate::http::api) fn expand_media() -> Object {
    one_of(ExpandMedia::ALL.map(ExpandMedia::as_str))
}

/// The same, or null.
pub(in crate::http::api) fn maybe_expand_media() -> Object {
    let words = ExpandMedia::ALL.map(|word| Some(word.as_str())).into_iter().chain([None]);
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .enum_values(Some(words))
        .build()
}

/// From whom one wants to be told by push.
pub(in crate::http::api) fn push_policy() -> Object {
    one_of(PushPolicy::ALL.map(PushPolicy::as_str))
}

/// The same, or null.
pub(in crate::http::api) fn maybe_push_policy() -> Object {
    one_of_or_null(PushPolicy::ALL.map(PushPolicy::as_str))
}

/// How often a digest comes.
pub(in crate::http::api) fn every() -> Object {
    one_of(Every::ALL.map(Every::as_str))
}

/// The same, or null.
pub(in crate::http::api) fn maybe_every() -> Object {
    one_of_or_null(Every::ALL.map(Every::as_str))
}

/// By whom one is told.
pub(in crate::http::api) fn doers() -> Array {
    ArrayBuilder::new().items(one_of(Doer::ALL.map(Doer::as_str))).build()
}

/// The same, or null.
pub(in crate::http::api) fn maybe_doers() -> Array {
    let either = SchemaType::Array(vec![Type::Array, Type::Null]);
    ArrayBuilder::new().schema_type(either).items(one_of(Doer::ALL.map(Doer::as_str))).build()
}

/// One of the kinds of notifications.
pub(in crate::http::api) fn notification_kind() -> Object {
    one_of(NotificationKind::ALL.map(NotificationKind::as_str))
}

/// Any of the kinds of notifications.
pub(in crate::http::api) fn notification_kinds() -> Array {
    ArrayBuilder::new().items(notification_kind()).build()
}

fn one_of_or_null<const N: usize>(words: [&'static str; N]) -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .enum_values(Some(words.map(Some).into_iter().chain([None])))
        .build()
}

fn one_of<const N: usize>(words: [&'static str; N]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}
