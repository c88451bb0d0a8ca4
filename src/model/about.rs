//! What an instance says of itself: its rules, and texts about it.

use super::ids::RowId;
use super::text;
use crate::clock::Millis;
use crate::config::limits;
use crate::error::{Error, Result};

/// A rule of the instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseRule {
    /// Its id, which stays while its words do.
    pub id: RowId,
    /// The rule, one line.
    pub text: String,
    /// What is meant by it; may be empty.
    pub hint: String,
}

/// A text about the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// What it is, at length.
    About,
    /// What is done with what people give to it.
    Privacy,
    /// What people agree to.
    Terms,
}

impl TextKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::About, Self::Privacy, Self::Terms];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::About => "about",
            Self::Privacy => "privacy",
            Self::Terms => "terms",
        }
    }
}

/// A text as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseText {
    /// The day from which terms hold, `2026-01-31`; empty for the others.
    pub day: String,
    /// The text, plain.
    pub text: String,
    /// When it was last changed.
    pub updated_at: Millis,
}

/// The words of a rule and of its hint, cleaned and within their limits.
///
/// # Errors
/// [`Error::Invalid`] on `rules`: `empty`, `too_long`.
pub fn validate_rule(rule: &str, hint: &str) -> Result<(String, String)> {
    let (rule, hint) = (text::one_line(rule), text::one_line(hint));
    if rule.is_empty() {
        return Err(Error::invalid("rules", "empty", "a rule has words"));
    }
    if text::characters(&rule) > limits::RULE_MAX || text::characters(&hint) > limits::RULE_HINT_MAX {
        let (most, hint) = (limits::RULE_MAX, limits::RULE_HINT_MAX);
        let message = format!("a rule has at most {most} characters, and its hint {hint}");
        return Err(Error::invalid("rules", "too_long", message));
    }
    Ok((rule, hint))
}

/// A text about the instance, cleaned and within its limit.
///
/// # Errors
/// [`Error::Invalid`] on the name of the text: `too_long`.
pub fn validate_text(kind: TextKind, words: &str) -> Result<String> {
    let too_long = || {
        let message = format!("a text has at most {} characters", limits::HOUSE_TEXT_MAX);
        Error::invalid(kind.as_str(), "too_long", message)
    };
    if words.len() > limits::HOUSE_TEXT_MAX.saturating_mul(4) {
        return Err(too_long());
    }
    let words = text::normalise(words);
    if text::characters(&words) > limits::HOUSE_TEXT_MAX { Err(too_long()) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_texts_are_cleaned_and_bounded() {
        let rule = validate_rule(" Be\nkind ", "").unwrap();
        assert_eq!(rule, ("Be kind".to_owned(), String::new()));
        assert_eq!(validate_rule(" ", "x").unwrap_err().code(), "empty");
        assert_eq!(validate_rule(&"x".repeat(limits::RULE_MAX + 1), "").unwrap_err().code(), "too_long");
        let most = "x".repeat(limits::HOUSE_TEXT_MAX);
        let long = format!("{most}x");
        assert_eq!(validate_text(TextKind::Terms, &long).unwrap_err().field(), Some("terms"));
        assert!(validate_text(TextKind::About, &most).is_ok());
    }
}
