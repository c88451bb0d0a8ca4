//! Quotes: what quotes a tweet, and taking back that one's own is quoted.

use axum::extract::State;
use axum::http::StatusCode;

use super::paging::{Page, Paged, TweetPaging};
use super::paths::OfTweet;
use super::tweet_of;
use super::types::Tweet;
use crate::http::extract::{Auth, MaybeAuth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;

/// What quotes a tweet, the newest first
#[utoipa::path(
    get, path = "/api/tweets/{tweetId}/quotes", tag = "tweets", params(OfTweet, TweetPaging),
    responses((status = 200, description = "A page of them.", body = Page<Tweet>)),
)]
pub(super) async fn get_quotes(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfTweet>,
    paging: TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    let viewer = viewer.map(|who| who.account);
    let page = state.service.quotes(viewer, at.tweet_id, paging.cursor, paging.limit).await?;
    Ok(paging.page(page, tweet_of(&state)))
}

/// Take back that a tweet quotes one of yours: it is a link only from then on
#[utoipa::path(delete, path = "/api/tweets/{tweetId}/quote", tag = "tweets", params(OfTweet), responses((status = 204, description = "The tweet with this id no longer shows yours.")))]
pub(super) async fn withdraw_quote(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
) -> Result<StatusCode, ApiError> {
    state.service.withdraw_quote(who.account, at.tweet_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
