//! Taking in what somebody uploads, whatever it is, and making films and sounds of it.

use std::io;
use std::path::Path;

use bytes::Bytes;
use futures_util::Stream;
use tokio::io::AsyncReadExt as _;

use super::film::{Films, Probe};
use super::sniff::{Container, ImageKind, container_of};
use super::upload::{HEAD_BYTES, TempUpload};
use super::{FileKind, Key, Media, MediaError, Purpose, StoredImage, Unclaimed, counted, process};
use crate::clock::Millis;

/// An uploaded file that was taken in.
#[derive(Debug)]
pub enum Taken {
    /// An image, ready.
    Image(Unclaimed),
    /// A film or sound as it came, to be worked on.
    Film(Unclaimed<Original>),
}

impl Taken {
    /// Removes the files now.
    pub async fn discard(self) {
        match self {
            Self::Image(image) => image.discard().await,
            Self::Film(film) => film.discard().await,
        }
    }
}

/// A film or sound as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its address, under which nobody is served.
    pub key: Key,
    /// Its length in bytes.
    pub size: u64,
    /// What it says of itself.
    pub probe: Probe,
}

/// A film or sound that is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFilm {
    /// The file; a sound has no pixels.
    pub file: StoredImage,
    /// A small still picture of a film, and what to show until it is there.
    pub still: Option<(StoredImage, String)>,
    /// How long it lasts.
    pub duration_ms: Millis,
    /// Whether there is anything to hear.
    pub sounds: bool,
}

impl Media {
    /// Takes an uploaded image, film or sound in. Its files are durable when this returns; none is there when it fails
    /// or is given up.
    pub async fn accept<S, E>(&self, stream: S) -> Result<Taken, MediaError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let Some(films) = &self.films else {
            return self.accept_image(stream, Purpose::Attachment).await.map(Taken::Image);
        };
        let upload = self.uploads.receive(stream, self.image_max_bytes.max(films.max_bytes())).await?;
        let head = upload.head().await.map_err(MediaError::storage)?;
        match container_of(&head) {
            Some(_) if upload.size() > films.max_bytes() => {
                Err(MediaError::TooBig { limit_bytes: films.max_bytes() })
            }
            Some(container) => self.keep_original(films, &upload, container).await.map(Taken::Film),
            None if upload.size() > self.image_max_bytes => {
                Err(MediaError::TooBig { limit_bytes: self.image_max_bytes })
            }
            None => {
                let work = move || {
                    let bytes = upload.read().map_err(MediaError::storage)?;
                    drop(upload);
                    process(&bytes, Purpose::Attachment)
                };
                let kept = self.process_and_keep(work).await.map_err(|refused| match refused {
                    MediaError::UnsupportedType { found } => MediaError::UnsupportedFile { found },
                    other => other,
                });
                counted(kept).map(Taken::Image)
            }
        }
    }

    async fn keep_original(
        &self,
        films: &Films,
        upload: &TempUpload,
        container: Container,
    ) -> Result<Unclaimed<Original>, MediaError> {
        let probe = films.probe(upload.path(), container).await?;
        let key = Key::random(FileKind::Original)?;
        let original = Original { key: key.clone(), size: upload.size(), probe };
        // The guard first: a copy that is given up in the middle goes too.
        let kept = Unclaimed::of(self.store.clone(), original, vec![key]);
        self.store.put_file(&kept.key, upload.path()).await?;
        Ok(kept)
    }

    /// Makes a film or sound of what is kept under `key`: an upload, or a moving GIF of ours.
    /// [`MediaError::UnsupportedType`] without ffmpeg.
    pub async fn make_film(&self, key: &Key) -> Result<Unclaimed<StoredFilm>, MediaError> {
        let films = self.films.as_ref().ok_or(MediaError::UnsupportedType { found: "a film or sound" })?;
        let workshop = self.uploads.workshop().await?;
        let source = workshop.file("source");
        self.store.copy_to(key, &source).await?;
        let container = match key.kind() {
            FileKind::Image(ImageKind::Gif) => Container::Gif,
            _ => container_of(&head_of(&source).await.map_err(MediaError::storage)?)
                .ok_or(MediaError::BrokenFilm)?,
        };
        let made = films.make(&source, container, workshop.path()).await?;
        let still = match made.still {
            Some(path) => {
                let work =
                    move || process(&std::fs::read(path).map_err(MediaError::storage)?, Purpose::Attachment);
                Some(self.process_and_keep(work).await?)
            }
            None => None,
        };
        let key = Key::random(made.kind)?;
        let size = tokio::fs::metadata(&made.file).await.map_err(MediaError::storage)?.len();
        let file = StoredImage { key: key.clone(), size, width: made.width, height: made.height };
        let film = StoredFilm { file, still: None, duration_ms: made.duration_ms, sounds: made.sounds };
        let kept = Unclaimed::of(self.store.clone(), film, vec![key]);
        self.store.put_file(&kept.file.key, &made.file).await?;
        let Some(still) = still else { return Ok(kept) };
        let (thumb, blurhash) = still.claim_thumb().await;
        let mut film = kept.claim();
        let doomed = vec![film.file.key.clone(), thumb.key.clone()];
        film.still = Some((thumb, blurhash));
        Ok(Unclaimed::of(self.store.clone(), film, doomed))
    }
}

/// The first bytes of a file.
pub(super) async fn head_of(file: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    tokio::fs::File::open(file).await?.take(HEAD_BYTES).read_to_end(&mut head).await?;
    Ok(head)
}
