//! Mutes: an account's tweets leave one's lists; it does not learn of it.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::paging::{AccountPaging, Page, Paged};
use super::paths::OfUser;
use super::types::User;
use super::{Answer, user_of};
use crate::http::extract::{Auth, Json, Path, Query};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::service::Relationship;
use crate::store::follows::Bonds;

/// How to mute.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct How {
    /// Whether its notifications go too; yes when this is not sent.
    notifications: Option<bool>,
}

/// Whom you mute
#[utoipa::path(
    get, path = "/api/users/me/mutes", tag = "relations", params(AccountPaging),
    responses((status = 200, description = "A page of them.", body = Page<User>)),
)]
pub(super) async fn get_mutes(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<User>, ApiError> {
    let page = state.service.bonds(Bonds::Mutes, who.account, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, user_of(&state)))
}

/// Mute an account
#[utoipa::path(post, path = "/api/users/{userId}/mute", tag = "relations", params(OfUser, How), responses((status = 200, description = "Also when you did already.", body = Relationship)))]
pub(super) async fn mute(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
    Query(how): Query<How>,
) -> Answer<Relationship> {
    let notifications_too = how.notifications.unwrap_or(true);
    Ok(Json(state.service.mute(who.account, at.user_id, notifications_too).await?))
}

/// Unmute an account
#[utoipa::path(delete, path = "/api/users/{userId}/mute", tag = "relations", params(OfUser), responses((status = 200, description = "Also when you did not mute it.", body = Relationship)))]
pub(super) async fn unmute(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    Ok(Json(state.service.unmute(who.account, at.user_id).await?))
}
