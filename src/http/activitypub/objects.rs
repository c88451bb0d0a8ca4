//! Tweets of ours as objects and activities. What is not for everybody is served to those of other instances who
//! may see it and sign what they ask.

use axum::extract::State;
use axum::response::Response;

use super::negotiate::{document, gone, to_page};
use super::reader::{Reader, Wanted};
use crate::error::{Error, Result};
use crate::federation::objects::tombstone::Tombstone;
use crate::http::extract::Path;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::{AccountId, TweetId};
use crate::service::TweetView;
use crate::store::tombstones;

/// `GET /users/{username}/statuses/{id}`
pub(super) async fn status(
    State(state): State<AppState>,
    Path((username, id)): Path<(String, TweetId)>,
    wanted: Wanted,
) -> Result<Response, ApiError> {
    let found = match &wanted {
        Wanted::Page => own(&state, &username, id, None).await,
        Wanted::Document(reader) => own_for(&state, &username, id, reader).await,
    };
    let view = match found {
        Err(Error::NotFound(_)) => return missing(&state, &username, id).await,
        found => found?,
    };
    let Wanted::Document(reader) = wanted else {
        return Ok(to_page(&state.service.addresses().tweet_page(&view.tweet, &view.author)));
    };
    let answer = match view.retweet_of {
        Some(_) => document(&state.federation.created(&view).await?)?,
        None => document(&state.federation.note(&view).await?)?,
    };
    Ok(reader.seal(answer, view.tweet.visibility.is_open()))
}

/// `GET /users/{username}/statuses/{id}/activity`
pub(super) async fn activity(
    State(state): State<AppState>,
    Path((username, id)): Path<(String, TweetId)>,
    reader: Reader,
) -> Result<Response, ApiError> {
    let view = own_for(&state, &username, id, &reader).await?;
    let answer = document(&state.federation.created(&view).await?)?;
    Ok(reader.seal(answer, view.tweet.visibility.is_open()))
}

/// A tweet of this account that the reader may see. Whose signature it is only matters for what not everybody may.
pub(super) async fn own_for(
    state: &AppState,
    username: &str,
    id: TweetId,
    reader: &Reader,
) -> Result<TweetView> {
    if let Reader::Signed(account) = reader {
        return own(state, username, id, *account).await;
    }
    match own(state, username, id, None).await {
        Err(Error::NotFound(what)) => match reader.account(state).await {
            Some(account) => own(state, username, id, Some(account)).await,
            None => Err(Error::NotFound(what)),
        },
        found => found,
    }
}

/// A tweet of this account that the viewer may see.
async fn own(state: &AppState, username: &str, id: TweetId, viewer: Option<AccountId>) -> Result<TweetView> {
    let view = state.service.tweet(viewer, id).await?;
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
