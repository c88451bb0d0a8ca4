//! Checks RSA signatures off the async threads, and keeps the keys that it has parsed.

use std::io;
use std::sync::Arc;

use quick_cache::sync::Cache;

use super::keys::{KeyError, PublicKey};
use super::signature::Claim;
use crate::crew::Crew;
use crate::error::Result;
use crate::telemetry::caches::{self, Lookups};

/// Parsed keys that are kept, about 2 KiB each; the least used go first.
const PARSED_KEPT: usize = 10_000;

/// Checks that may wait; more requests than that are told to come later.
const ROOM: usize = 4_096;

/// Who checks signatures: at most one check a core.
pub(super) struct Verifier {
    crew: Crew,
    /// Found by the PEM itself, so that a changed key is another entry and nothing has to be invalidated.
    parsed: Arc<Parsed>,
}

struct Parsed {
    keys: Cache<String, Arc<PublicKey>>,
    lookups: Lookups,
}

impl Verifier {
    pub(super) fn start() -> io::Result<Self> {
        let parsed = Parsed { keys: Cache::new(PARSED_KEPT), lookups: Lookups::of(&caches::PUBLIC_KEYS) };
        Ok(Self { crew: Crew::of_all_cores("verifier", ROOM)?, parsed: Arc::new(parsed) })
    }

    /// Whether the key with this PEM made the signature. What is no key made none.
    pub(super) async fn holds(&self, claim: &Arc<Claim>, pem: &str) -> Result<bool> {
        let (claim, pem, parsed) = (Arc::clone(claim), pem.to_owned(), Arc::clone(&self.parsed));
        let check = move || parsed.key_of(&pem).is_ok_and(|key| claim.verify(&key).is_ok());
        Ok(self.crew.run(check).await?)
    }
}

impl Parsed {
    fn key_of(&self, pem: &str) -> Result<Arc<PublicKey>, KeyError> {
        if let Some(key) = self.lookups.seen(self.keys.get(pem)) {
            return Ok(key);
        }
        let key = Arc::new(PublicKey::from_pem(pem)?);
        self.keys.insert(pem.to_owned(), Arc::clone(&key));
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::federation::keys::test_key;

    #[test]
    fn a_key_is_parsed_once_and_what_is_no_key_is_not_kept() {
        let parsed = Parsed { keys: Cache::new(4), lookups: Lookups::of(&caches::PUBLIC_KEYS) };
        let pem = test_key().public_key().unwrap().to_pem();
        let first = parsed.key_of(&pem).unwrap();
        assert!(Arc::ptr_eq(&first, &parsed.key_of(&pem).unwrap()));
        assert!(parsed.key_of("no key").is_err());
        assert_eq!(parsed.keys.len(), 1);
    }
}
