//! What an instance says of itself: its rules, and texts about it.

use serde::{Deserialize, Serialize};

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

    /// The text that a stored word means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The picture of the instance, by which it is shown elsewhere: one that is wide, and its middle as an icon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HousePicture {
    /// The media key of the picture.
    pub file_key: String,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// The media key of the icon.
    pub icon_key: String,
    /// Pixels of the icon from left to right.
    pub icon_width: u32,
    /// Pixels of the icon from top to bottom.
    pub icon_height: u32,
    /// What to show until the picture is there.
    pub blurhash: String,
}

/// One step by which the rules change. Those that there are, are named by their ids, so that what was decided over an
/// older list does to no other rule what was meant for one that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleEdit {
    /// One more, at the end.
    Add(HouseRule),
    /// This one has other words. New words are a new rule, with this id: who agreed did so to the old ones.
    Change(RowId, HouseRule),
    /// This one stands in this place, counted from 0; a place beyond the end is the end.
    Move(RowId, usize),
    /// This one does not hold any more.
    Remove(RowId),
}

/// The rules after a step.
///
/// # Errors
/// [`Error::NotFound`] when the rule that is meant does not hold; [`Error::Invalid`] on `text`: `too_many`.
pub fn edited(mut rules: Vec<HouseRule>, edit: RuleEdit) -> Result<Vec<HouseRule>> {
    let place = |rules: &[HouseRule], id| rules.iter().position(|rule| rule.id == id);
    match edit {
        RuleEdit::Add(_) if rules.len() >= limits::RULES_MAX => {
            let message = format!("an instance has at most {} rules", limits::RULES_MAX);
            return Err(Error::invalid("text", "too_many", message));
        }
        RuleEdit::Add(rule) => rules.push(rule),
        RuleEdit::Change(id, new) => {
            let known = rules.iter_mut().find(|rule| rule.id == id).ok_or(Error::NotFound("rule"))?;
            let id = if known.text == new.text { id } else { new.id };
            *known = HouseRule { id, ..new };
        }
        RuleEdit::Move(id, to) => {
            let rule = rules.remove(place(&rules, id).ok_or(Error::NotFound("rule"))?);
            rules.insert(to.min(rules.len()), rule);
        }
        RuleEdit::Remove(id) => {
            rules.remove(place(&rules, id).ok_or(Error::NotFound("rule"))?);
        }
    }
    Ok(rules)
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
/// [`Error::Invalid`]: `empty` on `text`, `too_long` on `text` and `hint`.
pub fn validate_rule(rule: &str, hint: &str) -> Result<(String, String)> {
    let (rule, hint) = (text::one_line(rule), text::one_line(hint));
    if rule.is_empty() {
        return Err(Error::invalid("text", "empty", "a rule has words"));
    }
    for (field, words, most) in [("text", &rule, limits::RULE_MAX), ("hint", &hint, limits::RULE_HINT_MAX)] {
        if text::characters(words) > most {
            let what = if field == "hint" { "the hint of a rule" } else { "a rule" };
            return Err(Error::invalid(field, "too_long", format!("{what} has at most {most} characters")));
        }
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
        let hint = "x".repeat(limits::RULE_HINT_MAX + 1);
        assert_eq!(validate_rule("Be kind", &hint).unwrap_err().field(), Some("hint"));
    }

    fn rule(id: i64, text: &str) -> HouseRule {
        HouseRule { id: RowId(id), text: text.to_owned(), hint: String::new() }
    }

    #[test]
    fn rules_change_step_by_step_and_a_step_for_one_that_is_gone_changes_nothing() {
        let ids = |rules: &[HouseRule]| rules.iter().map(|rule| rule.id.0).collect::<Vec<_>>();
        let rules = vec![rule(1, "a"), rule(2, "b"), rule(3, "c")];
        let after = |edit| ids(&edited(rules.clone(), edit).unwrap());
        assert_eq!(after(RuleEdit::Add(rule(4, "d"))), [1, 2, 3, 4]);
        assert_eq!(after(RuleEdit::Move(RowId(3), 0)), [3, 1, 2]);
        assert_eq!(after(RuleEdit::Move(RowId(1), 9)), [2, 3, 1]);
        assert_eq!(after(RuleEdit::Remove(RowId(2))), [1, 3]);
        assert_eq!(after(RuleEdit::Change(RowId(2), rule(9, "other"))), [1, 9, 3], "new words, new rule");
        let hinted = HouseRule { hint: "why".into(), ..rule(9, "b") };
        let changed = edited(rules.clone(), RuleEdit::Change(RowId(2), hinted)).unwrap();
        assert_eq!((changed[1].id, changed[1].hint.as_str()), (RowId(2), "why"));
        for edit in [
            RuleEdit::Remove(RowId(7)),
            RuleEdit::Move(RowId(7), 0),
            RuleEdit::Change(RowId(7), rule(9, "x")),
        ] {
            assert!(matches!(edited(rules.clone(), edit), Err(Error::NotFound(_))));
        }
        let full: Vec<HouseRule> = (0..50).map(|n| rule(n, "x")).collect();
        assert_eq!(edited(full, RuleEdit::Add(rule(99, "y"))).unwrap_err().code(), "too_many");
    }
}
