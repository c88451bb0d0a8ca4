//! Taking pictures in from forms, for the API and the pages alike.
//!
//! A part of a form streams through the media room ([`crate::media`]) into the store. Every refusal leaves no file
//! behind, also when the picture was fine and what came after it was not: files that nobody claims remove themselves
//! ([`Unclaimed`]), claimed ones are given back ([`remove_files`]).

use crate::error::{Error, Result};
use crate::http::extract::{Multipart, Part};
use crate::http::state::AppState;
pub use crate::media::Unclaimed;
use crate::media::{ImageKind, Key, Purpose, Stored};
use crate::model::account::Account;
use crate::model::ids::{AccountId, MediaId};
use crate::model::tweet::Media;
use crate::service::ProfileChanges;

/// Takes in an avatar or a header: one file, whose key is for [`change_profile`].
pub async fn accept_picture(state: &AppState, part: Part<'_>, purpose: Purpose) -> Result<String> {
    Ok(receive(state, part, purpose).await?.claim_image().await.key.to_string())
}

/// Stores a picture and its small version, of which no row knows yet.
pub async fn receive(state: &AppState, part: Part<'_>, purpose: Purpose) -> Result<Unclaimed> {
    Ok(state.media.accept_image(part.into_stream(), purpose).await?)
}

/// Takes in the part `file` of a form, with the part named `alt` as its description, in any order.
pub async fn receive_described(
    state: &AppState,
    form: &mut Multipart,
    alt: &'static str,
) -> Result<(Unclaimed, String)> {
    let mut picture = None;
    match (read_described(state, form, alt, &mut picture).await, picture) {
        (Ok(text), Some(picture)) => Ok((picture, text)),
        (Ok(_), None) => Err(missing("file")),
        (Err(refused), picture) => {
            if let Some(picture) = picture {
                picture.discard().await;
            }
            Err(refused)
        }
    }
}

async fn read_described(
    state: &AppState,
    form: &mut Multipart,
    alt: &'static str,
    picture: &mut Option<Unclaimed>,
) -> Result<String> {
    let mut text = String::new();
    while let Some(part) = form.next().await? {
        match part.name() {
            "file" if picture.is_none() => *picture = Some(receive(state, part, Purpose::Attachment).await?),
            name if name == alt => text = part.text(alt).await?,
            _ => {}
        }
    }
    Ok(text)
}

/// Makes a stored picture an upload of `account`'s; refused, its files are gone.
pub async fn add_upload(
    state: &AppState,
    account: AccountId,
    picture: Unclaimed,
    alt: &str,
) -> Result<Media> {
    // Claimed first: when the caller goes away meanwhile, the row may still be written.
    let stored = picture.claim();
    let added = state.service.add_upload(account, as_upload(account, &stored, alt)).await;
    if added.is_err() {
        remove_files(state, vec![stored.image.key.to_string(), stored.thumb.key.to_string()]).await;
    }
    added
}

/// Changes a profile and removes the pictures that no longer hang on it; when the change is refused, the new ones.
pub async fn change_profile(state: &AppState, id: AccountId, changes: ProfileChanges) -> Result<Account> {
    let new: Vec<String> =
        [&changes.avatar, &changes.header].into_iter().flatten().flatten().cloned().collect();
    let changed = state.service.update_profile(id, changes).await;
    let (answer, unused) = match changed {
        Ok((account, orphans)) => (Ok(account), orphans),
        Err(refused) => (Err(refused), new),
    };
    remove_files(state, unused).await;
    answer
}

/// Removes files that nothing names any more. One that cannot be removed costs disk and harms nobody: it is told
/// in the log only.
pub async fn remove_files(state: &AppState, keys: Vec<String>) {
    for key in keys.iter().filter_map(|key| key.parse::<Key>().ok()) {
        if let Err(error) = state.media.remove(&key).await {
            tracing::warn!(media.key = %key, media.error = %error, "a file that nothing names stays");
        }
    }
}

/// 422: the form has no part of this name.
pub fn missing(name: &'static str) -> Error {
    Error::invalid(name, "missing", format!("send the picture as a part named {name}"))
}

fn as_upload(account: AccountId, stored: &Stored, alt: &str) -> Media {
    let Stored { image, thumb, blurhash } = stored;
    let kind = image.key.kind();
    Media {
        id: MediaId::default(),
        account,
        tweet: None,
        kind: if kind == ImageKind::Gif { "gif" } else { "image" }.to_owned(),
        mime: kind.mime().to_owned(),
        file_key: Some(image.key.to_string()),
        thumb_key: Some(thumb.key.to_string()),
        remote_url: None,
        alt: alt.to_owned(),
        width: i64::from(image.width),
        height: i64::from(image.height),
        thumb_width: i64::from(thumb.width),
        thumb_height: i64::from(thumb.height),
        blurhash: Some(blurhash.clone()),
        size_bytes: i64::try_from(image.size).unwrap_or(i64::MAX),
    }
}
