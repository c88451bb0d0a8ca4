//! What was said directly.

use axum::extract::State;

use super::entities::{Conversation, Scene};
use super::nothing::Nothing;
use super::paging::{Paged, StatusPaging};
use super::{Answer, Json};
use crate::error::Result;
use crate::http::extract::{Auth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::RowId;

/// `GET /api/v1/conversations`: the places of the list are those of the newest posts.
pub(super) async fn list(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: StatusPaging,
) -> Result<Paged<Conversation>, ApiError> {
    let page =
        paging.read_page(|cursor, limit| state.service.conversations(who.account, cursor, limit)).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(paging.paged(page, |view| Conversation::of(&view, &scene)))
}

/// `POST /api/v1/conversations/{id}/read`
pub(super) async fn read(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Conversation> {
    let view = state.service.read_conversation(who.account, id).await?;
    Ok(Json(Conversation::of(&view, &Scene::of(&state, Some(&who)))))
}

/// `DELETE /api/v1/conversations/{id}`
pub(super) async fn remove(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Nothing> {
    state.service.remove_conversation(who.account, id).await?;
    Ok(Nothing {}.answer())
}
