//! Mutes: an account's tweets leave one's lists, or a thread tells one nothing more; nobody learns of it.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::paging::{AccountPaging, Page, Paged};
use super::paths::{OfTweet, OfUser};
use super::types::{Tweet, User};
use super::{Answer, tweet, user_of};
use crate::http::extract::{Auth, Json, Path, Query};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::service::Relationship;
use crate::store::follows::Bonds;

/// How to mute.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct How {
    /// Whether its notifications go too; yes when this is not sent.
    notifications: Option<bool>,
    /// After how many seconds it ends by itself; never when this is not sent.
    #[param(minimum = 1)]
    duration: Option<u32>,
}

/// Whom you mute
#[utoipa::path(
    get, path = "/api/users/me/mutes", tag = "relations", params(AccountPaging),
    responses((status = 200, description = "A page of them.", body = Page<User>)),
)]
pub(super) async fn get_mutes(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<User>, ApiError> {
    let page = state.service.bonds(Bonds::Mutes, who.account, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, user_of(&state)))
}

/// Mute an account
#[utoipa::path(post, path = "/api/users/{userId}/mute", tag = "relations", params(OfUser, How), responses((status = 200, description = "Also when you did already.", body = Relationship)))]
pub(super) async fn mute(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
    Query(how): Query<How>,
) -> Answer<Relationship> {
    let notifications_too = how.notifications.unwrap_or(true);
    let duration_s = how.duration.map(i64::from);
    Ok(Json(state.service.mute_for(who.account, at.user_id, notifications_too, duration_s).await?))
}

/// Be told nothing more of a thread
#[utoipa::path(post, path = "/api/tweets/{tweetId}/mute", tag = "relations", params(OfTweet), responses((status = 200, description = "Also when you were not.", body = Tweet)))]
pub(super) async fn mute_thread(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
) -> Answer<Tweet> {
    Ok(tweet(&state, &state.service.mute_thread(who.account, at.tweet_id, true).await?))
}

/// Be told of a thread again
#[utoipa::path(delete, path = "/api/tweets/{tweetId}/mute", tag = "relations", params(OfTweet), responses((status = 200, description = "Also when you were.", body = Tweet)))]
pub(super) async fn unmute_thread(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
) -> Answer<Tweet> {
    Ok(tweet(&state, &state.service.mute_thread(who.account, at.tweet_id, false).await?))
}

/// Unmute an account
#[utoipa::path(delete, path = "/api/users/{userId}/mute", tag = "relations", params(OfUser), responses((status = 200, description = "Also when you did not mute it.", body = Relationship)))]
pub(super) async fn unmute(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    Ok(Json(state.service.unmute(who.account, at.user_id).await?))
}
