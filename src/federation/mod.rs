//! Federation: activities in and out.
//!
//! This room owns the rules of the wire: signatures, origins, the shapes of foreign and own documents, the state
//! machines of delivery; and what drives them: [`resolve`] fetches and believes, [`inbound`] works off what
//! arrives, [`outbound`] plans from the log and delivers. Everything that leaves goes through [`crate::client`].

pub mod context;
pub mod delivery;
#[cfg(test)]
mod fixtures;
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
mod verifier;
mod wire;

use std::sync::Arc;

use crate::client::Client;
use crate::error::{Error, Result};
use crate::model::account::Account;
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
}

impl Federation {
    /// Federation over the use-cases. `instance_key` opens the private keys at rest. Makes the instance
    /// actor's key when there is none.
    pub async fn open(service: Service, client: Client, instance_key: InstanceKey) -> Result<Self> {
        let own_keys = own_keys::OwnKeys::open(service.clone(), instance_key).await?;
        let inbound = inbound::Inbound::new(service.store(), service.clock());
        Ok(Self(Arc::new(Inner {
            service,
            client,
            own_keys,
            fetcher: resolve::Fetcher::new(),
            reading: resolve::Reading::default(),
            documents: rendered::Documents::new(),
            inbound,
            verifier: verifier::Verifier::new(),
            knocks: wire::Knocks::new(),
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

    /// The public key of the instance actor in PEM.
    pub fn instance_public_key_pem(&self) -> &str {
        &self.0.own_keys.instance().public_pem
    }
}

/// A document of ours could not be written: our fault.
fn unwritable(error: serde_json::Error) -> Error {
    Error::internal(error)
}
