//! Finding links: the consumer `previews` of the log.
//!
//! What an event touched is read again from the tables, and linking twice is linking once, so that events may come
//! twice. Several processes do this side by side, from one cursor, which only moves forward.

use std::collections::{BTreeMap, BTreeSet};

use tokio_util::sync::CancellationToken;

use super::Previews;
use super::pace::{CARD_KEEP_MS, NONE_KEEP_MS, due_at};
use crate::error::{Error, Result};
use crate::model::event::Event;
use crate::model::host::Host;
use crate::model::ids::{RowId, TweetId};
use crate::model::preview::link_in;
use crate::secrets;
use crate::store::events::{self, Logged};
use crate::store::follower::{Consumer, Progress};
use crate::store::previews::{self, Candidate, Fresh, Link};
use crate::store::{Conn, StoreError};

/// The name of the cursor, and of the consumer in metrics and log lines.
const CONSUMER: &str = "previews";
/// Tweets whose links one unit of work writes.
const AT_ONCE: usize = 100;

impl Previews {
    /// Follows the log until `stop`.
    pub async fn follow(self, progress: Progress, stop: CancellationToken) {
        let finding = &self;
        let find = move |batch: Vec<Logged>, note| async move {
            finding.take_in(&batch, note).await.map_err(StoreError::from)
        };
        self.consumer().follow(progress, stop, find).await;
    }

    pub(super) fn consumer(&self) -> Consumer {
        self.0.service.consumer(CONSUMER)
    }

    /// Gives the tweets that these events speak of their links, or takes them away. Answers whether the cursor moved:
    /// it does when something was written, and when `note` says so.
    pub(super) async fn take_in(&self, batch: &[Logged], note: bool) -> Result<bool> {
        let Some(last) = batch.last().map(|logged| logged.position) else { return Ok(false) };
        let (touched, edited) = touched(batch);
        let candidates = match touched.is_empty() {
            true => Vec::new(),
            false => self.store().read(move |conn| previews::candidates(conn, &touched)).await?,
        };
        let links = self.links(candidates)?;
        let bare: Vec<TweetId> =
            edited.into_iter().filter(|id| !links.values().any(|link| link.tweet == *id)).collect();
        let hurries = links.values().any(|link| link.hurries);
        if links.is_empty() && bare.is_empty() && !note {
            return Ok(false);
        }
        let now_ms = self.now_ms();
        let fresh = Fresh {
            card_since: now_ms.saturating_sub(CARD_KEEP_MS),
            none_since: now_ms.saturating_sub(NONE_KEEP_MS),
        };
        let links: Vec<Link> = links.into_values().collect();
        for some in links.chunks(AT_ONCE) {
            let some = some.to_vec();
            let write = move |conn: &mut Conn| {
                some.iter().try_for_each(|link| previews::link(conn, link, fresh, now_ms))
            };
            self.store().write(write).await?;
        }
        let write = move |conn: &mut Conn| {
            if !bare.is_empty() {
                previews::unlink(conn, &bare)?;
            }
            events::advance_cursor(conn, CONSUMER, last, now_ms)
        };
        self.store().write(write).await?;
        if hurries {
            self.0.hurry.notify_one();
        }
        Ok(true)
    }

    /// The links of these tweets by address, so that processes that write the same ones do it in the same order.
    fn links(&self, candidates: Vec<Candidate>) -> Result<BTreeMap<(String, TweetId), Link>> {
        let (service, now_ms) = (&self.0.service, self.now_ms());
        let mut links = BTreeMap::new();
        for candidate in candidates {
            let Some(url) = link_in(&candidate.html, service.addresses().host()) else { continue };
            let Some(host) = Host::of(&url) else { continue };
            let link = Link {
                tweet: candidate.id,
                id: RowId(service.ids().next()),
                url: url.into(),
                host: host.into_string(),
                due_at: due_at(now_ms, candidate.local, secrets::seed().map_err(Error::internal)?),
                hurries: candidate.local,
            };
            links.insert((link.url.clone(), link.tweet), link);
        }
        Ok(links)
    }
}

/// The tweets that are new or changed and may have a card, and those of them that are changed.
fn touched(batch: &[Logged]) -> (Vec<TweetId>, BTreeSet<TweetId>) {
    let (mut touched, mut edited) = (BTreeSet::new(), BTreeSet::new());
    for logged in batch {
        match &logged.event {
            Event::TweetCreated(new) if new.retweet_of.is_none() && new.visibility.is_open() => {
                touched.insert(new.tweet);
            }
            Event::TweetEdited { tweet, .. } => {
                touched.insert(*tweet);
                edited.insert(*tweet);
            }
            _ => {}
        }
    }
    (touched.into_iter().collect(), edited)
}
