//! Filters: what one would rather not read. Posts say what was found in them; clients hide it.

use axum::extract::State;
use serde::{Deserialize, Deserializer};

use super::entities::{Filter, FilterKeyword, FilterStatus};
use super::nothing::Nothing;
use super::{Answer, Json};
use crate::http::extract::lenient::blank_is_none;
use crate::http::extract::{Auth, Lenient, Path};
use crate::http::state::AppState;
use crate::model::filter::{FilterAction, FilterContext};
use crate::model::ids::{RowId, TweetId};
use crate::service::{FilterChanges, KeywordChange};

/// What a filter is to be.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    title: Option<String>,
    context: Option<Vec<FilterContext>>,
    filter_action: Option<FilterAction>,
    #[serde(deserialize_with = "blank_is_never")]
    expires_in: Option<Option<i64>>,
    keywords_attributes: Vec<Words>,
}

/// Words of a filter, new ones or with their id.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Words {
    #[serde(deserialize_with = "blank_is_none")]
    id: Option<RowId>,
    keyword: Option<String>,
    whole_word: Option<bool>,
    #[serde(rename = "_destroy")]
    destroy: bool,
}

/// A post that a filter is to find.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    status_id: TweetId,
}

/// Reads a field that is not sent, sent as blank, which is never, or a number.
pub(super) fn blank_is_never<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<i64>>, D::Error> {
    blank_is_none(from).map(Some)
}

/// `GET /api/v2/filters`
pub(super) async fn all(State(state): State<AppState>, Auth(who): Auth) -> Answer<Vec<Filter>> {
    let filters = state.service.filters(who.account).await?;
    Ok(Json(filters.iter().map(Filter::of).collect()))
}

/// `GET /api/v2/filters/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Filter> {
    Ok(Json(Filter::of(&state.service.filter(who.account, id).await?)))
}

/// `POST /api/v2/filters`
pub(super) async fn create(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(wanted): Lenient<Wanted>,
) -> Answer<Filter> {
    Ok(Json(Filter::of(&state.service.create_filter(who.account, wanted.into()).await?)))
}

/// `PUT /api/v2/filters/{id}`
pub(super) async fn change(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
    Lenient(wanted): Lenient<Wanted>,
) -> Answer<Filter> {
    Ok(Json(Filter::of(&state.service.change_filter(who.account, id, wanted.into()).await?)))
}

/// `DELETE /api/v2/filters/{id}`
pub(super) async fn delete(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Nothing> {
    state.service.delete_filter(who.account, id).await?;
    Ok(Nothing {}.answer())
}

/// `GET /api/v2/filters/{id}/keywords`
pub(super) async fn keywords(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Vec<FilterKeyword>> {
    let filter = state.service.filter(who.account, id).await?;
    Ok(Json(filter.keywords.iter().map(FilterKeyword::of).collect()))
}

/// `POST /api/v2/filters/{id}/keywords`
pub(super) async fn add_keyword(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
    Lenient(words): Lenient<Words>,
) -> Answer<FilterKeyword> {
    let keyword = state.service.add_keyword(who.account, id, words.into()).await?;
    Ok(Json(FilterKeyword::of(&keyword)))
}

/// `GET /api/v2/filters/keywords/{id}`
pub(super) async fn keyword(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<FilterKeyword> {
    Ok(Json(FilterKeyword::of(&state.service.keyword(who.account, id).await?.1)))
}

/// `PUT /api/v2/filters/keywords/{id}`
pub(super) async fn change_keyword(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
    Lenient(words): Lenient<Words>,
) -> Answer<FilterKeyword> {
    let keyword = state.service.change_keyword(who.account, id, words.into()).await?;
    Ok(Json(FilterKeyword::of(&keyword)))
}

/// `DELETE /api/v2/filters/keywords/{id}`
pub(super) async fn remove_keyword(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Nothing> {
    state.service.remove_keyword(who.account, id, false).await?;
    Ok(Nothing {}.answer())
}

/// `GET /api/v2/filters/{id}/statuses`
pub(super) async fn statuses(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Vec<FilterStatus>> {
    let filter = state.service.filter(who.account, id).await?;
    Ok(Json(filter.tweets.iter().map(FilterStatus::of).collect()))
}

/// `POST /api/v2/filters/{id}/statuses`
pub(super) async fn add_status(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
    Lenient(named): Lenient<Named>,
) -> Answer<FilterStatus> {
    let named = state.service.filter_tweet(who.account, id, named.status_id).await?;
    Ok(Json(FilterStatus::of(&named)))
}

/// `GET /api/v2/filters/statuses/{id}`
pub(super) async fn status(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<FilterStatus> {
    Ok(Json(FilterStatus::of(&state.service.filtered_tweet(who.account, id).await?)))
}

/// `DELETE /api/v2/filters/statuses/{id}`
pub(super) async fn remove_status(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Nothing> {
    state.service.unfilter_tweet(who.account, id).await?;
    Ok(Nothing {}.answer())
}

impl From<Wanted> for FilterChanges {
    fn from(wanted: Wanted) -> Self {
        Self {
            title: wanted.title,
            contexts: wanted.context,
            action: wanted.filter_action,
            expires_in_s: wanted.expires_in,
            keywords: wanted.keywords_attributes.into_iter().map(KeywordChange::from).collect(),
            only_these: false,
        }
    }
}

impl From<Words> for KeywordChange {
    fn from(words: Words) -> Self {
        Self { id: words.id, keyword: words.keyword, whole_word: words.whole_word, remove: words.destroy }
    }
}
