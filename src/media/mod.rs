//! Media: take images, films and sounds in, make them safe and small, keep them, hand them out. A door to the outside;
//! no SQL, no HTTP.
//!
//! The way of an image: bytes stream into a temporary file under a limit ([`UploadFolder`]), the kind is told by
//! content ([`sniff`]), a bounded [`Crew`] decodes and re-encodes it without metadata ([`process`]), and
//! [`MediaStore`] keeps the picture and its thumbnail under random [`Key`]s. [`CacheIndex`] says which copies of
//! remote media to drop when their budget is used up.
//!
//! The way of a film or sound, where there is ffmpeg ([`Films`]): it is looked at and kept as it came, which nobody is
//! served; later [`Media::make_film`] makes of it what browsers play. A moving GIF goes the same way, from the copy that
//! was made of it as an image.
//!
//! AVIF, HEIC and SVG are refused with [`MediaError::UnsupportedType`], which says what is allowed; without ffmpeg so
//! are films and sounds.
//!
//! # How the HTTP floor serves a file
//!
//! Everything here was made by somebody else's will, so that it is never served as anything but what it was made into:
//!
//! - the path is parsed as a [`Key`]; what does not parse is 404, like a file that is not there;
//! - `Content-Type` is [`FileKind::mime`] of the key's kind: our own table by extension, never what the sender
//!   claimed, never HTML or JSON; what was uploaded and is still worked on is 404 too;
//! - every answer carries [`SERVING_HEADERS`]: `X-Content-Type-Options: nosniff`, `Content-Security-Policy` that allows
//!   nothing but the film itself, in the page that browsers make around one, `Content-Disposition: inline`, and caching
//!   for ever, because a key's bytes never change;
//! - parts of a file may be asked for (`Range`).
//!
//! # What can be left over
//!
//! A caller that goes away before it claimed its files takes them along ([`Unclaimed`]). Only a crash between the
//! files and the row that names them leaves files without a row. They cannot be found by guessing; deleting them is a
//! matter of comparing the folder with the rows.

mod animation;
mod cache;
mod container;
mod decode;
mod encoded;
mod error;
mod file_kind;
mod film;
#[cfg(test)]
mod fixtures;
mod image;
mod intake;
mod shape;
mod sniff;
mod storage;
mod unclaimed;
mod upload;

pub use cache::CacheIndex;
pub use encoded::Encoded;
pub use error::MediaError;
pub use file_kind::FileKind;
#[cfg(test)]
pub(crate) use film::tests as film_tests;
pub use film::{FilmSettings, Films, Probe, Programs, Shown, find as find_programs};
pub use image::{MAX_INPUT_BYTES, Processed, Purpose, process};
pub use intake::{Original, StoredFilm, Taken};
pub use sniff::{Container, ImageKind, container_of, sniff};
pub use storage::{BadKey, Key, MediaStore, Part, StoredFile};
pub use unclaimed::Unclaimed;
pub use upload::{TempUpload, UploadFolder, Workshop};

use std::path::PathBuf;

use ::bytes::Bytes;
use futures_util::Stream;

use crate::clock::Clock;
use crate::crew::{Crew, Undone};
use crate::telemetry::metrics::MEDIA_PROCESSED_TOTAL;

/// The policy of a film or sound instead: in the page that browsers make around one, it may be played.
pub const PLAYED_POLICY: (&str, &str) = ("content-security-policy", "default-src 'none'; media-src 'self'");

/// The headers, besides `Content-Type` and `Content-Length`, of every stored file that is served.
pub const SERVING_HEADERS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'"),
    ("content-disposition", "inline"),
    ("cache-control", "public, max-age=31536000, immutable"),
];

/// Where media are kept and how much work may go on at once.
#[derive(Clone, Debug)]
pub struct MediaSettings {
    /// The instance's data folder; files go to `media`, unfinished uploads to `tmp` in it.
    pub data_dir: PathBuf,
    /// Threads that decode. Each may need up to 512 MiB for the largest image that is allowed.
    pub decode_threads: usize,
    /// Jobs that may wait for a thread before callers are told to come back later.
    pub decode_queue: usize,
    /// The largest image that is taken in, in bytes; never more than [`MAX_INPUT_BYTES`].
    pub image_max_bytes: u64,
    /// Films and sounds; `None` takes none.
    pub films: Option<FilmSettings>,
}

/// A stored image and its thumbnail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The picture.
    pub image: StoredImage,
    /// The small version.
    pub thumb: StoredImage,
    /// What to show until the picture is there.
    pub blurhash: String,
}

/// One file of a stored image; its media type is that of `key.kind()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImage {
    /// Its address.
    pub key: Key,
    /// Its length in bytes.
    pub size: u64,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

/// All of media behind one handle.
#[derive(Debug)]
pub struct Media {
    store: MediaStore,
    uploads: UploadFolder,
    decoders: Crew,
    image_max_bytes: u64,
    films: Option<Films>,
}

impl Media {
    /// Opens the folders, cleans up after a crash, and starts the decoders. Blocks shortly; for start-up.
    pub fn open(settings: &MediaSettings, clock: &Clock) -> Result<Self, MediaError> {
        let store = MediaStore::open_local(&settings.data_dir.join("media"))?;
        let uploads = UploadFolder::open(&settings.data_dir.join("tmp"), clock.now_ms())
            .map_err(MediaError::storage)?;
        let decoders = Crew::start("media", settings.decode_threads, settings.decode_queue)
            .map_err(MediaError::storage)?;
        let image_max_bytes = settings.image_max_bytes.min(MAX_INPUT_BYTES);
        let films = settings.films.clone().map(Films::new);
        Ok(Self { store, uploads, decoders, image_max_bytes, films })
    }

    /// Films and sounds, where they are taken.
    pub fn films(&self) -> Option<&Films> {
        self.films.as_ref()
    }

    /// Bytes of the largest image that is taken in.
    pub fn image_max_bytes(&self) -> u64 {
        self.image_max_bytes
    }

    /// Takes an uploaded image in. Both files are durable when this returns; none is there when it fails or is given
    /// up.
    pub async fn accept_image<S, E>(&self, stream: S, purpose: Purpose) -> Result<Unclaimed, MediaError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let limit = self.image_max_bytes.min(purpose.max_bytes());
        let upload = match self.uploads.receive(stream, limit).await {
            Ok(upload) => upload,
            Err(refused) => return counted(Err(refused)),
        };
        let work = move || {
            let bytes = upload.read().map_err(MediaError::storage)?;
            drop(upload);
            process(&bytes, purpose)
        };
        counted(self.process_and_keep(work).await)
    }

    /// Takes in an image that is in memory already, as the guarded client fetched it; like
    /// [`Media::accept_image`].
    pub async fn accept_bytes(&self, bytes: Bytes, purpose: Purpose) -> Result<Unclaimed, MediaError> {
        counted(self.process_and_keep(move || process(&bytes, purpose)).await)
    }

    /// Opens a file. [`MediaError::NotFound`] when there is none.
    pub async fn read(&self, key: &Key) -> Result<StoredFile, MediaError> {
        self.store.get(key).await
    }

    /// Opens a part of a file, which must have such a part.
    pub async fn read_part(&self, key: &Key, part: Part) -> Result<StoredFile, MediaError> {
        self.store.get_part(key, Some(part)).await
    }

    /// The length of a file in bytes.
    pub async fn size(&self, key: &Key) -> Result<u64, MediaError> {
        self.store.size(key).await
    }

    /// Removes a file; one that is not there is removed already.
    pub async fn remove(&self, key: &Key) -> Result<(), MediaError> {
        self.store.delete(key).await
    }

    /// How many images wait for a decoder, for a gauge.
    pub fn waiting(&self) -> usize {
        self.decoders.waiting()
    }

    async fn process_and_keep<F>(&self, work: F) -> Result<Unclaimed, MediaError>
    where
        F: FnOnce() -> Result<Processed, MediaError> + Send + 'static,
    {
        let made = decoded(self.decoders.run(work).await)?;
        let (image, image_bytes) = addressed(made.image)?;
        let (thumb, thumb_bytes) = addressed(made.thumb)?;
        let store = self.store.clone();
        // A task of its own: a file that is being written when the caller goes away is written to its end, and
        // removed by the guard that nobody takes.
        let keeping = tokio::spawn(async move {
            put_both(&store, (&image.key, image_bytes), (&thumb.key, thumb_bytes)).await?;
            Ok(Unclaimed::new(store, Stored { image, thumb, blurhash: made.blurhash }))
        });
        keeping.await.map_err(MediaError::storage)?
    }
}

async fn put_both(store: &MediaStore, first: (&Key, Bytes), second: (&Key, Bytes)) -> Result<(), MediaError> {
    store.put(first.0, first.1).await?;
    let Err(failed) = store.put(second.0, second.1).await else { return Ok(()) };
    if let Err(cause) = store.delete(first.0).await {
        tracing::warn!(media.key = %first.0, media.error = %cause, "a file without its thumbnail stays");
    }
    Err(failed)
}

/// What a decoder made. A panic in a codec refuses the image.
fn decoded(made: Result<Result<Processed, MediaError>, Undone>) -> Result<Processed, MediaError> {
    made.unwrap_or_else(|undone| match undone {
        Undone::Busy => Err(MediaError::Busy),
        Undone::Panicked => {
            tracing::warn!("a codec panicked on an image; the image was refused");
            Err(MediaError::BrokenImage)
        }
    })
}

/// Counts how it went with an image.
fn counted(result: Result<Unclaimed, MediaError>) -> Result<Unclaimed, MediaError> {
    let outcome = match &result {
        Ok(_) => "done",
        Err(MediaError::Busy | MediaError::Storage(_) | MediaError::NotFound) => "failed",
        Err(_) => "refused",
    };
    metrics::counter!(MEDIA_PROCESSED_TOTAL, "outcome" => outcome).increment(1);
    result
}

fn addressed(made: Encoded) -> Result<(StoredImage, Bytes), MediaError> {
    let key = Key::random(made.kind)?;
    let size = u64::try_from(made.bytes.len()).unwrap_or(u64::MAX);
    Ok((StoredImage { key, size, width: made.width, height: made.height }, made.bytes.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{TryStreamExt as _, stream};
    use std::fs;
    use std::path::Path;

    const MAX_BYTES: u64 = 1 << 20;

    fn open(folder: &Path) -> Media {
        let settings = MediaSettings {
            data_dir: folder.to_owned(),
            decode_threads: 1,
            decode_queue: 2,
            image_max_bytes: MAX_BYTES,
            films: None,
        };
        Media::open(&settings, &Clock::system()).unwrap()
    }

    fn in_pieces(bytes: &[u8]) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
        stream::iter(bytes.chunks(1_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect::<Vec<_>>())
    }

    /// Every file below a folder.
    fn files(folder: &Path) -> usize {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
    }

    #[tokio::test]
    async fn an_accepted_image_is_stored_with_its_thumbnail_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let media = open(folder.path());
        let photo = fixtures::jpeg(&fixtures::photo(800, 600));
        let stored = media.accept_image(in_pieces(&photo), Purpose::Attachment).await.unwrap();
        assert_eq!((stored.image.width, stored.image.height), (800, 600));
        assert_eq!((stored.thumb.width, stored.thumb.height), (400, 300));
        for image in [&stored.image, &stored.thumb] {
            let file = media.read(&image.key).await.unwrap();
            assert_eq!((file.kind, file.size), (ImageKind::Jpeg.into(), image.size));
            let bytes: Vec<Bytes> = file.body.try_collect().await.unwrap();
            let decoded = ::image::load_from_memory(&bytes.concat()).unwrap();
            assert_eq!((decoded.width(), decoded.height()), (image.width, image.height));
        }
        assert_eq!((files(&folder.path().join("media")), files(&folder.path().join("tmp"))), (2, 0));
        media.remove(&stored.image.key).await.unwrap();
        media.remove(&stored.thumb.key).await.unwrap();
        assert_eq!(media.read(&stored.image.key).await.unwrap_err().code(), "not_found");
        assert_eq!(files(folder.path()), 0);
    }

    #[tokio::test]
    async fn fetched_bytes_become_the_same_as_an_upload() {
        let folder = tempfile::tempdir().unwrap();
        let media = open(folder.path());
        let photo = fixtures::jpeg(&fixtures::photo(90, 60));
        let uploaded = media.accept_image(in_pieces(&photo), Purpose::Avatar).await.unwrap();
        let fetched = media.accept_bytes(photo.into(), Purpose::Avatar).await.unwrap();
        assert_eq!((&uploaded.blurhash, uploaded.image.size), (&fetched.blurhash, fetched.image.size));
        assert_ne!(uploaded.image.key, fetched.image.key);
    }

    #[tokio::test]
    async fn a_refused_file_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let media = open(folder.path());
        for (bytes, code) in [
            (b"<html>not an image</html>".to_vec(), "unsupported_type"),
            (b"\xFF\xD8\xFFbroken".to_vec(), "broken_image"),
            (vec![0; usize::try_from(MAX_BYTES).unwrap() + 1], "too_big"),
        ] {
            let refused = media.accept_image(in_pieces(&bytes), Purpose::Attachment).await.unwrap_err();
            assert_eq!(refused.code(), code);
            if code == "too_big" {
                continue; // Who fetched bytes has limited them already.
            }
            let refused = media.accept_bytes(bytes.into(), Purpose::Attachment).await.unwrap_err();
            assert_eq!(refused.code(), code);
        }
        assert_eq!(files(folder.path()), 0);
    }

    #[tokio::test]
    async fn a_panic_of_a_codec_refuses_the_image() {
        let crew = Crew::start("test", 1, 1).unwrap();
        let panicked = crew.run(|| panic!("a codec's bug")).await;
        assert_eq!(decoded(panicked).unwrap_err().code(), "broken_image");
        assert_eq!(decoded(Err(Undone::Busy)).unwrap_err().code(), "busy");
    }

    #[tokio::test]
    async fn what_nobody_claims_goes_also_when_it_is_given_up_in_the_middle() {
        let folder = tempfile::tempdir().unwrap();
        let media = open(folder.path());
        let photo = fixtures::jpeg(&fixtures::photo(90, 60));
        let kept = media.accept_bytes(photo.clone().into(), Purpose::Avatar).await.unwrap().claim();
        let dropped = media.accept_bytes(photo.clone().into(), Purpose::Avatar).await.unwrap();
        let key = dropped.thumb.key.clone();
        drop(dropped);
        for _ in 0..20 {
            let accept = media.accept_bytes(photo.clone().into(), Purpose::Avatar);
            drop(tokio::time::timeout(std::time::Duration::from_millis(3), accept).await);
        }
        let all_gone = async {
            while files(folder.path()) > 2 || media.decoders.waiting() > 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), all_gone).await.unwrap();
        assert!(media.read(&kept.image.key).await.is_ok() && media.read(&kept.thumb.key).await.is_ok());
        assert_eq!(media.read(&key).await.unwrap_err().code(), "not_found");
    }

    #[tokio::test]
    async fn when_the_thumbnail_cannot_be_stored_the_picture_is_removed_again() {
        let folder = tempfile::tempdir().unwrap();
        let media = open(folder.path());
        let first = Key::random(ImageKind::Jpeg).unwrap();
        let second: Key = "ff/ff/ffff0000000000000000000000000000.jpg".parse().unwrap();
        // A file where the second key's folder would be.
        fs::write(folder.path().join("media/ff"), b"in the way").unwrap();
        let (one, two) = (Bytes::from_static(b"1"), Bytes::from_static(b"2"));
        let put = put_both(&media.store, (&first, one), (&second, two)).await;
        assert_eq!(put.unwrap_err().code(), "internal");
        assert_eq!(media.read(&first).await.unwrap_err().code(), "not_found");
        assert_eq!(files(folder.path()), 1);
    }
}
