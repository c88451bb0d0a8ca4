//! Digests of bodies: the `Digest` header of draft-cavage (RFC 3230) and `Content-Digest` (RFC 9530).

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

/// Padding is demanded by some specifications and forgotten by some peers.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The SHA-256 of a body, made once and shared by every delivery of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyDigest([u8; 32]);

impl BodyDigest {
    /// The digest of `body`.
    pub fn of(body: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, body).as_ref());
        Self(bytes)
    }

    /// A digest that was stored.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, for storing.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The value of `Digest`. Upper case and a single algorithm: some peers compare the text.
    pub(super) fn digest_header(&self) -> String {
        format!("SHA-256={}", STANDARD.encode(self.0))
    }

    /// The value of `Content-Digest`.
    pub(super) fn content_digest_header(&self) -> String {
        format!("sha-256=:{}:", STANDARD.encode(self.0))
    }

    /// True when a `Digest` header names this digest; other algorithms beside it are ignored.
    pub(super) fn matches_digest(&self, header: &[u8]) -> bool {
        judged(header, "sha-256", &self.0, |value| Some(value)) == Some(true)
    }
}

/// True when a `Content-Digest` header names the digest of `body` by SHA-256 or SHA-512; if by both, both must be
/// right. Other algorithms beside them are ignored.
pub(super) fn content_digest_fits(body: &[u8], header: &[u8]) -> bool {
    let mut named = [("sha-256", &SHA256), ("sha-512", &SHA512)]
        .into_iter()
        .filter_map(|(name, algorithm)| judged(header, name, digest(algorithm, body).as_ref(), in_colons))
        .peekable();
    named.peek().is_some() && named.all(|right| right)
}

/// Whether all that a list gives for an algorithm is `wanted`; `None` when it gives nothing.
fn judged(header: &[u8], algorithm: &str, wanted: &[u8], unwrap: fn(&str) -> Option<&str>) -> Option<bool> {
    let mut named = std::str::from_utf8(header)
        .ok()?
        .split(',')
        .filter_map(|member| member.trim().split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case(algorithm))
        .map(|(_, value)| unwrap(value.trim()).and_then(decode_base64))
        .peekable();
    named.peek()?;
    Some(named.all(|value| value.is_some_and(|bytes| bytes == wanted)))
}

/// The bytes of a structured field stand between colons.
fn in_colons(value: &str) -> Option<&str> {
    value.strip_prefix(':')?.strip_suffix(':')
}

/// Encodes base64 with padding.
pub(super) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes base64 with or without padding.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    FORGIVING.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_are_written_as_the_strictest_peers_want_them() {
        let digest = BodyDigest::of(b"{\"hello\": \"world\"}");
        assert_eq!(digest.digest_header(), "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=");
        assert_eq!(digest.content_digest_header(), "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:");
    }

    #[test]
    fn sha_256_is_found_among_several_algorithms_in_any_case() {
        let digest = BodyDigest::of(b"{\"hello\": \"world\"}");
        for good in [
            "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
            "sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE",
            "SHA-512=AAAA, SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=,id-crc32=1",
        ] {
            assert!(digest.matches_digest(good.as_bytes()), "{good}");
        }
    }

    #[test]
    fn a_content_digest_is_known_by_sha_256_and_by_sha_512() {
        let body = b"{\"hello\": \"world\"}";
        let (short, long) = (STANDARD.encode(digest(&SHA256, body)), STANDARD.encode(digest(&SHA512, body)));
        let fits = |header: String| content_digest_fits(body, header.as_bytes());
        assert!(fits(format!("sha-256=:{short}:")));
        assert!(fits(format!("sha-512=:{long}:")));
        assert!(fits(format!("md5=:AAAA:, sha-512=:{long}:, sha-256=:{short}:")));
        assert!(!fits(format!("sha-512=:AAAA:, sha-256=:{short}:")));
        assert!(!fits(format!("sha-512=:{short}:")));
        assert!(!fits("md5=:AAAA:".to_owned()));
    }

    #[test]
    fn a_digest_without_this_sha_256_does_not_match() {
        let digest = BodyDigest::of(b"{\"hello\": \"world\"}");
        for bad in [
            "",
            "SHA-256",
            "SHA-256=",
            "SHA-256=!!",
            "SHA-512=AAAA",
            "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPA=",
            "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=,SHA-256=AAAA",
        ] {
            assert!(!digest.matches_digest(bad.as_bytes()), "{bad}");
        }
        assert!(!digest.matches_digest(b"\xff"));
        assert!(!content_digest_fits(b"{\"hello\": \"world\"}", digest.digest_header().as_bytes()));
    }
}
