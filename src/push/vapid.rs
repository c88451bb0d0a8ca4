//! Who pushes: RFC 8292. Each message carries a short-lived statement for its push service, signed with the instance's
//! P-256 key, whose public half subscribers have named to that service.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use url::Url;

use super::PushError;
use crate::clock::{HOUR_MS, Millis, SECOND_MS};

/// How long a statement holds: at most a day is allowed, and clocks differ.
const HOLDS_MS: Millis = 12 * HOUR_MS;
/// `{"typ":"JWT","alg":"ES256"}`, the head of every statement.
const HEAD: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9";

/// The instance's key for pushing.
pub struct Vapid {
    pair: EcdsaKeyPair,
    contact: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: String,
    exp: Millis,
    sub: &'a str,
}

impl Vapid {
    /// A new private key, as PKCS#8.
    pub fn generate() -> Result<Vec<u8>, PushError> {
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map(|document| document.as_ref().to_vec())
            .map_err(|_| PushError::Failed)
    }

    /// The key of this PKCS#8. `contact` is a `https:` or `mailto:` address for who runs a push service.
    pub fn new(pkcs8: &[u8], contact: String) -> Result<Self, PushError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .map_err(|_| PushError::BadKey)?;
        Ok(Self { pair, contact })
    }

    /// The public key as subscribers name it: an uncompressed point in Base64 for URLs.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref())
    }

    /// A statement for the push service at `endpoint`.
    pub(super) fn statement(&self, endpoint: &Url, now_ms: Millis) -> Result<String, PushError> {
        let claims = Claims {
            aud: endpoint.origin().ascii_serialization(),
            exp: now_ms.saturating_add(HOLDS_MS) / SECOND_MS,
            sub: &self.contact,
        };
        let claims = serde_json::to_vec(&claims).map_err(|_| PushError::Failed)?;
        let signed = format!("{HEAD}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature =
            self.pair.sign(&SystemRandom::new(), signed.as_bytes()).map_err(|_| PushError::Failed)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    /// The claims of a statement that this key signed.
    pub(crate) fn claims(statement: &str, public: &str) -> serde_json::Value {
        let (signed, signature) = statement.rsplit_once('.').unwrap();
        let key = URL_SAFE_NO_PAD.decode(public).unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key);
        key.verify(signed.as_bytes(), &signature).unwrap();
        let (head, claims) = signed.split_once('.').unwrap();
        assert_eq!(head, HEAD);
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
    }

    #[test]
    fn the_example_of_rfc_8292_is_a_statement_as_ours_are() {
        let example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA";
        let key = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";
        let of_example = claims(example, key);
        let vapid = Vapid::new(&Vapid::generate().unwrap(), "mailto:push@example.com".to_owned()).unwrap();
        let endpoint = "https://push.example.net/p/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV".parse().unwrap();
        let ours = vapid.statement(&endpoint, 1_453_523_768_000 - HOLDS_MS).unwrap();
        assert_eq!(claims(&ours, &vapid.public()), of_example);
        assert_eq!(ours.rsplit_once('.').unwrap().0, example.rsplit_once('.').unwrap().0);
    }
}
