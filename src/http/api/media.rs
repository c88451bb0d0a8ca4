//! Pictures, films and sounds: uploading them for a tweet, describing them, and one's avatar and header.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Answer;
use super::paths::OfMedia;
use super::types::{CurrentUser, Media, Point};
use crate::error::Result;
use crate::http::extract::{Auth, Json, Multipart, Path};
use crate::http::media::upload;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::media::Purpose;
use crate::model::attachment::{Focus, MediaState, bad_focus};
use crate::service::{Description, ProfileChanges, SignedIn};

/// A picture, film or sound and what there is to say of it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the schema of a body that is read part by part")]
pub(super) struct Upload {
    /// The picture (JPEG, PNG, GIF or WebP), and where the server has ffmpeg, film or sound.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The description for those who cannot see it.
    #[schema(max_length = 1_500)]
    alt: Option<String>,
    /// The point that stays to be seen when it is cut: `x,y`, both from -1 (left, bottom) to 1 (right, top).
    #[schema(example = "0.25,-0.5")]
    focus: Option<String>,
    /// A small picture to show for it: JPEG, PNG, GIF or WebP.
    #[schema(value_type = Option<String>, format = Binary)]
    thumbnail: Option<Vec<u8>>,
}

/// A picture.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the schema of a body that is read part by part")]
pub(super) struct Picture {
    /// The picture: JPEG, PNG, GIF or WebP.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What there is to say of an upload; what is not sent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MediaDescription)]
pub(super) struct Words {
    /// The description for those who cannot see it.
    #[schema(max_length = 1_500)]
    alt: Option<String>,
    /// The point that stays to be seen when it is cut.
    focus: Option<Point>,
}

/// A small picture for something else.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the schema of a body that is read part by part")]
pub(super) struct Thumbnail {
    /// The picture: JPEG, PNG, GIF or WebP.
    #[schema(value_type = String, format = Binary)]
    thumbnail: Vec<u8>,
}

/// Upload a picture, film or sound, for a tweet to be written within a day
#[utoipa::path(
    post, path = "/api/media", tag = "media", request_body(content = Upload, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The picture; its id goes into a tweet's `media`.", body = Media),
        (status = 202, description = "A film or sound that is still worked on: ask for it until its `state` is `ready`.", body = Media),
    ),
)]
pub(super) async fn upload_media(
    State(state): State<AppState>,
    Auth(who): Auth,
    mut form: Multipart,
) -> Result<(StatusCode, Json<Media>), ApiError> {
    let upload = upload::receive_described(&state, &mut form, "alt").await?;
    let media = upload::add_upload(&state, who.account, upload).await?;
    let ready = media.state == MediaState::Ready;
    let status = if ready { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok((status, Json(Media::of(&media, state.service.addresses()))))
}

/// One of your uploads
#[utoipa::path(get, path = "/api/media/{mediaId}", tag = "media", params(OfMedia), responses((status = 200, description = "The picture.", body = Media)))]
pub(super) async fn get_media(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfMedia>,
) -> Answer<Media> {
    let media = state.service.upload(who.account, at.media_id).await?;
    Ok(Json(Media::of(&media, state.service.addresses())))
}

/// Describe one of your uploads, before or after it is shown
#[utoipa::path(patch, path = "/api/media/{mediaId}", tag = "media", params(OfMedia), responses((status = 200, description = "The described picture.", body = Media)))]
pub(super) async fn describe_media(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfMedia>,
    Json(words): Json<Words>,
) -> Answer<Media> {
    let focus = words.focus.map(|point| Focus::new(point.x, point.y).ok_or_else(bad_focus)).transpose()?;
    let new = Description { alt: words.alt, focus, thumb: None };
    let media = upload::describe(&state, who.account, at.media_id, (new, None)).await?;
    Ok(Json(Media::of(&media, state.service.addresses())))
}

/// Set the small picture of one of your uploads
#[utoipa::path(
    put, path = "/api/media/{mediaId}/thumbnail", tag = "media", params(OfMedia),
    request_body(content = Thumbnail, content_type = "multipart/form-data"),
    responses((status = 200, description = "The upload.", body = Media)),
)]
pub(super) async fn set_thumbnail(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfMedia>,
    mut form: Multipart,
) -> Answer<Media> {
    let (_, thumbnail) = upload::receive_thumbnail(&state, &mut form, &[]).await?;
    let thumbnail = thumbnail.ok_or_else(|| upload::missing("thumbnail"))?;
    let new = (Description::default(), Some(thumbnail));
    let media = upload::describe(&state, who.account, at.media_id, new).await?;
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
    mut form: Multipart,
) -> Answer<CurrentUser> {
    let avatar = Some(Some(receive_one(&state, &mut form, Purpose::Avatar).await?));
    Ok(change(&state, &who, ProfileChanges { avatar, ..ProfileChanges::default() }).await?)
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
    mut form: Multipart,
) -> Answer<CurrentUser> {
    let header = Some(Some(receive_one(&state, &mut form, Purpose::Header).await?));
    Ok(change(&state, &who, ProfileChanges { header, ..ProfileChanges::default() }).await?)
}

/// Take the picture on top of your profile away
#[utoipa::path(delete, path = "/api/users/me/header", tag = "media", responses((status = 200, description = "The changed account.", body = CurrentUser)))]
pub(super) async fn remove_header(State(state): State<AppState>, Auth(who): Auth) -> Answer<CurrentUser> {
    Ok(change(&state, &who, ProfileChanges { header: Some(None), ..ProfileChanges::default() }).await?)
}

async fn change(state: &AppState, who: &SignedIn, changes: ProfileChanges) -> Result<Json<CurrentUser>> {
    upload::change_profile(state, who.account, changes).await?;
    super::me::current(state, who.account).await
}

/// Takes in the part `file` as a picture of a profile; answers its key.
async fn receive_one(state: &AppState, form: &mut Multipart, purpose: Purpose) -> Result<String> {
    while let Some(part) = form.next().await? {
        if part.name() == "file" {
            return upload::accept_picture(state, part, purpose).await;
        }
    }
    Err(upload::missing("file"))
}
