//! Custom emoji of ours. Like their pictures they are open, also where signed fetches are demanded.

use axum::extract::State;
use axum::response::Response;

use super::negotiate::document;
use crate::error::Error;
use crate::http::extract::Path;
use crate::http::problem::ApiError;
use crate::http::state::AppState;

/// `GET /emoji/{shortcode}`
pub(super) async fn emoji(
    State(state): State<AppState>,
    Path(shortcode): Path<String>,
) -> Result<Response, ApiError> {
    let palette = state.service.palette();
    let emoji = palette.get(&shortcode).ok_or(Error::NotFound("emoji"))?;
    document(&state.federation.emoji(emoji))
}
