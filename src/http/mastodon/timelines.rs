//! Timelines: one's own, and those that everybody shares.

use axum::extract::State;
use serde::Deserialize;

use super::batch::kept;
use super::entities::{Scene, Status};
use super::paging::{Paged, StatusPaging};
use crate::error::{Error, Result};
use crate::http::extract::{Auth, Lenient, MaybeAuth, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::entities::fold_tag;
use crate::service::{PublicList, SignedIn, TweetView};

/// Hashtags that are asked for or ruled out beside that of the path.
const TAGS_MAX: usize = 4;

/// Which posts of a list that everybody shares.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    local: bool,
    remote: bool,
    only_media: bool,
    any: Vec<String>,
    all: Vec<String>,
    none: Vec<String>,
}

/// The page that posts link to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OfPage {
    url: String,
}

/// `GET /api/v1/timelines/home`
pub(super) async fn home(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: StatusPaging,
) -> Result<Paged<Status>, ApiError> {
    let page = paging.read_page(|cursor, limit| state.home.page(who.account, cursor, limit)).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(paging.paged(page, |view| Status::of(&view, &scene)))
}

/// `GET /api/v1/timelines/public`
pub(super) async fn public(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    paging: StatusPaging,
    Lenient(which): Lenient<Which>,
) -> Result<Paged<Status>, ApiError> {
    let list = if which.local { PublicList::Local } else { PublicList::Federated };
    // Which ones are ours the list knows already.
    let which = Which { local: false, ..which };
    shared(&state, viewer.as_ref(), list, &paging, which).await
}

/// `GET /api/v1/timelines/tag/{hashtag}`
pub(super) async fn tag(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(tag): Path<String>,
    paging: StatusPaging,
    Lenient(which): Lenient<Which>,
) -> Result<Paged<Status>, ApiError> {
    let list = match folded("any", &which.any)? {
        others if others.is_empty() => PublicList::Hashtag(tag),
        others => PublicList::AnyHashtag(fold_tag(&tag).into_iter().chain(others).collect()),
    };
    shared(&state, viewer.as_ref(), list, &paging, which).await
}

/// `GET /api/v1/timelines/link`: of any page that there is a card of, whether many link to it of late or not.
pub(super) async fn link(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    paging: StatusPaging,
    Lenient(page): Lenient<OfPage>,
) -> Result<Paged<Status>, ApiError> {
    shared(&state, viewer.as_ref(), PublicList::of_page(&page.url)?, &paging, Which::default()).await
}

async fn shared(
    state: &AppState,
    viewer: Option<&SignedIn>,
    list: PublicList,
    paging: &StatusPaging,
    which: Which,
) -> Result<Paged<Status>, ApiError> {
    let (account, list) = (viewer.map(|who| who.account), &list);
    let read = |cursor, limit| state.service.public_tweets(account, list.clone(), cursor, limit);
    let page = match which.wanted()? {
        None => paging.read_page(read).await?,
        Some(wanted) => {
            let wanted = &wanted;
            let some = |cursor, limit| kept(cursor, limit, |view: &TweetView| view.tweet.id.0, wanted, read);
            paging.read_page(some).await?
        }
    };
    let scene = Scene::of(state, viewer);
    Ok(paging.paged(page, |view| Status::of(&view, &scene)))
}

impl Which {
    /// What a post must be, if anything beyond being in the list.
    fn wanted(self) -> Result<Option<impl Fn(&TweetView) -> bool>> {
        let (all, none) = (folded("all", &self.all)?, folded("none", &self.none)?);
        let Self { local, remote, only_media, .. } = self;
        if !local && !remote && !only_media && all.is_empty() && none.is_empty() {
            return Ok(None);
        }
        Ok(Some(move |view: &TweetView| {
            let tweet = &view.tweet;
            (!local || tweet.local)
                && (!remote || !tweet.local)
                && (!only_media || !tweet.media.is_empty())
                && all.iter().all(|tag| tweet.tags.contains(tag))
                && !none.iter().any(|tag| tweet.tags.contains(tag))
        }))
    }
}

fn folded(field: &'static str, tags: &[String]) -> Result<Vec<String>> {
    if tags.len() > TAGS_MAX {
        let message = format!("at most {TAGS_MAX} hashtags beside the first");
        return Err(Error::invalid(field, "too_many", message));
    }
    Ok(tags.iter().filter_map(|tag| fold_tag(tag)).collect())
}
