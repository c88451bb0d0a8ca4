//! Pictures for posts. They are ready when they are answered: nothing is worked on afterwards.

use axum::extract::State;
use serde::Deserialize;

use super::entities::{MediaAttachment, Scene};
use super::nothing::Nothing;
use super::{Answer, Json};
use crate::http::extract::{Auth, Lenient, Multipart, Path};
use crate::http::media::upload;
use crate::http::state::AppState;
use crate::model::ids::MediaId;

/// What one says of a picture. Where its middle is and a cover of its own are not kept.
#[derive(Debug, Deserialize)]
pub(super) struct Description {
    description: Option<String>,
}

/// `POST /api/v2/media`, and the older `/api/v1/media`
pub(super) async fn upload(
    State(state): State<AppState>,
    Auth(who): Auth,
    mut form: Multipart,
) -> Answer<MediaAttachment> {
    let (picture, alt) = upload::receive_described(&state, &mut form, "description").await?;
    let media = upload::add_upload(&state, who.account, picture, &alt).await?;
    Ok(Json(MediaAttachment::of(&media, &Scene::of(&state, Some(&who)))))
}

/// `GET /api/v1/media/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<MediaId>,
) -> Answer<MediaAttachment> {
    let media = state.service.upload(who.account, id).await?;
    Ok(Json(MediaAttachment::of(&media, &Scene::of(&state, Some(&who)))))
}

/// `PUT /api/v1/media/{id}`
pub(super) async fn describe(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<MediaId>,
    Lenient(new): Lenient<Description>,
) -> Answer<MediaAttachment> {
    let media = match &new.description {
        Some(words) => state.service.describe_upload(who.account, id, words).await?,
        None => state.service.upload(who.account, id).await?,
    };
    Ok(Json(MediaAttachment::of(&media, &Scene::of(&state, Some(&who)))))
}

/// `DELETE /api/v1/media/{id}`: only while no post has it.
pub(super) async fn remove(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<MediaId>,
) -> Answer<Nothing> {
    let removed = state.service.remove_upload(who.account, id).await?;
    upload::remove_files(&state, removed.file_key.into_iter().chain(removed.thumb_key).collect()).await;
    Ok(Nothing {}.answer())
}
