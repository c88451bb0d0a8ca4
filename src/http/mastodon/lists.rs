//! One's own lists: what one marked, and whom one keeps away or lets wait.

use axum::extract::State;

use super::entities::{Account, MutedAccount, Scene, Status};
use super::paging::{AccountPaging, Paged, StatusPaging};
use crate::error::Result;
use crate::http::extract::Auth;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::account;
use crate::store::follows::Bonds;

/// `GET /api/v1/favourites`
pub(super) async fn favourites(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: StatusPaging,
) -> Result<Paged<Status>, ApiError> {
    let page = paging.read_page(|cursor, limit| state.service.likes(who.account, cursor, limit)).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(paging.paged(page, |view| Status::of(&view, &scene)))
}

/// `GET /api/v1/bookmarks`
pub(super) async fn bookmarks(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: StatusPaging,
) -> Result<Paged<Status>, ApiError> {
    let page = paging.read_page(|cursor, limit| state.service.bookmarks(who.account, cursor, limit)).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(paging.paged(page, |view| Status::of(&view, &scene)))
}

/// `GET /api/v1/follow_requests`
pub(super) async fn follow_requests(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<Account>, ApiError> {
    let list = |cursor, limit| state.service.bonds(Bonds::Requests, who.account, cursor, limit);
    let scene = Scene::of(&state, Some(&who));
    Ok(paging.paged(paging.read_page(list).await?, |account| Account::of(&account, &scene)))
}

/// `GET /api/v1/blocks`
pub(super) async fn blocks(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<Account>, ApiError> {
    let list = |cursor, limit| state.service.bonds(Bonds::Blocks, who.account, cursor, limit);
    let scene = Scene::of(&state, Some(&who));
    Ok(paging.paged(paging.read_page(list).await?, |account| Account::of(&account, &scene)))
}

/// `GET /api/v1/mutes`
pub(super) async fn mutes(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<MutedAccount>, ApiError> {
    let list = |cursor, limit| state.service.bonds(Bonds::Mutes, who.account, cursor, limit);
    let page = paging.read_page(list).await?;
    let ids = page.items.iter().map(|account| account.id).collect();
    let ends = state.service.mute_ends(who.account, ids).await?;
    let scene = Scene::of(&state, Some(&who));
    let muted =
        |account: account::Account| MutedAccount::of(&account, ends.get(&account.id).copied(), &scene);
    Ok(paging.paged(page, muted))
}
