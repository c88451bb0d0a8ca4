//! The copies and their budget: rows, files and the index of last use, kept in step.
//!
//! A row goes before its files: a crash between leaves files that nothing names, never a row that names nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{RemotePicture, USED_STEP_MS};
use crate::clock::Millis;
use crate::error::Result;
use crate::media::{CacheIndex, Key, Media};
use crate::store::Store;
use crate::store::cached_pictures::{self, Cached};

/// Rows read at once when the index is filled.
const REFILL_PAGE: i64 = 5_000;

/// The copies. The index knows each by the key of its picture; the small version goes along.
pub(super) struct Copies {
    store: Store,
    media: Arc<Media>,
    index: Mutex<CacheIndex>,
}

impl Copies {
    pub(super) fn new(store: Store, media: Arc<Media>, budget_bytes: u64) -> Self {
        Self { store, media, index: Mutex::new(CacheIndex::new(budget_bytes)) }
    }

    /// Fills the index from the rows, least recently used first, and drops what has no room.
    pub(super) async fn refill(&self) -> Result<()> {
        let mut last = (Millis::MIN, String::new());
        loop {
            let after = last.clone();
            let page =
                self.store.read(move |conn| cached_pictures::by_last_use(conn, &after, REFILL_PAGE)).await?;
            let Some(end) = page.last() else { return Ok(()) };
            last = (end.used_at, end.file_key.clone());
            let evicted = page.iter().flat_map(|copy| self.insert(copy)).collect();
            self.drop_copies(evicted).await?;
        }
    }

    /// Adds a copy, in place of the one before, and drops what has no room beside it.
    pub(super) async fn add(&self, which: RemotePicture, copy: Cached) -> Result<()> {
        let written = copy.clone();
        let before = match self.store.write(move |conn| cached_pictures::put(conn, which, &written)).await {
            Ok(before) => before,
            Err(error) => {
                self.remove_files(&copy).await;
                return Err(error.into());
            }
        };
        if let Some(before) = before {
            self.forget(&before);
            self.remove_files(&before).await;
        }
        let evicted = self.insert(&copy);
        self.drop_copies(evicted).await
    }

    /// Remembers that a copy was looked at; in its row only now and then.
    pub(super) async fn looked_at(&self, copy: &Cached, now_ms: Millis) -> Result<()> {
        let known = copy.file_key.parse().is_ok_and(|key| self.index().touch(&key));
        if !known {
            // Another process of this instance made it.
            let evicted = self.insert(copy);
            self.drop_copies(evicted).await?;
        }
        if now_ms.saturating_sub(copy.used_at) >= USED_STEP_MS {
            let key = copy.file_key.clone();
            self.store.write(move |conn| cached_pictures::used(conn, &key, now_ms)).await?;
        }
        Ok(())
    }

    /// Drops the copies with these keys: rows, then files.
    pub(super) async fn drop_copies(&self, file_keys: Vec<String>) -> Result<()> {
        if file_keys.is_empty() {
            return Ok(());
        }
        let dropped = self.store.write(move |conn| cached_pictures::forget(conn, &file_keys)).await?;
        for copy in dropped {
            self.forget(&copy);
            self.remove_files(&copy).await;
        }
        Ok(())
    }

    /// Removes both files of a copy that no row names.
    pub(super) async fn remove_files(&self, copy: &Cached) {
        for key in [&copy.file_key, &copy.thumb_key].into_iter().filter_map(|key| key.parse::<Key>().ok()) {
            if let Err(error) = self.media.remove(&key).await {
                tracing::warn!(media.key = %key, media.error = %error, "a file that nothing names stays");
            }
        }
    }

    /// Adds to the index; answers the keys that have to go.
    fn insert(&self, copy: &Cached) -> Vec<String> {
        let Ok(key) = copy.file_key.parse() else { return Vec::new() };
        let size = u64::try_from(copy.size_bytes).unwrap_or(0);
        self.index().insert(key, size).iter().map(Key::to_string).collect()
    }

    fn forget(&self, copy: &Cached) {
        if let Ok(key) = copy.file_key.parse() {
            self.index().remove(&key);
        }
    }

    fn index(&self) -> MutexGuard<'_, CacheIndex> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
