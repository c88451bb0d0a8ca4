//! Notes about accounts: for oneself alone.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Answer;
use super::paths::OfUser;
use crate::http::extract::{Auth, Json, Path};
use crate::http::state::AppState;
use crate::service::Relationship;

/// What you note.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Note {
    /// The note; empty takes it back.
    #[schema(max_length = 2000)]
    note: String,
}

/// Note something about an account; nobody else reads it
#[utoipa::path(put, path = "/api/users/{userId}/note", tag = "relations", params(OfUser), responses((status = 200, description = "It is noted.", body = Relationship)))]
pub(super) async fn set_note(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
    Json(note): Json<Note>,
) -> Answer<Relationship> {
    Ok(Json(state.service.note(who.account, at.user_id, &note.note).await?))
}
