//! Signs what leaves off the async threads, at most one at a time a core: a signature takes half a millisecond.

use std::sync::Arc;

use http::{HeaderMap, Method};
use tokio::sync::Semaphore;
use url::Url;

use super::own_keys::SigningKey;
use super::signature::{BodyDigest, Form, Outgoing, Signer, sign};
use crate::client::SignFailed;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// How a request is signed.
#[derive(Clone)]
pub(super) struct SignedBy {
    /// With this key.
    pub(super) key: Arc<SigningKey>,
    /// In this form.
    pub(super) form: Form,
    /// The digest of the body; `None` for a GET.
    pub(super) digest: Option<BodyDigest>,
    /// The path without its query, for old peers.
    pub(super) path_only: bool,
    /// What is said of the followers collection, signed along.
    pub(super) synchronization: Option<Arc<str>>,
}

/// Who signs.
pub(super) struct Signers {
    places: Semaphore,
    clock: Clock,
}

impl Signers {
    pub(super) fn new(clock: Clock) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { places: Semaphore::new(cores), clock }
    }

    /// The headers that sign a request. Its time is when its turn comes, not when it began to wait.
    pub(super) async fn sign(
        &self,
        by: SignedBy,
        method: Method,
        url: Url,
    ) -> std::result::Result<HeaderMap, SignFailed> {
        let _place = self.places.acquire().await.map_err(|_| SignFailed)?;
        let now_ms = self.clock.now_ms();
        let work = move || {
            let SignedBy { key, form, digest, path_only, synchronization } = &by;
            let request = Outgoing {
                method: &method,
                url: &url,
                digest: digest.as_ref(),
                now_ms,
                path_only: *path_only,
                synchronization: synchronization.as_deref(),
            };
            let signer = Signer { key: &key.pair, key_id: &key.key_id };
            sign(*form, &signer, &request).map_err(|_| SignFailed)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| SignFailed)?
    }

    /// The digest of a body.
    pub(super) async fn digest(&self, body: bytes::Bytes) -> Result<BodyDigest> {
        let _place = self.places.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || BodyDigest::of(&body)).await.map_err(Error::internal)
    }
}
