//! What became of a tweet at other instances.

use axum::extract::State;

use super::paging::{Page, Paged, TweetPaging};
use super::paths::OfTweet;
use super::types::Delivery;
use crate::http::extract::{Auth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;

/// What became of a tweet at other instances
///
/// For its author and for admins. What ended is kept for 30 days.
#[utoipa::path(
    get, path = "/api/tweets/{tweetId}/deliveries", tag = "tweets", params(OfTweet, TweetPaging),
    responses((status = 200, description = "A page of hosts, the last first.", body = Page<Delivery>)),
)]
pub(super) async fn get_deliveries(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
    paging: TweetPaging,
) -> Result<Paged<Delivery>, ApiError> {
    let page = state.service.deliveries_of(&who, at.tweet_id, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, Delivery::of))
}
