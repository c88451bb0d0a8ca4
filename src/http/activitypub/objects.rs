//! Tweets of ours as objects and activities. Followers-only and direct ones are not served to anybody here:
//! they are sent to those they are for.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::negotiate::{gone, served, to_page, wants_document};
use crate::error::{Error, Result};
use crate::federation::objects::OutgoingActivity;
use crate::federation::objects::note::Note;
use crate::federation::objects::tombstone::Tombstone;
use crate::federation::rendered::About;
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
    if !wants_document(&headers) {
        return match own(&state, &username, id).await {
            Ok(view) => Ok(to_page(&state.service.addresses().tweet_page(&view.tweet, &view.author))),
            Err(Error::NotFound(_)) => missing(&state, &username, id).await,
            Err(error) => Err(error.into()),
        };
    }
    let written = async {
        let view = own(&state, &username, id).await?;
        let document = match view.retweet_of {
            Some(_) => Document::Activity(Box::new(state.federation.created(&view).await?)),
            None => Document::Note(Box::new(state.federation.note(&view).await?)),
        };
        Ok((document, about(&view)))
    };
    match state.federation.document_at(&format!("/users/{username}/statuses/{id}"), written).await {
        Ok(document) => Ok(served(&headers, &document)),
        Err(Error::NotFound(_)) => missing(&state, &username, id).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /users/{username}/statuses/{id}/activity`
pub(super) async fn activity(
    State(state): State<AppState>,
    Path((username, id)): Path<(String, TweetId)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let written = async {
        let view = own(&state, &username, id).await?;
        Ok((state.federation.created(&view).await?, about(&view)))
    };
    let path = format!("/users/{username}/statuses/{id}/activity");
    Ok(served(&headers, &*state.federation.document_at(&path, written).await?))
}

/// What stands under a tweet's id.
#[derive(Serialize)]
#[serde(untagged)]
enum Document {
    Note(Box<Note>),
    Activity(Box<OutgoingActivity>),
}

/// What the document of a tweet speaks of.
fn about(view: &TweetView) -> About {
    let tweet = &view.tweet;
    let others = [tweet.reply_to, tweet.quote_of, tweet.retweet_of].into_iter().flatten();
    About {
        account: tweet.author,
        tweets: std::iter::once(tweet.id).chain(others).collect(),
        modified_ms: tweet.edited_at.unwrap_or(tweet.created_at),
    }
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
