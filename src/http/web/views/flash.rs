//! The one sentence after a redirect that says what just happened.

use crate::http::web::i18n::Words;

/// What just happened. Travels through the redirect as a short code in a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// It went well.
    pub good: bool,
    /// The sentence, in the reader's language.
    pub text: String,
}

impl Flash {
    /// Codes that tell of something that did not happen.
    const BAD: [&str; 5] = ["expired", "refused", "voted-before", "poll-over", "choose"];

    /// Reads a code such as `posted`; `None` when it is no code of ours. The words of code `x` are
    /// the key `flash-x`.
    pub fn from_code(words: &'static Words, code: &str) -> Option<Self> {
        if !code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
            return None;
        }
        let text = words.maybe(&format!("flash-{code}"))?.into_owned();
        Some(Self { good: !Self::BAD.contains(&code), text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_codes_are_shown() {
        let flash = |code| Flash::from_code(Words::english(), code);
        assert!(flash("posted").is_some_and(|flash| flash.good));
        assert!(flash("refused").is_some_and(|flash| !flash.good));
        for odd in ["", "nonsense", "<script>", "POSTED", "posted\n"] {
            assert_eq!(flash(odd), None, "{odd:?}");
        }
    }
}
