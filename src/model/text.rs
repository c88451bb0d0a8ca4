//! The text of a tweet: how it is cleaned, how its length is counted, and the same for one-line texts.
//!
//! Length is what people see: grapheme clusters, every link 23 whatever its length, of `@user@host` only `@user`.
//! A cluster of more than 16 code points counts more than once, so that stacked marks are not free storage.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::config::limits::{LINK_CHARACTERS, TEXT_MAX_BYTES};
use crate::error::{Error, Result};
use crate::model::entities::{self, EntityKind};

/// Code points that one counted character may have; the longest emoji sequences have about 10.
const CODE_POINTS_PER_CHARACTER: usize = 16;

/// Cleans and checks the text of a tweet. `limit` is in counted characters; an empty text is allowed only with media.
///
/// # Errors
/// [`Error::Invalid`] on `text`: `too_long`, `empty`.
pub fn validate(text: &str, limit: usize, has_media: bool) -> Result<String> {
    let too_long = || Error::invalid("text", "too_long", format!("a text has at most {limit} characters"));
    if text.len() > TEXT_MAX_BYTES {
        return Err(too_long());
    }
    let text = normalise(text);
    if is_blank(&text) {
        return match has_media {
            true => Ok(String::new()),
            false => Err(empty()),
        };
    }
    if count(&text) > limit {
        return Err(too_long());
    }
    Ok(text)
}

/// The refusal of a tweet without words or pictures.
pub fn empty() -> Error {
    Error::invalid("text", "empty", "write something, or add a picture")
}

/// The length of a normalised text in characters as people count them.
pub fn count(text: &str) -> usize {
    let mut total = 0;
    let mut end = 0;
    for entity in entities::extract(text) {
        total += characters(text.get(end..entity.range.start).unwrap_or_default());
        total += match &entity.kind {
            EntityKind::Link(_) => LINK_CHARACTERS,
            EntityKind::Mention(handle) => 1 + characters(&handle.username),
            EntityKind::Hashtag(_) => characters(text.get(entity.range.clone()).unwrap_or_default()),
        };
        end = entity.range.end;
    }
    total + characters(text.get(end..).unwrap_or_default())
}

/// The number of characters as people count them, links and mentions counted like any text.
pub fn characters(text: &str) -> usize {
    text.graphemes(true).map(|cluster| cluster.chars().count().div_ceil(CODE_POINTS_PER_CHARACTER)).sum()
}

/// The text in NFC, line ends as `\n`, without control characters but `\n` and `\t`, without blanks at its ends.
pub fn normalise(text: &str) -> String {
    let lines = text.replace("\r\n", "\n");
    let kept: String = lines.chars().filter_map(clean).nfc().collect();
    kept.trim().to_owned()
}

/// The text on one line: NFC, every run of blanks and control characters one space, none at the ends, and
/// without the marks that turn the direction of text around it. For names, titles and labels.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !turns_direction(*c)).nfc() {
        match c.is_whitespace() || c.is_control() {
            false => line.push(c),
            true if line.is_empty() || line.ends_with(' ') => {}
            true => line.push(' '),
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Whether nothing of the text would be seen.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// The beginning of the text, at most `max_bytes` long, cut between two characters.
pub fn clip(text: &str, max_bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(max_bytes)).unwrap_or(text)
}

fn clean(c: char) -> Option<char> {
    match c {
        '\r' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\n' | '\t' => Some(c),
        '\u{feff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// Embeddings, overrides and isolates; the plain left-to-right and right-to-left marks are harmless.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that Unicode counts as default-ignorable, and the blanks that are letters or symbols by category.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn characters_are_counted_as_people_see_them() {
        for (text, length) in
            [("", 0), ("hello", 5), ("e\u{301}", 1), ("👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿👍🏽", 3), ("नमस्ते", 3), ("日本語", 3), ("a\nb", 3)]
        {
            assert_eq!(count(text), length, "{text}");
        }
    }

    #[test]
    fn a_link_counts_23_and_a_host_counts_nothing() {
        assert_eq!(count("https://a.test"), 23);
        assert_eq!(count(&format!("see https://a.test/{} now", "x".repeat(500))), 4 + 23 + 4);
        assert_eq!(count("@bob@social.example.org hi"), 7);
        assert_eq!(count("@bob #tag"), 9);
        assert_eq!(count("ftp://a.test/file"), 17);
    }

    #[test]
    fn stacked_marks_and_endless_links_are_not_free() {
        assert_eq!(count(&format!("a{}", "\u{301}".repeat(159))), 10);
        assert!(count(&format!("https://a.test/{}", "x".repeat(3_000))) > 3_000);
    }

    #[test]
    fn input_is_normalised() {
        for (input, clean) in [
            ("  a\r\nb\rc  \n", "a\nb\nc"),
            ("e\u{301}", "é"),
            ("a\u{0}\u{7}\u{85}b\tc", "ab\tc"),
            ("\u{feff}a\u{2028}b", "a\nb"),
            ("\u{200f}שלום", "\u{200f}שלום"),
        ] {
            assert_eq!(normalise(input), clean);
        }
    }

    #[test]
    fn one_line_has_no_breaks_and_no_direction_tricks() {
        assert_eq!(one_line(" a\n\n b\t\u{a0}c\u{0} "), "a b c");
        assert_eq!(one_line("Ann\u{202e}nimda\u{2066}"), "Annnimda");
        assert_eq!(one_line("\n"), "");
    }

    #[test]
    fn an_empty_text_needs_media() {
        for blank in ["", " \n", "\u{200b}\u{2060}", "\u{3164}"] {
            assert_eq!(validate(blank, 500, false).unwrap_err().code(), "empty");
            assert_eq!(validate(blank, 500, true).unwrap(), "");
        }
    }

    #[test]
    fn the_limit_is_in_counted_characters() {
        assert_eq!(validate(" 👍🏽👍🏽👍🏽 ", 3, false).unwrap(), "👍🏽👍🏽👍🏽");
        let error = validate("abcd", 3, true).unwrap_err();
        assert_eq!((error.field(), error.code()), (Some("text"), "too_long"));
        assert_eq!(
            validate(&"a".repeat(TEXT_MAX_BYTES + 1), usize::MAX, true).unwrap_err().code(),
            "too_long"
        );
    }

    #[test]
    fn clipping_never_splits_a_character() {
        assert_eq!(clip("aé", 2), "a");
        assert_eq!(clip("aé", 3), "aé");
        assert_eq!(clip("aé", 99), "aé");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "[\\PC\r\n\t\u{0}\u{301}\u{feff}]{0,40}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn one_line_is_a_fixed_point(text in "[a é\r\n\t\u{0}\u{301}\u{202e}\u{2028}]{0,40}") {
            let once = one_line(&text);
            prop_assert_eq!(&one_line(&once), &once);
            prop_assert!(!once.contains('\n') && !once.contains("  "));
        }

        #[test]
        fn an_accepted_text_is_accepted_as_it_is(text in "[a-z@#:/. é\n]{1,60}") {
            if let Ok(clean) = validate(&text, 50, false) {
                prop_assert_eq!(validate(&clean, 50, false).unwrap(), clean);
            }
        }
    }
}
