//! Accounts, their posts, and who follows whom.

use axum::extract::State;
use serde::Deserialize;

use super::batch::{Ids, kept};
use super::entities::{Account, Scene, Status};
use super::nothing::Nothing;
use super::paging::{AccountPaging, Paged, StatusPaging};
use super::{Answer, Json};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::extract::{Auth, Lenient, MaybeAuth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::cursor::Page;
use crate::model::entities::fold_tag;
use crate::model::ids::AccountId;
use crate::service::{SignedIn, Tab, TweetView};
use crate::store::follows::Bonds;

/// Whom to look up.
#[derive(Debug, Deserialize)]
pub(super) struct Handle {
    acct: String,
}

/// Which posts of an account.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    pinned: bool,
    #[serde(default)]
    only_media: bool,
    #[serde(default)]
    exclude_replies: bool,
    #[serde(default)]
    exclude_reblogs: bool,
    tagged: Option<String>,
}

/// `GET /api/v1/accounts/{id}`
///
/// Of another instance's account, a look by somebody signed in brings its last posts and its numbers, in the background.
pub(super) async fn one(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<AccountId>,
) -> Answer<Account> {
    let account = state.service.account(id).await?;
    if viewer.is_some() {
        state.federation.look_at(&account);
    }
    let scene = Scene::of(&state, viewer.as_ref());
    let new = match account.moved_to {
        Some(new) => state.service.accounts(vec![new]).await?.pop(),
        None => None,
    };
    let new = new.map(|new| Account::of(&new, &scene));
    Ok(Json(Account::of(&account, &scene).moved_to(new)))
}

/// `GET /api/v1/accounts?id[]=`
pub(super) async fn some(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Lenient(ids): Lenient<Ids>,
) -> Answer<Vec<Account>> {
    let accounts = state.service.accounts(ids.read(limits::BATCH_IDS_MAX)?).await?;
    let scene = Scene::of(&state, viewer.as_ref());
    Ok(Json(accounts.iter().map(|account| Account::of(account, &scene)).collect()))
}

/// `GET /api/v1/accounts/lookup`: who is known here; nobody else is asked.
pub(super) async fn look_up(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Lenient(asked): Lenient<Handle>,
) -> Answer<Account> {
    let account = state.service.account_by_handle(&asked.acct).await?;
    Ok(Json(Account::of(&account, &Scene::of(&state, viewer.as_ref()))))
}

/// `GET /api/v1/accounts/{id}/statuses`
pub(super) async fn statuses(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<AccountId>,
    paging: StatusPaging,
    Lenient(which): Lenient<Which>,
) -> Result<Paged<Status>, ApiError> {
    let page = match which.pinned {
        true => pinned(&state, viewer.as_ref(), id).await?,
        false => posts(&state, viewer.as_ref(), id, &paging, &which).await?,
    };
    let scene = Scene::of(&state, viewer.as_ref());
    Ok(paging.paged(page, |view| Status::of(&view, &scene)))
}

/// All of them are one page: there are few.
async fn pinned(state: &AppState, viewer: Option<&SignedIn>, id: AccountId) -> Result<Page<TweetView>> {
    let account = state.service.account(id).await?.id;
    let items = state.service.pinned(viewer.map(|who| who.account), account).await?;
    Ok(Page { items, next: None, prev: None })
}

async fn posts(
    state: &AppState,
    viewer: Option<&SignedIn>,
    id: AccountId,
    paging: &StatusPaging,
    which: &Which,
) -> Result<Page<TweetView>> {
    let viewer = viewer.map(|who| who.account);
    let tab = match which {
        Which { only_media: true, .. } => Tab::Media,
        Which { exclude_replies: true, .. } => Tab::Posts,
        _ => Tab::Replies,
    };
    let list = |cursor, limit| state.service.account_tweets(viewer, id, tab, cursor, limit);
    let tag = match which.tagged.as_deref().filter(|tag| !tag.is_empty()) {
        Some(tag) => Some(fold_tag(tag).ok_or(Error::NotFound("hashtag"))?),
        None => None,
    };
    if tag.is_none() && !which.exclude_reblogs {
        return paging.read_page(list).await;
    }
    let wanted = |view: &TweetView| {
        (!which.exclude_reblogs || view.tweet.retweet_of.is_none())
            && tag.as_ref().is_none_or(|tag| view.shown().tweet.tags.contains(tag))
    };
    let wanted = &wanted;
    let some = |cursor, limit| kept(cursor, limit, |view: &TweetView| view.tweet.id.0, wanted, list);
    paging.read_page(some).await
}

/// `GET /api/v1/accounts/{id}/identity_proofs`: what proved them is gone from the web; nobody has any.
pub(super) async fn identity_proofs(
    State(state): State<AppState>,
    Auth(_): Auth,
    Path(id): Path<AccountId>,
) -> Answer<[Nothing; 0]> {
    state.service.account(id).await?;
    Ok(Json([]))
}

/// `GET /api/v1/accounts/{id}/followers`
pub(super) async fn followers(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<AccountId>,
    paging: AccountPaging,
) -> Result<Paged<Account>, ApiError> {
    bonds(&state, viewer.as_ref(), (Bonds::Followers, id), &paging).await
}

/// `GET /api/v1/accounts/{id}/following`
pub(super) async fn following(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<AccountId>,
    paging: AccountPaging,
) -> Result<Paged<Account>, ApiError> {
    bonds(&state, viewer.as_ref(), (Bonds::Following, id), &paging).await
}

async fn bonds(
    state: &AppState,
    viewer: Option<&SignedIn>,
    (which, id): (Bonds, AccountId),
    paging: &AccountPaging,
) -> Result<Paged<Account>, ApiError> {
    let (account, eyes) = (state.service.account(id).await?.id, viewer.map(|who| who.account));
    let list = |cursor, limit| state.service.bonds_seen(eyes, which, account, cursor, limit);
    let scene = Scene::of(state, viewer);
    Ok(paging.paged(paging.read_page(list).await?, |account| Account::of(&account, &scene)))
}
