//! What the pages know of the instance as a whole: its name and size, and whether it is set up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::views::{ContactView, Registration, SiteView};
use crate::clock::{MINUTE_MS, Millis, SECOND_MS};
use crate::error::{Error, Result};
use crate::service::{self, Service};
use crate::store::accounts;

/// How long the counts on the side of every page may be old.
const COUNTS_KEEP_MS: Millis = 5 * MINUTE_MS;
/// Up to so many posts counting costs next to nothing, and one more is news: the counts are kept for a moment only.
const FEW: u64 = 1_000;
const FEW_KEEP_MS: Millis = SECOND_MS;

/// Remembered by all pages of a process.
#[derive(Debug, Default)]
pub(super) struct Site {
    set_up: AtomicBool,
    view: Mutex<Option<(Millis, Arc<SiteView>)>>,
}

impl Site {
    /// Whether anybody has an account. Once true it stays true, and is not asked again.
    pub(super) async fn is_set_up(&self, service: &Service) -> Result<bool> {
        if self.set_up.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let set_up = service.has_users().await?;
        self.set_up.store(set_up, Ordering::Relaxed);
        Ok(set_up)
    }

    /// The instance as every page shows it.
    pub(super) async fn view(&self, service: &Service) -> Result<Arc<SiteView>> {
        let now_ms = service.clock().now_ms();
        if let Some((at_ms, view)) = &*self.view.lock().unwrap_or_else(PoisonError::into_inner)
            && (0..keep_ms(view)).contains(&now_ms.saturating_sub(*at_ms))
        {
            return Ok(Arc::clone(view));
        }
        let counted = service
            .store()
            .read(|conn| Ok((accounts::count_local(conn)?, accounts::count_local_tweets(conn)?)));
        let (people, tweets) = counted.await.map_err(Error::from)?;
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        let view = SiteView { accounts: count(people), tweets: count(tweets), ..plain(service) };
        let view = Arc::new(view);
        *self.view.lock().unwrap_or_else(PoisonError::into_inner) = Some((now_ms, Arc::clone(&view)));
        Ok(view)
    }
}

fn keep_ms(view: &SiteView) -> Millis {
    if view.accounts.max(view.tweets) < FEW { FEW_KEEP_MS } else { COUNTS_KEEP_MS }
}

/// The instance without its counts.
pub(super) fn plain(service: &Service) -> SiteView {
    let rules = service.rules();
    SiteView {
        name: rules.instance_name.clone(),
        host: service.addresses().host().to_string(),
        description: rules.instance_description.clone(),
        source_url: rules.source_url.clone(),
        contact: Some(rules.admin_contact.as_str()).filter(|text| !text.is_empty()).map(ContactView::read),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        registration: match rules.registration {
            service::Registration::Open => Registration::Open,
            service::Registration::Approval => Registration::Approval,
            service::Registration::Closed => Registration::Closed,
        },
        accounts: 0,
        tweets: 0,
    }
}
