//! Hashtags that you follow: what everybody may read with one of them comes into your home timeline.

use axum::extract::State;
use axum::http::StatusCode;

use super::paging::{AccountPaging, Page, Paged};
use super::paths::OfTag;
use crate::http::extract::{Auth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;

/// The hashtags that you follow
#[utoipa::path(
    get, path = "/api/users/me/hashtags", tag = "timelines", params(AccountPaging),
    responses((status = 200, description = "A page of them, the last one first.", body = Page<String>)),
)]
pub(super) async fn get_followed_hashtags(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<String>, ApiError> {
    let page = state.service.followed_tags(who.account, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, |tag| tag))
}

/// Follow a hashtag
#[utoipa::path(put, path = "/api/users/me/hashtags/{tag}", tag = "timelines", params(OfTag), responses((status = 204, description = "Also when you did already.")))]
pub(super) async fn follow_hashtag(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTag>,
) -> Result<StatusCode, ApiError> {
    state.service.follow_tag(who.account, &at.tag, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Unfollow a hashtag
#[utoipa::path(delete, path = "/api/users/me/hashtags/{tag}", tag = "timelines", params(OfTag), responses((status = 204, description = "Also when you did not follow it.")))]
pub(super) async fn unfollow_hashtag(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTag>,
) -> Result<StatusCode, ApiError> {
    state.service.follow_tag(who.account, &at.tag, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
