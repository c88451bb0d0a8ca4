//! Accounts and their tweets.

use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::paging::{Page, Paged, TweetPaging};
use super::paths::OfUser;
use super::types::{Tweet, User};
use super::{Answer, scene, tweet_of};
use crate::error::Error;
use crate::http::extract::{Json, MaybeAuth, Path, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::service;

/// Whom to look up.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LookUp {
    /// `ann`, `@ann` or `ann@example.org`.
    #[param(max_length = 320, example = "ann")]
    handle: String,
}

/// Which tweets of an account.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Which tweets.
    #[serde(default)]
    #[param(inline)]
    tab: Tab,
}

/// The parts of a profile.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Tab {
    /// Tweets and retweets, no replies to others.
    #[default]
    Posts,
    /// Replies too.
    Replies,
    /// Those with pictures.
    Media,
}

/// An account by its handle
///
/// Signed in, an account of another instance that is not known here yet is asked for there.
#[utoipa::path(
    get, path = "/api/users/lookup", tag = "accounts", params(LookUp),
    responses(
        (status = 200, description = "The account.", body = User),
        (status = 404, description = "No such account is known here.", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The account is gone for good.", body = Problem, content_type = "application/problem+json"),
        (status = 502, description = "Its server does not answer (`host_unreachable`) or does not give it (`host_refused`).", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn look_up_user(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Query(asked): Query<LookUp>,
) -> Answer<User> {
    // Only people of ours may make this server ask another one.
    let account = match viewer {
        Some(_) => state.federation.by_handle(&asked.handle).await.map_err(Error::from)?,
        None => state.service.account_by_handle(&asked.handle).await?,
    };
    Ok(Json(User::of(&account, &scene(&state))))
}

/// An account
///
/// Of another instance's account, a look by somebody signed in brings its last posts and its numbers, in the background
/// and once a day at most.
#[utoipa::path(get, path = "/api/users/{userId}", tag = "accounts", params(OfUser), responses((status = 200, description = "The account.", body = User)))]
pub(super) async fn get_user(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfUser>,
) -> Answer<User> {
    let account = state.service.account(at.user_id).await?;
    if viewer.is_some() {
        state.federation.look_at(&account);
    }
    Ok(Json(User::of(&account, &scene(&state))))
}

/// An account's tweets, the newest first
#[utoipa::path(
    get, path = "/api/users/{userId}/tweets", tag = "timelines", params(OfUser, Which, TweetPaging),
    responses((status = 200, description = "A page of them.", body = Page<Tweet>)),
)]
pub(super) async fn get_user_tweets(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfUser>,
    Query(which): Query<Which>,
    paging: TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    let viewer = viewer.map(|who| who.account);
    let (tab, cursor, limit) = (which.tab.into(), paging.cursor, paging.limit);
    let page = state.service.account_tweets(viewer, at.user_id, tab, cursor, limit).await?;
    Ok(paging.page(page, tweet_of(&state)))
}

impl From<Tab> for service::Tab {
    fn from(tab: Tab) -> Self {
        match tab {
            Tab::Posts => Self::Posts,
            Tab::Replies => Self::Replies,
            Tab::Media => Self::Media,
        }
    }
}
