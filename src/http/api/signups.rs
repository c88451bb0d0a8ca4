//! People who asked for an account, and an admin's word on them.

use axum::extract::State;
use axum::http::StatusCode;

use super::paging::{AccountPaging, Page, Paged};
use super::paths::OfUser;
use super::types::Signup;
use crate::http::extract::{Auth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;

/// Who waits for an account
#[utoipa::path(
    get, path = "/api/admin/signups", tag = "admin", params(AccountPaging),
    responses((status = 200, description = "A page of them.", body = Page<Signup>)),
)]
pub(super) async fn get_signups(
    State(state): State<AppState>,
    Auth(_admin): Auth,
    paging: AccountPaging,
) -> Result<Paged<Signup>, ApiError> {
    let page = state.service.signups(paging.cursor, paging.limit).await?;
    Ok(paging.older(page, Signup::of))
}

/// Let somebody in who waits
#[utoipa::path(post, path = "/api/admin/signups/{userId}/approve", tag = "admin", params(OfUser), responses((status = 204, description = "The account may log in now.")))]
pub(super) async fn approve_signup(
    State(state): State<AppState>,
    Auth(_admin): Auth,
    Path(at): Path<OfUser>,
) -> Result<StatusCode, ApiError> {
    state.service.approve(at.user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Turn somebody away who waits; the account is forgotten
#[utoipa::path(post, path = "/api/admin/signups/{userId}/reject", tag = "admin", params(OfUser), responses((status = 204, description = "The account is forgotten.")))]
pub(super) async fn reject_signup(
    State(state): State<AppState>,
    Auth(_admin): Auth,
    Path(at): Path<OfUser>,
) -> Result<StatusCode, ApiError> {
    state.service.turn_away(at.user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
