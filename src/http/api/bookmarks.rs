//! Bookmarks; nobody else learns of them.

use axum::extract::State;

use super::paging::{Page, Paged, TweetPaging};
use super::paths::OfTweet;
use super::types::Tweet;
use super::{Answer, tweet, tweet_of};
use crate::http::extract::{Auth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;

/// Your bookmarks, the newest first
#[utoipa::path(
    get, path = "/api/users/me/bookmarks", tag = "tweets", params(TweetPaging),
    responses((status = 200, description = "A page of them.", body = Page<Tweet>)),
)]
pub(super) async fn get_bookmarks(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    let page = state.service.bookmarks(who.account, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, tweet_of(&state)))
}

/// Put a bookmark on a tweet
#[utoipa::path(post, path = "/api/tweets/{tweetId}/bookmark", tag = "tweets", params(OfTweet), responses((status = 200, description = "The tweet; also when there was one already.", body = Tweet)))]
pub(super) async fn bookmark(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
) -> Answer<Tweet> {
    Ok(tweet(&state, &state.service.set_bookmark(who.account, at.tweet_id, true).await?))
}

/// Take a bookmark away
#[utoipa::path(delete, path = "/api/tweets/{tweetId}/bookmark", tag = "tweets", params(OfTweet), responses((status = 200, description = "The tweet; also when there was none.", body = Tweet)))]
pub(super) async fn unbookmark(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
) -> Answer<Tweet> {
    Ok(tweet(&state, &state.service.set_bookmark(who.account, at.tweet_id, false).await?))
}
