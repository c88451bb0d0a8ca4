//! A number for a set of followers: the XOR of the SHA-256 of each one's id (FEP-8fcf), whatever their order.

use std::fmt;
use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

/// Bytes of a digest.
const BYTES: usize = 32;

/// The digest of a set of ids; nobody's is all zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest([u8; BYTES]);

impl Digest {
    /// The digest of these ids. An id that is named twice would count as none.
    pub fn of<I: AsRef<str>>(ids: impl IntoIterator<Item = I>) -> Self {
        let mut all = Self::default();
        ids.into_iter().for_each(|id| all.add(id.as_ref()));
        all
    }

    /// Adds an id that is not in it, or takes one away that is.
    pub fn add(&mut self, id: &str) {
        for (sum, byte) in self.0.iter_mut().zip(digest(&SHA256, id.as_bytes()).as_ref()) {
            *sum ^= byte;
        }
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 2 * BYTES || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; BYTES];
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(2 * BYTES);
        for byte in self.0 {
            write!(text, "{byte:02x}")?;
        }
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_two_followers_is_the_one_of_the_specification() {
        let ids = ["https://testing.example.org/users/1", "https://testing.example.org/users/2"];
        let expected = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f";
        assert_eq!(Digest::of(ids).to_string(), expected);
        assert_eq!(Digest::of(ids.into_iter().rev()).to_string(), expected);
        assert_eq!(Digest::parse(&expected.to_uppercase()), Some(Digest::of(ids)));
    }

    #[test]
    fn what_is_not_64_hexadecimal_digits_is_no_digest() {
        assert_eq!(Digest::parse(&"0".repeat(64)), Some(Digest::of::<&str>([])));
        for bad in
            ["", "00", &"0".repeat(63), &"0".repeat(66), &"+".repeat(64), &"g".repeat(64), &"é".repeat(32)]
        {
            assert_eq!(Digest::parse(bad), None, "{bad}");
        }
    }
}
