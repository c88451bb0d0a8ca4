//! Upkeep of media: uploads that no tweet took, and pictures of deleted tweets, lose their files.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Service;
use crate::error::{Chain, Result};
use crate::media::{Key, Media};

/// How often it is done: files outlive their tweet by at most this.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Uploads taken at once, so that the writer is not held.
const SLICE: i64 = 100;

/// Does the upkeep at once and every hour until `stop`.
pub async fn run(service: Service, media: &Media, stop: CancellationToken) {
    loop {
        match remove_abandoned(&service, media).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(media.count = count, "removed uploads that no tweet has"),
            Err(error) => tracing::error!(error = %Chain(&error), "uploads that no tweet has stay for now"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
            return;
        }
    }
}

/// Removes abandoned uploads with their files; answers how many.
pub async fn remove_abandoned(service: &Service, media: &Media) -> Result<usize> {
    let mut removed = 0;
    loop {
        let abandoned = service.take_abandoned_uploads(SLICE).await?;
        for upload in &abandoned {
            let keys = [&upload.file_key, &upload.thumb_key].into_iter().flatten();
            for key in keys.filter_map(|key| key.parse::<Key>().ok()) {
                if let Err(error) = media.remove(&key).await {
                    tracing::warn!(media.key = %key, media.error = %error, "a file that nothing names stays");
                }
            }
        }
        removed += abandoned.len();
        if i64::try_from(abandoned.len()).is_ok_and(|taken| taken < SLICE) {
            return Ok(removed);
        }
    }
}
