//! Key pairs of our own actors: made when first needed, sealed at rest, opened once and kept, changed on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
use crate::store::own_keys::{self, OwnKey};
use crate::store::settings;
use crate::telemetry::caches::{self, Lookups};

/// Opened key pairs that are kept; the least used go first.
const KEPT: usize = 2_000;
/// The setting that held the instance actor's sealed key pair before it stood beside the others.
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
    opened: Cache<AccountId, Arc<SigningKey>>,
    /// Counts what was forgotten, so that nothing read before is kept after.
    forgotten: AtomicU64,
    lookups: Lookups,
}

impl OwnKeys {
    pub(super) async fn open(service: Service, instance_key: InstanceKey) -> Result<Self> {
        let (opened, lookups) = (Cache::new(KEPT), Lookups::of(&caches::OWN_KEYS));
        let keys = Self { service, instance_key, opened, forgotten: AtomicU64::default(), lookups };
        keys.take_over_instance().await?;
        keys.instance().await?;
        Ok(keys)
    }

    /// Puts the instance actor's key where it stands now, for those who made it earlier.
    async fn take_over_instance(&self) -> Result<()> {
        let old = self.service.store().read(|conn| settings::get(conn, INSTANCE_SETTING)).await?;
        let Some(old) = old else { return Ok(()) };
        let sealed = STANDARD.decode(old).map_err(Error::internal)?;
        let opened = unseal(&self.instance_key, INSTANCE, self.instance_actor().key_id(), &sealed)?;
        let key = OwnKey { key_uri: opened.key_id, public_pem: opened.public_pem, private_sealed: sealed };
        let now_ms = self.service.clock().now_ms();
        let write = move |conn: &mut _| own_keys::of_or_insert(conn, INSTANCE, &key, now_ms);
        self.service.store().write(write).await?;
        Ok(())
    }

    fn instance_actor(&self) -> LocalActor {
        LocalActor::instance(self.service.addresses().origin())
    }

    fn actor(&self, account: &Account) -> LocalActor {
        let addresses = self.service.addresses();
        LocalActor::new(addresses.origin(), addresses.local_actor(&account.username))
    }

    /// The instance actor's key.
    pub(super) async fn instance(&self) -> Result<Arc<SigningKey>> {
        self.current(INSTANCE, || self.instance_actor()).await
    }

    /// The key of an account of ours.
    pub(super) async fn of(&self, account: &Account) -> Result<Arc<SigningKey>> {
        self.current(account.id, || self.actor(account)).await
    }

    async fn current(&self, id: AccountId, actor: impl Fn() -> LocalActor) -> Result<Arc<SigningKey>> {
        if let Some(open) = self.lookups.seen(self.opened.get(&id)) {
            return Ok(open);
        }
        let forgotten = self.forgotten.load(Ordering::Acquire);
        let known = self.service.store().read(move |conn| own_keys::of(conn, id)).await?;
        let stored = match known {
            Some(stored) => stored,
            None => {
                let fresh = self.make(id, actor().key_id()).await?;
                let now_ms = self.service.clock().now_ms();
                let write = move |conn: &mut _| own_keys::of_or_insert(conn, id, &fresh, now_ms);
                // When another process was quicker, its key holds.
                self.service.store().write(write).await?
            }
        };
        let open = Arc::new(unseal(&self.instance_key, id, stored.key_uri, &stored.private_sealed)?);
        if self.forgotten.load(Ordering::Acquire) == forgotten {
            self.opened.insert(id, Arc::clone(&open));
        }
        Ok(open)
    }

    /// A key of an account of ours by its id, even if it is retired; `None` once it is forgotten.
    pub(super) async fn retired(&self, id: AccountId, key_uri: &str) -> Result<Option<Arc<SigningKey>>> {
        let asked = key_uri.to_owned();
        let stored = self.service.store().read(move |conn| own_keys::by_uri(conn, &asked)).await?;
        let open = |key: OwnKey| unseal(&self.instance_key, id, key.key_uri, &key.private_sealed);
        stored.map(open).transpose().map(|key| key.map(Arc::new))
    }

    /// Retires the key of an account of ours for a new one; with `None` the instance actor's. Answers whether there
    /// was one to retire.
    pub(super) async fn rotate(&self, account: Option<&Account>) -> Result<bool> {
        let id = account.map_or(INSTANCE, |account| account.id);
        let actor = account.map_or_else(|| self.instance_actor(), |account| self.actor(account));
        // A new id: who keeps the old key under the old one has to ask for this.
        let fresh = self.make(id, actor.another_key_id(self.service.ids().next())).await?;
        let now_ms = self.service.clock().now_ms();
        let write = move |conn: &mut _| own_keys::rotate(conn, id, &fresh, now_ms);
        let retired = self.service.store().write(write).await?;
        self.forget(id);
        Ok(retired.is_some())
    }

    /// How often a key was forgotten: who keeps one asks again when this has changed.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::Acquire)
    }

    /// Forgets the opened key of an account: it was retired, or nobody signs with it for now.
    pub(super) fn forget(&self, account: AccountId) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.opened.remove(&account);
    }

    async fn make(&self, account: AccountId, key_uri: String) -> Result<OwnKey> {
        let pair = generate().await?;
        let private = pair.to_pkcs8().map_err(Error::internal)?;
        Ok(OwnKey {
            key_uri,
            public_pem: pair.public_key().map_err(Error::internal)?.to_pem(),
            private_sealed: self.instance_key.seal(account, &private).map_err(Error::internal)?,
        })
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
