//! Hashtags that one follows.

use axum::extract::State;

use super::Answer;
use super::entities::{Scene, Tag};
use super::paging::{Paged, TagPaging};
use super::search::{tag_seen, with_days};
use crate::http::extract::{Auth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::cursor::Page;

/// `GET /api/v1/followed_tags`
pub(super) async fn all(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: TagPaging,
) -> Result<Paged<Tag>, ApiError> {
    let list = |cursor, limit| state.service.followed_tags(who.account, cursor, limit);
    let page = paging.read_page(list).await?;
    let tags = with_days(&state, page.items.clone(), &Scene::of(&state, Some(&who))).await?;
    Ok(paging.paged(Page { items: tags, next: page.next, prev: page.prev }, |tag| tag))
}

/// `POST /api/v1/tags/{name}/follow`
pub(super) async fn follow(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(name): Path<String>,
) -> Answer<Tag> {
    let tag = state.service.follow_tag(who.account, &name, true).await?;
    Ok(tag_seen(&state, &who, tag).await?)
}

/// `POST /api/v1/tags/{name}/unfollow`
pub(super) async fn unfollow(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(name): Path<String>,
) -> Answer<Tag> {
    let tag = state.service.follow_tag(who.account, &name, false).await?;
    Ok(tag_seen(&state, &who, tag).await?)
}
