//! Randomness, secret tokens and their hashes, and encryption at rest.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes of randomness in a session token: 256 bits, far beyond guessing.
const TOKEN_BYTES: usize = 32;

/// The system's random source failed; nothing secret can be made.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the system's random source failed")]
pub struct NoRandomness;

/// `N` random bytes from the operating system's generator.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// A random number, so that those who draw at the same moment do different things.
pub fn seed() -> Result<u64, NoRandomness> {
    random_bytes().map(u64::from_le_bytes)
}

/// A new secret token, URL-safe. Only its [`token_hash`] is ever stored.
pub fn new_token() -> Result<String, NoRandomness> {
    random_bytes::<TOKEN_BYTES>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether two hashes are the same, in a time that does not tell where they differ.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    verify_slices_are_equal(one, other).is_ok()
}

/// The S256 challenge of a verifier (RFC 7636, 4.2).
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(token_hash(verifier))
}

/// What is stored of a token: its SHA-256. Tokens are random, so a plain hash cannot be searched.
pub fn token_hash(token: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, token.as_bytes()).as_ref().to_vec()
}
