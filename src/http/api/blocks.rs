//! Blocks: neither side sees or follows the other.

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

/// Whom you block
#[utoipa::path(
    get, path = "/api/users/me/blocks", tag = "relations", params(AccountPaging),
    responses((status = 200, description = "A page of them.", body = Page<User>)),
)]
pub(super) async fn get_blocks(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<User>, ApiError> {
    let page = state.service.bonds(Bonds::Blocks, who.account, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, user_of(&state)))
}

/// Block an account
#[utoipa::path(post, path = "/api/users/{userId}/block", tag = "relations", params(OfUser), responses((status = 200, description = "Also when you did already.", body = Relationship)))]
pub(super) async fn block(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    Ok(Json(state.service.block(who.account, at.user_id).await?))
}

/// Unblock an account
#[utoipa::path(delete, path = "/api/users/{userId}/block", tag = "relations", params(OfUser), responses((status = 200, description = "Also when you did not block it.", body = Relationship)))]
pub(super) async fn unblock(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    Ok(Json(state.service.unblock(who.account, at.user_id).await?))
}
