//! What one shows on one's profile beside posts: hashtags, and accounts that one recommends.

use axum::extract::State;
use serde::Deserialize;

use super::entities::{Account, FeaturedTag, Relationship, Scene, Tag};
use super::nothing::Nothing;
use super::paging::{AccountPaging, Paged};
use super::{Answer, Json, relations};
use crate::error::Result;
use crate::http::extract::{Auth, Lenient, MaybeAuth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::{AccountId, RowId};
use crate::service::SignedIn;
use crate::store::follows::Bonds;

/// Which hashtag.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    name: String,
}

/// `GET /api/v1/featured_tags`
pub(super) async fn own(State(state): State<AppState>, Auth(who): Auth) -> Answer<Vec<FeaturedTag>> {
    Ok(shown(&state, Some(&who), who.account).await?)
}

/// `GET /api/v1/accounts/{id}/featured_tags`
pub(super) async fn of_account(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<AccountId>,
) -> Answer<Vec<FeaturedTag>> {
    let account = state.service.account(id).await?.id;
    Ok(shown(&state, viewer.as_ref(), account).await?)
}

/// `POST /api/v1/featured_tags`
pub(super) async fn add(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(new): Lenient<Named>,
) -> Answer<FeaturedTag> {
    let view = state.service.feature_tag(who.account, &new.name).await?;
    Ok(Json(FeaturedTag::of(&view, &Scene::of(&state, Some(&who)))))
}

/// `DELETE /api/v1/featured_tags/{id}`
pub(super) async fn remove(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Nothing> {
    state.service.remove_featured_tag(who.account, id).await?;
    Ok(Nothing {}.answer())
}

/// `GET /api/v1/featured_tags/suggestions`
pub(super) async fn suggestions(State(state): State<AppState>, Auth(who): Auth) -> Answer<Vec<Tag>> {
    let tags = state.service.featured_tag_suggestions(who.account).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(Json(tags.iter().map(|tag| Tag::of(tag, &scene)).collect()))
}

/// `POST /api/v1/tags/{name}/feature`
pub(super) async fn feature(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(name): Path<String>,
) -> Answer<Tag> {
    let view = state.service.feature_tag(who.account, &name).await?;
    Ok(super::search::tag_seen(&state, &who, view.tag).await?)
}

/// `POST /api/v1/tags/{name}/unfeature`
pub(super) async fn unfeature(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(name): Path<String>,
) -> Answer<Tag> {
    let tag = super::search::folded(&name)?;
    state.service.unfeature_tag(who.account, &name).await?;
    Ok(super::search::tag_seen(&state, &who, tag).await?)
}

/// `POST /api/v1/accounts/{id}/endorse`, and the older `pin`
pub(super) async fn endorse(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
) -> Answer<Relationship> {
    state.service.endorse(who.account, id).await?;
    Ok(relations::now(&state, &who, id).await?)
}

/// `POST /api/v1/accounts/{id}/unendorse`, and the older `unpin`
pub(super) async fn unendorse(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
) -> Answer<Relationship> {
    state.service.unendorse(who.account, id).await?;
    Ok(relations::now(&state, &who, id).await?)
}

/// `GET /api/v1/endorsements`
pub(super) async fn own_endorsements(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<Account>, ApiError> {
    let account = who.account;
    endorsed(&state, Some(&who), account, paging).await
}

/// `GET /api/v1/accounts/{id}/endorsements`
pub(super) async fn endorsements(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<AccountId>,
    paging: AccountPaging,
) -> Result<Paged<Account>, ApiError> {
    let account = state.service.account(id).await?.id;
    endorsed(&state, viewer.as_ref(), account, paging).await
}

async fn endorsed(
    state: &AppState,
    viewer: Option<&SignedIn>,
    account: AccountId,
    paging: AccountPaging,
) -> Result<Paged<Account>, ApiError> {
    let who = viewer.map(|who| who.account);
    let list = |cursor, limit| state.service.bonds_seen(who, Bonds::Endorsed, account, cursor, limit);
    let scene = Scene::of(state, viewer);
    Ok(paging.paged(paging.read_page(list).await?, |account| Account::of(&account, &scene)))
}

async fn shown(
    state: &AppState,
    viewer: Option<&SignedIn>,
    account: AccountId,
) -> Result<Json<Vec<FeaturedTag>>> {
    let tags = state.service.featured_tags(viewer.map(|who| who.account), account).await?;
    let scene = Scene::of(state, viewer);
    Ok(Json(tags.iter().map(|view| FeaturedTag::of(view, &scene)).collect()))
}
