//! HTML character references: reading `&amp;`, `&#x41;` and the 2,231 named ones, and writing text so that it
//! stays text.

use std::borrow::Cow;

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// The longest name in the standard's table has 31 letters and a semicolon; longer is not looked up.
const MAX_NAME_BYTES: usize = 32;
/// The longest name that may lack its semicolon (`&Aacute`).
const MAX_BARE_NAME_BYTES: usize = 6;
/// Digits of a numeric reference that are read; more would not be a character anyway.
const MAX_DIGITS: usize = 12;

/// Where a reference stands: in an attribute, `&copy=1` is part of an address and not a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    Text,
    Attribute,
}

/// The text with its character references replaced; what is none stays as it is.
pub(super) fn decode(text: &str, inside: Inside) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        rest = match reference(after, &mut out, inside) {
            Some(used) => after.get(used..).unwrap_or_default(),
            None => {
                out.push('&');
                after
            }
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Writes text for the inside of an element or of a double-quoted attribute.
pub(super) fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match escaped(c) {
            Some(reference) => out.push_str(reference),
            None => out.push(c),
        }
    }
}

/// How a character is written when it cannot stand for itself.
pub(super) fn escaped(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\u{a0}' => Some("&nbsp;"),
        _ => None,
    }
}

/// Reads one reference after its `&`, writes what it stands for, and says how many bytes it took.
fn reference(after: &str, out: &mut String, inside: Inside) -> Option<usize> {
    match after.strip_prefix('#') {
        Some(number) => numeric(number, out).map(|used| used + 1),
        None => named(after, out, inside),
    }
}

fn numeric(text: &str, out: &mut String) -> Option<usize> {
    let (digits, radix, prefix) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 1),
        None => (text, 10, 0),
    };
    let count = digits.bytes().take_while(|b| char::from(*b).is_digit(radix)).count();
    if count == 0 {
        return None;
    }
    let value =
        digits.get(..count).filter(|_| count <= MAX_DIGITS).and_then(|d| u32::from_str_radix(d, radix).ok());
    out.push(value.map_or(char::REPLACEMENT_CHARACTER, character));
    let semicolon = usize::from(digits.as_bytes().get(count) == Some(&b';'));
    Some(prefix + count + semicolon)
}

/// The character a number means, after the HTML standard's "numeric character reference end state".
fn character(code: u32) -> char {
    let windows_1252 =
        code.checked_sub(0x80).and_then(|at| usize::try_from(at).ok()).and_then(|at| C1_REPLACEMENTS.get(at));
    match (code, windows_1252) {
        (0, _) => char::REPLACEMENT_CHARACTER,
        (_, Some(Some(replacement))) => *replacement,
        _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

fn named(after: &str, out: &mut String, inside: Inside) -> Option<usize> {
    let letters = after.bytes().take(MAX_NAME_BYTES).take_while(u8::is_ascii_alphanumeric).count();
    if after.as_bytes().get(letters) == Some(&b';') && push_named(after.get(..=letters)?, out) {
        return Some(letters + 1);
    }
    for length in (2..=letters.min(MAX_BARE_NAME_BYTES)).rev() {
        let next = after.as_bytes().get(length);
        let is_address =
            inside == Inside::Attribute && next.is_some_and(|b| *b == b'=' || b.is_ascii_alphanumeric());
        if !is_address && push_named(after.get(..length)?, out) {
            return Some(length);
        }
    }
    None
}

/// The table also holds the beginnings of names, as zeros.
fn push_named(name: &str, out: &mut String) -> bool {
    let Some((first, second)) = NAMED_ENTITIES.get(name).copied().filter(|(first, _)| *first != 0) else {
        return false;
    };
    out.extend([first, second].into_iter().filter(|code| *code != 0).filter_map(char::from_u32));
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn named_and_numeric_references_are_read() {
        for (text, plain) in [
            ("a &amp; b", "a & b"),
            ("&lt;p&gt;", "<p>"),
            ("&amp;lt;", "&lt;"),
            ("&eacute;&euro;&CounterClockwiseContourIntegral;", "é€∳"),
            ("&#65;&#x42;&#X43", "ABC"),
            ("&ampx &copy", "&x ©"),
            ("&notit; &notin;", "¬it; ∉"),
            ("&#0;&#xD800;&#x110000;&#99999999999999999999;", "����"),
            ("&#128;", "€"),
            ("&NotEqualTilde;", "≂̸"),
        ] {
            assert_eq!(decode(text, Inside::Text), plain, "{text}");
        }
    }

    #[test]
    fn what_is_no_reference_stays() {
        for text in
            ["", "&", "&&", "& b", "&#;", "&#x;", "&nosuchthing;", "AT&T", "a&b=c", "&é;", "100 % & more"]
        {
            assert_eq!(decode(text, Inside::Text), text);
        }
    }

    #[test]
    fn a_query_in_an_attribute_is_not_a_sign() {
        assert_eq!(decode("?a=1&copy=2&amp;x=3&lt", Inside::Attribute), "?a=1&copy=2&x=3<");
    }

    proptest! {
        #[test]
        fn escaping_and_decoding_are_inverse(text in "\\PC{0,40}") {
            let mut escaped = String::new();
            escape_into(&mut escaped, &text);
            prop_assert!(!escaped.contains(['<', '>', '"']));
            prop_assert_eq!(decode(&escaped, Inside::Text), text.as_str());
            prop_assert_eq!(decode(&escaped, Inside::Attribute), text.as_str());
        }

        #[test]
        fn decoding_never_grows_the_text(text in "[&#xa-z0-9;é]{0,40}") {
            prop_assert!(decode(&text, Inside::Text).len() <= text.len() * 2);
        }
    }
}
