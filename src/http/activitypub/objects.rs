//! Tweets of ours as objects and activities. Followers-only and direct ones are not served to anybody here:
//! they are sent to those they are for.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::negotiate::{document, gone, to_page, wants_document};
use crate::error::{Error, Result};
use crate::federation::objects::tombstone::Tombstone;
use crate::http::extract::Path;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::TweetId;
use crate::service::TweetView;
use crate::store::tombstones;

/// `GET /users/{username}/statuses/{id}`
pub(super) async fn status(
    State(state): State<AppState>,
    Path((username, id)): Path<(String, TweetId)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let view = match own(&state, &username, id).await {
        Err(Error::NotFound(_)) => return missing(&state, &username, id).await,
        found => found?,
    };
    if !wants_document(&headers) {
        return Ok(to_page(&state.service.addresses().tweet_page(&view.tweet, &view.author)));
    }
    match view.retweet_of {
        Some(_) => document(&state.federation.created(&view).await?),
        None => document(&state.federation.note(&view).await?),
    }
}

/// `GET /users/{username}/statuses/{id}/activity`
pub(super) async fn activity(
    State(state): State<AppState>,
    Path((username, id)): Path<(String, TweetId)>,
) -> Result<Response, ApiError> {
    let view = own(&state, &username, id).await?;
    document(&state.federation.created(&view).await?)
}

/// A tweet of this account that everybody may see.
pub(super) async fn own(state: &AppState, username: &str, id: TweetId) -> Result<TweetView> {
    let view = state.service.tweet(None, id).await?;
    let is_theirs = view.author.is_local() && view.author.username.eq_ignore_ascii_case(username);
    if is_theirs { Ok(view) } else { Err(Error::NotFound("tweet")) }
}

async fn missing(state: &AppState, username: &str, id: TweetId) -> Result<Response, ApiError> {
    let uri = state.service.addresses().local_tweet(username, id);
    let asked = uri.clone();
    let buried = state.service.store().read(move |conn| tombstones::exists(conn, &asked)).await;
    if buried.map_err(Error::from)? {
        return gone(&Tombstone::new(uri, None));
    }
    Err(Error::NotFound("tweet").into())
}
