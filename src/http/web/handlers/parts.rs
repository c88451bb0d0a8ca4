//! A form with files, read part by part as it arrives.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::media::{ImageKind, Key, MediaError, Purpose, Stored};
use crate::model::ids::{AccountId, MediaId};
use crate::model::tweet;

/// Parts of one form: the largest of ours has about thirty.
const MAX_PARTS: usize = 96;

/// The parts of a multipart body; 415 for another type.
pub(in crate::http::web) struct Parts(Multipart);

impl FromRequest<AppState> for Parts {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        Multipart::from_request(request, state).await.map(Self).map_err(|_| {
            let detail = "send the body as multipart/form-data and say so in Content-Type";
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
        })
    }
}

/// What a form with files said. Its files are stored, or refused one by one.
#[derive(Default)]
pub(super) struct Posted {
    texts: Vec<(String, String)>,
    files: Vec<(String, Result<Stored, MediaError>)>,
}

impl Posted {
    /// Reads all parts. Files are taken where `purpose` says what they are for, once each; others are skipped.
    pub(super) async fn read(
        state: &AppState,
        Parts(mut parts): Parts,
        purpose: impl Fn(&str) -> Option<Purpose>,
    ) -> Result<Self> {
        let mut posted = Self::default();
        match posted.read_parts(state, &mut parts, purpose).await {
            Ok(()) => Ok(posted),
            Err(error) => {
                posted.discard(state).await;
                Err(error)
            }
        }
    }

    async fn read_parts(
        &mut self,
        state: &AppState,
        parts: &mut Multipart,
        purpose: impl Fn(&str) -> Option<Purpose>,
    ) -> Result<()> {
        let mut room = limits::BODY_MAX_BYTES;
        for _ in 0..MAX_PARTS {
            let Some(field) = parts.next_field().await.map_err(|error| broken(&error))? else {
                return Ok(());
            };
            let name = field.name().unwrap_or_default().to_owned();
            // An input without a file sends an empty name.
            let has_file = field.file_name().is_some_and(|name| !name.is_empty());
            match purpose(&name) {
                Some(purpose) if has_file && self.files.iter().all(|(taken, _)| *taken != name) => {
                    let taken = state.media.accept_image(field, purpose).await;
                    self.files.push((name, passing(taken)?));
                }
                None if !has_file => self.texts.push((name, text(field, &mut room).await?)),
                _ => {}
            }
        }
        Err(Error::invalid("form", "too_many", format!("a form has at most {MAX_PARTS} parts")))
    }

    /// What an input said; empty when it was not there.
    pub(super) fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(given, _)| given == name).map_or("", |(_, text)| text)
    }

    /// Whether an input was there: a checkbox that is ticked.
    pub(super) fn has(&self, name: &str) -> bool {
        self.texts.iter().any(|(given, _)| given == name)
    }

    /// Takes the file of an input.
    pub(super) fn take_file(&mut self, name: &str) -> Option<Result<Stored, MediaError>> {
        let at = self.files.iter().position(|(given, _)| given == name)?;
        Some(self.files.swap_remove(at).1)
    }

    /// Removes the files that nobody took.
    pub(super) async fn discard(self, state: &AppState) {
        for stored in self.files.into_iter().filter_map(|(_, file)| file.ok()) {
            remove(state, &stored.image.key).await;
            remove(state, &stored.thumb.key).await;
        }
    }
}

/// Removes a file. One that cannot be removed costs disk and harms nobody: it is told in the log only.
pub(super) async fn remove(state: &AppState, key: &Key) {
    if let Err(error) = state.media.remove(key).await {
        tracing::warn!(media.key = %key, media.error = %error, "a file that nobody needs stays");
    }
}

/// A stored picture as the row of an upload.
pub(super) fn as_upload(stored: &Stored) -> tweet::Media {
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
        alt: String::new(),
        width: i64::from(image.width),
        height: i64::from(image.height),
        thumb_width: i64::from(thumb.width),
        thumb_height: i64::from(thumb.height),
        blurhash: Some(stored.blurhash.clone()),
        size_bytes: i64::try_from(image.size).unwrap_or(i64::MAX),
    }
}

/// A refused file is the form's matter; overload and our own faults end the request.
fn passing(taken: Result<Stored, MediaError>) -> Result<Result<Stored, MediaError>> {
    match taken {
        Err(error @ (MediaError::Busy | MediaError::Storage(_) | MediaError::Interrupted(_))) => {
            Err(error.into())
        }
        taken => Ok(taken),
    }
}

/// The text of a part. Bytes that are not UTF-8 become replacement characters, as in other forms.
async fn text(mut field: Field<'_>, room: &mut usize) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
        let Some(left) = room.checked_sub(piece.len()) else {
            return Err(Error::invalid("form", "too_long", "the texts of the form are too long"));
        };
        *room = left;
        bytes.extend_from_slice(&piece);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn broken(error: &MultipartError) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Error::invalid("form", "too_large", "the files are too big together");
    }
    Error::invalid("form", "bad_multipart", "the parts of the form cannot be told apart")
}
