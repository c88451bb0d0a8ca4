//! Previews of linked pages: finding the link of each new tweet, and asking the page what it says of itself.
//!
//! Many instances get a post in the same second, and each of them would ask its page. So a page is asked at a random
//! moment of the next minute, unless somebody here wrote the post, and once however many tweets link to it: an address
//! is one row ([`crate::store::previews`]). Its picture is fetched when somebody looks
//! ([`crate::service::remote_pictures`]).
//!
//! Only links in posts that everybody may see are followed: asking for the others would tell a stranger that somebody
//! was written to about this page, and when.

mod ask;
mod feed;
mod pace;
mod work;

use std::sync::Arc;

use tokio::sync::Notify;

use crate::client::Client;
use crate::clock::Millis;
use crate::service::Service;
use crate::store::Store;

/// Finds links and asks their pages. Cheap to clone.
#[derive(Clone)]
pub struct Previews(Arc<Inner>);

struct Inner {
    service: Service,
    client: Client,
    /// There is a page to be asked at once.
    hurry: Notify,
}

impl Previews {
    /// Nothing runs yet: [`Previews::follow`] finds links, [`Previews::work`] asks their pages.
    pub fn new(service: Service, client: Client) -> Self {
        Self(Arc::new(Inner { service, client, hurry: Notify::new() }))
    }

    fn store(&self) -> &Store {
        self.0.service.store()
    }

    fn now_ms(&self) -> Millis {
        self.0.service.clock().now_ms()
    }
}

#[cfg(test)]
mod tests;
