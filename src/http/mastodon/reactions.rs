//! What one does to posts.

use axum::extract::State;

use super::entities::Status;
use super::{Answer, status};
use crate::error::Error;
use crate::http::extract::{Auth, Path};
use crate::http::state::AppState;
use crate::model::ids::TweetId;

/// `POST /api/v1/statuses/{id}/favourite`
pub(super) async fn favourite(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
) -> Answer<Status> {
    Ok(status(&state, &who, &state.service.like(who.account, id).await?))
}

/// `POST /api/v1/statuses/{id}/unfavourite`
pub(super) async fn unfavourite(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
) -> Answer<Status> {
    Ok(status(&state, &who, &state.service.unlike(who.account, id).await?))
}

/// `POST /api/v1/statuses/{id}/reblog`: answers the wrapper, the same one however often it is asked.
pub(super) async fn reblog(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
) -> Answer<Status> {
    Ok(status(&state, &who, &state.service.retweet(who.account, id).await?))
}

/// `POST /api/v1/statuses/{id}/unreblog`: answers the original.
pub(super) async fn unreblog(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
) -> Answer<Status> {
    Ok(status(&state, &who, &state.service.unretweet(who.account, id).await?))
}

/// `POST /api/v1/statuses/{id}/bookmark`
pub(super) async fn bookmark(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
) -> Answer<Status> {
    Ok(status(&state, &who, &state.service.set_bookmark(who.account, id, true).await?))
}

/// `POST /api/v1/statuses/{id}/unbookmark`
pub(super) async fn unbookmark(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
) -> Answer<Status> {
    Ok(status(&state, &who, &state.service.set_bookmark(who.account, id, false).await?))
}

/// `POST /api/v1/statuses/{id}/mute`: the whole conversation tells one nothing more.
pub(super) async fn mute(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
) -> Answer<Status> {
    Ok(status(&state, &who, &state.service.mute_thread(who.account, id, true).await?))
}

/// `POST /api/v1/statuses/{id}/unmute`
pub(super) async fn unmute(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
) -> Answer<Status> {
    Ok(status(&state, &who, &state.service.mute_thread(who.account, id, false).await?))
}

/// `POST /api/v1/statuses/{id}/pin`
pub(super) async fn pin(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
) -> Answer<Status> {
    let pinned = state.service.set_pin(who.account, id, true).await;
    Ok(status(&state, &who, &pinned.map_err(others_post)?))
}

/// `POST /api/v1/statuses/{id}/unpin`
pub(super) async fn unpin(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
) -> Answer<Status> {
    let taken_off = state.service.set_pin(who.account, id, false).await;
    Ok(status(&state, &who, &taken_off.map_err(others_post)?))
}

/// Here, clients expect to be told what is wrong with a post that they can see.
fn others_post(error: Error) -> Error {
    match error {
        Error::Forbidden { code: "not_yours", message } => Error::invalid("id", "not_yours", message),
        other => other,
    }
}
