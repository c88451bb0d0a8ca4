//! Retweets.

use axum::extract::State;

use super::paging::{AccountPaging, Page, Paged};
use super::paths::OfTweet;
use super::types::{Tweet, User};
use super::{Answer, tweet, user_of};
use crate::http::extract::{Auth, MaybeAuth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;

/// Who repeated a tweet
#[utoipa::path(
    get, path = "/api/tweets/{tweetId}/retweets", tag = "tweets", params(OfTweet, AccountPaging),
    responses((status = 200, description = "A page of them.", body = Page<User>)),
)]
pub(super) async fn get_retweeters(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfTweet>,
    paging: AccountPaging,
) -> Result<Paged<User>, ApiError> {
    let viewer = viewer.map(|who| who.account);
    let page = state.service.retweeters(viewer, at.tweet_id, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, user_of(&state)))
}

/// Repeat a tweet to your followers
#[utoipa::path(post, path = "/api/tweets/{tweetId}/retweet", tag = "tweets", params(OfTweet), responses((status = 200, description = "The repeated tweet; also when you did already.", body = Tweet)))]
pub(super) async fn retweet(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
) -> Answer<Tweet> {
    let retweet = state.service.retweet(who.account, at.tweet_id).await?;
    Ok(tweet(&state, retweet.shown()))
}

/// Take a retweet back
#[utoipa::path(delete, path = "/api/tweets/{tweetId}/retweet", tag = "tweets", params(OfTweet), responses((status = 200, description = "The tweet; also when you did not repeat it.", body = Tweet)))]
pub(super) async fn unretweet(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
) -> Answer<Tweet> {
    Ok(tweet(&state, &state.service.unretweet(who.account, at.tweet_id).await?))
}
