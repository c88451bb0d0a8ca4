//! Key pairs of our own accounts: made when first needed, sealed at rest, opened once and kept.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_cache::sync::Cache;

use super::keys::InstanceKey;
use super::keys::KeyPair;
use super::objects::LocalActor;
use crate::error::{Error, Result};
use crate::model::account::{Account, INSTANCE};
use crate::model::ids::AccountId;
use crate::service::Service;
use crate::store::actors::{self, OwnKey};
use crate::store::settings;

/// Opened key pairs that are kept; the least used go first.
const KEPT: usize = 2_000;
/// The setting that holds the instance actor's sealed key pair.
const INSTANCE_SETTING: &str = "instance_actor_key";

/// A key pair with its id, ready to sign.
pub(super) struct SigningKey {
    pub(super) key_id: String,
    pub(super) pair: KeyPair,
    pub(super) public_pem: String,
}

/// The key pairs of our own actors.
pub(super) struct OwnKeys {
    service: Service,
    instance_key: InstanceKey,
    instance: Arc<SigningKey>,
    opened: Cache<AccountId, Arc<SigningKey>>,
}

impl OwnKeys {
    pub(super) async fn open(service: Service, instance_key: InstanceKey) -> Result<Self> {
        let actor = LocalActor::instance(service.addresses().origin());
        let known = service.store().read(|conn| settings::get(conn, INSTANCE_SETTING)).await?;
        let stored = match known {
            Some(stored) => stored,
            None => {
                let pair = generate().await?;
                let sealed = instance_key.seal(INSTANCE, &pair.to_pkcs8().map_err(Error::internal)?);
                let fresh = STANDARD.encode(sealed.map_err(Error::internal)?);
                let write = move |conn: &mut _| settings::get_or_insert(conn, INSTANCE_SETTING, &fresh);
                service.store().write(write).await?
            }
        };
        let sealed = STANDARD.decode(stored).map_err(Error::internal)?;
        let instance = Arc::new(unseal(&instance_key, INSTANCE, actor.key_id(), &sealed)?);
        Ok(Self { service, instance_key, instance, opened: Cache::new(KEPT) })
    }

    /// The instance actor's key.
    pub(super) fn instance(&self) -> &Arc<SigningKey> {
        &self.instance
    }

    /// The key of an account of ours.
    pub(super) async fn of(&self, account: &Account) -> Result<Arc<SigningKey>> {
        if let Some(open) = self.opened.get(&account.id) {
            return Ok(open);
        }
        let id = account.id;
        let known = self.service.store().read(move |conn| actors::own_key(conn, id)).await?;
        let stored = match known {
            Some(stored) => stored,
            None => self.make(account).await?,
        };
        let open = Arc::new(unseal(&self.instance_key, id, stored.key_uri, &stored.private_sealed)?);
        self.opened.insert(id, Arc::clone(&open));
        Ok(open)
    }

    /// Makes a key pair; when another process was quicker, its key holds.
    async fn make(&self, account: &Account) -> Result<OwnKey> {
        let addresses = self.service.addresses();
        let actor = LocalActor::new(addresses.origin(), addresses.local_actor(&account.username));
        let pair = generate().await?;
        let private = pair.to_pkcs8().map_err(Error::internal)?;
        let key = OwnKey {
            key_uri: actor.key_id(),
            public_pem: pair.public_key().map_err(Error::internal)?.to_pem(),
            private_sealed: self.instance_key.seal(account.id, &private).map_err(Error::internal)?,
        };
        let (id, now_ms) = (account.id, self.service.clock().now_ms());
        let held =
            self.service.store().write(move |conn| actors::own_key_or_insert(conn, id, &key, now_ms)).await?;
        Ok(held)
    }
}

fn unseal(key: &InstanceKey, account: AccountId, key_id: String, sealed: &[u8]) -> Result<SigningKey> {
    let pair =
        KeyPair::from_pkcs8(&key.open(account, sealed).map_err(Error::internal)?).map_err(Error::internal)?;
    let public_pem = pair.public_key().map_err(Error::internal)?.to_pem();
    Ok(SigningKey { key_id, pair, public_pem })
}

/// Finding primes takes a tenth of a second: not on the async threads.
async fn generate() -> Result<KeyPair> {
    let made = tokio::task::spawn_blocking(KeyPair::generate).await.map_err(Error::internal)?;
    made.map_err(Error::internal)
}
