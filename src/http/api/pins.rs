//! Tweets on top of one's profile.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::paths::{OfTweet, OfUser};
use super::types::Tweet;
use super::{Answer, tweet, tweet_of};
use crate::http::extract::{Auth, Json, MaybeAuth, Path};
use crate::http::state::AppState;

/// The tweets on top of a profile.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Pinned {
    /// The newest pin first; there are few.
    items: Vec<Tweet>,
}

/// The tweets on top of an account's profile
#[utoipa::path(get, path = "/api/users/{userId}/pinned", tag = "timelines", params(OfUser), responses((status = 200, description = "All of them that you may see.", body = Pinned)))]
pub(super) async fn get_pinned(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfUser>,
) -> Answer<Pinned> {
    let account = state.service.account(at.user_id).await?.id;
    let pinned = state.service.pinned(viewer.map(|who| who.account), account).await?;
    Ok(Json(Pinned { items: pinned.into_iter().map(tweet_of(&state)).collect() }))
}

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
