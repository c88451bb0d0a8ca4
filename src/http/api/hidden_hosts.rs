//! Hosts that you have hidden: their tweets leave your lists, and their people tell you nothing.

use axum::extract::State;
use axum::http::StatusCode;

use super::paging::{AccountPaging, Page, Paged};
use super::paths::OfHost;
use crate::http::extract::{Auth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;

/// The hosts that you have hidden
#[utoipa::path(
    get, path = "/api/users/me/hidden-hosts", tag = "relations", params(AccountPaging),
    responses((status = 200, description = "A page of them, the last one first.", body = Page<String>)),
)]
pub(super) async fn get_hidden_hosts(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<String>, ApiError> {
    let page = state.service.hidden_hosts(who.account, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, |host| host))
}

/// Hide a host; follows between you and its accounts end either way
#[utoipa::path(put, path = "/api/users/me/hidden-hosts/{host}", tag = "relations", params(OfHost), responses((status = 204, description = "Also when it was hidden already.")))]
pub(super) async fn hide_host(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfHost>,
) -> Result<StatusCode, ApiError> {
    state.service.hide_host(who.account, &at.host).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show a host again; the follows that ended stay ended
#[utoipa::path(delete, path = "/api/users/me/hidden-hosts/{host}", tag = "relations", params(OfHost), responses((status = 204, description = "Also when it was not hidden.")))]
pub(super) async fn show_host(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfHost>,
) -> Result<StatusCode, ApiError> {
    state.service.show_host(who.account, &at.host).await?;
    Ok(StatusCode::NO_CONTENT)
}
