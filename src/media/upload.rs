//! Uploads on their way in: a stream of bytes into a temporary file, counted while it comes.
//!
//! A client that sends more than it may is stopped at the limit, not after it. The file is deleted when its guard
//! is dropped, however that happens; what a crash leaves behind is deleted at the next start. How long a sender
//! may take is the HTTP floor's business.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::{HOUR_MS, Millis};
use crate::media::error::MediaError;
use crate::secrets::random_bytes;

/// Uploads at the same time; with the size limit this bounds the disk that unfinished uploads take.
const MAX_UPLOADS: usize = 64;
/// A temporary file older than this belongs to no living upload, of this process or of another one.
const OLD_MS: Millis = HOUR_MS;
/// How temporary files' names begin; nothing else in the folder is touched.
const PREFIX: &str = "upload-";
/// Bytes that tell a kind of file.
pub(super) const HEAD_BYTES: u64 = 64;
/// Random bytes in a temporary file's name.
const NAME_BYTES: usize = 12;

/// The folder that uploads pass through.
#[derive(Debug)]
pub struct UploadFolder {
    path: PathBuf,
    slots: Arc<Semaphore>,
}

/// A received upload; its file is deleted when this is dropped.
#[derive(Debug)]
pub struct TempUpload {
    path: PathBuf,
    size: u64,
    _slot: OwnedSemaphorePermit,
}

impl UploadFolder {
    /// Opens the folder, made when missing, and deletes what uploads of more than an hour ago left in it.
    /// Blocks shortly; for start-up.
    pub fn open(path: &Path, now_ms: Millis) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let folder = Self { path: path.to_owned(), slots: Arc::new(Semaphore::new(MAX_UPLOADS)) };
        folder.delete_old(now_ms)?;
        Ok(folder)
    }

    /// Writes a stream into a temporary file. Stops reading, with [`MediaError::TooBig`], at the first piece that
    /// goes beyond `limit_bytes`; [`MediaError::Interrupted`] when the stream itself fails.
    pub async fn receive<S, E>(&self, stream: S, limit_bytes: u64) -> Result<TempUpload, MediaError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let slot = Arc::clone(&self.slots).try_acquire_owned().map_err(|_| MediaError::Busy)?;
        let random = random_bytes::<NAME_BYTES>()?;
        let path = self.path.join(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random)));
        // The guard first: whatever happens below, even the caller going away, the file does not stay.
        let mut upload = TempUpload { path, size: 0, _slot: slot };
        let mut file = tokio::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&upload.path)
            .await
            .map_err(MediaError::storage)?;
        let mut stream = pin!(stream);
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|cause| MediaError::Interrupted(cause.into()))?;
            upload.size = upload.size.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            if upload.size > limit_bytes {
                return Err(MediaError::TooBig { limit_bytes });
            }
            file.write_all(&piece).await.map_err(MediaError::storage)?;
        }
        file.flush().await.map_err(MediaError::storage)?;
        Ok(upload)
    }

    /// Makes an empty folder to work in.
    pub async fn workshop(&self) -> Result<Workshop, MediaError> {
        let random = random_bytes::<NAME_BYTES>()?;
        let path = self.path.join(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random)));
        tokio::fs::create_dir(&path).await.map_err(MediaError::storage)?;
        Ok(Workshop { path })
    }

    fn delete_old(&self, now_ms: Millis) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(PREFIX)
                && now_ms.saturating_sub(modified_ms(&entry)?) > OLD_MS
            {
                let folder = entry.file_type()?.is_dir();
                if folder { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
            }
        }
        Ok(())
    }
}

/// A folder to work in; it goes with all that is in it when this is dropped.
#[derive(Debug)]
pub struct Workshop {
    path: PathBuf,
}

impl Workshop {
    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if let Err(cause) = fs::remove_dir_all(&self.path) {
            tracing::warn!(media.error = %cause, "a temporary folder could not be deleted");
        }
    }
}

impl TempUpload {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its first bytes, by which its kind is told.
    pub async fn head(&self) -> io::Result<Vec<u8>> {
        super::intake::head_of(&self.path).await
    }

    /// How many bytes came.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads the file into memory. Blocks; for the decoders' threads.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        fs::read(&self.path)
    }
}

impl Drop for TempUpload {
    fn drop(&mut self) {
        match fs::remove_file(&self.path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(media.error = %cause, "a temporary upload could not be deleted");
            }
            _ => {}
        }
    }
}

fn modified_ms(entry: &fs::DirEntry) -> io::Result<Millis> {
    let since = entry.metadata()?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use futures_util::stream;
    use std::sync::atomic::{AtomicUsize, Ordering};

    type Piece = Result<Bytes, io::Error>;

    fn pieces(count: usize, size: usize) -> impl Iterator<Item = Piece> {
        (0..count).map(move |_| Ok(Bytes::from(vec![7; size])))
    }

    fn files(folder: &tempfile::TempDir) -> usize {
        fs::read_dir(folder.path()).unwrap().count()
    }

    fn open(folder: &tempfile::TempDir) -> UploadFolder {
        UploadFolder::open(folder.path(), Clock::system().now_ms()).unwrap()
    }

    #[tokio::test]
    async fn an_upload_is_there_while_its_guard_lives() {
        let folder = tempfile::tempdir().unwrap();
        let upload = open(&folder).receive(stream::iter(pieces(10, 100)), 1_000).await.unwrap();
        assert_eq!((upload.size(), upload.read().unwrap()), (1_000, vec![7; 1_000]));
        assert_eq!(files(&folder), 1);
        drop(upload);
        assert_eq!(files(&folder), 0);
    }

    #[tokio::test]
    async fn a_stream_beyond_the_limit_is_stopped_early_and_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let taken = AtomicUsize::new(0);
        let endless = stream::iter(pieces(usize::MAX, 1_000).inspect(|_| {
            taken.fetch_add(1, Ordering::Relaxed);
        }));
        let refused = open(&folder).receive(endless, 10_500).await.unwrap_err();
        assert_eq!((refused.code(), taken.into_inner()), ("too_big", 11));
        assert_eq!(files(&folder), 0);
    }

    #[tokio::test]
    async fn a_stream_that_fails_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let failing = stream::iter(pieces(3, 10).chain([Err(io::Error::other("reset by peer"))]));
        let refused = open(&folder).receive(failing, 1_000).await.unwrap_err();
        assert_eq!((refused.code(), files(&folder)), ("upload_interrupted", 0));
    }

    #[tokio::test]
    async fn a_sender_that_goes_away_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let uploads = open(&folder);
        let (reached, has_reached) = tokio::sync::oneshot::channel();
        let then_nothing = stream::once(async move {
            reached.send(()).unwrap();
            std::future::pending::<Piece>().await
        });
        tokio::select! {
            _ = uploads.receive(stream::iter(pieces(1, 10)).chain(then_nothing), 1_000) => panic!("it ended"),
            arrived = has_reached => arrived.unwrap(),
        }
        assert_eq!(files(&folder), 0);
        assert_eq!(uploads.slots.available_permits(), MAX_UPLOADS);
    }

    #[tokio::test]
    async fn too_many_uploads_at_once_are_busy_until_one_ends() {
        let folder = tempfile::tempdir().unwrap();
        let uploads = open(&folder);
        let mut running = Vec::new();
        for _ in 0..MAX_UPLOADS {
            running.push(uploads.receive(stream::iter(pieces(1, 1)), 10).await.unwrap());
        }
        assert_eq!(uploads.receive(stream::iter(pieces(1, 1)), 10).await.unwrap_err().code(), "busy");
        running.pop();
        assert!(uploads.receive(stream::iter(pieces(1, 1)), 10).await.is_ok());
    }

    #[test]
    fn starting_deletes_old_uploads_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("upload-left-by-a-crash"), b"x").unwrap();
        fs::write(folder.path().join("something-else"), b"x").unwrap();
        let now_ms = Clock::system().now_ms();
        UploadFolder::open(folder.path(), now_ms).unwrap();
        assert_eq!(files(&folder), 2);
        UploadFolder::open(folder.path(), now_ms + 2 * HOUR_MS).unwrap();
        assert_eq!(files(&folder), 1);
        assert!(folder.path().join("something-else").exists());
    }
}
