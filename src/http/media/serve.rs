//! Handing pictures, films and sounds out: with the type that our own table says, as nothing else, to be kept for ever.
//! A part of one may be asked for (RFC 9110, 14.2), as players do.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE,
    RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::error::Error;
use crate::http::extract::{Path, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::media::{FileKind, Key, PLAYED_POLICY, Part, SERVING_HEADERS, StoredFile};
use crate::model::ids::{AccountId, MediaId, RowId};
use crate::service::remote_pictures::{RemotePicture, Size};

/// How long browsers keep the answer that a remote picture is not to be had: about as long as we remember it.
const UNAVAILABLE_CACHE: &str = "public, max-age=600";

/// How long browsers keep a remote emoji before they ask whether it is still the same.
const EMOJI_CACHE: &str = "public, max-age=86400";

/// What is asked of a remote picture.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// The version that its address was made with.
    #[serde(default)]
    v: String,
    #[serde(default)]
    size: Size,
}

/// One of our own files. The key is taken from the path as it stands: each has one spelling.
pub(super) async fn stored(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let key = uri.path().strip_prefix("/media/").unwrap_or_default();
    let key: Key = key.parse().map_err(|_| Error::NotFound("file"))?;
    if !key.kind().is_served() {
        return Err(Error::NotFound("file").into());
    }
    let Some(part) = wanted(&headers, &key) else {
        let file = state.media.read(&key).await.map_err(Error::from)?;
        return Ok(picture(&key, file, &headers));
    };
    let size = state.media.size(&key).await.map_err(Error::from)?;
    if !has_part(part, size) {
        let range = [(CONTENT_RANGE, format!("bytes */{size}"))];
        return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
    }
    let file = state.media.read_part(&key, part).await.map_err(Error::from)?;
    Ok(picture(&key, file, &headers))
}

/// The one part that is asked for, of the version that the client has. Several at once are answered by the whole file,
/// and so is what is not understood.
fn wanted(headers: &HeaderMap, key: &Key) -> Option<Part> {
    let of_version = headers.get(IF_RANGE).is_none_or(|version| version.as_bytes() == etag(key).as_bytes());
    let range = headers.get(RANGE).filter(|_| of_version)?.to_str().ok()?;
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    match (first.trim(), last.trim()) {
        ("", count) => count.parse().ok().map(Part::Last),
        (first, "") => first.parse().ok().map(Part::From),
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then_some(Part::Between(first, last.saturating_add(1)))
        }
    }
}

fn has_part(part: Part, size: u64) -> bool {
    match part {
        Part::Between(first, _) | Part::From(first) => first < size,
        Part::Last(count) => count > 0 && size > 0,
    }
}

fn etag(key: &Key) -> String {
    format!("\"{}\"", key.as_str().rsplit('/').next().unwrap_or_default())
}

/// A remote tweet's picture.
pub(super) async fn attachment(
    State(state): State<AppState>,
    Path(id): Path<MediaId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    remote(&state, RemotePicture::Attachment(id), &asked, &headers).await
}

/// A remote account's avatar.
pub(super) async fn avatar(
    State(state): State<AppState>,
    Path(id): Path<AccountId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    remote(&state, RemotePicture::Avatar(id), &asked, &headers).await
}

/// A remote account's header.
pub(super) async fn header(
    State(state): State<AppState>,
    Path(id): Path<AccountId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    remote(&state, RemotePicture::Header(id), &asked, &headers).await
}

/// A remote emoji, whose path stays when its picture changes: it is kept for a day.
pub(super) async fn emoji(
    State(state): State<AppState>,
    Path(id): Path<RowId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut response = remote(&state, RemotePicture::Emoji(id), &asked, &headers).await?;
    if response.status() != StatusCode::NOT_FOUND {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(EMOJI_CACHE));
    }
    Ok(response)
}

/// The picture of a linked page.
pub(super) async fn preview(
    State(state): State<AppState>,
    Path(id): Path<RowId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    remote(&state, RemotePicture::Preview(id), &asked, &headers).await
}

async fn remote(
    state: &AppState,
    which: RemotePicture,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    match state.pictures.open(which, &asked.v, asked.size).await {
        Ok((key, file)) => Ok(picture(&key, file, headers)),
        Err(error @ Error::NotFound(_)) => Ok(unavailable(&Problem::from(&error))),
        Err(error) => Err(error.into()),
    }
}

/// A problem that may be kept for a while, else a page full of dead pictures would ask for each at every look.
fn unavailable(problem: &Problem) -> Response {
    let mut response = (problem.status, axum::Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(UNAVAILABLE_CACHE));
    response
}

fn picture(key: &Key, file: StoredFile, asked: &HeaderMap) -> Response {
    let etag = etag(key);
    let length = file.part.end.saturating_sub(file.part.start);
    let mut response = if has(asked, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let described = [(CONTENT_TYPE, file.kind.mime().to_owned()), (CONTENT_LENGTH, length.to_string())];
        (described, Body::from_stream(file.body)).into_response()
    };
    if length < file.size && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let last = file.part.end.saturating_sub(1);
        let range = HeaderValue::try_from(format!("bytes {}-{last}/{}", file.part.start, file.size));
        response.headers_mut().extend(range.map(|range| (CONTENT_RANGE, range)));
    }
    let headers = response.headers_mut();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.extend(HeaderValue::try_from(etag).map(|etag| (ETAG, etag)));
    for (name, value) in SERVING_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !matches!(key.kind(), FileKind::Image(_)) {
        headers.insert(PLAYED_POLICY.0, HeaderValue::from_static(PLAYED_POLICY.1));
    }
    response
}

/// Whether the client says that it has this version already (RFC 9110, 13.1.2).
fn has(headers: &HeaderMap, etag: &str) -> bool {
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(','));
    tags.any(|tag| matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == etag)
}
