//! In which characters a page is written.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::head;

/// Where a page names its charset, if it does, in bytes (HTML Standard, 13.2.3.2).
const DECLARED_WITHIN: usize = 1_024;

/// The text of a page: by its byte order mark, else by the charset of its `Content-Type`, else by what its head says.
/// One that says nothing is UTF-8, or as old pages are, when it cannot be.
pub(super) fn decode<'a>(bytes: &'a [u8], content_type: &str) -> Cow<'a, str> {
    let encoding = of_content_type(content_type).or_else(|| declared(bytes)).unwrap_or_else(|| guess(bytes));
    // A byte order mark is looked for first in here.
    encoding.decode(bytes).0
}

fn of_content_type(content_type: &str) -> Option<&'static Encoding> {
    let mut parameters = content_type.split(';').skip(1).filter_map(|one| one.split_once('='));
    let (_, label) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Encoding::for_label(label.trim().trim_matches(['"', '\'']).as_bytes())
}

/// What the head says; it was readable as ASCII, so that it is not UTF-16.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let beginning = bytes.get(..DECLARED_WITHIN).unwrap_or(bytes);
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(beginning);
    let label = head::declared_charset(&text)?;
    let encoding = Encoding::for_label(label.as_bytes())?;
    Some(if [UTF_16BE, UTF_16LE].contains(&encoding) { UTF_8 } else { encoding })
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    match std::str::from_utf8(bytes) {
        // Only the last character may be cut off.
        Err(error) if error.error_len().is_some() => WINDOWS_1252,
        _ => UTF_8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_in_the_characters_that_it_is_written_in() {
        let plain = "text/html";
        for (bytes, content_type, text) in [
            (&b"caf\xc3\xa9"[..], plain, "café"),
            (b"caf\xe9 x", plain, "café x"),
            (b"caf\xc3", plain, "caf\u{fffd}"),
            (b"caf\xe9", "text/html; charset=iso-8859-1", "café"),
            (b"\x83e\x83X\x83g", "text/html;CHARSET=\"Shift_JIS\"", "テスト"),
            (b"\xef\xbb\xbfcaf\xc3\xa9", "text/html; charset=iso-8859-1", "café"),
            (b"\xff\xfea\x00b\x00", plain, "ab"),
            (b"caf\xc3\xa9", "text/html; charset=nonsense", "café"),
        ] {
            assert_eq!(decode(bytes, content_type), text, "{content_type} {bytes:?}");
        }
        for (head, text) in [
            (&b"<meta charset=windows-1251>\xcf"[..], "П"),
            (b"<META http-equiv='Content-Type' content='text/html; charset=koi8-r'>\xf0", "П"),
            (b"<!-- <meta charset=koi8-r> --><meta charset=windows-1251>\xcf", "П"),
            (b"<meta charset=utf-16><p>\xc3\xa9", "é"),
        ] {
            let decoded = decode(head, plain);
            assert!(decoded.ends_with(text), "{decoded}");
        }
        let late = [&[b' '; DECLARED_WITHIN][..], b"<meta charset=windows-1251>caf\xc3\xa9"].concat();
        assert!(decode(&late, plain).ends_with("café"));
    }
}
