//! Pictures over HTTP: taking them in from forms, and handing them out.
//!
//! Our own pictures are served under the keys of the media store, which cannot be guessed and whose bytes never
//! change. Pictures of other instances are served from here too, never from there: the viewer's address stays with
//! us, and the pages allow images of our own origin only.

mod serve;
pub mod upload;

pub use crate::model::pictures as urls;

use axum::Router;
use axum::routing::get;

use super::state::AppState;

/// The routes below `/media/`.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/media/{first}/{second}/{file}", get(serve::stored))
        .route("/media/remote/{mediaId}", get(serve::attachment))
        .route("/media/remote/avatar/{accountId}", get(serve::avatar))
        .route("/media/remote/header/{accountId}", get(serve::header))
        .route("/media/remote/emoji/{emojiId}", get(serve::emoji))
        .route("/media/remote/preview/{previewId}", get(serve::preview))
}
