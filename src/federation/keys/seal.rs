//! Private keys at rest: AES-256-GCM under the instance's key, bound to the account they belong to.
//!
//! A sealed key is `version (1 byte) | nonce (12) | ciphertext | tag (16)`. Nonces are random, which is sound for
//! far more seals than an instance has accounts (2^32 under one key).

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

use crate::model::ids::AccountId;

/// The layout described above; another one gets another number.
const VERSION: u8 = 1;
/// Keeps a sealed private key from being taken for anything else sealed under the same key.
const PURPOSE: &[u8] = b"rookery actor private key";

/// Why something cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The bytes are not in a layout this version knows.
    #[error("this is not a sealed key")]
    Unknown,
    /// Sealed under another instance key, for another account, or damaged.
    #[error("the sealed key does not open with this instance key for this account")]
    Closed,
    /// The crypto library failed.
    #[error("sealing failed")]
    Failed,
}

/// The instance's own 32-byte secret, under which secrets at rest are encrypted.
#[derive(Clone)]
pub struct InstanceKey([u8; 32]);

impl std::fmt::Debug for InstanceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InstanceKey(..)")
    }
}

impl InstanceKey {
    /// The key of these 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Encrypts the private key of `account`, for storing.
    pub fn seal(&self, account: AccountId, private_key: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal_bound(bound_to(account), private_key)
    }

    fn seal_bound(&self, bound: Aad<Vec<u8>>, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut text = secret.to_vec();
        let nonce =
            self.cipher()?.seal_in_place_append_tag(bound, &mut text).map_err(|_| SealError::Failed)?;
        let mut sealed = vec![VERSION];
        sealed.extend_from_slice(nonce.as_ref());
        sealed.append(&mut text);
        Ok(sealed)
    }

    /// Decrypts what [`InstanceKey::seal`] made for the same account.
    pub fn open(&self, account: AccountId, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.open_bound(bound_to(account), sealed)
    }

    fn open_bound(&self, bound: Aad<Vec<u8>>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (&version, rest) = sealed.split_first().ok_or(SealError::Unknown)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Unknown)?;
        if version != VERSION {
            return Err(SealError::Unknown);
        }
        let mut text = text.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.cipher()?.open_in_place(nonce, bound, &mut text).map_err(|_| SealError::Closed)?;
        Ok(plain.to_vec())
    }

    /// Encrypts another secret, for storing: what it is for, and whose it is, are bound to it.
    pub fn seal_secret(&self, purpose: &str, id: i64, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal_bound(Aad::from(aad(purpose, id)), secret)
    }

    /// Decrypts what [`InstanceKey::seal_secret`] made for the same.
    pub fn open_secret(&self, purpose: &str, id: i64, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.open_bound(Aad::from(aad(purpose, id)), sealed)
    }

    fn cipher(&self) -> Result<RandomizedNonceKey, SealError> {
        RandomizedNonceKey::new(&AES_256_GCM, &self.0).map_err(|_| SealError::Failed)
    }
}

/// Begins like no [`PURPOSE`]: a zero byte stands after its words.
fn aad(purpose: &str, id: i64) -> Vec<u8> {
    [b"rookery ", purpose.as_bytes(), b"\0", &id.to_be_bytes()].concat()
}

fn bound_to(account: AccountId) -> Aad<Vec<u8>> {
    Aad::from([PURPOSE, &account.0.to_be_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_again() {
        let key = InstanceKey::new([7; 32]);
        let sealed = key.seal(AccountId(5), b"secret").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(key.open(AccountId(5), &sealed).unwrap(), b"secret");
        assert_ne!(key.seal(AccountId(5), b"secret").unwrap(), sealed);
    }

    #[test]
    fn another_account_another_key_or_a_changed_byte_opens_nothing() {
        let key = InstanceKey::new([7; 32]);
        let sealed = key.seal(AccountId(5), b"secret").unwrap();
        assert_eq!(key.open(AccountId(6), &sealed), Err(SealError::Closed));
        assert_eq!(InstanceKey::new([8; 32]).open(AccountId(5), &sealed), Err(SealError::Closed));
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(key.open(AccountId(5), &changed).is_err(), "byte {place}");
            assert!(key.open(AccountId(5), &sealed[..place]).is_err(), "cut at {place}");
        }
    }
}
