//! The language of a tweet: a BCP 47 tag comes in, the lower-case primary code (`en`, `pt`, `yue`) is stored.
//! Scripts and regions are left out: filters, search and the `lang` attribute go by the language.

use unic_langid::LanguageIdentifier;

use crate::error::{Error, Result};

/// The longest tag that is looked at, in bytes; RFC 5646 section 4.4.1 recommends room for 35.
const MAX_TAG_BYTES: usize = 35;

/// Codes that ISO 639 withdrew and their successors (RFC 5646, the registry's preferred values).
const WITHDRAWN: &[(&str, &str)] = &[("in", "id"), ("iw", "he"), ("ji", "yi"), ("mo", "ro")];

/// The primary language of a tag, as stored; `None` when the tag is no BCP 47 tag or names no language (`und`).
pub fn primary(tag: &str) -> Option<String> {
    if tag.len() > MAX_TAG_BYTES {
        return None;
    }
    let known: LanguageIdentifier = before_extensions(tag).parse().ok()?;
    let code = known.language.as_str();
    let code = WITHDRAWN.iter().find(|(old, _)| *old == code).map_or(code, |(_, new)| new);
    (!matches!(code, "und" | "mul" | "zxx" | "mis")).then(|| code.to_owned())
}

/// [`primary`] for input that a person or a client gives.
///
/// # Errors
/// [`Error::Invalid`] on `language`: `bad_language`.
pub fn validate(tag: &str) -> Result<String> {
    primary(tag).ok_or_else(|| {
        Error::invalid("language", "bad_language", "a language is a BCP 47 tag such as \"en\" or \"pt-BR\"")
    })
}

/// Extensions and private use start with a one-letter part and say nothing about the language.
fn before_extensions(tag: &str) -> &str {
    let mut end = 0;
    for part in tag.split(['-', '_']) {
        if part.len() == 1 && end > 0 {
            return tag.get(..end - 1).unwrap_or(tag);
        }
        end += part.len() + 1;
    }
    tag
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_become_their_primary_language() {
        for (tag, code) in [
            ("en", "en"),
            ("EN", "en"),
            ("pt-BR", "pt"),
            ("zh-Hant-TW", "zh"),
            ("zh_hans", "zh"),
            ("yue", "yue"),
            ("de-CH-1996", "de"),
            ("en-US-u-ca-gregory", "en"),
            ("fr-x-secret", "fr"),
            ("iw", "he"),
        ] {
            assert_eq!(validate(tag).unwrap(), code, "{tag}");
        }
    }

    #[test]
    fn what_names_no_language_is_refused() {
        for bad in [
            "",
            "x",
            "-",
            "und",
            "zxx",
            "e",
            "english!",
            "123",
            "en--US",
            "en-",
            "x-private",
            "日本",
            "a-b-c",
        ] {
            assert_eq!(validate(bad).unwrap_err().code(), "bad_language", "{bad:?}");
        }
        assert!(primary(&"en-".repeat(1 << 16)).is_none());
    }

    proptest! {
        #[test]
        fn a_stored_code_is_a_fixed_point_of_two_to_eight_letters(tag in "[a-zA-Z]{1,8}([-_][a-zA-Z0-9]{1,8}){0,3}") {
            if let Some(code) = primary(&tag) {
                prop_assert!((2..=8).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase()));
                prop_assert_eq!(primary(&code), Some(code));
            }
        }
    }
}
