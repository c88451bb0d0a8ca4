//! Federation: activities in and out.
//!
//! This room owns the rules of the wire: signatures, origins, the shapes of foreign and own documents, the state
//! machines of delivery; and what drives them: [`resolve`] fetches and believes, [`inbound`] works off what
//! arrives, [`outbound`] plans from the log and delivers. Everything that leaves goes through [`crate::client`].

pub mod context;
pub mod delivery;
#[cfg(test)]
mod fixtures;
pub mod followers;
pub mod inbound;
pub mod keys;
mod mentions;
mod moves;
pub mod objects;
pub mod origin;
pub mod outbound;
mod own_keys;
pub mod quirks;
mod relays;
pub mod rendered;
pub mod resolve;
pub mod signature;
mod signing;
mod verifier;
mod wire;

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::client::Client;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::event::Event;
use crate::service::Service;

pub use keys::InstanceKey;
pub use outbound::DeliverySettings;

/// Federation with what it needs. Cheap to clone.
#[derive(Clone)]
pub struct Federation(Arc<Inner>);

struct Inner {
    service: Service,
    client: Client,
    own_keys: own_keys::OwnKeys,
    fetcher: resolve::Fetcher,
    reading: resolve::Reading,
    documents: rendered::Documents,
    inbound: inbound::Inbound,
    verifier: verifier::Verifier,
    knocks: wire::Knocks,
    followers: followers::Followers,
    signers: signing::Signers,
    payloads: outbound::Payloads,
    /// Places for asking for newer counts of polls.
    asking_polls: Arc<Semaphore>,
}

/// Polls whose authors' servers are asked for newer counts at once.
const POLLS_ASKED_MAX: usize = 4;

impl Federation {
    /// Federation over the use-cases. `instance_key` opens the private keys at rest. Makes the instance
    /// actor's key when there is none.
    pub async fn open(service: Service, client: Client, instance_key: InstanceKey) -> Result<Self> {
        let own_keys = own_keys::OwnKeys::open(service.clone(), instance_key).await?;
        let inbound = inbound::Inbound::new(service.store(), service.clock());
        let signers = signing::Signers::start(service.clock().clone()).map_err(Error::internal)?;
        let verifier = verifier::Verifier::start().map_err(Error::internal)?;
        Ok(Self(Arc::new(Inner {
            service,
            client,
            own_keys,
            fetcher: resolve::Fetcher::new(),
            reading: resolve::Reading::default(),
            documents: rendered::Documents::new(),
            inbound,
            verifier,
            knocks: wire::Knocks::new(),
            followers: followers::Followers::new(),
            signers,
            payloads: outbound::Payloads::new(),
            asking_polls: Arc::new(Semaphore::new(POLLS_ASKED_MAX)),
        })))
    }

    /// The use-cases.
    pub fn service(&self) -> &Service {
        &self.0.service
    }

    /// The actor of an account of ours, by the ids it has.
    pub fn local_actor(&self, account: &Account) -> objects::LocalActor {
        let addresses = self.0.service.addresses();
        objects::LocalActor::new(addresses.origin(), addresses.local_actor(&account.username))
    }

    /// The public key of an account of ours in PEM, made when it is first asked for.
    pub async fn public_key_pem(&self, account: &Account) -> Result<String> {
        let key = self.0.own_keys.of(account).await?;
        Ok(key.public_pem.clone())
    }

    /// Retires the key pair of an account of ours for a new one, of which the account's followers are told by an
    /// `Update` that the old one signs.
    pub async fn rotate_key(&self, account: &Account) -> Result<()> {
        self.0.own_keys.rotate(Some(account)).await.map(|_| ())
    }

    /// Retires the instance actor's key pair for a new one. Nobody follows it: whoever meets the new key's id fetches it.
    pub async fn rotate_instance_key(&self) -> Result<()> {
        self.0.own_keys.rotate(None).await.map(|_| ())
    }

    /// Takes notice of an event of the log, whichever process of the instance wrote it. Whoever follows the log and
    /// writes by what is kept here takes notice first.
    pub fn heard(&self, event: &Event) {
        self.0.followers.heard(event);
        if let Event::KeyRotated { account, .. } | Event::AccountSuspended { account, .. } = event {
            self.0.own_keys.forget(*account);
        }
    }
}

/// A document of ours could not be written: our fault.
fn unwritable(error: serde_json::Error) -> Error {
    Error::internal(error)
}
