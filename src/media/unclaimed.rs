//! Stored pictures of which no row knows yet.

use std::ops::Deref;

use tokio::runtime::Handle;

use super::storage::{Key, MediaStore};
use super::{Stored, StoredImage};

/// A stored picture that nothing names yet. Whoever writes its name somewhere claims it; else its files go, also when
/// the request that brought it is dropped in the middle.
#[derive(Debug)]
pub struct Unclaimed {
    store: MediaStore,
    stored: Stored,
    /// Files that go when this is dropped.
    doomed: Vec<Key>,
}

impl Unclaimed {
    pub(super) fn new(store: MediaStore, stored: Stored) -> Self {
        let doomed = vec![stored.image.key.clone(), stored.thumb.key.clone()];
        Self { store, stored, doomed }
    }

    /// The picture, from now on the caller's to remove.
    pub fn claim(mut self) -> Stored {
        self.doomed.clear();
        self.stored.clone()
    }

    /// The picture without its small version, which is removed.
    pub async fn claim_image(mut self) -> StoredImage {
        remove(&self.store, &self.stored.thumb.key).await;
        self.doomed.clear();
        self.stored.image.clone()
    }

    /// Removes the files now.
    pub async fn discard(mut self) {
        while let Some(key) = self.doomed.last() {
            remove(&self.store, key).await;
            self.doomed.pop();
        }
    }
}

impl Deref for Unclaimed {
    type Target = Stored;

    fn deref(&self) -> &Stored {
        &self.stored
    }
}

impl Drop for Unclaimed {
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
