//! HTTP signatures in both forms the network speaks: draft-cavage-12 (everybody) and RFC 9421 (some).
//!
//! Verification is in two steps. [`inspect`] does everything that needs no key, in this order: size, form and
//! parsing, what is covered, `Host`, digest of the raw bytes, time. Only then is a key worth looking up, and
//! [`Claim::verify`] checks the RSA signature. A form or algorithm we do not speak is answered at once and
//! without side effects, because peers probe with it.

mod cavage;
mod digest;
mod key_id;
mod rfc9421;

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

use super::keys::{KeyError, KeyPair, PublicKey};
use super::origin::same_origin;
use crate::clock::Millis;
use crate::config::limits;

pub(in crate::federation) use cavage::pairs;
pub use digest::BodyDigest;
pub use key_id::{BadKeyId, KeyId};

/// Bytes of a request body that are verified; longer ones are refused before anything else.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// How long a signature lives. Replays within it are caught by the activity's id.
const LIFE_MS: Millis = limits::SIGNATURE_AGE_MAX_MS;
/// How far a peer's clock may be ahead of ours.
const SKEW_MS: Millis = limits::SIGNATURE_AHEAD_MAX_MS;
/// Components that one signature may cover; honest ones cover fewer than ten.
const MAX_COMPONENTS: usize = 32;
/// Bytes of a `Signature` or `Signature-Input` header.
const MAX_HEADER_BYTES: usize = 8 * 1024;
/// Bytes of a decoded signature: that of an 8192-bit key.
const MAX_SIGNATURE_BYTES: usize = 1_024;

/// The content type of every activity we send.
pub const ACTIVITY_CONTENT_TYPE: &str = "application/activity+json";
/// Sent as `Accept-Signature` with a 401, for peers that obey it.
pub const ACCEPT_SIGNATURE: &str = r#"sig1=("@method" "@target-uri" "content-digest");created;keyid"#;

/// The header that lets a receiver see whether it knows the same followers (FEP-8fcf).
pub const SYNCHRONIZATION: &str = "collection-synchronization";

/// The two forms of HTTP signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// draft-cavage-http-signatures-12.
    Cavage,
    /// RFC 9421, HTTP Message Signatures.
    Rfc9421,
}

/// A received request, as it came over the wire.
#[derive(Clone, Copy, Debug)]
pub struct RequestParts<'a> {
    /// The method.
    pub method: &'a Method,
    /// Path and query exactly as sent.
    pub path_and_query: &'a str,
    /// The `Host` header, or the authority of an HTTP/2 request, as sent.
    pub host: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The raw body.
    pub body: &'a [u8],
}

/// Why a request's signature is not accepted, and which status says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// 413: the body is longer than [`MAX_BODY_BYTES`].
    #[error("the body is too large")]
    BodyTooLarge,
    /// 401: there is no signature.
    #[error("the request is not signed")]
    Missing,
    /// 400: the signature headers cannot be read.
    #[error("the signature cannot be read: {0}")]
    Malformed(&'static str),
    /// 400: more than one signature, where it would be unclear which one counts.
    #[error("the request carries more than one signature")]
    Several,
    /// 401: the key id names no key that could be fetched.
    #[error(transparent)]
    KeyId(#[from] BadKeyId),
    /// 401: an algorithm or component we do not speak.
    #[error("the signature uses {0}, which is not supported")]
    Unsupported(String),
    /// 401: something that must be signed is not.
    #[error("the signature does not cover {0}")]
    NotCovered(&'static str),
    /// 401: a covered header is not in the request.
    #[error("the signed header {0} is missing")]
    HeaderMissing(String),
    /// 400: a covered header occurs more than once, so its meaning is unclear.
    #[error("the signed header {0} occurs more than once")]
    HeaderTwice(String),
    /// 401: the request was signed for another host.
    #[error("the request is for another host")]
    WrongHost,
    /// 401: the digest is missing its SHA-256 or is not that of the body.
    #[error("the digest is not that of the body")]
    WrongDigest,
    /// 401: the date cannot be read.
    #[error("the date of the signature cannot be read")]
    BadDate,
    /// 401: older than 12 hours, or past its own expiry.
    #[error("the signature is too old")]
    Expired,
    /// 401: dated more than an hour ahead.
    #[error("the signature is from the future")]
    FromTheFuture,
    /// 401: the key does not verify it.
    #[error("the signature does not verify with this key")]
    DoesNotVerify,
}

impl SignatureError {
    /// The status that answers it. Never 403 or 5xx: peers give up on the one and retry the other for days.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed(_) | Self::Several | Self::HeaderTwice(_) => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

/// What a request claims: signed by this key. True only after [`Claim::verify`].
#[derive(Clone, Debug)]
pub struct Claim {
    key_id: KeyId,
    form: Form,
    signature: Vec<u8>,
    // Signing strings to try, the exact one first.
    messages: Vec<Vec<u8>>,
}

impl Claim {
    /// The key that must verify it.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The form it came in, worth remembering for what we send there.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Checks the RSA signature.
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        let verifies = self.messages.iter().any(|message| key.verify(message, &self.signature));
        if verifies { Ok(()) } else { Err(SignatureError::DoesNotVerify) }
    }
}

/// Does every check of a signed request that needs no key. `ours` is any URL of our own origin; `now_ms` the present.
pub fn inspect(parts: &RequestParts<'_>, now_ms: Millis, ours: &Url) -> Result<Claim, SignatureError> {
    if parts.body.len() > MAX_BODY_BYTES {
        return Err(SignatureError::BodyTooLarge);
    }
    if parts.headers.contains_key("signature-input") {
        rfc9421::inspect(parts, now_ms, ours)
    } else {
        cavage::inspect(parts, now_ms, ours)
    }
}

/// A request about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The method.
    pub method: &'a Method,
    /// The URL of this hop.
    pub url: &'a Url,
    /// The digest of the body of a POST; `None` for a GET.
    pub digest: Option<&'a BodyDigest>,
    /// The present.
    pub now_ms: Millis,
    /// Sign the path without its query, for old peers that verify so. Cavage only.
    pub path_only: bool,
    /// What is said of the followers collection (FEP-8fcf), signed along.
    pub synchronization: Option<&'a str>,
}

/// Who signs: a key and the id under which its public half is found.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// The private key.
    pub key: &'a KeyPair,
    /// Its id: `https://our.host/users/ann#main-key`.
    pub key_id: &'a str,
}

/// The headers that sign `request`: date, digest and content type (of a POST), synchronization, and the signature. `Host` is signed as
/// the URL's host and non-default port and left for the client to write.
pub fn sign(form: Form, signer: &Signer<'_>, request: &Outgoing<'_>) -> Result<HeaderMap, KeyError> {
    match form {
        Form::Cavage => cavage::sign(signer, request),
        Form::Rfc9421 => rfc9421::sign(signer, request),
    }
}

/// True when the `Host` of a request names our own origin.
fn is_our_host(host: &str, ours: &Url) -> bool {
    let plain = !host.is_empty() && !host.contains(['/', '?', '#', '@', '\\']);
    let parsed = Url::parse(&format!("{}://{host}/", ours.scheme()));
    plain && parsed.is_ok_and(|asked| same_origin(&asked, ours))
}

/// The value of a header that occurs exactly once, without surrounding blanks.
fn only_value<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a [u8], SignatureError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or_else(|| SignatureError::HeaderMissing(name.to_owned()))?;
    if values.next().is_some() {
        return Err(SignatureError::HeaderTwice(name.to_owned()));
    }
    Ok(value.as_bytes().trim_ascii())
}

/// The one `Signature` or `Signature-Input` header as text.
fn signature_header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, SignatureError> {
    let value = only_value(headers, name).map_err(|error| match error {
        SignatureError::HeaderTwice(_) => SignatureError::Several,
        _ => SignatureError::Missing,
    })?;
    if value.len() > MAX_HEADER_BYTES {
        return Err(SignatureError::Malformed("too long"));
    }
    std::str::from_utf8(value).map_err(|_| SignatureError::Malformed("not text"))
}

fn check_window(made_ms: Millis, now_ms: Millis) -> Result<(), SignatureError> {
    if made_ms > now_ms.saturating_add(SKEW_MS) {
        Err(SignatureError::FromTheFuture)
    } else if made_ms < now_ms.saturating_sub(LIFE_MS) {
        Err(SignatureError::Expired)
    } else {
        Ok(())
    }
}

fn check_expiry(expires_ms: Option<Millis>, now_ms: Millis) -> Result<(), SignatureError> {
    let past = expires_ms.is_some_and(|at| at < now_ms.saturating_sub(SKEW_MS));
    if past { Err(SignatureError::Expired) } else { Ok(()) }
}

/// Decodes the base64 of a signature, padded or not.
fn decode_signature(text: &str) -> Result<Vec<u8>, SignatureError> {
    let bytes = digest::decode_base64(text).ok_or(SignatureError::Malformed("not base64"))?;
    if bytes.is_empty() || bytes.len() > MAX_SIGNATURE_BYTES {
        return Err(SignatureError::Malformed("of an odd length"));
    }
    Ok(bytes)
}

/// The checks that need neither parsing nor a key: the host, and the digest of the raw body where there must be one.
fn check_host_and_body(
    parts: &RequestParts<'_>,
    ours: &Url,
    digest_header: &str,
    fits: fn(&[u8], &[u8]) -> bool,
) -> Result<(), SignatureError> {
    if !is_our_host(parts.host, ours) {
        return Err(SignatureError::WrongHost);
    }
    if needs_digest(parts) {
        let digest = only_value(parts.headers, digest_header)?;
        if !fits(parts.body, digest) {
            return Err(SignatureError::WrongDigest);
        }
    }
    Ok(())
}

/// A header of our own making, which fails only for a key id that no header can carry.
fn header_value(text: &str) -> Result<HeaderValue, KeyError> {
    HeaderValue::from_str(text).map_err(|_| KeyError::Failed)
}

/// True when a request with this method must carry a covered digest.
fn needs_digest(parts: &RequestParts<'_>) -> bool {
    parts.method == Method::POST || !parts.body.is_empty()
}

#[cfg(test)]
mod tests;
