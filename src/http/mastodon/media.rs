//! Pictures, films and sounds for posts. Pictures are ready when they are answered; a film or sound has no address until
//! it was made into what browsers play, and its owner asks for it until then.

use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::Json;
use super::entities::{MediaAttachment, Scene};
use super::nothing::Nothing;
use crate::error::{Error, Result};
use crate::http::extract::lenient::Fields;
use crate::http::extract::{Auth, Lenient, Multipart, Path};
use crate::http::media::upload::{self, Unclaimed};
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::model::attachment::{Focus, MediaState};
use crate::model::ids::MediaId;
use crate::model::tweet::Media;
use crate::service::{Description, SignedIn};

/// What one says of a picture.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Words {
    description: Option<String>,
    focus: Option<String>,
}

/// `POST /api/v2/media`, and the older `/api/v1/media`
pub(super) async fn upload(
    State(state): State<AppState>,
    Auth(who): Auth,
    mut form: Multipart,
) -> Result<Response, ApiError> {
    let upload = upload::receive_described(&state, &mut form, "description").await?;
    let media = upload::add_upload(&state, who.account, upload).await?;
    Ok(answer(&state, &who, &media, StatusCode::ACCEPTED))
}

/// `GET /api/v1/media/{id}`: 206 while it is worked on.
pub(super) async fn one(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<MediaId>,
) -> Result<Response, ApiError> {
    let media = state.service.upload(who.account, id).await?;
    if media.state == MediaState::Failed {
        let message = "this film or sound is damaged, or could not be made into one that browsers play";
        return Err(Error::invalid("file", "broken_film", message).into());
    }
    Ok(answer(&state, &who, &media, StatusCode::PARTIAL_CONTENT))
}

/// `PUT /api/v1/media/{id}`
pub(super) async fn describe(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<MediaId>,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error| Problem::from(&error);
    let (words, thumbnail) = words_of(&state, request).await?;
    let focus = words.focus.as_deref().map(Focus::parse).transpose().map_err(refused)?.flatten();
    let new = Description { alt: words.description, focus, thumb: None };
    let media = upload::describe(&state, who.account, id, (new, thumbnail)).await.map_err(refused)?;
    Ok(answer(&state, &who, &media, StatusCode::PARTIAL_CONTENT))
}

/// `DELETE /api/v1/media/{id}`: only while no post has it.
pub(super) async fn remove(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<MediaId>,
) -> Result<Json<Nothing>, ApiError> {
    let removed = state.service.remove_upload(who.account, id).await?;
    upload::remove_files(&state, removed.file_key.into_iter().chain(removed.thumb_key).collect()).await;
    Ok(Nothing {}.answer())
}

fn answer(state: &AppState, who: &SignedIn, media: &Media, waiting: StatusCode) -> Response {
    let status = if media.state == MediaState::Waiting { waiting } else { StatusCode::OK };
    (status, Json(MediaAttachment::of(media, &Scene::of(state, Some(who))))).into_response()
}

/// The words, in whichever form they come; a form with files may bring a small picture.
async fn words_of(state: &AppState, request: Request) -> Result<(Words, Option<Unclaimed>), Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        let Lenient(words) = Lenient::<Words>::from_request(request, state).await?;
        return Ok((words, None));
    }
    let mut form = Multipart::from_request(request, state).await?;
    let read = upload::receive_thumbnail(state, &mut form, &["description", "focus"]).await;
    let (texts, thumbnail) = read.map_err(|error| Problem::from(&error))?;
    let mut fields = Fields::default();
    for (name, text) in texts {
        fields.add(&name, text).map_err(|error| Problem::from(&error))?;
    }
    Ok((fields.read()?, thumbnail))
}
