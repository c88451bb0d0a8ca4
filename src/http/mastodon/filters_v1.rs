//! Filters in the older form, which clients from before Mastodon 4.0 know: an entry for each keyword, over the same rows.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use serde::Deserialize;

use super::Json;
use super::entities::FilterV1;
use super::filters::blank_is_never;
use super::instance::DEPRECATED;
use super::nothing::Nothing;
use crate::error::Error;
use crate::http::extract::{Auth, Lenient, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::filter::{FilterAction, FilterContext};
use crate::model::ids::RowId;
use crate::service::{FilterChanges, KeywordChange};

type Answer<T> = Result<([(HeaderName, HeaderValue); 1], Json<T>), ApiError>;

/// What an entry is to be.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    phrase: Option<String>,
    context: Option<Vec<FilterContext>>,
    irreversible: Option<bool>,
    whole_word: Option<bool>,
    #[serde(deserialize_with = "blank_is_never")]
    expires_in: Option<Option<i64>>,
}

/// `GET /api/v1/filters`
pub(super) async fn all(State(state): State<AppState>, Auth(who): Auth) -> Answer<Vec<FilterV1>> {
    let filters = state.service.filters(who.account).await?;
    let entries = filters
        .iter()
        .flat_map(|filter| filter.keywords.iter().map(move |keyword| FilterV1::of(filter, keyword)));
    Ok(old(entries.collect()))
}

/// `GET /api/v1/filters/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<FilterV1> {
    let (filter, keyword) = state.service.keyword(who.account, id).await?;
    Ok(old(FilterV1::of(&filter, &keyword)))
}

/// `POST /api/v1/filters`: a filter with one keyword, called like it.
pub(super) async fn create(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(wanted): Lenient<Wanted>,
) -> Answer<FilterV1> {
    let phrase = wanted.phrase.clone();
    let title = phrase.as_deref().map(|phrase| phrase.chars().take(TITLE_CHARS).collect());
    let keyword = KeywordChange { keyword: Some(phrase.unwrap_or_default()), ..wanted.words(None) };
    let changes = FilterChanges { title, keywords: vec![keyword], ..wanted.changes() };
    let filter = state.service.create_filter(who.account, changes).await?;
    let keyword = filter.keywords.first().ok_or(Error::NotFound("filter keyword"))?;
    Ok(old(FilterV1::of(&filter, keyword)))
}

/// `PUT /api/v1/filters/{id}`: what is said of places and times holds for the whole filter that has the keyword.
pub(super) async fn change(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
    Lenient(wanted): Lenient<Wanted>,
) -> Answer<FilterV1> {
    let filter = state.service.keyword(who.account, id).await?.0.id;
    let changes = FilterChanges { keywords: vec![wanted.words(Some(id))], ..wanted.changes() };
    state.service.change_filter(who.account, filter, changes).await?;
    let (filter, keyword) = state.service.keyword(who.account, id).await?;
    Ok(old(FilterV1::of(&filter, &keyword)))
}

/// `DELETE /api/v1/filters/{id}`: with the last keyword its filter goes.
pub(super) async fn delete(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Nothing> {
    state.service.remove_keyword(who.account, id, true).await?;
    Ok(old(Nothing {}))
}

/// Of a long phrase this makes a title: enough to know it by, and within its limit.
const TITLE_CHARS: usize = 50;

fn old<T>(answer: T) -> ([(HeaderName, HeaderValue); 1], Json<T>) {
    ([DEPRECATED], Json(answer))
}

impl Wanted {
    fn words(&self, id: Option<RowId>) -> KeywordChange {
        KeywordChange { id, keyword: self.phrase.clone(), whole_word: self.whole_word, remove: false }
    }

    fn changes(self) -> FilterChanges {
        let action = |hides| if hides { FilterAction::Hide } else { FilterAction::Warn };
        FilterChanges {
            contexts: self.context,
            action: self.irreversible.map(action),
            expires_in_s: self.expires_in,
            ..FilterChanges::default()
        }
    }
}
