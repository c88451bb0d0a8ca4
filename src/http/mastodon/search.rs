//! Search, and hashtags by themselves.

use axum::extract::State;
use serde::Deserialize;

use super::entities::{Account, Scene, Search, Status, Tag};
use super::{Answer, Json};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::federation::resolve::{Found, is_address};
use crate::http::extract::{Auth, Lenient, MaybeAuth, Path};
use crate::http::state::AppState;
use crate::model::cursor::Cursor;
use crate::model::entities::fold_tag;
use crate::model::handle::Handle;
use crate::model::ids::AccountId;
use crate::service::SignedIn;

/// How far into a list one may go: a search has no cursor here.
const OFFSET_MAX: usize = limits::PAGE_MAX;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    resolve: bool,
    following: bool,
    limit: Option<usize>,
    offset: usize,
}

/// `GET /api/v2/search`
///
/// A handle or an address that is not known here is asked for at its own server, for somebody signed in who wants that.
pub(super) async fn search(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Lenient(asked): Lenient<Asked>,
) -> Answer<Search> {
    asked.check()?;
    let named = match &viewer {
        Some(who) if asked.resolve && asked.offset == 0 => named(&state, who, &asked).await?,
        _ => None,
    };
    match named {
        Some(found) => Ok(Json(found)),
        None => Ok(Json(find(&state, viewer.as_ref(), &asked).await?)),
    }
}

/// `GET /api/v1/search`: the address of old clients, for who is signed in.
pub(super) async fn search_signed_in(
    state: State<AppState>,
    Auth(who): Auth,
    asked: Lenient<Asked>,
) -> Answer<Search> {
    search(state, MaybeAuth(Some(who)), asked).await
}

/// `GET /api/v1/accounts/search`
pub(super) async fn accounts(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(asked): Lenient<Asked>,
) -> Answer<Vec<Account>> {
    asked.check()?;
    if asked.resolve && asked.offset == 0 && names_elsewhere(&asked.q) {
        match state.federation.by_handle(&asked.q).await.map_err(Error::from) {
            Ok(account) => return Ok(Json(vec![Account::of(&account, &Scene::of(&state, Some(&who)))])),
            Err(Error::NotFound(_) | Error::Gone(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Json(people(&state, Some(&who), &asked).await?))
}

/// `GET /api/v1/tags/{name}`
pub(super) async fn tag(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(name): Path<String>,
) -> Answer<Tag> {
    let name = folded(&name)?;
    match viewer {
        Some(who) => Ok(tag_seen(&state, &who, name).await?),
        None => {
            let tag = with_days(&state, vec![name], &Scene::of(&state, None)).await?.pop();
            Ok(tag.map(Json).ok_or(Error::NotFound("hashtag"))?)
        }
    }
}

/// Hashtags with how often they were used of late, and whether the viewer follows them, in their order.
pub(super) async fn with_days(state: &AppState, names: Vec<String>, scene: &Scene<'_>) -> Result<Vec<Tag>> {
    let days = state.service.tag_histories(names.clone()).await?;
    let eyes = state.service.eyes(scene.viewer).await?;
    let of = |name: &String| days.get(name).map(Vec::as_slice).unwrap_or_default();
    let follows =
        |name: &String| eyes.relations().is_some_and(|relations| relations.followed_tags.contains(name));
    let tag = |name: &String| Tag::of(name, scene).with_history(of(name)).followed(follows(name));
    Ok(names.iter().map(tag).collect())
}

/// The name of a hashtag in the form in which they are equal.
pub(super) fn folded(name: &str) -> Result<String> {
    fold_tag(name).ok_or(Error::NotFound("hashtag"))
}

/// A hashtag as somebody sees it.
pub(super) async fn tag_seen(state: &AppState, who: &SignedIn, name: String) -> Result<Json<Tag>> {
    let features = state.service.features_tag(who.account, &name).await?;
    let tag = with_days(state, vec![name], &Scene::of(state, Some(who))).await?.pop();
    tag.map(|tag| Json(tag.featuring(features))).ok_or(Error::NotFound("hashtag"))
}

/// What a handle or an address names; `None` when it is neither, or names nothing.
async fn named(state: &AppState, who: &SignedIn, asked: &Asked) -> Result<Option<Search>> {
    let q = asked.q.trim();
    if !is_address(q) && !names_elsewhere(q) {
        return Ok(None);
    }
    let scene = Scene::of(state, Some(who));
    let mut found = Search::default();
    match state.federation.lookup(q).await.map_err(Error::from) {
        Ok(Found::Account(account)) => found.accounts.push(Account::of(&account, &scene)),
        Ok(Found::Tweet(id)) => match state.service.tweet(Some(who.account), id).await {
            Ok(view) => found.statuses.push(Status::of(&view, &scene)),
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        },
        Err(Error::Internal(cause)) => return Err(Error::Internal(cause)),
        // Who searches is told that nothing was found, whatever another server had to say to it.
        Err(_) => return Ok(None),
    }
    Ok(Some(found))
}

async fn find(state: &AppState, viewer: Option<&SignedIn>, asked: &Asked) -> Result<Search> {
    let (scene, mut found) = (Scene::of(state, viewer), Search::default());
    let account = viewer.map(|who| who.account);
    if asked.wants("accounts") {
        found.accounts = people(state, viewer, asked).await?;
    }
    if asked.wants("statuses") {
        found.statuses = posts(state, account, asked, &scene).await?;
    }
    if asked.wants("hashtags") {
        let hits = state.finder.hashtags(&asked.q, asked.far()).await?;
        let names = hits.iter().skip(asked.offset).map(|hit| hit.name.clone()).collect();
        found.hashtags = with_days(state, names, &scene).await?;
    }
    Ok(found)
}

async fn posts(
    state: &AppState,
    viewer: Option<AccountId>,
    asked: &Asked,
    scene: &Scene<'_>,
) -> Result<Vec<Status>> {
    let found = state.finder.tweets(viewer, &asked.q, Cursor::default(), asked.far()).await;
    match found {
        Ok(found) => {
            let items = found.found.items.iter().skip(asked.offset);
            Ok(items.map(|view| Status::of(view, scene)).collect())
        }
        // What makes no sense as a search for posts may still be somebody's name.
        Err(Error::Invalid { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

async fn people(state: &AppState, viewer: Option<&SignedIn>, asked: &Asked) -> Result<Vec<Account>> {
    let account = viewer.map(|who| who.account);
    let mut people = state.finder.accounts(account, &asked.q, asked.far()).await?;
    if let Some(own) = account.filter(|_| asked.following) {
        let relations = state.service.graph().relations(own).await?;
        people.retain(|other| relations.following.contains(&other.id));
    }
    let scene = Scene::of(state, viewer);
    Ok(people.iter().skip(asked.offset).map(|account| Account::of(account, &scene)).collect())
}

impl Asked {
    fn check(&self) -> Result<()> {
        if self.q.trim().is_empty() {
            return Err(Error::invalid("q", "empty", "say what to look for"));
        }
        if self.q.len() > limits::URL_MAX_BYTES || self.offset > OFFSET_MAX {
            let message = format!("at most {} bytes, and {OFFSET_MAX} entries on", limits::URL_MAX_BYTES);
            return Err(Error::invalid("q", "too_long", message));
        }
        Ok(())
    }

    fn wants(&self, kind: &str) -> bool {
        self.kind.as_deref().is_none_or(|only| only.is_empty() || only == kind)
    }

    /// How many entries to read to have those after the offset.
    fn far(&self) -> usize {
        let limit = self.limit.unwrap_or(limits::PAGE_DEFAULT).clamp(1, limits::PAGE_MAX);
        self.offset.saturating_add(limit)
    }
}

/// Whether this is the handle of somebody with a host.
fn names_elsewhere(text: &str) -> bool {
    Handle::parse(text.trim()).is_ok_and(|handle| handle.host.is_some())
}
