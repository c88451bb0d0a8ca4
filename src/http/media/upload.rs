//! Taking pictures, films and sounds in from forms, for the API and the pages alike.
//!
//! A part of a form streams through the media room ([`crate::media`]) into the store. Every refusal leaves no file
//! behind, also when the picture was fine and what came after it was not: files that nobody claims remove themselves
//! ([`Unclaimed`]), claimed ones are given back ([`remove_files`]).

use crate::error::{Error, Result};
use crate::http::extract::{Multipart, Part};
use crate::http::state::AppState;
use crate::media::{FileKind, ImageKind, Key, Original, Purpose, Shown, Stored};
pub use crate::media::{Taken, Unclaimed};
use crate::model::account::Account;
use crate::model::attachment::{Focus, MediaState};
use crate::model::ids::{AccountId, MediaId};
use crate::model::tweet::Media;
use crate::service::{Description, ProfileChanges, Thumb};

/// Takes in an avatar or a header: one file, whose key is for [`change_profile`].
pub async fn accept_picture(state: &AppState, part: Part<'_>, purpose: Purpose) -> Result<String> {
    Ok(receive(state, part, purpose).await?.claim_image().await.key.to_string())
}

/// Stores a picture and its small version, of which no row knows yet.
pub async fn receive(state: &AppState, part: Part<'_>, purpose: Purpose) -> Result<Unclaimed> {
    Ok(state.media.accept_image(part.into_stream(), purpose).await?)
}

/// Stores whatever may be attached to a tweet, of which no row knows yet.
pub async fn accept(state: &AppState, part: Part<'_>) -> Result<Taken> {
    Ok(state.media.accept(part.into_stream()).await?)
}

/// What a form that uploads something says.
#[derive(Debug)]
pub struct Upload {
    /// The file.
    pub file: Taken,
    /// Its description.
    pub alt: String,
    /// What stays to be seen of it.
    pub focus: Option<Focus>,
    /// A small picture for it.
    pub thumbnail: Option<Unclaimed>,
}

/// What is there of a form that is being read.
#[derive(Debug, Default)]
struct Parts {
    file: Option<Taken>,
    alt: String,
    focus: Option<Focus>,
    thumbnail: Option<Unclaimed>,
}

impl Parts {
    async fn discard(self) {
        if let Some(file) = self.file {
            file.discard().await;
        }
        if let Some(thumbnail) = self.thumbnail {
            thumbnail.discard().await;
        }
    }
}

/// Takes in the part `file` of a form, with the part named `alt` as its description, `focus` and `thumbnail`, in any
/// order.
pub async fn receive_described(state: &AppState, form: &mut Multipart, alt: &'static str) -> Result<Upload> {
    let mut parts = Parts::default();
    match read_described(state, form, alt, &mut parts).await {
        Ok(()) => match parts {
            Parts { file: Some(file), alt, focus, thumbnail } => Ok(Upload { file, alt, focus, thumbnail }),
            without => {
                without.discard().await;
                Err(missing("file"))
            }
        },
        Err(refused) => {
            parts.discard().await;
            Err(refused)
        }
    }
}

async fn read_described(
    state: &AppState,
    form: &mut Multipart,
    alt: &'static str,
    parts: &mut Parts,
) -> Result<()> {
    while let Some(part) = form.next().await? {
        match part.name() {
            "file" if parts.file.is_none() => parts.file = Some(accept(state, part).await?),
            "thumbnail" if part.nothing_chosen() => {}
            "thumbnail" if parts.thumbnail.is_none() => {
                let taken = receive(state, part, Purpose::Attachment).await;
                parts.thumbnail = Some(taken.map_err(about_thumbnail)?);
            }
            "focus" => parts.focus = Focus::parse(&part.text("focus").await?)?,
            name if name == alt => parts.alt = part.text(alt).await?,
            _ => {}
        }
    }
    Ok(())
}

fn about_thumbnail(error: Error) -> Error {
    match error {
        Error::Invalid { code, message, .. } => Error::invalid("thumbnail", code, message),
        other => other,
    }
}

/// Makes what was stored an upload of `account`'s; refused, its files are gone.
pub async fn add_upload(state: &AppState, account: AccountId, upload: Upload) -> Result<Media> {
    // Claimed first: when the caller goes away meanwhile, the row may still be written.
    let mut media = match upload.file {
        Taken::Image(picture) => as_upload(account, &picture.claim(), state.media.films().is_some()),
        Taken::Film(film) => as_waiting(account, &film.claim()),
    };
    let mut unused = Vec::new();
    if let Some(thumbnail) = upload.thumbnail {
        let thumb = claimed_thumb(thumbnail).await;
        unused.extend(media.thumb_key.replace(thumb.key));
        (media.thumb_width, media.thumb_height) = (thumb.width, thumb.height);
        media.blurhash = Some(thumb.blurhash);
    }
    let (alt, focus) = (upload.alt, upload.focus);
    let files: Vec<String> = media.file_key.iter().chain(&media.thumb_key).cloned().collect();
    let added = state.service.add_upload(account, Media { alt, focus, ..media }).await;
    if added.is_err() {
        unused.extend(files);
    }
    remove_files(state, unused).await;
    added
}

/// The small version of a picture as the small picture of something else.
async fn claimed_thumb(picture: Unclaimed) -> Thumb {
    let (thumb, blurhash) = picture.claim_thumb().await;
    let (width, height) = (i64::from(thumb.width), i64::from(thumb.height));
    Thumb { key: thumb.key.to_string(), width, height, blurhash }
}

/// Says anew what there is to say of an upload; a small picture for it may come along.
pub async fn describe(
    state: &AppState,
    account: AccountId,
    id: MediaId,
    (mut new, thumbnail): (Description, Option<Unclaimed>),
) -> Result<Media> {
    if let Some(thumbnail) = thumbnail {
        new.thumb = Some(claimed_thumb(thumbnail).await);
    }
    let thumb = new.thumb.as_ref().map(|thumb| thumb.key.clone());
    match state.service.describe_upload(account, id, new).await {
        Ok((media, unused)) => {
            remove_files(state, unused.into_iter().collect()).await;
            Ok(media)
        }
        Err(refused) => {
            remove_files(state, thumb.into_iter().collect()).await;
            Err(refused)
        }
    }
}

/// Takes in the part named `thumbnail` of a form, and those of its texts that have these names.
pub async fn receive_thumbnail(
    state: &AppState,
    form: &mut Multipart,
    names: &[&str],
) -> Result<(Vec<(String, String)>, Option<Unclaimed>)> {
    let (mut texts, mut thumbnail) = (Vec::new(), None);
    while let Some(part) = form.next().await? {
        let name = part.name().to_owned();
        if name == "thumbnail" && !part.nothing_chosen() && thumbnail.is_none() {
            thumbnail = Some(receive(state, part, Purpose::Attachment).await.map_err(about_thumbnail)?);
        } else if names.contains(&name.as_str()) {
            texts.push((name, part.text("body").await?));
        }
    }
    Ok((texts, thumbnail))
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

/// A picture; where there are films, a moving GIF becomes one.
fn as_upload(account: AccountId, stored: &Stored, films: bool) -> Media {
    let Stored { image, thumb, blurhash } = stored;
    let kind = image.key.kind();
    let (word, state) = match kind {
        FileKind::Image(ImageKind::Gif) if films => ("gifv", MediaState::Waiting),
        FileKind::Image(ImageKind::Gif) => ("gif", MediaState::Ready),
        _ => ("image", MediaState::Ready),
    };
    Media {
        id: MediaId::default(),
        account,
        tweet: None,
        kind: word.to_owned(),
        state,
        mime: kind.mime().to_owned(),
        file_key: Some(image.key.to_string()),
        thumb_key: Some(thumb.key.to_string()),
        remote_url: None,
        width: i64::from(image.width),
        height: i64::from(image.height),
        thumb_width: i64::from(thumb.width),
        thumb_height: i64::from(thumb.height),
        blurhash: Some(blurhash.clone()),
        size_bytes: i64::try_from(image.size).unwrap_or(i64::MAX),
        ..Default::default()
    }
}

/// A film or sound that is still to be worked on.
fn as_waiting(account: AccountId, film: &Original) -> Media {
    Media {
        account,
        kind: match film.probe.shown {
            Shown::Film => "video",
            Shown::Sound => "audio",
        }
        .to_owned(),
        mime: FileKind::Original.mime().to_owned(),
        state: MediaState::Waiting,
        file_key: Some(film.key.to_string()),
        width: i64::from(film.probe.width),
        height: i64::from(film.probe.height),
        duration_ms: film.probe.duration_ms,
        size_bytes: i64::try_from(film.size).unwrap_or(i64::MAX),
        ..Media::default()
    }
}
