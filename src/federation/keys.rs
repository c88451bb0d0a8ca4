//! RSA keys of actors: made, stored as PKCS#8, published as PEM, used with PKCS#1 v1.5 and SHA-256 — the one
//! form every known peer accepts.

mod seal;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize, PublicKey as RsaPublicKey};
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaParameters,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use seal::{InstanceKey, SealError};

/// Bytes of a PEM text that are looked at: four times an 8192-bit key.
const MAX_PEM_BYTES: usize = 8 * 1024;
/// Bits of a key: below is breakable, above costs more time to verify than a stranger may take.
const KEY_BITS: std::ops::RangeInclusive<u32> = 2_048..=8_192;
const PEM_LINE: usize = 64;

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not PEM with a `PUBLIC KEY` or `RSA PUBLIC KEY` in it.
    #[error("the key is not a PEM public key")]
    NotPem,
    /// Not an RSA key.
    #[error("the key is not an RSA key")]
    NotRsa,
    /// Not of 2048 to 8192 bits.
    #[error("the key has {bits} bits; allowed are 2048 to 8192")]
    Size {
        /// The bits of its modulus.
        bits: u32,
    },
    /// The crypto library failed.
    #[error("the key could not be made or used")]
    Failed,
}

/// The private key of a local actor, with its public half.
#[derive(Clone)]
pub struct KeyPair(RsaKeyPair);

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyPair(..)")
    }
}

impl KeyPair {
    /// A new RSA-2048 pair. Takes tens to hundreds of milliseconds of CPU: call it on a blocking thread.
    pub fn generate() -> Result<Self, KeyError> {
        RsaKeyPair::generate(KeySize::Rsa2048).map(Self).map_err(|_| KeyError::Failed)
    }

    /// Reads an unencrypted PKCS#8 DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        RsaKeyPair::from_pkcs8(der).map(Self).map_err(|_| KeyError::NotRsa)
    }

    /// The unencrypted PKCS#8 DER; store it only sealed, see [`InstanceKey::seal`].
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, KeyError> {
        let der: Pkcs8V1Der<'_> = self.0.as_der().map_err(|_| KeyError::Failed)?;
        Ok(der.as_ref().to_vec())
    }

    /// The public half.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_der(self.0.public_key().as_ref())
    }

    /// The PKCS#1 v1.5 SHA-256 signature of `message`. About half a millisecond of CPU.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| KeyError::Failed)?;
        Ok(signature)
    }
}

/// A public key, parsed once and ready to verify many signatures.
#[derive(Debug)]
pub struct PublicKey {
    parsed: ParsedPublicKey,
    spki: Vec<u8>,
}

impl PublicKey {
    /// Reads PEM: SPKI (`PUBLIC KEY`) or PKCS#1 (`RSA PUBLIC KEY`), whichever the label says; surrounding text and
    /// odd line breaks are forgiven.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if pem.len() > MAX_PEM_BYTES {
            return Err(KeyError::NotPem);
        }
        let body = pem_body(pem).ok_or(KeyError::NotPem)?;
        let packed: String = body.chars().filter(|c| !c.is_whitespace()).collect();
        let der = STANDARD.decode(packed).map_err(|_| KeyError::NotPem)?;
        Self::from_der(&der)
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let key = RsaPublicKey::from_der(der).map_err(|_| KeyError::NotRsa)?;
        let bits = RsaParameters::public_modulus_len(key.as_ref()).map_err(|_| KeyError::NotRsa)?;
        if !KEY_BITS.contains(&bits) {
            return Err(KeyError::Size { bits });
        }
        let parsed =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.as_ref()).map_err(|_| KeyError::NotRsa)?;
        let spki: PublicKeyX509Der<'_> = key.as_der().map_err(|_| KeyError::Failed)?;
        Ok(Self { parsed, spki: spki.as_ref().to_vec() })
    }

    /// SPKI PEM, as `publicKeyPem` is published.
    pub fn to_pem(&self) -> String {
        let encoded = STANDARD.encode(&self.spki);
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for (place, letter) in encoded.chars().enumerate() {
            if place > 0 && place % PEM_LINE == 0 {
                pem.push('\n');
            }
            pem.push(letter);
        }
        pem.push_str("\n-----END PUBLIC KEY-----\n");
        pem
    }

    /// True when `signature` is this key's PKCS#1 v1.5 SHA-256 signature of `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }
}

/// What stands between the first BEGIN and END line of a public key.
fn pem_body(pem: &str) -> Option<&str> {
    ["PUBLIC KEY", "RSA PUBLIC KEY"].into_iter().find_map(|label| {
        let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
        let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
        Some(body)
    })
}

/// One pair for all tests of the crate, because making them is slow.
#[cfg(test)]
pub(crate) fn test_key() -> &'static KeyPair {
    static KEY: std::sync::LazyLock<KeyPair> = std::sync::LazyLock::new(|| KeyPair::generate().unwrap());
    &KEY
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The RSA key of RFC 9421, appendix B.1.1, in PKCS#1.
    const PKCS1: &str = include_str!("keys/rfc9421_test_key.pem");

    #[test]
    fn a_pair_signs_and_its_published_key_verifies() {
        let public = PublicKey::from_pem(&test_key().public_key().unwrap().to_pem()).unwrap();
        let signature = test_key().sign(b"message").unwrap();
        assert_eq!(signature.len(), 256);
        assert!(public.verify(b"message", &signature));
        assert!(!public.verify(b"massage", &signature));
        assert!(!public.verify(b"message", &signature[1..]));
        assert!(!public.verify(b"message", b""));
    }

    #[test]
    fn a_pair_survives_pkcs8() {
        let twin = KeyPair::from_pkcs8(&test_key().to_pkcs8().unwrap()).unwrap();
        assert_eq!(twin.public_key().unwrap().to_pem(), test_key().public_key().unwrap().to_pem());
        assert_eq!(twin.sign(b"x").unwrap(), test_key().sign(b"x").unwrap());
    }

    #[test]
    fn a_pkcs1_key_is_read_and_published_as_spki() {
        let pem = PublicKey::from_pem(PKCS1).unwrap().to_pem();
        assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"));
        assert!(pem.lines().all(|line| line.len() <= PEM_LINE));
        assert_eq!(PublicKey::from_pem(&pem).unwrap().to_pem(), pem);
    }

    #[test]
    fn line_breaks_and_surrounding_text_are_forgiven() {
        let pem = test_key().public_key().unwrap().to_pem();
        for odd in [pem.replace('\n', "\r\n"), pem.replace('\n', " "), format!("key:\n{pem}\nend")] {
            assert_eq!(PublicKey::from_pem(&odd).unwrap().to_pem(), pem);
        }
    }

    #[test]
    fn what_is_no_sound_public_key_is_refused() {
        let small = "-----BEGIN PUBLIC KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3\
            6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6\
            Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw\
            oYi+1hqp1fIekaxsyQIDAQAB\n-----END PUBLIC KEY-----";
        assert_eq!(PublicKey::from_pem(small).unwrap_err(), KeyError::Size { bits: 1_024 });
        let pem = test_key().public_key().unwrap().to_pem();
        for bad in [
            "",
            "MIIB",
            "-----BEGIN PUBLIC KEY-----",
            &pem.replace("PUBLIC", "PRIVATE"),
            &pem.replace('M', "!"),
        ] {
            assert_eq!(PublicKey::from_pem(bad).unwrap_err(), KeyError::NotPem, "{bad}");
        }
        let ed25519 = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----";
        assert_eq!(PublicKey::from_pem(ed25519).unwrap_err(), KeyError::NotRsa);
        assert_eq!(PublicKey::from_pem(&"x".repeat(MAX_PEM_BYTES + 1)).unwrap_err(), KeyError::NotPem);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parsers_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let pem = format!("-----BEGIN PUBLIC KEY-----{}-----END PUBLIC KEY-----", STANDARD.encode(&bytes));
            prop_assert!(PublicKey::from_pem(&pem).is_err());
            prop_assert!(KeyPair::from_pkcs8(&bytes).is_err());
        }
    }
}
