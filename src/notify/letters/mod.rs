//! Letters by mail: the one that asks whether an address is somebody's, and the digest of what was not read.
//!
//! What is to be sent is a row, taken by workers with a lease; a crash repeats one letter at most. Links in letters carry
//! what they are good for, sealed with the instance's key and bound to an account: nobody else can make one, and the
//! database alone does not tell them.

mod addresses;
mod digest;
#[cfg(test)]
mod digest_tests;
#[cfg(test)]
mod tests;
mod work;

pub use addresses::EmailView;
pub use digest::{DigestLine, DigestText};

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::Notify;

use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::federation::InstanceKey;
use crate::mail::Mailer;
use crate::model::ids::AccountId;
use crate::service::Service;
use crate::store::Store;

/// The longest link text that is opened.
const SEALED_MAX_BYTES: usize = 1024;

/// What a letter is about.
#[derive(Clone, Debug)]
pub enum Matter {
    /// Whether an address is somebody's.
    Confirm {
        /// Their name here.
        username: String,
        /// Where they say so.
        link: String,
    },
    /// What somebody has not read.
    Digest(DigestText),
}

/// A letter in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worded {
    /// A line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
}

/// Puts a letter into the words of a language.
pub type Word = Arc<dyn Fn(&Matter, &str) -> Result<Worded> + Send + Sync>;

/// Addresses and letters. Cheap to clone.
#[derive(Clone)]
pub struct Letters(Arc<Inner>);

struct Inner {
    service: Service,
    mailer: Option<Mailer>,
    instance_key: InstanceKey,
    word: Word,
    /// There is something to be sent.
    due: Notify,
}

impl Letters {
    /// Letters by a mail server, or none at all. Nothing runs yet: [`Letters::work`] sends.
    pub fn new(service: Service, mailer: Option<Mailer>, instance_key: InstanceKey, word: Word) -> Self {
        Self(Arc::new(Inner { service, mailer, instance_key, word, due: Notify::new() }))
    }

    /// Whether mail is sent from here.
    pub fn sends(&self) -> bool {
        self.0.mailer.is_some()
    }

    fn store(&self) -> &Store {
        self.0.service.store()
    }

    fn now_ms(&self) -> Millis {
        self.0.service.clock().now_ms()
    }

    /// A link to a page of ours that does `purpose` for an account.
    fn link(&self, path: &str, purpose: &str, account: AccountId, what: &str) -> Result<String> {
        let sealed = self.0.instance_key.seal_secret(purpose, account.0, what.as_bytes());
        let token = URL_SAFE_NO_PAD.encode(sealed.map_err(Error::internal)?);
        let origin = self.0.service.addresses().origin();
        Ok(format!("{origin}{path}?account={account}&token={token}"))
    }

    /// What a link says; `None` when it was not made here for this.
    fn opened(&self, purpose: &str, account: AccountId, token: &str) -> Option<String> {
        let sealed = Some(token).filter(|token| token.len() <= SEALED_MAX_BYTES)?;
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let opened = self.0.instance_key.open_secret(purpose, account.0, &sealed).ok()?;
        String::from_utf8(opened).ok()
    }
}
