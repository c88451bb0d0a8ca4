//! Custom emoji: a `:code:` in a text, and the picture that stands for it.
//!
//! Of another instance's tweet or account, the emoji that its document named are kept beside it as a short list
//! ([`RemoteEmoji`]). So a page costs no query more for them, and what one host calls `:rook:` never shows in the text
//! of another. The list holds the number of the emoji and no address: the picture's address stands once, under host and
//! code, so that a new picture shows at once in all that was written before, and a thousand posts share one copy.
//!
//! Our own ([`Palette`]) are looked up when something is shown: removed, they are words again everywhere.

mod html;
mod palette;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use self::html::{img, in_html};
pub use self::palette::{OwnEmoji, Palette, validate_code};
use super::ids::RowId;
use super::pictures;
use crate::config::limits::EMOJI_CODE_MAX;

/// An emoji of another instance, as the tweet or account keeps it that it came with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteEmoji {
    /// Its number here.
    pub id: RowId,
    /// The name between the colons.
    pub shortcode: String,
    /// What its address here carries, so that nobody finds emoji by counting; see [`remote_key`].
    pub key: String,
}

/// A code with the picture that is drawn for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmojiPicture {
    /// The name between the colons.
    pub shortcode: String,
    /// The path of the picture on our own origin.
    pub path: String,
    /// Under which heading one of ours is offered.
    pub category: Option<String>,
    /// Whether it is one of ours.
    pub own: bool,
}

impl From<&RemoteEmoji> for EmojiPicture {
    fn from(emoji: &RemoteEmoji) -> Self {
        let (shortcode, path) = (emoji.shortcode.clone(), pictures::remote_emoji_url(emoji));
        Self { shortcode, path, category: None, own: false }
    }
}

/// The key of a host's emoji: it stays when the picture changes, so that old lists lead to the new picture.
pub fn remote_key(host: &str, shortcode: &str) -> String {
    pictures::version(&format!("{host}:{shortcode}"))
}

/// Whether this can stand between the colons. Letters, digits and underscores are what everybody allows; Pleroma's
/// packs also have minus and plus.
pub fn is_code(text: &str) -> bool {
    (1..=EMOJI_CODE_MAX).contains(&text.len()) && text.bytes().all(is_code_byte)
}

fn is_code_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+')
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words.
    Text(&'a str),
    /// The picture of a code.
    Picture(&'a EmojiPicture),
}

/// A plain text in pieces: its words, and these pictures where their codes stand.
pub fn pieces<'a>(text: &'a str, pictures: &'a [EmojiPicture]) -> Vec<Piece<'a>> {
    let mut found = Vec::new();
    let mut end = 0;
    if !pictures.is_empty() {
        for (at, code) in codes(text) {
            let Some(picture) = pictures.iter().find(|picture| picture.shortcode == code) else { continue };
            found.push(Piece::Text(text.get(end..at.start).unwrap_or_default()));
            found.push(Piece::Picture(picture));
            end = at.end;
        }
    }
    found.push(Piece::Text(text.get(end..).unwrap_or_default()));
    found.retain(|piece| *piece != Piece::Text(""));
    found
}

/// What could be codes in a plain text, with where they stand, colons included. A code that touches a Latin letter or
/// digit is none: `10:30:45` is a time and `https://a.test` an address.
pub fn codes(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text.get(from..)?.find(':')?;
            match code_at(text, start) {
                Some(code) => {
                    from = start + code.len() + 2;
                    return Some((start..from, code));
                }
                None => from = start + 1,
            }
        }
    })
}

/// The code whose first colon is at `start`.
fn code_at(text: &str, start: usize) -> Option<&str> {
    let is_word = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let bytes = text.as_bytes();
    let rest = bytes.get(start + 1..)?;
    let length = rest.iter().take(EMOJI_CODE_MAX + 1).take_while(|byte| is_code_byte(**byte)).count();
    let before = start.checked_sub(1).and_then(|at| bytes.get(at).copied());
    let is_closed = rest.get(length) == Some(&b':') && !is_word(rest.get(length + 1).copied());
    if is_word(before) || !is_closed {
        return None;
    }
    text.get(start + 1..start + 1 + length).filter(|code| is_code(code))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<&str> {
        codes(text).map(|(_, code)| code).collect()
    }

    #[test]
    fn codes_stand_between_colons_and_touch_no_word() {
        assert_eq!(
            found(":a: (:b_1:), :c::d: かな:e:です \u{200b}:f-g+:\u{200b}"),
            ["a", "b_1", "c", "d", "e", "f-g+"]
        );
        for none in ["10:30:45", "https://a.test:80:", "a:b:", ":b:c", ":a b:", "::", ":", ":é:", ":<b>:"] {
            assert_eq!(found(none), Vec::<&str>::new(), "{none}");
        }
        assert_eq!(found(&format!(":{}:", "x".repeat(EMOJI_CODE_MAX))).len(), 1);
        assert_eq!(found(&format!(":{}:", "x".repeat(EMOJI_CODE_MAX + 1))).len(), 0);
    }

    #[test]
    fn only_the_codes_that_came_along_become_pictures() {
        let pictures =
            [EmojiPicture { shortcode: "rook".into(), path: "/1".into(), category: None, own: true }];
        assert_eq!(
            pieces("a :rook::crow:", &pictures),
            [Piece::Text("a "), Piece::Picture(&pictures[0]), Piece::Text(":crow:")]
        );
        assert_eq!(pieces(":rook:", &[]), [Piece::Text(":rook:")]);
        assert!(pieces("", &pictures).is_empty());
    }

    #[test]
    fn the_key_of_an_emoji_is_its_hosts_own() {
        assert_eq!(remote_key("a.test", "rook"), remote_key("a.test", "rook"));
        assert_ne!(remote_key("a.test", "rook"), remote_key("b.test", "rook"));
    }

    proptest! {
        #[test]
        fn what_is_found_stands_where_it_is_said(text in "[:a-c1é<-]{0,40}") {
            for (at, code) in codes(&text) {
                let word = format!(":{code}:");
                prop_assert_eq!(text.get(at), Some(word.as_str()));
            }
        }
    }
}
