//! Telling people what they were told where no page is open: Web Push; and letters by mail ([`Letters`]).
//!
//! The consumer `push` of the log plans a delivery for each subscription that wants a notification; workers encrypt it
//! for the subscriber and hand it to the subscriber's push service ([`crate::push`]). A subscription belongs to a session
//! and goes with it.
//!
//! What is pushed is as Mastodon's apps know it. They find the account of a message by the access token in it, so the
//! token of a session is kept with its subscription, sealed with the instance's key: the database alone does not tell it,
//! and only who has it already can read the message.

mod feed;
mod letters;
mod subscriptions;
#[cfg(test)]
mod tests;
mod work;

pub use letters::{DigestLine, DigestText, EmailView, Letters, Matter, Word, Worded};
pub use subscriptions::{Keys, NewPush};

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::Notify;

use crate::client::Client;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::federation::InstanceKey;
use crate::push::Vapid;
use crate::service::{NotificationView, Service};
use crate::store::{Store, settings};

/// The setting with the sealed private key of the instance.
const SETTING: &str = "push_key";
/// What the key is sealed for.
const KEY_PURPOSE: &str = "push key";

/// How a notification is told in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The word for what happened.
    pub kind: &'static str,
    /// A line.
    pub title: String,
    /// What it is about; may be empty.
    pub body: String,
    /// The address of a picture.
    pub icon: String,
}

/// Says a notification in a language.
pub type Say = Arc<dyn Fn(&NotificationView, &str) -> Said + Send + Sync>;

/// Subscriptions and their messages. Cheap to clone.
#[derive(Clone)]
pub struct Pushes(Arc<Inner>);

struct Inner {
    service: Service,
    client: Client,
    instance_key: InstanceKey,
    vapid: Vapid,
    public_key: String,
    say: Say,
    /// There is something to be pushed.
    planned: Notify,
}

impl Pushes {
    /// Makes the instance's key for pushing, if there is none, and opens it. Nothing runs yet: [`Pushes::follow`] plans,
    /// [`Pushes::work`] pushes.
    pub async fn open(service: Service, client: Client, instance_key: InstanceKey, say: Say) -> Result<Self> {
        let sealed = match service.store().read(|conn| settings::get(conn, SETTING)).await? {
            Some(sealed) => sealed,
            None => {
                let fresh = Vapid::generate().map_err(Error::internal)?;
                let sealed = instance_key.seal_secret(KEY_PURPOSE, 0, &fresh).map_err(Error::internal)?;
                let sealed = STANDARD.encode(sealed);
                // When another process was quicker, its key holds.
                let write = move |conn: &mut _| settings::get_or_insert(conn, SETTING, &sealed);
                service.store().write(write).await?
            }
        };
        let sealed = STANDARD.decode(sealed).map_err(Error::internal)?;
        let key = instance_key.open_secret(KEY_PURPOSE, 0, &sealed).map_err(Error::internal)?;
        let vapid = Vapid::new(&key, service.addresses().origin().to_owned()).map_err(Error::internal)?;
        let (public_key, planned) = (vapid.public(), Notify::new());
        Ok(Self(Arc::new(Inner { service, client, instance_key, vapid, public_key, say, planned })))
    }

    /// The public key by which push services know this instance.
    pub fn public_key(&self) -> &str {
        &self.0.public_key
    }

    fn store(&self) -> &Store {
        self.0.service.store()
    }

    fn now_ms(&self) -> Millis {
        self.0.service.clock().now_ms()
    }
}
