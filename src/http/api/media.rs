//! Pictures: uploading them for a tweet, describing them, and one's avatar and header.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Answer;
use super::paths::OfMedia;
use super::types::{CurrentUser, Media};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::extract::{Auth, Json, Path};
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::media::{ImageKind, Key, Purpose, Stored};
use crate::model::ids::{AccountId, MediaId};
use crate::model::tweet;
use crate::service::{ProfileChanges, SignedIn};

/// Parts of a multipart body that are looked at: a file, its description, and some that are not ours.
const MAX_PARTS: usize = 8;

/// A picture and its description.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the schema of a body that is read part by part")]
pub(super) struct Upload {
    /// The picture: JPEG, PNG, GIF or WebP.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The description for those who cannot see it.
    #[schema(max_length = 1_500)]
    alt: Option<String>,
}

/// A picture.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the schema of a body that is read part by part")]
pub(super) struct Picture {
    /// The picture: JPEG, PNG, GIF or WebP.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// A picture's description.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Description {
    /// The description for those who cannot see it.
    #[schema(max_length = 1_500)]
    alt: String,
}

/// Upload a picture, for a tweet to be written within a day
#[utoipa::path(
    post, path = "/api/media", tag = "media", request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 201, description = "The picture; its id goes into a tweet's `media`.", body = Media)),
)]
pub(super) async fn upload_media(
    State(state): State<AppState>,
    Auth(who): Auth,
    Parts(parts): Parts,
) -> Result<(StatusCode, Json<Media>), ApiError> {
    let (stored, alt) = receive(&state, parts, Purpose::Attachment).await?;
    let added = state.service.add_upload(who.account, as_upload(&stored, alt)).await;
    let media = kept_if(&state, &stored, added).await?;
    Ok((StatusCode::CREATED, Json(Media::of(&media, state.service.addresses()))))
}

/// Describe one of your uploads, before or after it is shown
#[utoipa::path(patch, path = "/api/media/{mediaId}", tag = "media", params(OfMedia), responses((status = 200, description = "The described picture.", body = Media)))]
pub(super) async fn describe_media(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfMedia>,
    Json(description): Json<Description>,
) -> Answer<Media> {
    let media = state.service.describe_upload(who.account, at.media_id, &description.alt).await?;
    Ok(Json(Media::of(&media, state.service.addresses())))
}

/// Set your avatar; its middle square is kept
#[utoipa::path(
    put, path = "/api/users/me/avatar", tag = "media", request_body(content = Picture, content_type = "multipart/form-data"),
    responses((status = 200, description = "The changed account.", body = CurrentUser)),
)]
pub(super) async fn set_avatar(
    State(state): State<AppState>,
    Auth(who): Auth,
    Parts(parts): Parts,
) -> Answer<CurrentUser> {
    let stored = receive_one(&state, parts, Purpose::Avatar).await?;
    let avatar = Some(Some(stored.image.key.to_string()));
    let changed = change(&state, &who, ProfileChanges { avatar, ..ProfileChanges::default() }).await;
    Ok(kept_if(&state, &stored, changed).await?)
}

/// Take your avatar away
#[utoipa::path(delete, path = "/api/users/me/avatar", tag = "media", responses((status = 200, description = "The changed account.", body = CurrentUser)))]
pub(super) async fn remove_avatar(State(state): State<AppState>, Auth(who): Auth) -> Answer<CurrentUser> {
    Ok(change(&state, &who, ProfileChanges { avatar: Some(None), ..ProfileChanges::default() }).await?)
}

/// Set the picture on top of your profile
#[utoipa::path(
    put, path = "/api/users/me/header", tag = "media", request_body(content = Picture, content_type = "multipart/form-data"),
    responses((status = 200, description = "The changed account.", body = CurrentUser)),
)]
pub(super) async fn set_header(
    State(state): State<AppState>,
    Auth(who): Auth,
    Parts(parts): Parts,
) -> Answer<CurrentUser> {
    let stored = receive_one(&state, parts, Purpose::Header).await?;
    let header = Some(Some(stored.image.key.to_string()));
    let changed = change(&state, &who, ProfileChanges { header, ..ProfileChanges::default() }).await;
    Ok(kept_if(&state, &stored, changed).await?)
}

/// Take the picture on top of your profile away
#[utoipa::path(delete, path = "/api/users/me/header", tag = "media", responses((status = 200, description = "The changed account.", body = CurrentUser)))]
pub(super) async fn remove_header(State(state): State<AppState>, Auth(who): Auth) -> Answer<CurrentUser> {
    Ok(change(&state, &who, ProfileChanges { header: Some(None), ..ProfileChanges::default() }).await?)
}

/// Stores a picture of a profile, which has no small version: the picture itself is small.
async fn receive_one(state: &AppState, parts: Multipart, purpose: Purpose) -> Result<Stored> {
    let (stored, _) = receive(state, parts, purpose).await?;
    remove(state, &stored.thumb.key).await;
    Ok(stored)
}

/// Changes a profile's pictures and removes the files of those that no longer hang on it.
async fn change(state: &AppState, who: &SignedIn, changes: ProfileChanges) -> Result<Json<CurrentUser>> {
    let (_, orphans) = state.service.update_profile(who.account, changes).await?;
    for key in orphans.iter().filter_map(|key| key.parse::<Key>().ok()) {
        remove(state, &key).await;
    }
    super::me::current(state, who.account).await
}

/// The result, and when it is a refusal no files of it.
async fn kept_if<T>(state: &AppState, stored: &Stored, result: Result<T>) -> Result<T> {
    if result.is_err() {
        remove(state, &stored.image.key).await;
        remove(state, &stored.thumb.key).await;
    }
    result
}

/// A file that cannot be removed costs disk and harms nobody: it is told in the log only.
async fn remove(state: &AppState, key: &Key) {
    if let Err(error) = state.media.remove(key).await {
        tracing::warn!(media.key = %key, media.error = %error, "a file that nobody needs stays");
    }
}

/// The parts of a multipart body.
pub(super) struct Parts(Multipart);

impl FromRequest<AppState> for Parts {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        Multipart::from_request(request, state).await.map(Self).map_err(|_| {
            let detail = "send the body as multipart/form-data and say so in Content-Type";
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
        })
    }
}

/// Reads the parts `file` and `alt`, in any order, and stores the picture.
async fn receive(state: &AppState, mut parts: Multipart, purpose: Purpose) -> Result<(Stored, String)> {
    let mut stored = None;
    let read = read_parts(state, &mut parts, purpose, &mut stored).await;
    let alt = match (&stored, read) {
        (Some(stored), refused @ Err(_)) => kept_if(state, stored, refused).await?,
        (_, read) => read?,
    };
    let missing = || Error::invalid("file", "missing", "send the picture in a part with the name file");
    Ok((stored.ok_or_else(missing)?, alt))
}

async fn read_parts(
    state: &AppState,
    parts: &mut Multipart,
    purpose: Purpose,
    stored: &mut Option<Stored>,
) -> Result<String> {
    let mut alt = String::new();
    for _ in 0..MAX_PARTS {
        let Some(field) = parts.next_field().await.map_err(broken)? else { return Ok(alt) };
        match field.name() {
            Some("file") if stored.is_none() => {
                *stored = Some(state.media.accept_image(field, purpose).await?);
            }
            Some("alt") => alt = text(field).await?,
            _ => {}
        }
    }
    Err(Error::invalid("file", "too_many", format!("send at most {} parts", MAX_PARTS - 1)))
}

/// The text of a part, of which no more is read than a description may have.
async fn text(mut field: Field<'_>) -> Result<String> {
    const MAX_BYTES: usize = 4 * limits::ALT_TEXT_MAX;
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MAX_BYTES {
            let detail = format!("a description has at most {} characters", limits::ALT_TEXT_MAX);
            return Err(Error::invalid("alt", "too_long", detail));
        }
    }
    String::from_utf8(bytes).map_err(|_| Error::invalid("alt", "bad_utf8", "a description is UTF-8 text"))
}

fn broken(_: MultipartError) -> Error {
    Error::invalid("file", "bad_multipart", "the parts of the body cannot be told apart")
}

fn as_upload(stored: &Stored, alt: String) -> tweet::Media {
    let (image, thumb) = (&stored.image, &stored.thumb);
    let kind = if image.key.kind() == ImageKind::Gif { "gif" } else { "image" };
    tweet::Media {
        id: MediaId::default(),
        account: AccountId::default(),
        tweet: None,
        kind: kind.to_owned(),
        mime: image.key.kind().mime().to_owned(),
        file_key: Some(image.key.to_string()),
        thumb_key: Some(thumb.key.to_string()),
        remote_url: None,
        alt,
        width: i64::from(image.width),
        height: i64::from(image.height),
        thumb_width: i64::from(thumb.width),
        thumb_height: i64::from(thumb.height),
        blurhash: Some(stored.blurhash.clone()),
        size_bytes: i64::try_from(image.size).unwrap_or(i64::MAX),
    }
}
