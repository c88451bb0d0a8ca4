//! Hosts that one has hidden from oneself.

use axum::extract::State;
use serde::Deserialize;

use super::Answer;
use super::nothing::Nothing;
use super::paging::{HostPaging, Paged};
use crate::http::extract::{Auth, Lenient};
use crate::http::problem::ApiError;
use crate::http::state::AppState;

/// A host.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    domain: String,
}

/// `GET /api/v1/domain_blocks`
pub(super) async fn all(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: HostPaging,
) -> Result<Paged<String>, ApiError> {
    let list = |cursor, limit| state.service.hidden_hosts(who.account, cursor, limit);
    Ok(paging.paged(paging.read_page(list).await?, |host| host))
}

/// `POST /api/v1/domain_blocks`
pub(super) async fn hide(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(named): Lenient<Named>,
) -> Answer<Nothing> {
    state.service.hide_host(who.account, &named.domain).await?;
    Ok(Nothing {}.answer())
}

/// `DELETE /api/v1/domain_blocks`
pub(super) async fn show(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(named): Lenient<Named>,
) -> Answer<Nothing> {
    state.service.show_host(who.account, &named.domain).await?;
    Ok(Nothing {}.answer())
}
