//! Filters: what you would rather not read. Tweets say in `filtered` what was found in them; nothing is left out.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::paths::{OfFilter, OfFilteredTweet};
use super::types::{Filter, filter_contexts, maybe_filter_action};
use crate::error::{Error, Result};
use crate::http::extract::{Auth, Json, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::filter::{FilterAction, FilterContext};
use crate::service::{FilterChanges, KeywordChange};

/// A new filter.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewFilter {
    /// What you call it.
    #[schema(max_length = 100)]
    title: String,
    /// Where it counts.
    #[schema(schema_with = filter_contexts)]
    contexts: Vec<FilterContext>,
    /// What is to be done with what it finds: shown behind a warning, not shown, or with pictures blurred.
    #[schema(schema_with = maybe_filter_action)]
    action: Option<FilterAction>,
    /// In how many seconds it ends; never when this is not sent.
    #[schema(minimum = 1)]
    expires_in: Option<u32>,
    /// What it looks for.
    keywords: Option<Vec<Words>>,
}

/// What changes of a filter; what is not sent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct FilterEdit {
    /// What you call it.
    #[schema(max_length = 100)]
    title: Option<String>,
    /// Where it counts.
    #[schema(schema_with = filter_contexts)]
    contexts: Option<Vec<FilterContext>>,
    /// What is to be done with what it finds.
    #[schema(schema_with = maybe_filter_action)]
    action: Option<FilterAction>,
    /// In how many seconds from now it ends; 0 is never.
    expires_in: Option<u32>,
    /// All that it looks for from now on.
    keywords: Option<Vec<Words>>,
}

/// Words that a filter looks for.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Words {
    /// The words, in any case.
    #[schema(max_length = 200)]
    keyword: String,
    /// Whether they are not found inside of other words; yes when this is not sent.
    whole_word: Option<bool>,
}

/// Filters of yours.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Filters {
    /// In the order in which you made them.
    items: Vec<Filter>,
}

/// Your filters
#[utoipa::path(get, path = "/api/filters", tag = "filters", responses((status = 200, description = "All of them.", body = Filters)))]
pub(super) async fn get_filters(State(state): State<AppState>, Auth(who): Auth) -> Answer<Filters> {
    let filters = state.service.filters(who.account).await?;
    Ok(Json(Filters { items: filters.iter().map(Filter::of).collect() }))
}

/// Make a filter
#[utoipa::path(post, path = "/api/filters", tag = "filters", responses((status = 201, description = "It counts from now on.", body = Filter)))]
pub(super) async fn create_filter(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(new): Json<NewFilter>,
) -> Result<(StatusCode, Json<Filter>), ApiError> {
    let changes = FilterChanges {
        title: Some(new.title),
        contexts: Some(new.contexts),
        action: new.action,
        expires_in_s: new.expires_in.map(|seconds| Some(i64::from(seconds))),
        keywords: new.keywords.unwrap_or_default().into_iter().map(KeywordChange::from).collect(),
        only_these: false,
    };
    let filter = state.service.create_filter(who.account, changes).await?;
    Ok((StatusCode::CREATED, Json(Filter::of(&filter))))
}

/// A filter of yours
#[utoipa::path(get, path = "/api/filters/{filterId}", tag = "filters", params(OfFilter), responses((status = 200, description = "The filter.", body = Filter)))]
pub(super) async fn get_filter(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfFilter>,
) -> Answer<Filter> {
    Ok(Json(Filter::of(&state.service.filter(who.account, at.filter_id).await?)))
}

/// Change a filter
#[utoipa::path(patch, path = "/api/filters/{filterId}", tag = "filters", params(OfFilter), responses((status = 200, description = "The changed filter.", body = Filter)))]
pub(super) async fn update_filter(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfFilter>,
    Json(edit): Json<FilterEdit>,
) -> Answer<Filter> {
    let changes = FilterChanges {
        title: edit.title,
        contexts: edit.contexts,
        action: edit.action,
        expires_in_s: edit.expires_in.map(|seconds| Some(i64::from(seconds)).filter(|seconds| *seconds > 0)),
        only_these: edit.keywords.is_some(),
        keywords: edit.keywords.unwrap_or_default().into_iter().map(KeywordChange::from).collect(),
    };
    Ok(Json(Filter::of(&state.service.change_filter(who.account, at.filter_id, changes).await?)))
}

/// Remove a filter
#[utoipa::path(delete, path = "/api/filters/{filterId}", tag = "filters", params(OfFilter), responses((status = 204, description = "It is gone.")))]
pub(super) async fn delete_filter(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfFilter>,
) -> Result<StatusCode, ApiError> {
    state.service.delete_filter(who.account, at.filter_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a filter find a tweet, whatever its words
#[utoipa::path(put, path = "/api/filters/{filterId}/tweets/{tweetId}", tag = "filters", params(OfFilteredTweet), responses((status = 204, description = "Also when it did already.")))]
pub(super) async fn filter_tweet(
    State(state): State<AppState>,
    Auth(who): Auth,
    at: OfFilteredTweet,
) -> Result<StatusCode, ApiError> {
    state.service.filter_tweet(who.account, at.filter_id, at.tweet_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a filter no longer find a tweet by itself
#[utoipa::path(delete, path = "/api/filters/{filterId}/tweets/{tweetId}", tag = "filters", params(OfFilteredTweet), responses((status = 204, description = "It does not any more.")))]
pub(super) async fn unfilter_tweet(
    State(state): State<AppState>,
    Auth(who): Auth,
    at: OfFilteredTweet,
) -> Result<StatusCode, ApiError> {
    let filter = state.service.filter(who.account, at.filter_id).await?;
    let named = filter.tweets.iter().find(|named| named.tweet == at.tweet_id);
    let row = named.ok_or(Error::NotFound("filtered post"))?.id;
    state.service.unfilter_tweet(who.account, row).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<Words> for KeywordChange {
    fn from(words: Words) -> Self {
        Self { keyword: Some(words.keyword), whole_word: words.whole_word, ..Self::default() }
    }
}
