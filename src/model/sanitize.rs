//! HTML from other instances, made safe to show: an allow-list of elements, attributes, classes and schemes.
//!
//! Two walls. `reshape` bounds the document and makes it plain and well nested in one linear pass; ammonia, which
//! parses as browsers do, then lets through only what is on the list and forces `rel` and `target` on every link.
//! Run on receipt and again when rendering: the result of the result is the same. Limits: 1 MiB is read, about
//! 128 KiB written, 32 levels deep, values of attributes 2,048 bytes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

use crate::config::limits::REMOTE_DOCUMENT_MAX_BYTES;
use crate::model::charref::{Inside, decode};
use crate::model::markup::{Scanner, Token};
use crate::model::text;

mod reshape;

/// The longest value of an attribute, in bytes; the attribute is dropped when it is longer.
const MAX_VALUE_BYTES: usize = 2_048;
/// Classes kept of one element.
const MAX_CLASSES: usize = 8;
/// The longest class or language, in bytes.
const MAX_WORD_BYTES: usize = 64;

/// The elements that are kept.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "rp",
    "rt",
    "ruby",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "u",
    "ul",
];
/// The attributes that are kept, by element; `lang` is kept on all. The order is the order in which they are written.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "class", "title", "translate"]),
    ("abbr", &["title"]),
    ("blockquote", &["cite"]),
    ("li", &["value"]),
    ("ol", &["start", "reversed"]),
    ("p", &["class"]),
    ("span", &["class", "translate"]),
];
/// The schemes that a link may have.
const SCHEMES: &[&str] =
    &["dat", "dweb", "gemini", "gopher", "http", "https", "ipfs", "ipns", "magnet", "ssb", "xmpp"];
/// Beginnings of the classes that are kept: microformats.
const CLASS_PREFIXES: &[&str] = &["dt-", "e-", "h-", "p-", "u-"];
/// Other classes that are kept.
const CLASSES: &[&str] = &["ellipsis", "hashtag", "invisible", "mention", "quote-inline"];
/// What every link says of where it leads.
const LINK_REL: &str = "nofollow noopener";

static AMMONIA: LazyLock<Builder<'static>> = LazyLock::new(builder);

/// Safe HTML made from any HTML.
pub fn html(dirty: &str) -> String {
    let plain = reshape::reshape(text::clip(dirty, REMOTE_DOCUMENT_MAX_BYTES));
    AMMONIA.clean(&plain).to_string()
}

/// One line of plain text made from text that may hold HTML, such as a name or a content warning: elements go,
/// character references become what they stand for, blanks collapse, and what exceeds `max_chars` is cut.
pub fn plain(dirty: &str, max_chars: usize) -> String {
    let mut text = String::new();
    for token in Scanner::new(text::clip(dirty, REMOTE_DOCUMENT_MAX_BYTES)) {
        match token {
            Token::Text(piece) | Token::Unclosed(piece) => text.push_str(&decode(piece, Inside::Text)),
            Token::Open(tag) if reshape::is_block(tag.name) => text.push(' '),
            Token::Close(name) if reshape::is_block(name) => text.push(' '),
            Token::Open(_) | Token::Close(_) => {}
        }
    }
    let mut line = text::one_line(&text);
    if let Some((end, _)) = line.char_indices().nth(max_chars) {
        line.truncate(end);
        line.truncate(line.trim_end().len());
    }
    line
}

/// The attributes of an element that are kept, in the order in which they are written.
fn attributes_of(tag: &str) -> impl Iterator<Item = &'static str> {
    let own = ATTRIBUTES.iter().find(|(name, _)| *name == tag).map_or(&[][..], |(_, attributes)| attributes);
    own.iter().copied().chain(["lang"])
}

/// The value under which a kept attribute is written; `None` when it is dropped.
fn accepted(tag: &str, attribute: &str, value: &str) -> Option<String> {
    if value.len() > MAX_VALUE_BYTES {
        return None;
    }
    match (tag, attribute) {
        ("a", "href") => address(value, SCHEMES),
        ("blockquote", "cite") => address(value, &["http", "https"]),
        ("a" | "p" | "span", "class") => classes(value),
        ("a" | "abbr", "title") => Some(text::one_line(value)).filter(|title| !title.is_empty()),
        ("a" | "span", "translate") => (value == "no").then(|| value.to_owned()),
        ("ol", "start") | ("li", "value") => {
            value.trim().parse::<i32>().ok().map(|number| number.to_string())
        }
        ("ol", "reversed") => Some(String::new()),
        (_, "lang") => is_language(value).then(|| value.to_owned()),
        _ => None,
    }
}

/// The address in the form in which a browser would open it; relative ones lead nowhere and are refused.
fn address(value: &str, schemes: &[&str]) -> Option<String> {
    let url = Url::parse(value).ok().filter(|url| schemes.contains(&url.scheme()))?;
    (url.as_str().len() <= MAX_VALUE_BYTES).then(|| url.into())
}

fn classes(value: &str) -> Option<String> {
    let kept: Vec<&str> =
        value.split_ascii_whitespace().filter(|class| is_class(class)).take(MAX_CLASSES).collect();
    (!kept.is_empty()).then(|| kept.join(" "))
}

fn is_class(class: &str) -> bool {
    let is_plain = class.len() <= MAX_WORD_BYTES
        && class.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    is_plain && (CLASSES.contains(&class) || CLASS_PREFIXES.iter().any(|prefix| class.starts_with(prefix)))
}

fn is_language(value: &str) -> bool {
    (1..=MAX_WORD_BYTES).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn builder() -> Builder<'static> {
    let tag_attributes: HashMap<&str, HashSet<&str>> =
        ATTRIBUTES.iter().map(|(tag, attributes)| (*tag, attributes.iter().copied().collect())).collect();
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(tag_attributes)
        .generic_attributes(HashSet::from(["lang"]))
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::Deny)
        .link_rel(Some(LINK_REL))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(|tag, attribute, value| match (tag, attribute) {
            ("a", "rel" | "target") => Some(Cow::Borrowed(value)),
            _ => accepted(tag, attribute, value).map(Cow::Owned),
        });
    builder
}

#[cfg(test)]
mod tests;
