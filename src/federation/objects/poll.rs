//! Polls: the options of a `Question`, and votes, which are notes with a name.

use serde_json::Value;

use super::liberal::{Object, ObjectError};
use super::parts::MAX_NAME_CHARS;
use crate::clock::Millis;
use crate::federation::quirks;

/// Options of a poll.
pub const MAX_OPTIONS: usize = 500;

/// A poll as its author's server tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// The options in order.
    pub options: Vec<PollOption>,
    /// True when a voter may choose several (`anyOf`).
    pub multiple: bool,
    /// When it ends; `None` runs until closed.
    pub ends_ms: Option<Millis>,
    /// Closed by its author, whatever the time.
    pub closed: bool,
    /// How many accounts voted.
    pub voters: Option<u64>,
}

/// An option of a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollOption {
    /// Its text, plain.
    pub name: String,
    /// Its votes.
    pub votes: u64,
}

impl Poll {
    /// Reads the poll of a `Question`; `None` when it has no options.
    pub fn read(question: Object<'_>) -> Result<Option<Self>, ObjectError> {
        let multiple = question.get("oneOf").is_none();
        let field = if multiple { "anyOf" } else { "oneOf" };
        let entries = question.list(field, MAX_OPTIONS)?;
        let options: Vec<PollOption> = entries.into_iter().filter_map(option).collect();
        if options.is_empty() {
            return Ok(None);
        }
        let (ends_ms, closed) = quirks::poll_times(question);
        Ok(Some(Self { options, multiple, ends_ms, closed, voters: question.count("votersCount") }))
    }

    /// True when no vote counts any more.
    pub fn is_over(&self, now_ms: Millis) -> bool {
        self.closed || self.ends_ms.is_some_and(|end| end <= now_ms)
    }
}

fn option(value: &Value) -> Option<PollOption> {
    let option = Object(value.as_object()?);
    let name = option.shown_text("name", MAX_NAME_CHARS)?;
    let votes =
        option.get("replies").and_then(Object::in_value).and_then(|replies| replies.count("totalItems"));
    Some(PollOption { name, votes: votes.unwrap_or(0) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn poll(value: Value) -> Option<Poll> {
        let Value::Object(document) = value else { panic!() };
        Poll::read(Object(&document)).unwrap()
    }

    #[test]
    fn a_single_choice_poll_is_read_with_its_counts() {
        let poll = poll(json!({
            "type": "Question", "endTime": "2026-01-02T03:04:05Z", "votersCount": 4,
            "oneOf": [
                { "type": "Note", "name": "Yes", "replies": { "type": "Collection", "totalItems": 3 } },
                { "type": "Note", "name": "No" }
            ]
        }))
        .unwrap();
        let counts: Vec<(&str, u64)> =
            poll.options.iter().map(|one| (one.name.as_str(), one.votes)).collect();
        assert_eq!(counts, [("Yes", 3), ("No", 0)]);
        assert!(!poll.multiple && poll.voters == Some(4));
        assert!(!poll.is_over(1_767_323_044_999) && poll.is_over(1_767_323_045_000));
    }

    #[test]
    fn any_of_allows_several_and_closed_ends_it() {
        let poll = poll(json!({ "anyOf": [{ "name": "A" }, { "name": "B" }], "closed": true })).unwrap();
        assert!(poll.multiple && poll.is_over(0));
    }

    #[test]
    fn a_question_without_options_is_no_poll() {
        assert_eq!(poll(json!({ "type": "Question" })), None);
        let many = json!({ "anyOf": vec![json!({ "name": "A" }); MAX_OPTIONS + 1] });
        assert!(Poll::read(Object(many.as_object().unwrap())).is_err());
    }
}
