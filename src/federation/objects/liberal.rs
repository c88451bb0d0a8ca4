//! Reading foreign JSON: strict about size and depth, liberal about form.
//!
//! Any property may be a value, an array of them, or an object with an `id`; what is null is missing. Structure
//! beyond a limit (bytes, depth, values, list lengths, ids) refuses the whole document with the field's name; text
//! that is only shown (names, biographies, descriptions) is cut at its limit instead, as the large peers do.

use serde_json::{Map, Value};
use url::Url;

use crate::clock::Millis;
use crate::federation::origin::parse_id;

/// Bytes of a document; the largest peers cap their own at the same size.
pub const MAX_DOCUMENT_BYTES: usize = 1024 * 1024;
/// Nested objects and arrays; honest documents stay below ten.
pub const MAX_DEPTH: usize = 32;
/// Values in a document: a small text can unfold to a hundred times its size in memory.
pub const MAX_VALUES: usize = 50_000;

/// Why a document is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// More than [`MAX_DOCUMENT_BYTES`].
    #[error("the document is longer than {MAX_DOCUMENT_BYTES} bytes")]
    TooLarge,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the document is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// More than [`MAX_VALUES`] values.
    #[error("the document has more than {MAX_VALUES} values")]
    TooManyValues,
    /// Not JSON, or not a JSON object.
    #[error("the document is not a JSON object")]
    NotAnObject,
    /// A property without which the document has no meaning.
    #[error("the property {0} is missing")]
    Missing(&'static str),
    /// A property of the wrong kind.
    #[error("the property {field} is not {expected}")]
    Wrong {
        /// The property.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A text longer than its limit in bytes.
    #[error("the property {field} is longer than {limit} bytes")]
    TooLong {
        /// The property.
        field: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
    /// A list longer than its limit.
    #[error("the property {field} has more than {limit} entries")]
    TooMany {
        /// The property.
        field: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A property that names another origin than it may.
    #[error("the property {0} belongs to another origin")]
    Foreign(&'static str),
    /// A type that this parser does not know.
    #[error("a document of type {0} is not understood here")]
    UnknownType(String),
}

/// Parses a document within the limits. A byte order mark is forgiven.
pub fn parse_document(bytes: &[u8]) -> Result<Map<String, Value>, ObjectError> {
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(ObjectError::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    check_shape(bytes)?;
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(document)) => Ok(document),
        _ => Err(ObjectError::NotAnObject),
    }
}

/// Counts depth and values without building anything.
fn check_shape(bytes: &[u8]) -> Result<(), ObjectError> {
    let (mut depth, mut values, mut in_text, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => {
                depth += 1;
                values += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(ObjectError::TooDeep);
        }
        if values > MAX_VALUES {
            return Err(ObjectError::TooManyValues);
        }
    }
    Ok(())
}

/// Something named by its id, or embedded as a whole.
#[derive(Clone, Debug, PartialEq)]
pub enum IdOr {
    /// Only the id.
    Id(Url),
    /// The document itself; its id, if it has a usable one.
    Embedded {
        /// Its `id`.
        id: Option<Url>,
        /// The document, to be parsed by whoever knows its type.
        document: Map<String, Value>,
    },
}

impl IdOr {
    /// Reads one value: a text, a `Link`, an object that is nothing but an id, or a document.
    pub fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => parse_id(text).ok().map(Self::Id),
            Value::Object(document) => {
                let object = Object(document);
                let id = object.loose_link("id");
                if let Some(href) = object.loose_link("href").filter(|_| id.is_none()) {
                    return Some(Self::Id(href));
                }
                match id {
                    Some(id) if document.keys().all(|key| key == "id" || key == "@context") => {
                        Some(Self::Id(id))
                    }
                    id => Some(Self::Embedded { id, document: document.clone() }),
                }
            }
            _ => None,
        }
    }

    /// The id, if there is one.
    pub fn id(&self) -> Option<&Url> {
        match self {
            Self::Id(id) => Some(id),
            Self::Embedded { id, .. } => id.as_ref(),
        }
    }

    /// The embedded document.
    pub fn document(&self) -> Option<&Map<String, Value>> {
        match self {
            Self::Id(_) => None,
            Self::Embedded { document, .. } => Some(document),
        }
    }

    /// The type of the embedded document.
    pub fn kind(&self) -> Option<&str> {
        self.document().and_then(|document| Object(document).kind())
    }
}

/// A foreign JSON object, read property by property.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a>(pub &'a Map<String, Value>);

impl<'a> Object<'a> {
    /// The object in a value, or the first of an array.
    pub fn in_value(value: &'a Value) -> Option<Self> {
        match value {
            Value::Object(map) => Some(Self(map)),
            Value::Array(values) => values.iter().find_map(Value::as_object).map(Self),
            _ => None,
        }
    }

    /// A property that is there and not null.
    pub fn get(self, field: &str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// The type, the first if there are several, without the `as:` of some serialisers.
    pub fn kind(self) -> Option<&'a str> {
        let kind = match self.get("type").or_else(|| self.get("@type"))? {
            Value::Array(kinds) => kinds.iter().find_map(Value::as_str)?,
            kind => kind.as_str()?,
        };
        Some(kind.strip_prefix("as:").unwrap_or(kind))
    }

    /// The `id` of a document that must have one.
    pub fn id(self) -> Result<Url, ObjectError> {
        self.link("id")?.ok_or(ObjectError::Missing("id"))
    }

    /// Text, as it is; refused when longer than `limit` bytes.
    pub fn text(self, field: &'static str, limit: usize) -> Result<Option<&'a str>, ObjectError> {
        let Some(value) = self.get(field) else { return Ok(None) };
        let text = text_of(value).ok_or(ObjectError::Wrong { field, expected: "text" })?;
        if text.len() > limit { Err(ObjectError::TooLong { field, limit }) } else { Ok(Some(text)) }
    }

    /// Text that is only shown: cut after `limit` characters; of another kind than text, it is missing.
    pub fn shown_text(self, field: &str, limit: usize) -> Option<String> {
        let text = self.get(field).and_then(text_of)?;
        Some(text.chars().take(limit).collect())
    }

    /// Text in its language: `field`, or the entry of `map_field` that equals it or comes first.
    pub fn text_and_language(
        self,
        field: &'static str,
        map_field: &'static str,
        limit: usize,
    ) -> Result<Option<(&'a str, Option<&'a str>)>, ObjectError> {
        let languages = self.get(map_field).and_then(Value::as_object);
        let Some(text) = self.text(field, limit)? else {
            let first = languages.into_iter().flatten().find_map(|(key, value)| Some((text_of(value)?, key)));
            return match first {
                Some((text, _)) if text.len() > limit => {
                    Err(ObjectError::TooLong { field: map_field, limit })
                }
                first => Ok(first.map(|(text, key)| (text, Some(key.as_str())))),
            };
        };
        let key = languages
            .into_iter()
            .flatten()
            .find(|(_, value)| text_of(value) == Some(text))
            .map(|(key, _)| key);
        Ok(Some((text, key.map(String::as_str))))
    }

    /// An id, or the id of the embedded object, or the first of several; an error if it is none.
    pub fn link(self, field: &'static str) -> Result<Option<Url>, ObjectError> {
        let Some(value) = self.get(field) else { return Ok(None) };
        let first = one_or_many(value).next();
        match first.map(|value| link_of(value).ok_or(ObjectError::Wrong { field, expected: "an address" })) {
            Some(link) => link.map(Some),
            None => Ok(None),
        }
    }

    /// Like [`Object::link`], but what is no address is missing: for what is only decoration.
    pub fn loose_link(self, field: &str) -> Option<Url> {
        one_or_many(self.get(field)?).find_map(link_of)
    }

    /// All ids of a list; entries that are none are left out.
    pub fn links(self, field: &'static str, limit: usize) -> Result<Vec<Url>, ObjectError> {
        Ok(self.list(field, limit)?.into_iter().filter_map(link_of).collect())
    }

    /// The values of a property as a list, whether it is one or many.
    pub fn list(self, field: &'static str, limit: usize) -> Result<Vec<&'a Value>, ObjectError> {
        let Some(value) = self.get(field) else { return Ok(Vec::new()) };
        let values: Vec<&Value> = one_or_many(value).take(limit.saturating_add(1)).collect();
        if values.len() > limit { Err(ObjectError::TooMany { field, limit }) } else { Ok(values) }
    }

    /// An id or an embedded document, the first if there are several.
    pub fn id_or(self, field: &'static str) -> Result<Option<IdOr>, ObjectError> {
        let Some(value) = self.get(field).and_then(|value| one_or_many(value).next()) else {
            return Ok(None);
        };
        IdOr::from_value(value)
            .map(Some)
            .ok_or(ObjectError::Wrong { field, expected: "an address or an object" })
    }

    /// A truth value; also the words, which occur.
    pub fn flag(self, field: &str) -> Option<bool> {
        match self.get(field)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            _ => None,
        }
    }

    /// A count; negative ones and others are missing.
    pub fn count(self, field: &str) -> Option<u64> {
        let value = self.get(field)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    /// A time in milliseconds since 1970, with or without fraction and offset; an unreadable one is missing.
    pub fn time(self, field: &str) -> Option<Millis> {
        read_time(self.get(field)?.as_str()?)
    }
}

/// The entries of a value that may be one or many, without nulls.
pub fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let (one, many) = match value {
        Value::Array(values) => (None, values.as_slice()),
        value => (Some(value), [].as_slice()),
    };
    one.into_iter().chain(many).filter(|value| !value.is_null())
}

/// The address a value stands for: itself, the `id` of an object, the `href` of a link.
pub fn link_of(value: &Value) -> Option<Url> {
    match value {
        Value::String(text) => parse_id(text.trim()).ok(),
        Value::Object(map) => {
            let target = map.get("id").or_else(|| map.get("@id")).filter(|value| !value.is_null());
            parse_id(target.or_else(|| map.get("href"))?.as_str()?.trim()).ok()
        }
        _ => None,
    }
}

/// Reads RFC 3339 time; without an offset it is UTC.
pub fn read_time(text: &str) -> Option<Millis> {
    let text = text.trim();
    match text.parse::<jiff::Timestamp>() {
        Ok(time) => Some(time.as_millisecond()),
        Err(_) => {
            let civil: jiff::civil::DateTime = text.parse().ok()?;
            Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
        }
    }
}

/// Writes RFC 3339 time in UTC, with a fraction only if there is one.
pub fn write_time(at_ms: Millis) -> String {
    jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// Text as a plain string, the first string of a list, or a JSON-LD value object.
fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(values) => values.iter().find_map(text_of),
        Value::Object(map) => map.get("@value")?.as_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_document_over_a_limit_is_refused_before_it_is_built() {
        let nested = |depth: usize| format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse_document(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
        assert_eq!(parse_document(nested(MAX_DEPTH).as_bytes()), Err(ObjectError::TooDeep));
        assert_eq!(parse_document("[".repeat(900_000).as_bytes()), Err(ObjectError::TooDeep));
        let wide = format!("{{\"a\":[{}1]}}", "1,".repeat(MAX_VALUES));
        assert_eq!(parse_document(wide.as_bytes()), Err(ObjectError::TooManyValues));
        assert_eq!(parse_document(&vec![b' '; MAX_DOCUMENT_BYTES + 1]), Err(ObjectError::TooLarge));
    }

    #[test]
    fn brackets_inside_text_do_not_count() {
        let text = format!("{{\"a\":\"{}\\\"{}\"}}", "[".repeat(100), "{".repeat(100));
        assert!(parse_document(text.as_bytes()).is_ok());
        assert!(parse_document(b"\xef\xbb\xbf{}").is_ok());
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for bad in ["", "[]", "1", "\"x\"", "{", "{\"a\":}", "null"] {
            assert_eq!(parse_document(bad.as_bytes()), Err(ObjectError::NotAnObject), "{bad}");
        }
    }

    #[test]
    fn a_property_may_be_one_many_or_an_object() {
        let url = parse_id("https://a.test/1").unwrap();
        for value in [
            json!("https://a.test/1"),
            json!(["https://a.test/1", "https://a.test/2"]),
            json!({ "id": "https://a.test/1", "type": "Person" }),
            json!([null, { "type": "Link", "href": "https://a.test/1" }]),
            json!({ "@id": " https://a.test/1 " }),
        ] {
            let document = map(json!({ "actor": value }));
            assert_eq!(Object(&document).link("actor"), Ok(Some(url.clone())), "{value}");
        }
        let none = map(json!({ "actor": null }));
        assert_eq!(Object(&none).link("actor"), Ok(None));
        let wrong = map(json!({ "actor": 7, "other": "x" }));
        assert_eq!(
            Object(&wrong).link("actor"),
            Err(ObjectError::Wrong { field: "actor", expected: "an address" })
        );
        assert_eq!(Object(&wrong).loose_link("actor"), None);
    }

    #[test]
    fn an_object_that_is_only_an_id_is_an_id() {
        let id = IdOr::Id(parse_id("https://a.test/1").unwrap());
        assert_eq!(IdOr::from_value(&json!("https://a.test/1")), Some(id.clone()));
        assert_eq!(IdOr::from_value(&json!({ "id": "https://a.test/1" })), Some(id.clone()));
        assert_eq!(IdOr::from_value(&json!({ "type": "Link", "href": "https://a.test/1" })), Some(id));
        let embedded = IdOr::from_value(&json!({ "id": "https://a.test/1", "type": "as:Note" })).unwrap();
        assert_eq!((embedded.kind(), embedded.id().unwrap().path()), (Some("Note"), "/1"));
        let anonymous = IdOr::from_value(&json!({ "type": ["Like", "x"] })).unwrap();
        assert_eq!((anonymous.kind(), anonymous.id()), (Some("Like"), None));
        assert_eq!(IdOr::from_value(&json!(["https://a.test/1"])), None);
    }

    #[test]
    fn the_language_of_a_text_is_the_key_with_the_same_value() {
        let get = |value| {
            let document = map(value);
            Object(&document)
                .text_and_language("content", "contentMap", 100)
                .unwrap()
                .map(|(text, language)| (text.to_owned(), language.map(str::to_owned)))
        };
        let german = Some(("hallo".to_owned(), Some("de".to_owned())));
        assert_eq!(
            get(json!({ "content": "hallo", "contentMap": { "en": "hello", "de": "hallo" } })),
            german
        );
        assert_eq!(get(json!({ "contentMap": { "de": "hallo" } })), german);
        assert_eq!(
            get(json!({ "content": "hallo", "contentMap": { "en": "x" } })),
            Some(("hallo".into(), None))
        );
        assert_eq!(get(json!({ "content": { "@value": "hallo" } })), Some(("hallo".into(), None)));
        assert_eq!(get(json!({ "contentMap": [] })), None);
    }

    #[test]
    fn lists_and_texts_have_limits() {
        let document = map(json!({ "to": ["a", "b", "c"], "content": "hallöchen" }));
        let object = Object(&document);
        assert_eq!(object.list("to", 2), Err(ObjectError::TooMany { field: "to", limit: 2 }));
        assert_eq!(object.list("to", 3).unwrap().len(), 3);
        assert_eq!(object.text("content", 9), Err(ObjectError::TooLong { field: "content", limit: 9 }));
        assert_eq!(object.shown_text("content", 5).as_deref(), Some("hallö"));
        assert_eq!(object.shown_text("to", 9).as_deref(), Some("a"));
    }

    #[test]
    fn time_is_read_in_every_common_form() {
        for text in [
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.000Z",
            "2026-01-02T04:04:05+01:00",
            "2026-01-02T03:04:05",
            " 2026-01-02T03:04:05.000000Z",
        ] {
            assert_eq!(read_time(text), Some(1_767_323_045_000), "{text}");
        }
        assert_eq!(read_time("yesterday"), None);
        assert_eq!(write_time(1_767_323_045_000), "2026-01-02T03:04:05Z");
        assert_eq!(read_time(&write_time(1_767_323_045_678)), Some(1_767_323_045_678));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse_document(&bytes);
        }

        #[test]
        fn no_text_makes_the_time_parser_panic(text in "[0-9TZ:.+ -]{0,40}") {
            let _ = read_time(&text);
        }
    }
}
