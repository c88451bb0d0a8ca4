//! Requests to follow a locked account.

use axum::extract::State;

use super::paging::{AccountPaging, Page, Paged};
use super::paths::OfUser;
use super::types::User;
use super::{Answer, user_of};
use crate::http::extract::{Auth, Json, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::service::Relationship;
use crate::store::follows::Bonds;

/// Who waits for your word
#[utoipa::path(
    get, path = "/api/follow-requests", tag = "relations", params(AccountPaging),
    responses((status = 200, description = "A page of them.", body = Page<User>)),
)]
pub(super) async fn get_follow_requests(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<User>, ApiError> {
    let page = state.service.bonds(Bonds::Requests, who.account, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, user_of(&state)))
}

/// Let an account follow you
#[utoipa::path(post, path = "/api/follow-requests/{userId}/accept", tag = "relations", params(OfUser), responses((status = 200, description = "It follows you now.", body = Relationship)))]
pub(super) async fn accept_follow_request(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    Ok(Json(state.service.answer_request(who.account, at.user_id, true).await?))
}

/// Turn an account's request down
#[utoipa::path(post, path = "/api/follow-requests/{userId}/reject", tag = "relations", params(OfUser), responses((status = 200, description = "It does not follow you.", body = Relationship)))]
pub(super) async fn reject_follow_request(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    Ok(Json(state.service.answer_request(who.account, at.user_id, false).await?))
}
