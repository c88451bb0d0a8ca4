//! Accounts of other instances that somebody is about to mention: they are made known first.

use std::time::Duration;

use futures_util::future::join_all;

use super::Federation;
use crate::model::entities::{EntityKind, extract};
use crate::model::handle::Handle;

/// Unknown accounts that one text may make us look for.
const LOOK_UPS: usize = 5;
/// How long somebody who posts may have to wait for that; who is not known by then is not mentioned.
const PATIENCE: Duration = Duration::from_secs(3);

impl Federation {
    /// Looks up the accounts that a text mentions and that are not known here yet.
    pub async fn know_mentions(&self, text: &str) {
        let own = self.service().addresses().host();
        let remote = extract(text)
            .into_iter()
            .filter_map(|entity| match entity.kind {
                EntityKind::Mention(handle) => Some(handle.relative_to(own)),
                _ => None,
            })
            .filter(|handle| handle.host.is_some());
        let mut unknown: Vec<Handle> = Vec::new();
        for handle in remote {
            let is_new = !unknown.iter().any(|known| known.folded() == handle.folded());
            if is_new && self.service().account_by_handle(&handle.to_string()).await.is_err() {
                unknown.push(handle);
            }
            if unknown.len() == LOOK_UPS {
                break;
            }
        }
        let look_ups = unknown.iter().map(|handle| async move {
            // Whoever cannot be found stays plain text.
            let _ = self.by_handle(&handle.to_string()).await;
        });
        if tokio::time::timeout(PATIENCE, join_all(look_ups)).await.is_err() {
            tracing::debug!("mentioned accounts were not found in time");
        }
    }
}
