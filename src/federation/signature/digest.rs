//! Digests of bodies: the `Digest` header of draft-cavage (RFC 3230) and `Content-Digest` (RFC 9530).

use aws_lc_rs::digest::{SHA256, digest};
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
        self.matches(header, |value| Some(value))
    }

    /// True when a `Content-Digest` header names this digest; other algorithms beside it are ignored.
    pub(super) fn matches_content_digest(&self, header: &[u8]) -> bool {
        self.matches(header, |value| value.strip_prefix(':')?.strip_suffix(':'))
    }

    // Every SHA-256 in the list must be this one, and there must be one.
    fn matches(&self, header: &[u8], unwrap: impl Fn(&str) -> Option<&str>) -> bool {
        let Ok(text) = std::str::from_utf8(header) else { return false };
        let mut named = text
            .split(',')
            .filter_map(|member| member.trim().split_once('='))
            .filter(|(algorithm, _)| algorithm.trim().eq_ignore_ascii_case("sha-256"))
            .map(|(_, value)| unwrap(value.trim()).and_then(decode_base64))
            .peekable();
        named.peek().is_some() && named.all(|value| value.is_some_and(|bytes| bytes == self.0))
    }
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
        let good = "sha-512=:AAAA:, sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
        assert!(digest.matches_content_digest(good.as_bytes()));
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
        assert!(!digest.matches_content_digest(digest.digest_header().as_bytes()));
    }
}
