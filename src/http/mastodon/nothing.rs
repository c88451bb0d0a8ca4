//! Answers that say nothing.

use serde::Serialize;

use crate::http::extract::Json;

/// `{}`: clients read every body as JSON, so that a success is never empty.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Nothing {}

impl Nothing {
    /// The answer.
    pub(super) fn answer(self) -> Json<Self> {
        Json(self)
    }
}

/// `{}`: there is none, and none can be made.
pub(super) async fn nothing() -> Json<Nothing> {
    Nothing {}.answer()
}
