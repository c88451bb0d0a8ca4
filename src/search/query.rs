//! What people type into the search box, read into a [`SearchQuery`].
//!
//! | written | finds |
//! |---|---|
//! | `word other` | both words, in any form of the tweet's language |
//! | `"two words"` | exactly these, in this order |
//! | `-word`, `-from:a`, `-is:reply` | what does not match |
//! | `#tag` | the hashtag |
//! | `from:a@host`, `to:a`, `mentions:a` | by, in reply to, or naming an account; `me` is the viewer |
//! | `has:image`, `video`, `audio`, `poll`, `link` | tweets with one |
//! | `is:reply`, `is:quote` | what the tweet is |
//! | `link:example.com` | links to a host |
//! | `lang:de` | the language |
//! | `before:2026-01-31`, `after:2026-01-31` | before or after that day (UTC) |
//! | `in:library` | what the viewer wrote, was mentioned in or touched |
//!
//! Operators may be in any case. An unknown one (`foo:bar`, `https://…`) is words, as is one without a value.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::stems::primary_language;
use super::{Mark, fold, schema, tokenizer};
use crate::clock::Millis;
use crate::error::{Error, Result};

/// The longest query, in characters.
pub const MAX_QUERY_CHARS: usize = 500;
/// The most words, phrases and operators in a query.
pub const MAX_CLAUSES: usize = 32;

/// A query as it was understood. Every clause must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    /// At least one, at most [`MAX_CLAUSES`].
    pub clauses: Vec<Clause>,
}

/// One condition of a query, or its opposite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Whether the condition must not hold.
    pub negated: bool,
    /// The condition.
    pub condition: Condition,
}

/// What a tweet must be or have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A word as written; one with signs inside is a phrase.
    Word(String),
    /// Words in this order.
    Phrase(String),
    /// A hashtag, folded, without `#`.
    Tag(String),
    /// Written by this handle (`name` or `name@host`, lower case).
    From(String),
    /// A reply to this handle.
    To(String),
    /// Mentions this handle.
    Mentions(String),
    /// Has media, a poll or a link, or is a reply or a quote.
    Mark(Mark),
    /// Links to this host.
    Link(String),
    /// Is in this primary language.
    Language(String),
    /// Made before this moment.
    Before(Millis),
    /// Made at this moment or later.
    Since(Millis),
    /// The viewer is in its audience.
    Library,
}

/// The handle that stands for the viewer.
pub const ME: &str = "me";

impl SearchQuery {
    /// Reads a query. Errors are for the person who typed it: `too_long`, `too_many`, `empty`, `bad_value`.
    pub fn parse(text: &str) -> Result<Self> {
        if text.chars().count() > MAX_QUERY_CHARS {
            return Err(invalid(
                "too_long",
                format!("A search can have at most {MAX_QUERY_CHARS} characters."),
            ));
        }
        let mut clauses = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (negated, unsigned) = sign(rest);
            let (clause, after) = take_clause(unsigned)?;
            clauses.extend(clause.map(|condition| Clause { negated, condition }));
            rest = after.trim_start();
        }
        if clauses.len() > MAX_CLAUSES {
            return Err(invalid(
                "too_many",
                format!("A search can have at most {MAX_CLAUSES} words and operators."),
            ));
        }
        if clauses.is_empty() {
            return Err(invalid(
                "empty",
                "Write at least one word, #hashtag or operator to search for.".into(),
            ));
        }
        Ok(Self { clauses })
    }

    /// The handles that the caller has to resolve to ids, each once, without [`ME`].
    pub fn handles(&self) -> Vec<&str> {
        let mut handles: Vec<&str> = self
            .clauses
            .iter()
            .filter_map(|clause| match &clause.condition {
                Condition::From(handle) | Condition::To(handle) | Condition::Mentions(handle) => {
                    Some(handle.as_str())
                }
                _ => None,
            })
            .filter(|handle| *handle != ME)
            .collect();
        handles.sort_unstable();
        handles.dedup();
        handles
    }
}

/// Splits a leading `-` off; alone it is nothing.
fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) if !rest.is_empty() && !rest.starts_with(char::is_whitespace) => (true, rest),
        _ => (false, text),
    }
}

fn take_clause(text: &str) -> Result<(Option<Condition>, &str)> {
    if let Some(inside) = text.strip_prefix(is_quote) {
        let (phrase, after) = inside.split_once(is_quote).unwrap_or((inside, ""));
        return Ok((with_words(phrase).then(|| Condition::Phrase(phrase.to_owned())), after));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, after) = text.split_at_checked(end).unwrap_or((text, ""));
    Ok((condition(word)?, after))
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

fn with_words(text: &str) -> bool {
    !tokenizer::pieces(text).is_empty()
}

fn condition(word: &str) -> Result<Option<Condition>> {
    if let Some(tag) = word.strip_prefix(['#', '＃']) {
        let tag = tag_of(tag);
        return Ok((!tag.is_empty()).then_some(Condition::Tag(tag)));
    }
    if let Some((operator, value)) = word.split_once(':')
        && !value.is_empty()
        && let Some(condition) = operator_condition(&operator.to_ascii_lowercase(), value)?
    {
        return Ok(Some(condition));
    }
    Ok(with_words(word).then(|| Condition::Word(word.to_owned())))
}

fn operator_condition(operator: &str, value: &str) -> Result<Option<Condition>> {
    let lower = value.to_lowercase();
    let condition = match operator {
        "from" => Condition::From(handle(operator, &lower)?),
        "to" => Condition::To(handle(operator, &lower)?),
        "mentions" => Condition::Mentions(handle(operator, &lower)?),
        "has" => Condition::Mark(match lower.as_str() {
            "image" | "images" => Mark::Image,
            "video" | "videos" => Mark::Video,
            "audio" => Mark::Audio,
            "poll" | "polls" => Mark::Poll,
            "link" | "links" => Mark::Link,
            _ => return Err(bad_value("has: takes image, video, audio, poll or link, as in has:image.")),
        }),
        "is" => Condition::Mark(match lower.as_str() {
            "reply" => Mark::Reply,
            "quote" => Mark::Quote,
            _ => return Err(bad_value("is: takes reply or quote, as in is:reply.")),
        }),
        "link" => Condition::Link(schema::link_host(&lower)),
        "lang" => Condition::Language(
            primary_language(&lower)
                .ok_or_else(|| bad_value("lang: takes a language code, as in lang:en or lang:de."))?,
        ),
        "before" => Condition::Before(day_start(operator, value, 0)?),
        "after" => Condition::Since(day_start(operator, value, 1)?),
        "in" => match lower.as_str() {
            "library" => Condition::Library,
            _ => return Err(bad_value("in: takes library, as in in:library.")),
        },
        _ => return Ok(None),
    };
    Ok(Some(condition))
}

fn handle(operator: &str, value: &str) -> Result<String> {
    let handle = value.strip_prefix('@').unwrap_or(value);
    let mut parts = handle.split('@');
    let name = parts.next().unwrap_or_default();
    let host = parts.next();
    let is_name = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
    };
    if is_name(name) && host.is_none_or(is_name) && parts.next().is_none() {
        Ok(handle.to_owned())
    } else {
        Err(bad_value(format!(
            "{operator}: takes an account, as in {operator}:name or {operator}:name@host."
        )))
    }
}

/// The first moment (UTC) of a day, or of the one that comes `days` after it.
fn day_start(operator: &str, value: &str, days: i64) -> Result<Millis> {
    let day: Option<Date> = value.parse().ok();
    day.and_then(|day| day.checked_add(jiff::Span::new().days(days)).ok())
        .and_then(|day| day.to_zoned(TimeZone::UTC).ok())
        .map(|start| start.timestamp().as_millisecond())
        .ok_or_else(|| bad_value(format!("{operator}: takes a day, as in {operator}:2026-01-31.")))
}

/// The hashtag that `text` begins with, folded.
fn tag_of(text: &str) -> String {
    let is_of_tag = |c: char| c == '_' || c == '·' || !(c.is_ascii_punctuation() || c.is_whitespace());
    fold::fold(text).chars().take_while(|c| is_of_tag(*c)).collect()
}

fn bad_value(message: impl Into<String>) -> Error {
    invalid("bad_value", message.into())
}

fn invalid(code: &'static str, message: String) -> Error {
    Error::invalid("q", code, message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Vec<(bool, Condition)> {
        let query = SearchQuery::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        query.clauses.into_iter().map(|clause| (clause.negated, clause.condition)).collect()
    }

    fn code(text: &str) -> &'static str {
        SearchQuery::parse(text).unwrap_err().code()
    }

    #[test]
    fn words_phrases_and_their_opposites_are_read() {
        assert_eq!(
            parsed(r#"big -small "red house" -"bad day" “curly”"#),
            [
                (false, Condition::Word("big".into())),
                (true, Condition::Word("small".into())),
                (false, Condition::Phrase("red house".into())),
                (true, Condition::Phrase("bad day".into())),
                (false, Condition::Phrase("curly".into())),
            ]
        );
        assert_eq!(parsed(r#""never closed"#), [(false, Condition::Phrase("never closed".into()))]);
    }

    #[test]
    fn every_operator_is_read() {
        let one = |text| parsed(text).remove(0).1;
        assert_eq!(one("#Café-bar"), Condition::Tag("cafe".into()));
        assert_eq!(one("＃東京"), Condition::Tag("東京".into()));
        assert_eq!(one("From:@Ann@Host.Example"), Condition::From("ann@host.example".into()));
        assert_eq!(one("to:ann"), Condition::To("ann".into()));
        assert_eq!(one("mentions:me"), Condition::Mentions("me".into()));
        assert_eq!(one("has:IMAGE"), Condition::Mark(Mark::Image));
        assert_eq!(one("is:quote"), Condition::Mark(Mark::Quote));
        assert_eq!(one("link:www.Example.com"), Condition::Link("example.com".into()));
        assert_eq!(one("lang:de-AT"), Condition::Language("de".into()));
        assert_eq!(one("in:library"), Condition::Library);
        assert_eq!(one("before:1970-01-02"), Condition::Before(86_400_000));
        assert_eq!(one("after:1970-01-02"), Condition::Since(2 * 86_400_000));
        assert_eq!(parsed("-has:poll"), [(true, Condition::Mark(Mark::Poll))]);
    }

    #[test]
    fn what_is_not_an_operator_is_words() {
        for words in ["foo:bar", "https://example.com/x", "from:", "10:30", ":smile:"] {
            assert_eq!(parsed(words), [(false, Condition::Word(words.into()))]);
        }
        assert_eq!(parsed("- !!! x"), [(false, Condition::Word("x".into()))]);
    }

    #[test]
    fn a_bad_value_is_explained() {
        for bad in [
            "has:cats",
            "is:nice",
            "in:space",
            "lang:english",
            "before:soon",
            "after:2026-13-01",
            "after:9999-12-31",
            "from:a@b@c",
            "to:@",
            "mentions:a/b",
        ] {
            let error = SearchQuery::parse(bad).unwrap_err();
            assert_eq!((error.code(), error.field()), ("bad_value", Some("q")), "{bad}");
        }
    }

    #[test]
    fn length_and_number_of_clauses_are_bounded() {
        assert_eq!(code(&"é".repeat(MAX_QUERY_CHARS + 1)), "too_long");
        assert_eq!(code(&"a ".repeat(MAX_CLAUSES + 1)), "too_many");
        assert_eq!(parsed(&"a ".repeat(MAX_CLAUSES)).len(), MAX_CLAUSES);
        for empty in ["", "  ", "-", "#", "...", "\"\""] {
            assert_eq!(code(empty), "empty", "{empty:?}");
        }
    }

    #[test]
    fn handles_to_resolve_are_listed_once_and_without_me() {
        let query = SearchQuery::parse("from:b to:a@x -mentions:b from:me word").unwrap();
        assert_eq!(query.handles(), ["a@x", "b"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in any::<String>()) {
            let _ = SearchQuery::parse(&text);
        }

        #[test]
        fn any_mix_of_operators_is_read_or_refused_without_a_panic(
            parts in prop::collection::vec(
                prop_oneof![
                    Just("from:".to_owned()), Just("-".to_owned()), Just("\"".to_owned()), Just("#".to_owned()),
                    Just("before:".to_owned()), Just("has:".to_owned()), Just(" ".to_owned()), any::<String>(),
                ],
                0..12,
            )
        ) {
            if let Ok(query) = SearchQuery::parse(&parts.concat()) {
                prop_assert!((1..=MAX_CLAUSES).contains(&query.clauses.len()));
            }
        }
    }
}
