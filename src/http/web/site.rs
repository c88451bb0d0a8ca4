//! What the pages know of the instance as a whole: its name and size, and whether it is set up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::views::{ContactView, Registration, SitePicture, SiteView};
use crate::error::Result;
use crate::model::pictures;
use crate::service::{self, Service};

/// Remembered by all pages of a process.
#[derive(Debug, Default)]
pub(super) struct Site {
    set_up: AtomicBool,
    view: Mutex<Option<Arc<SiteView>>>,
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
        let counts = service.counts().await?;
        let mut known = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = &*known
            && (view.accounts, view.tweets) == (counts.users, counts.tweets)
            && view.picture == picture(service)
        {
            return Ok(Arc::clone(view));
        }
        let view = SiteView { accounts: counts.users, tweets: counts.tweets, ..plain(service) };
        Ok(Arc::clone(known.insert(Arc::new(view))))
    }
}

fn picture(service: &Service) -> Option<SitePicture> {
    let picture = service.house_picture()?;
    let url = service.addresses().at(&pictures::house_url(&picture));
    Some(SitePicture { url, width: picture.width, height: picture.height })
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
        picture: picture(service),
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
