//! Checks RSA signatures off the async threads, and keeps the keys that it has parsed.

use std::io;
use std::sync::Arc;

use quick_cache::sync::Cache;

use super::keys::{KeyError, PublicKey};
use super::signature::Claim;
use crate::crew::Crew;
use crate::error::Result;

/// Parsed keys that are kept, about 2 KiB each; the least used go first.
const PARSED_KEPT: usize = 10_000;

/// Checks that may wait; more requests than that are told to come later.
const ROOM: usize = 4_096;

/// Who checks signatures: at most one check a core.
pub(super) struct Verifier {
    crew: Crew,
    /// Found by the PEM itself, so that a changed key is another entry and nothing has to be invalidated.
    parsed: Arc<Cache<String, Arc<PublicKey>>>,
}

impl Verifier {
    pub(super) fn start() -> io::Result<Self> {
        Ok(Self { crew: Crew::of_all_cores("verifier", ROOM)?, parsed: Arc::new(Cache::new(PARSED_KEPT)) })
    }

    /// Whether the key with this PEM made the signature. What is no key made none.
    pub(super) async fn holds(&self, claim: &Arc<Claim>, pem: &str) -> Result<bool> {
        let (claim, pem, parsed) = (Arc::clone(claim), pem.to_owned(), Arc::clone(&self.parsed));
        let check = move || key_of(&parsed, &pem).is_ok_and(|key| claim.verify(&key).is_ok());
        Ok(self.crew.run(check).await?)
    }
}

fn key_of(parsed: &Cache<String, Arc<PublicKey>>, pem: &str) -> Result<Arc<PublicKey>, KeyError> {
    parsed.get_or_insert_with(pem, || PublicKey::from_pem(pem).map(Arc::new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::federation::keys::test_key;

    #[test]
    fn a_key_is_parsed_once_and_what_is_no_key_is_not_kept() {
        let parsed = Cache::new(4);
        let pem = test_key().public_key().unwrap().to_pem();
        let first = key_of(&parsed, &pem).unwrap();
        assert!(Arc::ptr_eq(&first, &key_of(&parsed, &pem).unwrap()));
        assert!(key_of(&parsed, "no key").is_err());
        assert_eq!(parsed.len(), 1);
    }
}
