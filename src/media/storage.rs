//! Where files are kept, under keys that cannot be guessed.
//!
//! A local folder for now; the handle is an [`ObjectStore`], so that another kind of storage is a matter of
//! opening it. An acknowledged put survives a crash: the local store writes a staging file, syncs it, renames it,
//! and syncs the folders, which it does only when told to, so [`MediaStore::open_local`] tells it to.
//!
//! A crash in the middle may leave a staging file (`….jpg#1`) or a file that no row names; neither is ever served.

use std::fmt;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::media::error::MediaError;
use crate::media::file_kind::FileKind;
use crate::secrets::random_bytes;

/// Random bytes in a key: 128 bits, so that nobody finds a file whose address they were not given.
const KEY_BYTES: usize = 16;
/// Hexadecimal digits in a key's name.
const NAME_DIGITS: usize = 2 * KEY_BYTES;
/// Bytes of a file that are copied at once.
const PIECE_BYTES: usize = 1 << 20;
/// Files up to this size are read at once; larger ones as a stream of small pieces.
const READ_AT_ONCE_BYTES: u64 = 2 << 20;

/// The address of a stored file: `ab/cd/abcd….jpg`, 32 random hexadecimal digits in two levels of folders.
///
/// There is exactly one spelling of each key and it cannot name anything outside the storage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// The text is not the key of a file; to the outside that is a file that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the key of a stored file")]
pub struct BadKey;

impl Key {
    /// A new random key for a file of this kind.
    pub fn random(kind: impl Into<FileKind>) -> Result<Self, MediaError> {
        let kind: FileKind = kind.into();
        let bytes = random_bytes::<KEY_BYTES>()?;
        let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let folders: Vec<String> = bytes.iter().take(2).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(format!("{}/{name}.{}", folders.join("/"), kind.extension())))
    }

    /// The key as it stands in URLs and rows.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind that its extension says, which is what the file was written as.
    pub fn kind(&self) -> FileKind {
        // Every key was made or checked with one of the table's extensions.
        self.0
            .rsplit_once('.')
            .and_then(|(_, end)| FileKind::from_extension(end))
            .unwrap_or(FileKind::Original)
    }

    fn path(&self) -> ObjectPath {
        ObjectPath::from(self.0.as_str())
    }
}

impl FromStr for Key {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let (folders, file) = text.rsplit_once('/').ok_or(BadKey)?;
        let (name, extension) = file.split_once('.').ok_or(BadKey)?;
        let is_name =
            name.len() == NAME_DIGITS && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let sharded = folders.split_once('/').is_some_and(|(first, second)| {
            first.len() == 2 && name.strip_prefix(first).is_some_and(|rest| rest.get(..2) == Some(second))
        });
        let known = FileKind::from_extension(extension).is_some();
        if is_name && sharded && known { Ok(Self(text.to_owned())) } else { Err(BadKey) }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From one byte on, before another.
    Between(u64, u64),
    /// From a byte to the end.
    From(u64),
    /// So many bytes before the end.
    Last(u64),
}

/// A file that is being read.
pub struct StoredFile {
    /// Its kind, for the media type.
    pub kind: FileKind,
    /// Its length in bytes.
    pub size: u64,
    /// Which of its bytes these are.
    pub part: Range<u64>,
    /// Those bytes, in order.
    pub body: BoxStream<'static, io::Result<Bytes>>,
}

impl fmt::Debug for StoredFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredFile")
            .field("kind", &self.kind)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// The storage. Clones share it.
#[derive(Clone, Debug)]
pub struct MediaStore {
    objects: Arc<dyn ObjectStore>,
}

impl MediaStore {
    /// Opens the folder `root`, made when missing. Blocks shortly; for start-up.
    pub fn open_local(root: &Path) -> Result<Self, MediaError> {
        fs::create_dir_all(root).map_err(MediaError::storage)?;
        let folder = LocalFileSystem::new_with_prefix(root).map_err(MediaError::storage)?;
        Ok(Self { objects: Arc::new(folder.with_fsync(true)) })
    }

    /// Writes a file; it is durable when this returns.
    pub async fn put(&self, key: &Key, bytes: Bytes) -> Result<(), MediaError> {
        self.objects.put(&key.path(), bytes.into()).await.map(drop).map_err(refusal)
    }

    /// Copies a file of this machine into the storage, a piece at a time; it is durable when this returns.
    pub async fn put_file(&self, key: &Key, source: &Path) -> Result<(), MediaError> {
        let mut source = tokio::fs::File::open(source).await.map_err(MediaError::storage)?;
        let mut target = self.objects.put_multipart(&key.path()).await.map_err(refusal)?;
        loop {
            let mut piece = BytesMut::with_capacity(PIECE_BYTES);
            while piece.len() < PIECE_BYTES
                && source.read_buf(&mut piece).await.map_err(MediaError::storage)? > 0
            {}
            if piece.is_empty() {
                break;
            }
            if let Err(failed) = target.put_part(piece.freeze().into()).await {
                // What is half written is nobody's; one that cannot be given up is found by no row.
                let _ = target.abort().await;
                return Err(refusal(failed));
            }
        }
        target.complete().await.map(drop).map_err(refusal)
    }

    /// Copies a stored file to a new file of this machine.
    pub async fn copy_to(&self, key: &Key, target: &Path) -> Result<(), MediaError> {
        let mut body = self.get(key).await?.body;
        let mut file = tokio::fs::File::create_new(target).await.map_err(MediaError::storage)?;
        while let Some(piece) = body.try_next().await.map_err(MediaError::storage)? {
            file.write_all(&piece).await.map_err(MediaError::storage)?;
        }
        file.flush().await.map_err(MediaError::storage)
    }

    /// Opens a file. [`MediaError::NotFound`] when there is none.
    pub async fn get(&self, key: &Key) -> Result<StoredFile, MediaError> {
        self.get_part(key, None).await
    }

    /// Opens a part of a file, which must have such a part. [`MediaError::NotFound`] when there is no file.
    pub async fn get_part(&self, key: &Key, part: Option<Part>) -> Result<StoredFile, MediaError> {
        let range = part.map(|part| match part {
            Part::Between(first, end) => GetRange::Bounded(first..end),
            Part::From(first) => GetRange::Offset(first),
            Part::Last(count) => GetRange::Suffix(count),
        });
        let options = GetOptions { range, ..GetOptions::default() };
        let file = self.objects.get_opts(&key.path(), options).await.map_err(refusal)?;
        let (size, part) = (file.meta.size, file.range.clone());
        let body = if part.end.saturating_sub(part.start) <= READ_AT_ONCE_BYTES {
            let bytes = file.bytes().await.map_err(refusal)?;
            stream::once(std::future::ready(Ok(bytes))).boxed()
        } else {
            file.into_stream().map_err(io::Error::from).boxed()
        };
        Ok(StoredFile { kind: key.kind(), size, part, body })
    }

    /// The length of a file in bytes. [`MediaError::NotFound`] when there is none.
    pub async fn size(&self, key: &Key) -> Result<u64, MediaError> {
        Ok(self.objects.head(&key.path()).await.map_err(refusal)?.size)
    }

    /// Removes a file; one that is not there is removed already.
    pub async fn delete(&self, key: &Key) -> Result<(), MediaError> {
        match self.objects.delete(&key.path()).await.map_err(refusal) {
            Ok(()) | Err(MediaError::NotFound) => Ok(()),
            Err(failed) => Err(failed),
        }
    }
}

fn refusal(cause: object_store::Error) -> MediaError {
    match cause {
        object_store::Error::NotFound { .. } => MediaError::NotFound,
        other => MediaError::storage(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::ImageKind;
    use proptest::prelude::*;

    async fn read(store: &MediaStore, key: &Key) -> Vec<u8> {
        let file = store.get(key).await.unwrap();
        let bytes: Vec<Bytes> = file.body.try_collect().await.unwrap();
        let bytes = bytes.concat();
        assert_eq!(u64::try_from(bytes.len()).unwrap(), file.size);
        bytes
    }

    #[tokio::test]
    async fn what_was_put_is_read_back_until_it_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let store = MediaStore::open_local(&folder.path().join("a/b")).unwrap();
        let key = Key::random(ImageKind::Png).unwrap();
        assert_eq!(store.get(&key).await.unwrap_err().code(), "not_found");
        store.put(&key, Bytes::from_static(b"picture")).await.unwrap();
        assert_eq!(read(&store, &key).await, b"picture");
        store.delete(&key).await.unwrap();
        store.delete(&key).await.unwrap();
        assert_eq!(store.get(&key).await.unwrap_err().code(), "not_found");
    }

    #[tokio::test]
    async fn a_large_file_streams_whole_and_no_staging_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = MediaStore::open_local(folder.path()).unwrap();
        let key = Key::random(ImageKind::Gif).unwrap();
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
        store.put(&key, bytes.clone().into()).await.unwrap();
        assert!(read(&store, &key).await == bytes);
        let shard = folder.path().join(key.as_str()).parent().unwrap().to_owned();
        assert_eq!(fs::read_dir(shard).unwrap().count(), 1);
    }

    #[test]
    fn a_random_key_is_sharded_by_its_name_and_parses_back() {
        let key = Key::random(ImageKind::Jpeg).unwrap();
        let parts: Vec<&str> = key.as_str().split('/').collect();
        assert_eq!((parts.len(), parts[0].len(), parts[1].len()), (3, 2, 2));
        assert!(parts[2].starts_with(&parts[..2].concat()), "{key}");
        assert_eq!(key.as_str().parse(), Ok(key.clone()));
        assert_eq!(key.kind(), ImageKind::Jpeg.into());
        assert_ne!(key, Key::random(ImageKind::Jpeg).unwrap());
    }

    #[test]
    fn only_the_one_spelling_of_a_key_is_a_key() {
        let good = "ab/cd/abcdef0123456789abcdef0123456789.png";
        assert!(good.parse::<Key>().is_ok());
        for bad in [
            "",
            "..",
            "../../etc/passwd",
            "ab/cd/../../../../etc/passwd",
            "ab/cd/..",
            "/ab/cd/abcdef0123456789abcdef0123456789.png",
            "ab//cd/abcdef0123456789abcdef0123456789.png",
            "ab/ce/abcdef0123456789abcdef0123456789.png",
            "a/bcd/abcdef0123456789abcdef0123456789.png",
            "ab/cd/ABCDEF0123456789abcdef0123456789.png",
            "ab/cd/abcdef0123456789abcdef0123456789.html",
            "ab/cd/abcdef0123456789abcdef0123456789.png#1",
            "ab/cd/abcdef0123456789abcdef0123456789.png.html",
            "ab/cd/abcdef0123456789abcdef012345678.png",
            "ab/cd/abcdef0123456789abcdef0123456789",
            "ab\\cd\\abcdef0123456789abcdef0123456789.png",
            "ab/cd/abcdef0123456789abcdef0123456789.png\0",
            "%61b/cd/abcdef0123456789abcdef0123456789.png",
        ] {
            assert_eq!(bad.parse::<Key>(), Err(BadKey), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_key_that_leaves_the_storage(text in "[./a-f0-9é%]{0,50}") {
            if let Ok(key) = text.parse::<Key>() {
                prop_assert!(!key.as_str().contains(".."));
                prop_assert_eq!(key.path().to_string(), text);
            }
        }
    }
}
