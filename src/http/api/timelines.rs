//! Timelines: one's own, and those that everybody shares.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::paging::{Page, Paged, TweetPaging};
use super::paths::{OfTag, OfUser, Own};
use super::tweet_of;
use super::types::Tweet;
use crate::http::extract::{MaybeAuth, Path, Query};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::service::{PublicList, SignedIn};

/// Your home timeline; nobody else's can be read
#[utoipa::path(
    get, path = "/api/users/{userId}/timeline", tag = "timelines", params(OfUser, TweetPaging),
    responses((status = 200, description = "A page of it.", body = Page<Tweet>)),
)]
pub(super) async fn get_home(
    State(state): State<AppState>,
    Own(who): Own,
    paging: TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    let page = state.home.page(who.account, paging.cursor, paging.limit).await?;
    Ok(paging.page(page, tweet_of(&state)))
}

/// Public tweets of this instance
#[utoipa::path(
    get, path = "/api/timelines/local", tag = "timelines", params(TweetPaging),
    responses((status = 200, description = "A page of them.", body = Page<Tweet>)),
)]
pub(super) async fn get_local(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    paging: TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    shared(&state, viewer, PublicList::Local, &paging).await
}

/// Public tweets of everybody who is known here
#[utoipa::path(
    get, path = "/api/timelines/federated", tag = "timelines", params(TweetPaging),
    responses((status = 200, description = "A page of them.", body = Page<Tweet>)),
)]
pub(super) async fn get_federated(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    paging: TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    shared(&state, viewer, PublicList::Federated, &paging).await
}

/// Public tweets with a hashtag
#[utoipa::path(
    get, path = "/api/timelines/hashtag/{tag}", tag = "timelines", params(OfTag, TweetPaging),
    responses((status = 200, description = "A page of them.", body = Page<Tweet>)),
)]
pub(super) async fn get_hashtag(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfTag>,
    paging: TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    shared(&state, viewer, PublicList::Hashtag(at.tag), &paging).await
}

/// The page that tweets link to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfPage {
    /// Its address.
    #[param(max_length = 2048, example = "https://example.org/news")]
    url: String,
}

/// Public tweets that show the card of a page
///
/// A page of which there is no card here has none.
#[utoipa::path(
    get, path = "/api/timelines/link", tag = "timelines", params(OfPage, TweetPaging),
    responses((status = 200, description = "A page of them.", body = Page<Tweet>)),
)]
pub(super) async fn get_link(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Query(page): Query<OfPage>,
    paging: TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    shared(&state, viewer, PublicList::of_page(&page.url)?, &paging).await
}

async fn shared(
    state: &AppState,
    viewer: Option<SignedIn>,
    list: PublicList,
    paging: &TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    let viewer = viewer.map(|who| who.account);
    let page = state.service.public_tweets(viewer, list, paging.cursor, paging.limit).await?;
    Ok(paging.page(page, tweet_of(state)))
}
