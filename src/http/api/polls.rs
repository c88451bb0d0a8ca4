//! Polls: voting. They are made with a tweet and stand in it.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::paths::OfTweet;
use super::types::Tweet;
use super::{Answer, tweet};
use crate::http::extract::{Auth, Json, Path};
use crate::http::problem::Problem;
use crate::http::state::AppState;

/// What you choose.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Choice {
    /// The positions of the options, from 0; one, unless the poll is `multiple`.
    #[schema(min_items = 1, max_items = 50)]
    choices: Vec<usize>,
}

/// Vote in the poll of a tweet, once and for all
#[utoipa::path(
    post, path = "/api/tweets/{tweetId}/poll/votes", tag = "tweets", params(OfTweet),
    responses((status = 200, description = "The tweet, with the counts of its poll.", body = Tweet),
        (status = 409, description = "You have voted (`voted`), or the poll is over (`over`).", body = Problem, content_type = "application/problem+json")),
)]
pub(super) async fn vote(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
    Json(choice): Json<Choice>,
) -> Answer<Tweet> {
    Ok(tweet(&state, &state.service.vote(who.account, at.tweet_id, &choice.choices).await?))
}
