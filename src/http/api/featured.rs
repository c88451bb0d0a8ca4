//! What accounts show on their profiles beside tweets: hashtags, and accounts that they recommend.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::follows::bonds;
use super::paging::{AccountPaging, Page, Paged};
use super::paths::{OfTag, OfUser};
use super::types::{User, when};
use crate::http::extract::{Auth, Json, MaybeAuth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::service::{FeaturedTagView, Relationship};
use crate::store::follows::Bonds;

/// A hashtag on a profile.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeaturedTag {
    /// The hashtag, folded, without its sign.
    name: String,
    /// The account's newest public tweets with it.
    tweets: i64,
    /// When the account last used it.
    #[schema(format = DateTime)]
    last_at: Option<String>,
}

/// Hashtags on a profile.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeaturedTags {
    /// All of them; there are few.
    items: Vec<FeaturedTag>,
}

/// Hashtags to show.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TagNames {
    /// Those used most first.
    items: Vec<String>,
}

/// A hashtag to show.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewFeaturedTag {
    /// The hashtag, with its sign or without.
    #[schema(max_length = 100)]
    name: String,
}

/// The hashtags that an account shows on its profile
#[utoipa::path(get, path = "/api/users/{userId}/featured-tags", tag = "accounts", params(OfUser), responses((status = 200, description = "All of them.", body = FeaturedTags)))]
pub(super) async fn get_featured_tags(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfUser>,
) -> Answer<FeaturedTags> {
    let account = state.service.account(at.user_id).await?.id;
    let tags = state.service.featured_tags(viewer.map(|who| who.account), account).await?;
    Ok(Json(FeaturedTags { items: tags.into_iter().map(FeaturedTag::of).collect() }))
}

/// Show a hashtag on your profile
#[utoipa::path(post, path = "/api/users/me/featured-tags", tag = "accounts", responses((status = 200, description = "Also when it was there already.", body = FeaturedTag)))]
pub(super) async fn feature_tag(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(new): Json<NewFeaturedTag>,
) -> Answer<FeaturedTag> {
    Ok(Json(FeaturedTag::of(state.service.feature_tag(who.account, &new.name).await?)))
}

/// Take a hashtag off your profile
#[utoipa::path(delete, path = "/api/users/me/featured-tags/{tag}", tag = "accounts", params(OfTag), responses((status = 204, description = "Also when it was not there.")))]
pub(super) async fn unfeature_tag(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTag>,
) -> Result<StatusCode, ApiError> {
    state.service.unfeature_tag(who.account, &at.tag).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hashtags that you use most and do not show yet
#[utoipa::path(get, path = "/api/users/me/featured-tags/suggestions", tag = "accounts", responses((status = 200, description = "Some hashtags.", body = TagNames)))]
pub(super) async fn get_featured_tag_suggestions(
    State(state): State<AppState>,
    Auth(who): Auth,
) -> Answer<TagNames> {
    Ok(Json(TagNames { items: state.service.featured_tag_suggestions(who.account).await? }))
}

/// The accounts that an account recommends
#[utoipa::path(
    get, path = "/api/users/{userId}/endorsements", tag = "accounts", params(OfUser, AccountPaging),
    responses((status = 200, description = "A page of them.", body = Page<User>)),
)]
pub(super) async fn get_endorsements(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfUser>,
    paging: AccountPaging,
) -> Result<Paged<User>, ApiError> {
    bonds(&state, viewer, at, Bonds::Endorsed, &paging).await
}

/// Recommend an account that you follow
#[utoipa::path(post, path = "/api/users/{userId}/endorsement", tag = "relations", params(OfUser), responses((status = 200, description = "Also when you did already.", body = Relationship)))]
pub(super) async fn endorse(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    state.service.endorse(who.account, at.user_id).await?;
    Ok(Json(state.service.relationship(who.account, at.user_id).await?))
}

/// Recommend an account no longer
#[utoipa::path(delete, path = "/api/users/{userId}/endorsement", tag = "relations", params(OfUser), responses((status = 200, description = "Also when you did not.", body = Relationship)))]
pub(super) async fn unendorse(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    state.service.unendorse(who.account, at.user_id).await?;
    Ok(Json(state.service.relationship(who.account, at.user_id).await?))
}

impl FeaturedTag {
    fn of(view: FeaturedTagView) -> Self {
        Self { name: view.tag, tweets: view.tweets, last_at: view.last_at.map(when) }
    }
}
