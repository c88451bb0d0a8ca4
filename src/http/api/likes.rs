//! Likes.

use axum::extract::State;

use super::paging::{AccountPaging, Page, Paged, TweetPaging};
use super::paths::OfTweet;
use super::types::{Tweet, User};
use super::{Answer, tweet, tweet_of, user_of};
use crate::http::extract::{Auth, MaybeAuth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;

/// Who likes a tweet
#[utoipa::path(
    get, path = "/api/tweets/{tweetId}/likes", tag = "tweets", params(OfTweet, AccountPaging),
    responses((status = 200, description = "A page of them.", body = Page<User>)),
)]
pub(super) async fn get_likers(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfTweet>,
    paging: AccountPaging,
) -> Result<Paged<User>, ApiError> {
    let viewer = viewer.map(|who| who.account);
    let page = state.service.likers(viewer, at.tweet_id, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, user_of(&state)))
}

/// Like a tweet
#[utoipa::path(post, path = "/api/tweets/{tweetId}/like", tag = "tweets", params(OfTweet), responses((status = 200, description = "The tweet; also when you did already.", body = Tweet)))]
pub(super) async fn like(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
) -> Answer<Tweet> {
    Ok(tweet(&state, &state.service.like(who.account, at.tweet_id).await?))
}

/// Take a like back
#[utoipa::path(delete, path = "/api/tweets/{tweetId}/like", tag = "tweets", params(OfTweet), responses((status = 200, description = "The tweet; also when you did not like it.", body = Tweet)))]
pub(super) async fn unlike(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
) -> Answer<Tweet> {
    Ok(tweet(&state, &state.service.unlike(who.account, at.tweet_id).await?))
}

/// What you like, the newest like first
#[utoipa::path(
    get, path = "/api/users/me/likes", tag = "tweets", params(TweetPaging),
    responses((status = 200, description = "A page of them.", body = Page<Tweet>)),
)]
pub(super) async fn get_likes(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    let page = state.service.likes(who.account, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, tweet_of(&state)))
}
