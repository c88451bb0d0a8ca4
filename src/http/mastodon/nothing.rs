//! Answers that say nothing, and lists of what this server does not have.
//!
//! A feature that is off answers reads with an empty list, as its clients expect, and has no route to write to: nothing
//! is ever taken as stored that is not.

use serde::Serialize;

use crate::http::extract::{Auth, Json};

/// `{}`: clients read every body as JSON, so that a success is never empty.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Nothing {}

impl Nothing {
    /// The answer.
    pub(super) fn answer(self) -> Json<Self> {
        Json(self)
    }
}

/// `[]` for who is signed in: one has none, and none can be made.
pub(super) async fn none_of_ones_own(Auth(_): Auth) -> Json<[Nothing; 0]> {
    Json([])
}

/// `{}`: there is none, and none can be made.
pub(super) async fn nothing() -> Json<Nothing> {
    Nothing {}.answer()
}
