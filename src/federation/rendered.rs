//! Documents of ours as they were last written, so that a crowd of instances that asks for a popular post or account
//! costs a look into memory: bytes by their path, within a budget, dropped by what the log says.
//!
//! Only what everybody may have is kept; who may ask at all is decided before. A document that was begun before a
//! change and is ready after it is not kept: the number of changes is compared on both sides of writing it.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::Federation;
use super::context::WithContext;
use crate::clock::{MINUTE_MS, Millis};
use crate::error::{Error, Result};
use crate::model::event::Event;
use crate::model::ids::{AccountId, TweetId};
use crate::store::events::{Logged, Position};
use crate::store::follower::{Progress, follow};
use crate::telemetry::caches::{self, Lookups};

/// Bytes of documents that are kept.
const KEPT_BYTES: u64 = 16 * 1024 * 1024;
/// What a document has on average, for the first size of the table.
const TYPICAL_BYTES: usize = 4 * 1024;
/// Bytes of a path that is kept; ours are short, and who invents long ones pays for them.
const PATH_MAX_BYTES: usize = 256;
/// How long a document is kept though nothing was heard of a change.
const KEPT_MS: Millis = 5 * MINUTE_MS;
/// Bytes of a digest that tell one version from another.
const TAG_BYTES: usize = 16;

/// A document of ours, ready to be served.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// Its JSON.
    pub bytes: Bytes,
    /// Names this version, quotes included.
    pub etag: String,
    made_ms: Millis,
    about: About,
}

/// What a document speaks of: when that changes, it is written anew.
#[derive(Clone, Debug)]
pub struct About {
    /// Whose it is.
    pub account: AccountId,
    /// The tweets in it, and those whose ids stand in it.
    pub tweets: Vec<TweetId>,
}

/// The documents that are kept.
pub(super) struct Documents {
    kept: Cache<String, Arc<Rendered>, Size>,
    /// How many batches of the log brought a change.
    changes: AtomicU64,
    /// Whether the log is followed: else nothing may be kept.
    followed: AtomicBool,
    lookups: Lookups,
}

#[derive(Clone)]
struct Size;

impl Weighter<String, Arc<Rendered>> for Size {
    fn weight(&self, path: &String, document: &Arc<Rendered>) -> u64 {
        u64::try_from(path.len().saturating_add(document.bytes.len())).unwrap_or(u64::MAX).max(1)
    }
}

impl Documents {
    pub(super) fn new() -> Self {
        let items = usize::try_from(KEPT_BYTES).unwrap_or(usize::MAX) / TYPICAL_BYTES;
        Self {
            kept: Cache::with_weighter(items, KEPT_BYTES, Size),
            changes: AtomicU64::new(0),
            followed: AtomicBool::new(false),
            lookups: Lookups::of(&caches::DOCUMENTS),
        }
    }

    /// Drops what a batch of the log made old.
    fn apply(&self, batch: &[Logged]) {
        let (mut accounts, mut tweets) = (HashSet::new(), HashSet::new());
        // An emoji may stand in any of them.
        let everything = batch.iter().any(|logged| logged.event == Event::EmojiChanged);
        for logged in batch {
            match &logged.event {
                Event::TweetEdited { tweet, .. }
                | Event::PollChanged { tweet, .. }
                | Event::QuoteDecided { tweet, .. } => {
                    tweets.insert(*tweet);
                }
                Event::TweetDeleted(gone) => {
                    tweets.insert(gone.tweet);
                    tweets.extend(gone.retweet_of);
                }
                Event::AccountUpdated { account, .. }
                | Event::AccountMoved { account, .. }
                | Event::KeyRotated { account, .. }
                | Event::AccountSuspended { account, .. } => {
                    accounts.insert(*account);
                }
                Event::PinChanged { author, .. } => {
                    accounts.insert(*author);
                }
                _ => {}
            }
        }
        if accounts.is_empty() && tweets.is_empty() && !everything {
            return;
        }
        self.changes.fetch_add(1, Ordering::AcqRel);
        self.kept.retain(|_, document| {
            let about = &document.about;
            !everything
                && !accounts.contains(&about.account)
                && !about.tweets.iter().any(|tweet| tweets.contains(tweet))
        });
    }
}

impl Federation {
    /// The document at a path of ours: the one that is kept, or what `write` makes. A crowd waits for one writing.
    pub async fn document_at<T: Serialize>(
        &self,
        path: &str,
        write: impl Future<Output = Result<(T, About)>>,
    ) -> Result<Arc<Rendered>> {
        let documents = &self.0.documents;
        if !documents.followed.load(Ordering::Acquire) || path.len() > PATH_MAX_BYTES {
            return self.written(write).await;
        }
        let oldest_ms = self.now_ms().saturating_sub(KEPT_MS);
        documents.kept.remove_if(path, |known| known.made_ms <= oldest_ms);
        let place = match documents.kept.get_value_or_guard_async(path).await {
            Ok(known) => {
                documents.lookups.count(1, 0);
                return Ok(known);
            }
            Err(place) => place,
        };
        documents.lookups.count(0, 1);
        let before = documents.changes.load(Ordering::Acquire);
        let written = self.written(write).await?;
        let is_current = || documents.changes.load(Ordering::Acquire) == before;
        if is_current() && place.insert(Arc::clone(&written)).is_ok() && !is_current() {
            documents.kept.remove(path);
        }
        Ok(written)
    }

    async fn written<T: Serialize>(
        &self,
        write: impl Future<Output = Result<(T, About)>>,
    ) -> Result<Arc<Rendered>> {
        let (document, about) = write.await?;
        let bytes = WithContext::new(&document).to_bytes().map_err(Error::internal)?;
        let digest = digest(&SHA256, &bytes);
        let tag: String = digest.as_ref().iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
        Ok(Arc::new(Rendered {
            bytes: bytes.into(),
            etag: format!("\"{tag}\""),
            made_ms: self.now_ms(),
            about,
        }))
    }

    /// Follows the log from `start` until `stop`, and drops documents that are old. `start` was the end of the log
    /// before anything was kept.
    pub async fn follow_documents(self, progress: Progress, start: Position, stop: CancellationToken) {
        progress.set(start);
        let store = self.service().store().clone();
        self.0.documents.followed.store(true, Ordering::Release);
        let federation = self.clone();
        follow(store, "documents", progress, stop, move |batch: Vec<Logged>| {
            let federation = federation.clone();
            async move {
                // Before a document is written anew: it shows what the notice is of.
                batch.iter().for_each(|logged| federation.heard(&logged.event));
                federation.service().heard_of_emoji(&batch).await?;
                federation.0.documents.apply(&batch);
                Ok(())
            }
        })
        .await;
        self.0.documents.followed.store(false, Ordering::Release);
    }
}
