//! Tweets on top of one's profile.

use axum::extract::State;

use super::paths::OfTweet;
use super::types::Tweet;
use super::{Answer, tweet};
use crate::http::extract::{Auth, Path};
use crate::http::state::AppState;

/// Put one of your tweets on top of your profile
#[utoipa::path(post, path = "/api/tweets/{tweetId}/pin", tag = "tweets", params(OfTweet), responses((status = 200, description = "The tweet; also when it was there already.", body = Tweet)))]
pub(super) async fn pin(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
) -> Answer<Tweet> {
    Ok(tweet(&state, &state.service.set_pin(who.account, at.tweet_id, true).await?))
}

/// Take one of your tweets off the top of your profile
#[utoipa::path(delete, path = "/api/tweets/{tweetId}/pin", tag = "tweets", params(OfTweet), responses((status = 200, description = "The tweet; also when it was not there.", body = Tweet)))]
pub(super) async fn unpin(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
) -> Answer<Tweet> {
    Ok(tweet(&state, &state.service.set_pin(who.account, at.tweet_id, false).await?))
}
