//! Reading posts.

use axum::extract::State;

use super::batch::Ids;
use super::entities::{Account, Context, Scene, Status, StatusEdit, StatusSource};
use super::nothing::Nothing;
use super::paging::{AccountPaging, Paged, StatusPaging};
use super::{Answer, Json};
use crate::error::{Error, Result};
use crate::http::extract::{Auth, Lenient, MaybeAuth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::account;
use crate::model::cursor::Page;
use crate::model::ids::TweetId;
use crate::model::visibility::Place;
use crate::service::SignedIn;

/// Posts that are read at once, as clients count on.
const BATCH_MAX: usize = 20;

/// `GET /api/v1/statuses/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<TweetId>,
) -> Answer<Status> {
    let view = state.service.tweet(viewer.as_ref().map(|who| who.account), id).await?;
    state.federation.freshen_poll(&view);
    Ok(Json(Status::of(&view, &Scene::of(&state, viewer.as_ref()))))
}

/// `POST /api/v1/statuses/{id}/translate`: this server translates nothing, as its instance document says.
pub(super) async fn translate(Auth(_): Auth, Path(_): Path<TweetId>) -> Answer<Nothing> {
    Err(Error::NotFound("translation").into())
}

/// `GET /api/v1/statuses?id[]=`
pub(super) async fn some(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Lenient(ids): Lenient<Ids>,
) -> Answer<Vec<Status>> {
    let eyes = state.service.eyes(viewer.as_ref().map(|who| who.account)).await?;
    let views = state.service.views(&eyes, ids.read(BATCH_MAX)?, Place::Direct).await?;
    let scene = Scene::of(&state, viewer.as_ref());
    Ok(Json(views.iter().map(|view| Status::of(view, &scene)).collect()))
}

/// `GET /api/v1/statuses/{id}/context`
///
/// What other instances have of it and this one does not is asked for in the background when somebody signed in looks.
pub(super) async fn context(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<TweetId>,
) -> Answer<Context> {
    let thread = state.service.thread(viewer.as_ref().map(|who| who.account), id).await?;
    state.federation.freshen_poll(&thread.tweet);
    state.federation.open_thread(&thread, viewer.is_some()).await?;
    Ok(Json(Context::of(&thread, &Scene::of(&state, viewer.as_ref()))))
}

/// `GET /api/v1/statuses/{id}/history`
pub(super) async fn history(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<TweetId>,
) -> Answer<Vec<StatusEdit>> {
    let account = viewer.as_ref().map(|who| who.account);
    let now = state.service.tweet(account, id).await?.shown().clone();
    let versions = state.service.tweet_history(account, now.tweet.id).await?;
    let scene = Scene::of(&state, viewer.as_ref());
    Ok(Json(versions.into_iter().map(|version| StatusEdit::of(version, &now, &scene)).collect()))
}

/// `GET /api/v1/statuses/{id}/source`
pub(super) async fn source(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
) -> Answer<StatusSource> {
    let view = state.service.tweet(Some(who.account), id).await?;
    Ok(Json(StatusSource::of(&view.shown().tweet)))
}

/// `GET /api/v1/statuses/{id}/favourited_by`
pub(super) async fn favourited_by(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<TweetId>,
    paging: AccountPaging,
) -> Result<Paged<Account>, ApiError> {
    let account = viewer.as_ref().map(|who| who.account);
    let page = paging.read_page(|cursor, limit| state.service.likers(account, id, cursor, limit)).await?;
    Ok(people(&state, viewer.as_ref(), &paging, page))
}

/// `GET /api/v1/statuses/{id}/reblogged_by`
pub(super) async fn reblogged_by(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<TweetId>,
    paging: AccountPaging,
) -> Result<Paged<Account>, ApiError> {
    let account = viewer.as_ref().map(|who| who.account);
    let page = paging.read_page(|cursor, limit| state.service.retweeters(account, id, cursor, limit)).await?;
    Ok(people(&state, viewer.as_ref(), &paging, page))
}

fn people(
    state: &AppState,
    viewer: Option<&SignedIn>,
    paging: &AccountPaging,
    page: Page<account::Account>,
) -> Paged<Account> {
    let scene = Scene::of(state, viewer);
    paging.paged(page, |account| Account::of(&account, &scene))
}

/// `GET /api/v1/statuses/{id}/quotes`
pub(super) async fn quotes(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
    paging: StatusPaging,
) -> Result<Paged<Status>, ApiError> {
    let list = |cursor, limit| state.service.quotes(Some(who.account), id, cursor, limit);
    let scene = Scene::of(&state, Some(&who));
    Ok(paging.paged(paging.read_page(list).await?, |view| Status::of(&view, &scene)))
}
