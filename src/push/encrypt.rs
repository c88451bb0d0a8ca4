//! What is pushed is for the subscriber's eyes alone: RFC 8291 (`aes128gcm`), and the draft before it (`aesgcm`), which
//! apps still ask for.
//!
//! Both agree on a secret with the subscriber's P-256 key and a key of our own that is used once, mix it with the
//! subscriber's secret and a random salt, and encrypt one record with AES-128-GCM. They differ in the words that are
//! mixed in, and in where key and salt stand: before the record, or in headers.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};

use super::PushError;
use crate::secrets;

/// Bytes of a public key: an uncompressed point.
pub const PUBLIC_KEY_BYTES: usize = 65;
/// Bytes of a subscriber's secret.
pub const AUTH_BYTES: usize = 16;
/// Bytes of a payload: a push service takes 4096 in all, of which both forms need about a hundred.
pub const PAYLOAD_MAX: usize = 3_800;
const SALT_BYTES: usize = 16;
const KEY_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;
const SECRET_BYTES: usize = 32;
/// The size of a record, of which there is only one.
const RECORD_SIZE: u32 = 4_096;
/// Ends the last record.
const LAST: u8 = 2;

/// For whom something is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The subscriber's public key, `p256dh`.
    pub public: Vec<u8>,
    /// The subscriber's secret.
    pub auth: Vec<u8>,
}

/// An encrypted payload of the draft, with what stands in headers.
pub(super) struct Drafted {
    pub(super) body: Vec<u8>,
    pub(super) salt: [u8; SALT_BYTES],
    pub(super) public: Vec<u8>,
}

/// What is used once.
pub(super) struct Once {
    private: PrivateKey,
    public: Vec<u8>,
    salt: [u8; SALT_BYTES],
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Recipient {
    /// Checks that the key is a point of the curve, and that the secret is as long as it must be.
    pub fn new(public: Vec<u8>, auth: Vec<u8>) -> Result<Self, PushError> {
        let recipient = Self { public, auth };
        if recipient.public.len() != PUBLIC_KEY_BYTES || recipient.auth.len() != AUTH_BYTES {
            return Err(PushError::BadKey);
        }
        recipient.agree(&Once::fresh()?)?;
        Ok(recipient)
    }

    fn agree(&self, once: &Once) -> Result<Vec<u8>, PushError> {
        let peer = UnparsedPublicKey::new(&ECDH_P256, &self.public);
        agreement::agree(&once.private, peer, PushError::BadKey, |secret| Ok(secret.to_vec()))
    }

    /// Encrypts by RFC 8291: the body says all that the subscriber needs.
    pub(super) fn encrypt(&self, payload: &[u8], once: &Once) -> Result<Vec<u8>, PushError> {
        let mixed = Salt::new(HKDF_SHA256, &self.auth).extract(&self.agree(once)?);
        let info = [b"WebPush: info\0".as_slice(), &self.public, &once.public].concat();
        let secret = expand::<SECRET_BYTES>(&mixed, &info)?;
        let mixed = Salt::new(HKDF_SHA256, &once.salt).extract(&secret);
        let key = expand::<KEY_BYTES>(&mixed, b"Content-Encoding: aes128gcm\0")?;
        let nonce = expand::<NONCE_BYTES>(&mixed, b"Content-Encoding: nonce\0")?;
        let record = seal(key, nonce, [payload, &[LAST]].concat())?;
        let key_length = u8::try_from(once.public.len()).map_err(|_| PushError::Failed)?;
        Ok([&once.salt, RECORD_SIZE.to_be_bytes().as_slice(), &[key_length], &once.public, &record].concat())
    }

    /// Encrypts by the draft.
    pub(super) fn encrypt_drafted(&self, payload: &[u8], once: Once) -> Result<Drafted, PushError> {
        let mixed = Salt::new(HKDF_SHA256, &self.auth).extract(&self.agree(&once)?);
        let secret = expand::<SECRET_BYTES>(&mixed, b"Content-Encoding: auth\0")?;
        let context = [b"P-256\0".as_slice(), &counted(&self.public)?, &counted(&once.public)?].concat();
        let info = |word: &str| [b"Content-Encoding: ", word.as_bytes(), b"\0", &context].concat();
        let mixed = Salt::new(HKDF_SHA256, &once.salt).extract(&secret);
        let key = expand::<KEY_BYTES>(&mixed, &info("aesgcm"))?;
        let nonce = expand::<NONCE_BYTES>(&mixed, &info("nonce"))?;
        // Two bytes say how much padding there is: none.
        let body = seal(key, nonce, [&[0, 0], payload].concat())?;
        Ok(Drafted { body, salt: once.salt, public: once.public })
    }
}

impl Once {
    /// A new key and salt.
    pub(super) fn fresh() -> Result<Self, PushError> {
        let private = PrivateKey::generate(&ECDH_P256).map_err(|_| PushError::Failed)?;
        Self::of(private, secrets::random_bytes().map_err(|_| PushError::Failed)?)
    }

    fn of(private: PrivateKey, salt: [u8; SALT_BYTES]) -> Result<Self, PushError> {
        let public = private.compute_public_key().map_err(|_| PushError::Failed)?.as_ref().to_vec();
        Ok(Self { private, public, salt })
    }
}

fn expand<const N: usize>(mixed: &Prk, info: &[u8]) -> Result<[u8; N], PushError> {
    let (mut bytes, info) = ([0; N], [info]);
    let expanded = mixed.expand(&info, Length(N)).map_err(|_| PushError::Failed)?;
    expanded.fill(&mut bytes).map_err(|_| PushError::Failed)?;
    Ok(bytes)
}

fn seal(key: [u8; KEY_BYTES], nonce: [u8; NONCE_BYTES], mut record: Vec<u8>) -> Result<Vec<u8>, PushError> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).map_err(|_| PushError::Failed)?);
    // Key and nonce are of this one record.
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut record).map_err(|_| PushError::Failed)?;
    Ok(record)
}

/// A key with its length before it.
fn counted(key: &[u8]) -> Result<Vec<u8>, PushError> {
    let length = u16::try_from(key.len()).map_err(|_| PushError::Failed)?;
    Ok([length.to_be_bytes().as_slice(), key].concat())
}

#[cfg(test)]
pub(crate) mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    /// A subscriber that reads what was pushed.
    pub(crate) struct Subscriber {
        private: PrivateKey,
        pub(crate) recipient: Recipient,
    }

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn open(key: [u8; KEY_BYTES], nonce: [u8; NONCE_BYTES], record: &[u8]) -> Vec<u8> {
        let (mut record, key) =
            (record.to_vec(), LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap()));
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.open_in_place(nonce, Aad::empty(), &mut record).unwrap().to_vec()
    }

    impl Subscriber {
        pub(crate) fn new() -> Self {
            let private = PrivateKey::generate(&ECDH_P256).unwrap();
            Self::of(private, secrets::random_bytes::<AUTH_BYTES>().unwrap().to_vec())
        }

        fn of(private: PrivateKey, auth: Vec<u8>) -> Self {
            let public = private.compute_public_key().unwrap().as_ref().to_vec();
            Self { private, recipient: Recipient::new(public, auth).unwrap() }
        }

        fn agree(&self, sender: &[u8]) -> Vec<u8> {
            let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
            agreement::agree(&self.private, peer, (), |secret| Ok(secret.to_vec())).unwrap()
        }

        /// Reads a body of RFC 8291.
        pub(crate) fn read(&self, body: &[u8]) -> Vec<u8> {
            let (salt, rest) = body.split_at(SALT_BYTES);
            let (sender, record) = rest[5..].split_at(PUBLIC_KEY_BYTES);
            assert_eq!(rest[..5], [0, 0, 16, 0, 65]);
            let mixed = Salt::new(HKDF_SHA256, &self.recipient.auth).extract(&self.agree(sender));
            let info = [b"WebPush: info\0".as_slice(), &self.recipient.public, sender].concat();
            let secret = expand::<SECRET_BYTES>(&mixed, &info).unwrap();
            let mixed = Salt::new(HKDF_SHA256, salt).extract(&secret);
            let key = expand(&mixed, b"Content-Encoding: aes128gcm\0").unwrap();
            let mut plain = open(key, expand(&mixed, b"Content-Encoding: nonce\0").unwrap(), record);
            assert_eq!(plain.pop(), Some(LAST));
            plain
        }

        /// Reads a body of the draft, with what its headers say.
        pub(crate) fn read_drafted(&self, body: &[u8], salt: &[u8], sender: &[u8]) -> Vec<u8> {
            let mixed = Salt::new(HKDF_SHA256, &self.recipient.auth).extract(&self.agree(sender));
            let secret = expand::<SECRET_BYTES>(&mixed, b"Content-Encoding: auth\0").unwrap();
            let own = counted(&self.recipient.public).unwrap();
            let context = [b"P-256\0".as_slice(), &own, &counted(sender).unwrap()].concat();
            let info = |word: &str| [b"Content-Encoding: ", word.as_bytes(), b"\0", &context].concat();
            let mixed = Salt::new(HKDF_SHA256, salt).extract(&secret);
            let key = expand(&mixed, &info("aesgcm")).unwrap();
            let plain = open(key, expand(&mixed, &info("nonce")).unwrap(), body);
            assert_eq!(plain[..2], [0, 0]);
            plain[2..].to_vec()
        }
    }

    fn once_of_the_rfc() -> Once {
        let private = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let private = PrivateKey::from_private_key(&ECDH_P256, &private).unwrap();
        Once::of(private, bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap()).unwrap()
    }

    fn subscriber_of_the_rfc() -> Subscriber {
        let private = bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94");
        let private = PrivateKey::from_private_key(&ECDH_P256, &private).unwrap();
        Subscriber::of(private, bytes("BTBZMqHH6r4Tts7J_aSIgg"))
    }

    const WATERMELON: &[u8] = b"When I grow up, I want to be a watermelon";

    #[test]
    fn the_example_of_rfc_8291_comes_out_byte_by_byte() {
        let subscriber = subscriber_of_the_rfc();
        let public =
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        assert_eq!(subscriber.recipient.public, bytes(public));
        let body = subscriber.recipient.encrypt(WATERMELON, &once_of_the_rfc()).unwrap();
        let wanted = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(&body), wanted);
        assert_eq!(subscriber.read(&body), WATERMELON);
    }

    #[test]
    fn both_forms_are_read_by_their_subscriber_and_differ_each_time() {
        let subscriber = Subscriber::new();
        let [one, other] =
            [(), ()].map(|()| subscriber.recipient.encrypt(WATERMELON, &Once::fresh().unwrap()).unwrap());
        assert_ne!(one, other);
        assert_eq!(
            (subscriber.read(&one), subscriber.read(&other)),
            (WATERMELON.to_vec(), WATERMELON.to_vec())
        );
        let drafted = subscriber.recipient.encrypt_drafted(WATERMELON, Once::fresh().unwrap()).unwrap();
        assert_eq!(subscriber.read_drafted(&drafted.body, &drafted.salt, &drafted.public), WATERMELON);
    }

    #[test]
    fn the_example_of_the_draft_comes_out_byte_by_byte() {
        // draft-ietf-webpush-encryption-04, section 5.
        let private = bytes("9FWl15_QUQAWDaD3k3l50ZBZQJ4au27F1V4F0uLSD_M");
        let private = PrivateKey::from_private_key(&ECDH_P256, &private).unwrap();
        let subscriber = Subscriber::of(private, bytes("R29vIGdvbyBnJyBqb29iIQ"));
        let private = bytes("nCScek-QpEjmOOlT-rQ38nZzvdPlqa00Zy0i6m2OJvY");
        let private = PrivateKey::from_private_key(&ECDH_P256, &private).unwrap();
        let once = Once::of(private, bytes("lngarbyKfMoi9Z75xYXmkg").try_into().unwrap()).unwrap();
        let drafted = subscriber.recipient.encrypt_drafted(b"I am the walrus", once).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.encode(&drafted.body), "6nqAQUME8hNqw5J3kl8cpVVJylXKYqZOeseZG8UueKpA");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let good = Subscriber::new().recipient;
        assert!(Recipient::new(good.public.clone(), vec![0; 15]).is_err());
        assert!(Recipient::new(good.public[..64].to_vec(), good.auth.clone()).is_err());
        let mut off_the_curve = good.public;
        off_the_curve[64] ^= 1;
        assert!(Recipient::new(off_the_curve, good.auth.clone()).is_err());
        assert!(Recipient::new(vec![0; PUBLIC_KEY_BYTES], good.auth).is_err());
    }
}
