//! Lists of accounts, and their timelines.

use axum::extract::State;
use axum::response::IntoResponse as _;
use axum::response::Response;
use serde::Deserialize;

use super::entities::{Account, List, Scene, Status};
use super::nothing::Nothing;
use super::paging::{AccountPaging, Paged, StatusPaging};
use super::{Answer, Json};
use crate::config::limits;
use crate::error::Result;
use crate::http::extract::{Auth, Lenient, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::cursor::Cursor;
use crate::model::ids::{AccountId, RowId};
use crate::model::list::ListReplies;
use crate::service::ListChanges;

/// What a list is to be.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    title: Option<String>,
    replies_policy: Option<ListReplies>,
    exclusive: Option<bool>,
}

/// Who is to be on a list, or no longer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Members {
    account_ids: Vec<AccountId>,
}

/// How many members are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HowMany {
    limit: Option<String>,
}

/// `GET /api/v1/lists`
pub(super) async fn all(State(state): State<AppState>, Auth(who): Auth) -> Answer<Vec<List>> {
    let lists = state.service.lists(who.account).await?;
    Ok(Json(lists.into_iter().map(List::from).collect()))
}

/// `GET /api/v1/lists/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<List> {
    Ok(Json(state.service.list(who.account, id).await?.into()))
}

/// `POST /api/v1/lists`
pub(super) async fn create(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(wanted): Lenient<Wanted>,
) -> Answer<List> {
    Ok(Json(state.service.create_list(who.account, wanted.into()).await?.into()))
}

/// `PUT /api/v1/lists/{id}`
pub(super) async fn change(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
    Lenient(wanted): Lenient<Wanted>,
) -> Answer<List> {
    Ok(Json(state.service.change_list(who.account, id, wanted.into()).await?.into()))
}

/// `DELETE /api/v1/lists/{id}`
pub(super) async fn delete(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Nothing> {
    state.service.delete_list(who.account, id).await?;
    Ok(Nothing {}.answer())
}

/// `GET /api/v1/lists/{id}/accounts`: with `limit=0` all of them at once.
pub(super) async fn members(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
    paging: AccountPaging,
    Lenient(many): Lenient<HowMany>,
) -> Result<Response, ApiError> {
    let scene = Scene::of(&state, Some(&who));
    if many.limit.as_deref() == Some("0") {
        let most = limits::LIST_MEMBERS_MAX;
        let all = state.service.list_members(who.account, id, Cursor::default(), most).await?;
        let all: Vec<Account> = all.items.iter().map(|account| Account::of(account, &scene)).collect();
        return Ok(Json(all).into_response());
    }
    let list = |cursor, limit| state.service.list_members(who.account, id, cursor, limit);
    let page = paging.read_page(list).await?;
    Ok(paging.paged(page, |account| Account::of(&account, &scene)).into_response())
}

/// `POST /api/v1/lists/{id}/accounts`
pub(super) async fn add(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
    Lenient(members): Lenient<Members>,
) -> Answer<Nothing> {
    state.service.add_to_list(who.account, id, members.account_ids).await?;
    Ok(Nothing {}.answer())
}

/// `DELETE /api/v1/lists/{id}/accounts`
pub(super) async fn remove(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
    Lenient(members): Lenient<Members>,
) -> Answer<Nothing> {
    state.service.take_off_list(who.account, id, members.account_ids).await?;
    Ok(Nothing {}.answer())
}

/// `GET /api/v1/accounts/{id}/lists`
pub(super) async fn with(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
) -> Answer<Vec<List>> {
    let lists = state.service.lists_with(who.account, id).await?;
    Ok(Json(lists.into_iter().map(List::from).collect()))
}

/// `GET /api/v1/timelines/list/{id}`
pub(super) async fn timeline(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
    paging: StatusPaging,
) -> Result<Paged<Status>, ApiError> {
    let read = |cursor, limit| state.home.list_page(who.account, id, cursor, limit);
    let page = paging.read_page(read).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(paging.paged(page, |view| Status::of(&view, &scene)))
}

impl From<Wanted> for ListChanges {
    fn from(wanted: Wanted) -> Self {
        Self { title: wanted.title, replies: wanted.replies_policy, exclusive: wanted.exclusive }
    }
}
