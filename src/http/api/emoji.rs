//! The instance's own emoji.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::types::CustomEmoji;
use super::{Answer, scene};
use crate::http::extract::Json;
use crate::http::state::AppState;
use crate::model::emoji::EmojiPicture;

/// The instance's emoji.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EmojiList {
    /// All of them that are enabled, by code; at most 2,000.
    #[schema(max_items = 2_000)]
    items: Vec<CustomEmoji>,
}

/// The emoji that may be written here
#[utoipa::path(get, path = "/api/emoji", tag = "instance", responses((status = 200, description = "All of them.", body = EmojiList)))]
pub(super) async fn get_emoji(State(state): State<AppState>) -> Answer<EmojiList> {
    let scene = scene(&state);
    let pictures = scene.palette.iter().map(EmojiPicture::from).collect();
    Ok(Json(EmojiList { items: CustomEmoji::list(pictures, &scene) }))
}
