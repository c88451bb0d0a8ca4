//! Polls: a poll goes by the id of its post.

use axum::extract::State;
use serde::Deserialize;

use super::entities::{Poll, Scene};
use super::{Answer, Json};
use crate::error::{Error, Result};
use crate::http::extract::{Auth, Lenient, MaybeAuth, Path};
use crate::http::state::AppState;
use crate::model::ids::TweetId;
use crate::service::{SignedIn, TweetView};

/// What one chooses.
#[derive(Debug, Deserialize)]
pub(super) struct Vote {
    choices: Vec<usize>,
}

/// `GET /api/v1/polls/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(id): Path<TweetId>,
) -> Answer<Poll> {
    let view = state.service.tweet(viewer.as_ref().map(|who| who.account), id).await?;
    state.federation.freshen_poll(&view);
    Ok(shown(&state, viewer.as_ref(), &view)?)
}

/// `POST /api/v1/polls/{id}/votes`
pub(super) async fn vote(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
    Lenient(vote): Lenient<Vote>,
) -> Answer<Poll> {
    let view = state.service.vote(who.account, id, &vote.choices).await?;
    Ok(shown(&state, Some(&who), &view)?)
}

fn shown(state: &AppState, viewer: Option<&SignedIn>, view: &TweetView) -> Result<Json<Poll>> {
    Poll::of(view.shown(), &Scene::of(state, viewer)).map(Json).ok_or(Error::NotFound("poll"))
}
