//! Which notifications one wants, and those that wait for a look.

use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::batch::Ids;
use super::entities::{NotificationPolicy, NotificationRequest, Scene};
use super::nothing::Nothing;
use super::paging::{AccountPaging, Paged};
use super::{Answer, Json};
use crate::config::limits;
use crate::error::Result;
use crate::http::extract::lenient::blank_is_none;
use crate::http::extract::{Auth, Lenient, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::RowId;
use crate::model::sifting::Sift;
use crate::service::SiftChanges;

/// What changes of the choice.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Changes {
    #[serde(deserialize_with = "blank_is_none")]
    for_not_following: Option<Sift>,
    #[serde(deserialize_with = "blank_is_none")]
    for_not_followers: Option<Sift>,
    #[serde(deserialize_with = "blank_is_none")]
    for_new_accounts: Option<Sift>,
    #[serde(deserialize_with = "blank_is_none")]
    for_private_mentions: Option<Sift>,
    #[serde(deserialize_with = "blank_is_none")]
    for_limited_accounts: Option<Sift>,
}

/// Whether what was let through is all in the list.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Merged {
    merged: bool,
}

/// `GET /api/v2/notifications/policy`
pub(super) async fn policy(State(state): State<AppState>, Auth(who): Auth) -> Answer<NotificationPolicy> {
    Ok(Json(state.service.sift_policy(who.account).await?.into()))
}

/// `PATCH /api/v2/notifications/policy`
pub(super) async fn set_policy(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(changes): Lenient<Changes>,
) -> Answer<NotificationPolicy> {
    let changes = SiftChanges {
        not_following: changes.for_not_following,
        not_followers: changes.for_not_followers,
        new_accounts: changes.for_new_accounts,
        private_mentions: changes.for_private_mentions,
        limited_accounts: changes.for_limited_accounts,
    };
    Ok(Json(state.service.set_sift_policy(who.account, changes).await?.into()))
}

/// `GET /api/v1/notifications/requests`
pub(super) async fn requests(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<NotificationRequest>, ApiError> {
    let read = |cursor, limit| state.service.notification_requests(who.account, cursor, limit);
    let page = paging.read_page(read).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(paging.paged(page, |view| NotificationRequest::of(&view, &scene)))
}

/// `GET /api/v1/notifications/requests/{id}`
pub(super) async fn request(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<NotificationRequest> {
    let view = state.service.notification_request(who.account, id).await?;
    Ok(Json(NotificationRequest::of(&view, &Scene::of(&state, Some(&who)))))
}

/// `POST /api/v1/notifications/requests/{id}/accept`
pub(super) async fn accept(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Nothing> {
    let from = state.service.notification_request(who.account, id).await?.from.id;
    state.service.accept_notifications(who.account, from).await?;
    Ok(Nothing {}.answer())
}

/// `POST /api/v1/notifications/requests/{id}/dismiss`
pub(super) async fn dismiss(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Nothing> {
    let from = state.service.notification_request(who.account, id).await?.from.id;
    state.service.dismiss_request(who.account, from).await?;
    Ok(Nothing {}.answer())
}

/// `POST /api/v1/notifications/requests/accept`: several.
pub(super) async fn accept_some(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(ids): Lenient<Ids>,
) -> Answer<Nothing> {
    for from in state.service.requesters(who.account, ids.read(limits::BATCH_IDS_MAX)?).await? {
        state.service.accept_notifications(who.account, from).await?;
    }
    Ok(Nothing {}.answer())
}

/// `POST /api/v1/notifications/requests/dismiss`: several.
pub(super) async fn dismiss_some(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(ids): Lenient<Ids>,
) -> Answer<Nothing> {
    for from in state.service.requesters(who.account, ids.read(limits::BATCH_IDS_MAX)?).await? {
        state.service.dismiss_request(who.account, from).await?;
    }
    Ok(Nothing {}.answer())
}

/// `GET /api/v1/notifications/requests/merged`: what is let through is in the list when that is answered.
pub(super) async fn merged(Auth(_): Auth) -> Json<Merged> {
    Json(Merged { merged: true })
}
