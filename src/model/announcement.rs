//! What admins tell everybody here.

use super::ids::RowId;
use super::{text, time};
use crate::clock::{DAY_MS, Millis};
use crate::config::limits;
use crate::error::{Error, Result};

/// An announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Its id.
    pub id: RowId,
    /// Its text, plain.
    pub text: String,
    /// When that of which it tells begins.
    pub starts_at: Option<Millis>,
    /// When that ends; then the announcement is over.
    pub ends_at: Option<Millis>,
    /// Whether only the days of these times count.
    pub all_day: bool,
    /// When it was published.
    pub published_at: Millis,
    /// When it was last changed.
    pub updated_at: Millis,
}

impl Announcement {
    /// Whether it is not over yet.
    pub fn is_current(&self, now_ms: Millis) -> bool {
        self.ends_at.is_none_or(|end| end > now_ms)
    }
}

/// How many reacted with an emoji.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReactionCount {
    /// The emoji, or the code of one of ours.
    pub name: String,
    /// Accounts.
    pub count: i64,
    /// Whether the viewer is one of them.
    pub mine: bool,
}

/// The words of an announcement, cleaned and within their limit, and times in their order.
///
/// # Errors
/// [`Error::Invalid`]: `empty` and `too_long` on `text`, `bad_time` on `ends_at`.
pub fn validate(words: &str, starts_at: Option<Millis>, ends_at: Option<Millis>) -> Result<String> {
    let words = text::normalise(words);
    if words.is_empty() {
        return Err(Error::invalid("text", "empty", "an announcement has words"));
    }
    if text::characters(&words) > limits::ANNOUNCEMENT_MAX {
        let message = format!("an announcement has at most {} characters", limits::ANNOUNCEMENT_MAX);
        return Err(Error::invalid("text", "too_long", message));
    }
    if starts_at.zip(ends_at).is_some_and(|(start, end)| end <= start) {
        return Err(Error::invalid("ends_at", "bad_time", "what is announced ends after it begins"));
    }
    Ok(words)
}

/// The time that somebody typed for a beginning or, with `ends`, an end: RFC 3339, UTC where nothing else is said. Of
/// something that goes on all day it is the first or the last second of that day. Nothing typed is no time.
///
/// # Errors
/// [`Error::Invalid`] on `starts_at` or `ends_at`: `not_a_time`.
pub fn typed_time(typed: &str, all_day: bool, ends: bool) -> Result<Option<Millis>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let field = if ends { "ends_at" } else { "starts_at" };
    let at = time::parse(typed)
        .ok_or_else(|| Error::invalid(field, "not_a_time", "a time is written as 2026-01-31T12:00:00Z"))?;
    let day = at.div_euclid(DAY_MS).saturating_mul(DAY_MS);
    Ok(Some(match (all_day, ends) {
        (false, _) => at,
        (true, false) => day,
        (true, true) => day.saturating_add(DAY_MS).saturating_sub(1_000),
    }))
}

/// Whether this is one emoji of Unicode, as far as can be told without its tables: one character as people count them,
/// and no letter, digit or sign that a keyboard has.
pub fn is_emoji(name: &str) -> bool {
    name.len() <= limits::REACTION_NAME_MAX_BYTES
        && text::characters(name) == 1
        && !name.chars().any(|c| c.is_alphabetic() || c.is_whitespace() || c.is_control())
        && !name.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_has_words_and_ends_after_it_begins() {
        assert_eq!(validate(" Hello ", Some(1), Some(2)).unwrap(), "Hello");
        assert_eq!(validate(" ", None, None).unwrap_err().code(), "empty");
        assert_eq!(validate("x", Some(2), Some(2)).unwrap_err().code(), "bad_time");
        let long = "x".repeat(limits::ANNOUNCEMENT_MAX + 1);
        assert_eq!(validate(&long, None, None).unwrap_err().code(), "too_long");
    }

    #[test]
    fn a_typed_time_is_utc_and_what_goes_on_all_day_has_whole_days() {
        let at = |typed, all_day, ends| typed_time(typed, all_day, ends).unwrap().map(time::to_rfc3339);
        assert_eq!(at("2026-01-02T18:30", false, true).as_deref(), Some("2026-01-02T18:30:00.000Z"));
        assert_eq!(at("2026-01-02T18:30", true, false).as_deref(), Some("2026-01-02T00:00:00.000Z"));
        assert_eq!(at("2026-01-02", true, true).as_deref(), Some("2026-01-02T23:59:59.000Z"));
        assert_eq!(at(" ", true, true), None);
        assert_eq!(typed_time("soon", false, true).unwrap_err().field(), Some("ends_at"));
        assert_eq!(typed_time("soon", false, false).unwrap_err().field(), Some("starts_at"));
    }

    #[test]
    fn one_emoji_is_a_reaction_and_words_are_none() {
        for emoji in ["👍", "👍🏽", "❤️", "🇩🇪", "👨‍👩‍👧"] {
            assert!(is_emoji(emoji), "{emoji}");
        }
        for other in ["", "a", "é", "👍👍", "hello", "1", "<", " ", "日"] {
            assert!(!is_emoji(other), "{other}");
        }
    }
}
