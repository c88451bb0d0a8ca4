//! What one was told.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::paging::{Page, Paged, TweetPaging};
use super::paths::{OfNotification, OfUser, Own};
use super::types::{Id, Notification, Unread, notification_kinds};
use super::{Answer, scene};
use crate::error::Result;
use crate::http::extract::{Json, Query};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::NotificationId;
use crate::model::notification::NotificationKind;

/// Which notifications.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only of this kind; may be repeated. All kinds when this is not sent.
    #[serde(default)]
    #[param(schema_with = notification_kinds, required = false)]
    kind: Vec<NotificationKind>,
}

/// Up to where was read.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ReadUpTo {
    /// The id of the newest notification that was read.
    #[schema(value_type = Id)]
    up_to: NotificationId,
}

/// Your notifications, the newest first
#[utoipa::path(
    get, path = "/api/users/{userId}/notifications", tag = "notifications", params(OfUser, Which, TweetPaging),
    responses((status = 200, description = "A page of them.", body = Page<Notification>)),
)]
pub(super) async fn get_notifications(
    State(state): State<AppState>,
    Own(who): Own,
    Query(which): Query<Which>,
    paging: TweetPaging,
) -> Result<Paged<Notification>, ApiError> {
    let page = state.service.notifications(who.account, which.kind, paging.cursor, paging.limit).await?;
    let scene = scene(&state);
    Ok(paging.older(page, |view| Notification::of(&view, &scene)))
}

/// How many of your notifications are unread
#[utoipa::path(get, path = "/api/users/{userId}/notifications/unread", tag = "notifications", params(OfUser), responses((status = 200, description = "Their number.", body = Unread)))]
pub(super) async fn get_unread(State(state): State<AppState>, Own(who): Own) -> Answer<Unread> {
    Ok(Json(state.service.unread(who.account).await?.into()))
}

/// Mark your notifications as read, up to and with one of them
#[utoipa::path(post, path = "/api/users/{userId}/notifications/read", tag = "notifications", params(OfUser), responses((status = 200, description = "What is unread now.", body = Unread)))]
pub(super) async fn mark_read(
    State(state): State<AppState>,
    Own(who): Own,
    Json(read): Json<ReadUpTo>,
) -> Answer<Unread> {
    Ok(Json(state.service.mark_notifications_read(who.account, read.up_to).await?.into()))
}

/// Remove one of your notifications
#[utoipa::path(
    delete, path = "/api/users/{userId}/notifications/{notificationId}", tag = "notifications", params(OfUser, OfNotification),
    responses((status = 204, description = "It is gone.")),
)]
pub(super) async fn dismiss(
    State(state): State<AppState>,
    Own(who): Own,
    at: OfNotification,
) -> Result<StatusCode, ApiError> {
    state.service.dismiss_notification(who.account, at.notification_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
