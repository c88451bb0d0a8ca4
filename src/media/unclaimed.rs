//! Stored pictures of which no row knows yet.

use std::ops::Deref;

use tokio::runtime::Handle;

use super::storage::{Key, MediaStore};
use super::{Stored, StoredImage};

/// A stored picture that nothing names yet. Whoever writes its name somewhere claims it; else its files go, also when
/// the request that brought it is dropped in the middle.
#[derive(Debug)]
pub struct Unclaimed<T = Stored> {
    store: MediaStore,
    stored: T,
    /// Files that go when this is dropped.
    doomed: Vec<Key>,
}

impl<T: Clone> Unclaimed<T> {
    /// What was stored under these keys.
    pub(super) fn of(store: MediaStore, stored: T, doomed: Vec<Key>) -> Self {
        Self { store, stored, doomed }
    }

    /// What was stored, from now on the caller's to remove.
    pub fn claim(mut self) -> T {
        self.doomed.clear();
        self.stored.clone()
    }

    /// Removes the files now.
    pub async fn discard(mut self) {
        while let Some(key) = self.doomed.last() {
            remove(&self.store, key).await;
            self.doomed.pop();
        }
    }
}

impl Unclaimed {
    pub(super) fn new(store: MediaStore, stored: Stored) -> Self {
        let doomed = vec![stored.image.key.clone(), stored.thumb.key.clone()];
        Self::of(store, stored, doomed)
    }

    /// The small version without the picture, which is removed.
    pub async fn claim_thumb(mut self) -> (StoredImage, String) {
        remove(&self.store, &self.stored.image.key).await;
        self.doomed.clear();
        (self.stored.thumb.clone(), self.stored.blurhash.clone())
    }

    /// The picture without its small version, which is removed.
    pub async fn claim_image(mut self) -> StoredImage {
        remove(&self.store, &self.stored.thumb.key).await;
        self.doomed.clear();
        self.stored.image.clone()
    }
}

impl<T> Deref for Unclaimed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.stored
    }
}

impl<T> Drop for Unclaimed<T> {
    fn drop(&mut self) {
        let doomed = std::mem::take(&mut self.doomed);
        // Without a runtime the process is about to end.
        let (false, Ok(runtime)) = (doomed.is_empty(), Handle::try_current()) else { return };
        let store = self.store.clone();
        runtime.spawn(async move {
            for key in &doomed {
                remove(&store, key).await;
            }
        });
    }
}

/// One that cannot be removed costs disk and harms nobody: it is told in the log only.
async fn remove(store: &MediaStore, key: &Key) {
    if let Err(error) = store.delete(key).await {
        tracing::warn!(media.key = %key, media.error = %error, "a file that nothing names stays");
    }
}
