//! Lists of accounts that you follow, each read as a timeline of its own. Nobody else learns of them.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::paging::{AccountPaging, Page, Paged, TweetPaging};
use super::paths::{OfList, OfMember, OfUser};
use super::types::{List, Tweet, User, maybe_list_replies};
use super::{Answer, tweet_of, user_of};
use crate::http::extract::{Auth, Json, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::list::ListReplies;
use crate::service::ListChanges;

/// A new list.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewList {
    /// What you call it.
    #[schema(max_length = 100)]
    title: String,
    /// Which replies it shows beside those to you: to anybody whom you follow, to other members, or none.
    #[schema(schema_with = maybe_list_replies)]
    replies: Option<ListReplies>,
    /// Whether your home timeline leaves out what its members write.
    exclusive: Option<bool>,
}

/// What changes of a list; what is not sent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ListEdit {
    /// What you call it.
    #[schema(max_length = 100)]
    title: Option<String>,
    /// Which replies it shows.
    #[schema(schema_with = maybe_list_replies)]
    replies: Option<ListReplies>,
    /// Whether your home timeline leaves out what its members write.
    exclusive: Option<bool>,
}

/// Lists of yours.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Lists {
    /// In the order in which you made them.
    items: Vec<List>,
}

/// Your lists
#[utoipa::path(get, path = "/api/lists", tag = "lists", responses((status = 200, description = "All of them.", body = Lists)))]
pub(super) async fn get_lists(State(state): State<AppState>, Auth(who): Auth) -> Answer<Lists> {
    Ok(Json(Lists::of(state.service.lists(who.account).await?)))
}

/// Make a list
#[utoipa::path(post, path = "/api/lists", tag = "lists", responses((status = 201, description = "It is there, with nobody on it.", body = List)))]
pub(super) async fn create_list(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(new): Json<NewList>,
) -> Result<(StatusCode, Json<List>), ApiError> {
    let new = ListChanges { title: Some(new.title), replies: new.replies, exclusive: new.exclusive };
    let list = state.service.create_list(who.account, new).await?;
    Ok((StatusCode::CREATED, Json(list.into())))
}

/// A list of yours
#[utoipa::path(get, path = "/api/lists/{listId}", tag = "lists", params(OfList), responses((status = 200, description = "The list.", body = List)))]
pub(super) async fn get_list(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfList>,
) -> Answer<List> {
    Ok(Json(state.service.list(who.account, at.list_id).await?.into()))
}

/// Change a list
#[utoipa::path(patch, path = "/api/lists/{listId}", tag = "lists", params(OfList), responses((status = 200, description = "The changed list.", body = List)))]
pub(super) async fn update_list(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfList>,
    Json(edit): Json<ListEdit>,
) -> Answer<List> {
    let changes = ListChanges { title: edit.title, replies: edit.replies, exclusive: edit.exclusive };
    Ok(Json(state.service.change_list(who.account, at.list_id, changes).await?.into()))
}

/// Remove a list; its members stay followed
#[utoipa::path(delete, path = "/api/lists/{listId}", tag = "lists", params(OfList), responses((status = 204, description = "It is gone.")))]
pub(super) async fn delete_list(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfList>,
) -> Result<StatusCode, ApiError> {
    state.service.delete_list(who.account, at.list_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is on a list
#[utoipa::path(
    get, path = "/api/lists/{listId}/members", tag = "lists", params(OfList, AccountPaging),
    responses((status = 200, description = "A page of them, who came last first.", body = Page<User>)),
)]
pub(super) async fn get_list_members(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfList>,
    paging: AccountPaging,
) -> Result<Paged<User>, ApiError> {
    let page = state.service.list_members(who.account, at.list_id, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, user_of(&state)))
}

/// Put an account that you follow on a list
#[utoipa::path(put, path = "/api/lists/{listId}/members/{userId}", tag = "lists", params(OfMember), responses((status = 204, description = "Also when it was on it already.")))]
pub(super) async fn add_list_member(
    State(state): State<AppState>,
    Auth(who): Auth,
    at: OfMember,
) -> Result<StatusCode, ApiError> {
    state.service.add_to_list(who.account, at.list_id, vec![at.user_id]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take an account off a list
#[utoipa::path(delete, path = "/api/lists/{listId}/members/{userId}", tag = "lists", params(OfMember), responses((status = 204, description = "Also when it was not on it.")))]
pub(super) async fn remove_list_member(
    State(state): State<AppState>,
    Auth(who): Auth,
    at: OfMember,
) -> Result<StatusCode, ApiError> {
    state.service.take_off_list(who.account, at.list_id, vec![at.user_id]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the members of a list write
#[utoipa::path(
    get, path = "/api/lists/{listId}/timeline", tag = "lists", params(OfList, TweetPaging),
    responses((status = 200, description = "A page of it.", body = Page<Tweet>)),
)]
pub(super) async fn get_list_timeline(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfList>,
    paging: TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    let page = state.home.list_page(who.account, at.list_id, paging.cursor, paging.limit).await?;
    Ok(paging.page(page, tweet_of(&state)))
}

/// Your lists that an account is on
#[utoipa::path(get, path = "/api/users/{userId}/lists", tag = "lists", params(OfUser), responses((status = 200, description = "All of them.", body = Lists)))]
pub(super) async fn get_lists_with(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Lists> {
    Ok(Json(Lists::of(state.service.lists_with(who.account, at.user_id).await?)))
}

impl Lists {
    fn of(lists: Vec<crate::model::list::List>) -> Self {
        Self { items: lists.into_iter().map(List::from).collect() }
    }
}
