//! Who follows whom.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::paging::{AccountPaging, Page, Paged};
use super::paths::OfUser;
use super::types::User;
use super::{Answer, user_of};
use crate::http::extract::{Auth, Json, MaybeAuth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::follow::FollowChoices;
use crate::service::{Relationship, SignedIn};
use crate::store::follows::Bonds;

/// What you want of a follow; what is not sent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Wanted {
    /// Whether your home timeline shows what the account repeats.
    retweets: Option<bool>,
    /// Whether you are told of each of its new tweets.
    notify: Option<bool>,
    /// The only languages in which your home timeline shows its tweets; an empty list is all.
    #[schema(max_items = 50)]
    languages: Option<Vec<String>>,
}

/// Who follows an account
#[utoipa::path(
    get, path = "/api/users/{userId}/followers", tag = "relations", params(OfUser, AccountPaging),
    responses((status = 200, description = "A page of them.", body = Page<User>)),
)]
pub(super) async fn get_followers(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfUser>,
    paging: AccountPaging,
) -> Result<Paged<User>, ApiError> {
    bonds(&state, viewer, at, Bonds::Followers, &paging).await
}

/// Whom an account follows
#[utoipa::path(
    get, path = "/api/users/{userId}/following", tag = "relations", params(OfUser, AccountPaging),
    responses((status = 200, description = "A page of them.", body = Page<User>)),
)]
pub(super) async fn get_following(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfUser>,
    paging: AccountPaging,
) -> Result<Paged<User>, ApiError> {
    bonds(&state, viewer, at, Bonds::Following, &paging).await
}

/// A page of the accounts that are bound to one in this way, as `viewer` may see them.
pub(super) async fn bonds(
    state: &AppState,
    viewer: Option<SignedIn>,
    at: OfUser,
    which: Bonds,
    paging: &AccountPaging,
) -> Result<Paged<User>, ApiError> {
    let (service, viewer) = (&state.service, viewer.map(|who| who.account));
    let account = service.account(at.user_id).await?.id;
    let page = service.bonds_seen(viewer, which, account, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, user_of(state)))
}

/// What you and an account have to do with each other
#[utoipa::path(get, path = "/api/users/{userId}/relationship", tag = "relations", params(OfUser), responses((status = 200, description = "As you see it.", body = Relationship)))]
pub(super) async fn get_relationship(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    let other = state.service.account(at.user_id).await?.id;
    Ok(Json(state.service.relationship(who.account, other).await?))
}

/// Follow an account, or ask to when it is locked or remote
#[utoipa::path(post, path = "/api/users/{userId}/follow", tag = "relations", params(OfUser), responses((status = 200, description = "Also when you did already.", body = Relationship)))]
pub(super) async fn follow(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    Ok(Json(state.service.follow(who.account, at.user_id).await?))
}

/// Say what you want of a follow, or of one that you asked for
#[utoipa::path(
    patch, path = "/api/users/{userId}/follow", tag = "relations", params(OfUser),
    responses((status = 200, description = "As you see it now.", body = Relationship)),
)]
pub(super) async fn tune_follow(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
    Json(wanted): Json<Wanted>,
) -> Answer<Relationship> {
    let choices =
        FollowChoices { retweets: wanted.retweets, notify: wanted.notify, languages: wanted.languages };
    Ok(Json(state.service.tune_follow(who.account, at.user_id, choices).await?))
}

/// Unfollow an account, or take the request back
#[utoipa::path(delete, path = "/api/users/{userId}/follow", tag = "relations", params(OfUser), responses((status = 200, description = "Also when you did not follow.", body = Relationship)))]
pub(super) async fn unfollow(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    Ok(Json(state.service.unfollow(who.account, at.user_id).await?))
}

/// Make an account no longer follow you
#[utoipa::path(delete, path = "/api/users/{userId}/follower", tag = "relations", params(OfUser), responses((status = 200, description = "Also when it did not follow you.", body = Relationship)))]
pub(super) async fn remove_follower(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<Relationship> {
    Ok(Json(state.service.remove_follower(who.account, at.user_id).await?))
}
