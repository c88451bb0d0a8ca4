//! Posts to come.

use axum::extract::State;
use serde::Deserialize;

use super::entities::{Scene, ScheduledStatus};
use super::nothing::Nothing;
use super::paging::{Paged, StatusPaging};
use super::{Answer, Json};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::http::extract::lenient::blank_is_none;
use crate::http::extract::{Auth, Lenient, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::RowId;
use crate::model::time;

/// Another time.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Later {
    #[serde(deserialize_with = "blank_is_none")]
    scheduled_at: Option<String>,
}

/// `GET /api/v1/scheduled_statuses`
pub(super) async fn list(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: StatusPaging,
) -> Result<Paged<ScheduledStatus>, ApiError> {
    let page =
        paging.read_page(|cursor, limit| state.service.scheduled_tweets(who.account, cursor, limit)).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(paging.paged(page, |view| ScheduledStatus::of(&view, &scene)))
}

/// `GET /api/v1/scheduled_statuses/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<ScheduledStatus> {
    let view = state.service.scheduled_tweet(who.account, id).await?;
    Ok(Json(ScheduledStatus::of(&view, &Scene::of(&state, Some(&who)))))
}

/// `PUT /api/v1/scheduled_statuses/{id}`: only the time can be changed.
pub(super) async fn put_off(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
    Lenient(later): Lenient<Later>,
) -> Answer<ScheduledStatus> {
    let view = match later.scheduled_at {
        Some(text) => state.service.put_off_tweet(who.account, id, at(&text)?).await?,
        None => state.service.scheduled_tweet(who.account, id).await?,
    };
    Ok(Json(ScheduledStatus::of(&view, &Scene::of(&state, Some(&who)))))
}

/// `DELETE /api/v1/scheduled_statuses/{id}`
pub(super) async fn remove(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Nothing> {
    state.service.remove_scheduled(who.account, id).await?;
    Ok(Nothing {}.answer())
}

/// Reads the time at which a post is due.
pub(super) fn at(text: &str) -> Result<Millis> {
    let bad =
        || Error::invalid("scheduled_at", "bad_time", "scheduled_at is a time such as 2026-01-02T03:04:05Z");
    time::parse(text).ok_or_else(bad)
}
