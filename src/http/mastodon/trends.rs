//! What is used most of late.

use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::entities::{History, PreviewCard, Scene, Status, Tag};
use super::{Answer, Json};
use crate::http::extract::{Lenient, MaybeAuth};
use crate::http::state::AppState;
use crate::service::Slice;

/// Hashtags and links when nothing is said, and at most.
const FEW: (usize, usize) = (10, 20);
/// Posts when nothing is said, and at most.
const MANY: (usize, usize) = (20, 40);

/// Which part of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Part {
    offset: usize,
    limit: Option<usize>,
}

/// A linked page with how often it was linked to.
#[derive(Debug, Serialize)]
pub(super) struct TrendingLink {
    #[serde(flatten)]
    card: PreviewCard,
    history: Vec<History>,
}

/// `GET /api/v1/trends/tags`, and the older `/api/v1/trends`
pub(super) async fn tags(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Lenient(part): Lenient<Part>,
) -> Answer<Vec<Tag>> {
    let tags = state.service.trending_tags(part.slice(FEW)).await?;
    let scene = Scene::of(&state, viewer.as_ref());
    Ok(Json(tags.iter().map(|(name, days)| Tag::of(name, &scene).with_history(days)).collect()))
}

/// `GET /api/v1/trends/links`
pub(super) async fn links(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Lenient(part): Lenient<Part>,
) -> Answer<Vec<TrendingLink>> {
    let links = state.service.trending_links(part.slice(FEW)).await?;
    let scene = Scene::of(&state, viewer.as_ref());
    let shown = links.iter().map(|(preview, days)| TrendingLink {
        card: PreviewCard::of(preview, &scene),
        history: days.iter().map(History::of).collect(),
    });
    Ok(Json(shown.collect()))
}

/// `GET /api/v1/trends/statuses`
pub(super) async fn statuses(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Lenient(part): Lenient<Part>,
) -> Answer<Vec<Status>> {
    let who = viewer.as_ref().map(|who| who.account);
    let views = state.service.trending_tweets(who, part.slice(MANY)).await?;
    let scene = Scene::of(&state, viewer.as_ref());
    Ok(Json(views.iter().map(|view| Status::of(view, &scene)).collect()))
}

impl Part {
    fn slice(&self, (usual, most): (usize, usize)) -> Slice {
        Slice { offset: self.offset, limit: self.limit.unwrap_or(usual).clamp(1, most) }
    }
}
