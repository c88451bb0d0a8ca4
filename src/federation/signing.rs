//! Signs what leaves, off the async threads and one at a time a core: a signature takes a third of a millisecond.

use std::io;
use std::sync::Arc;

use http::{HeaderMap, Method};
use url::Url;

use super::own_keys::SigningKey;
use super::signature::{BodyDigest, Form, Outgoing, Signer, sign};
use crate::client::SignFailed;
use crate::clock::Clock;
use crate::crew::Crew;
use crate::error::Result;

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
}

/// Signatures that may wait: more than deliveries and fetches have places for.
const ROOM: usize = 4_096;

/// Who signs.
pub(super) struct Signers {
    crew: Crew,
    clock: Clock,
}

impl Signers {
    pub(super) fn start(clock: Clock) -> io::Result<Self> {
        Ok(Self { crew: Crew::of_all_cores("signer", ROOM)?, clock })
    }

    /// The headers that sign a request. Its time is when its turn comes, not when it began to wait.
    pub(super) async fn sign(
        &self,
        by: SignedBy,
        method: Method,
        url: Url,
    ) -> std::result::Result<HeaderMap, SignFailed> {
        let clock = self.clock.clone();
        let work = move || {
            let SignedBy { key, form, digest, path_only } = &by;
            let request = Outgoing {
                method: &method,
                url: &url,
                digest: digest.as_ref(),
                now_ms: clock.now_ms(),
                path_only: *path_only,
            };
            let signer = Signer { key: &key.pair, key_id: &key.key_id };
            sign(*form, &signer, &request).map_err(|_| SignFailed)
        };
        self.crew.run(work).await.map_err(|_| SignFailed)?
    }

    /// The digest of a body.
    pub(super) async fn digest(&self, body: bytes::Bytes) -> Result<BodyDigest> {
        Ok(self.crew.run(move || BodyDigest::of(&body)).await?)
    }
}
