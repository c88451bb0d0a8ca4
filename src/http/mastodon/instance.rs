//! What this instance is.

use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::HeaderValue;
use axum::response::{IntoResponse, Response};

use super::browsers::FOR_EVERYBODY;
use super::entities::{CustomEmoji, InstanceV1, InstanceV2, Known, Scene};
use crate::error::Result;
use crate::http::extract::Json;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::media::Films;
use crate::model::about::TextKind;
use crate::model::emoji::EmojiPicture;

/// Since when a first version is deprecated (RFC 9745): the second came with Mastodon 4.0, on 14 November 2022.
pub(super) const DEPRECATED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("deprecation"), HeaderValue::from_static("@1668384000"));

/// `GET /api/v1/instance`
pub(super) async fn version_one(State(state): State<AppState>) -> Result<Response, ApiError> {
    let instance = InstanceV1::of(&known(&state).await?, &Scene::of(&state, None));
    Ok((FOR_EVERYBODY, [DEPRECATED], Json(instance)).into_response())
}

/// `GET /api/v2/instance`
pub(super) async fn version_two(State(state): State<AppState>) -> Result<Response, ApiError> {
    let instance = InstanceV2::of(&known(&state).await?, &Scene::of(&state, None));
    Ok((FOR_EVERYBODY, Json(instance)).into_response())
}

/// `GET /api/v1/custom_emojis`: all that may be written here, at most 2,000.
pub(super) async fn custom_emojis(State(state): State<AppState>) -> Response {
    let scene = Scene::of(&state, None);
    let pictures = scene.palette.iter().map(EmojiPicture::from).collect();
    (FOR_EVERYBODY, Json(CustomEmoji::list(pictures, &scene))).into_response()
}

async fn known(state: &AppState) -> Result<Known<'_>> {
    let (service, terms, privacy) = (&state.service, TextKind::Terms, TextKind::Privacy);
    let has = (service.house_text(terms).await?.is_some(), service.house_text(privacy).await?.is_some());
    Ok(Known {
        house_rules: service.house_rules().await?,
        picture: service.house_picture(),
        has,
        rules: service.rules(),
        counts: service.counts().await?,
        image_bytes: state.media.image_max_bytes(),
        film_bytes: state.media.films().map(Films::max_bytes),
        push_key: state.push.public_key(),
    })
}
