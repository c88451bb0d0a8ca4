//! A lenient scanner of HTML: tags and text in the order in which they come.
//!
//! It reads what people and other instances send the way a browser would, near enough; nothing of what it reads
//! is trusted, and everything that leaves the house is written anew. Every byte is looked at a bounded number of
//! times. Elements whose content is not text for reading (scripts, styles, frames) are skipped whole.

use std::borrow::Cow;

use crate::model::charref::{Inside, decode};

/// Attributes kept of one tag; finding doubles among very many would be slow, and no honest tag has them.
const MAX_ATTRIBUTES: usize = 16;

/// Elements that are dropped with everything in them.
const SKIPPED: &[&str] = &[
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "xmp",
];

/// One piece of HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text, its character references still in place; see [`decode`].
    Text(&'a str),
    /// A start tag.
    Open(OpenTag<'a>),
    /// The name of an end tag, in any case.
    Close(&'a str),
    /// A tag that the end of the input cut off.
    Unclosed(&'a str),
}

/// A start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpenTag<'a> {
    /// The name as written, in any case.
    pub(super) name: &'a str,
    /// It ends in `/>`, which means something for `svg` and `math` only.
    pub(super) is_self_closing: bool,
    /// What stands in an element that is skipped whole, character references still in place.
    pub(super) skipped: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> OpenTag<'a> {
    /// The value of an attribute, its character references decoded.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        let (_, value) = self.attributes.iter().find(|(written, _)| written.eq_ignore_ascii_case(name))?;
        Some(decode(value, Inside::Attribute))
    }
}

/// Reads HTML from the front.
#[derive(Clone, Debug)]
pub(super) struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self { rest: html }
    }

    /// What was not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    fn take_text(&mut self) -> Token<'a> {
        let end = self.rest.bytes().skip(1).position(|b| b == b'<').map_or(self.rest.len(), |at| at + 1);
        let (text, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        Token::Text(text)
    }

    fn take_open(&mut self) -> Token<'a> {
        let Some(tag) = self.rest.get(1..).and_then(read_tag) else { return self.take_unclosed() };
        let is_empty_drawing = tag.is_self_closing && tag.name.eq_ignore_ascii_case("svg");
        let is_skipped = SKIPPED.iter().any(|name| tag.name.eq_ignore_ascii_case(name)) && !is_empty_drawing;
        self.rest = if is_skipped { after_content(tag.after, tag.name) } else { tag.after };
        Token::Open(OpenTag {
            name: tag.name,
            is_self_closing: tag.is_self_closing,
            skipped: tag.after.get(..tag.after.len().saturating_sub(self.rest.len())).unwrap_or_default(),
            attributes: tag.attributes,
        })
    }

    fn take_close(&mut self) -> Token<'a> {
        let Some(tag) = self.rest.get(2..).and_then(read_tag) else { return self.take_unclosed() };
        self.rest = tag.after;
        Token::Close(tag.name)
    }

    fn take_unclosed(&mut self) -> Token<'a> {
        Token::Unclosed(std::mem::take(&mut self.rest))
    }

    fn skip_comment(&mut self) {
        let (start, end) = if self.rest.starts_with("<!--") { ("<!--", "-->") } else { ("<", ">") };
        let inside = self.rest.strip_prefix(start).unwrap_or_default();
        let is_empty_comment = end == "-->" && (inside.starts_with('>') || inside.starts_with("->"));
        let end = if is_empty_comment { ">" } else { end };
        self.rest = inside.split_once(end).map_or("", |(_, after)| after);
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while !self.rest.is_empty() {
            let mut bytes = self.rest.bytes();
            match (bytes.next(), bytes.next(), bytes.next()) {
                (Some(b'<'), Some(b), _) if b.is_ascii_alphabetic() => return Some(self.take_open()),
                (Some(b'<'), Some(b'/'), Some(b)) if b.is_ascii_alphabetic() => {
                    return Some(self.take_close());
                }
                (Some(b'<'), Some(b'/'), Some(_)) | (Some(b'<'), Some(b'!' | b'?'), _) => self.skip_comment(),
                _ => return Some(self.take_text()),
            }
        }
        None
    }
}

struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
    is_self_closing: bool,
    after: &'a str,
}

/// Reads a tag from its name on; `None` when it never ends.
fn read_tag(text: &str) -> Option<Tag<'_>> {
    let (name, mut rest) = split_where(text, |c| is_space(c) || matches!(c, '/' | '>'));
    let mut attributes = Vec::new();
    loop {
        let tail = rest.trim_start_matches(|c| is_space(c) || c == '/');
        if let Some(after) = tail.strip_prefix('>') {
            let is_self_closing = rest.strip_suffix(tail).is_some_and(|gap| gap.ends_with('/'));
            return Some(Tag { name, attributes, is_self_closing, after });
        }
        let (attribute, after) = read_attribute(tail)?;
        if attributes.len() < MAX_ATTRIBUTES {
            attributes.push(attribute);
        }
        rest = after;
    }
}

/// Reads one attribute; `None` at the end of the text.
fn read_attribute(text: &str) -> Option<((&str, &str), &str)> {
    let mut is_first = true;
    let (name, after) = split_where(text, |c| {
        // An equals sign in front is part of the name, says the standard.
        let is_end = is_space(c) || matches!(c, '/' | '>') || (c == '=' && !is_first);
        is_first = false;
        is_end
    });
    if name.is_empty() {
        return None;
    }
    let Some(value) = after.trim_start_matches(is_space).strip_prefix('=') else {
        return Some(((name, ""), after));
    };
    let value = value.trim_start_matches(is_space);
    let (value, after) = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split_once(quote)?,
        _ => split_where(value, |c| is_space(c) || c == '>'),
    };
    Some(((name, value), after))
}

/// What follows the content of an element that is skipped, from its end tag on.
fn after_content<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        let Some(tail) = rest.get(at + 2..) else { return "" };
        if tail.get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)) {
            return rest.get(at..).unwrap_or_default();
        }
        rest = tail;
    }
    ""
}

fn split_where(text: &str, is_end: impl FnMut(char) -> bool) -> (&str, &str) {
    let at = text.find(is_end).unwrap_or(text.len());
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// The blanks that the HTML standard counts as such.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The tokens in a short notation: `text`, `<name a=b>`, `</name>`, `!cut`.
    fn scan(html: &str) -> Vec<String> {
        Scanner::new(html)
            .map(|token| match token {
                Token::Text(text) => text.to_owned(),
                Token::Close(name) => format!("</{name}>"),
                Token::Unclosed(text) => format!("!{text}"),
                Token::Open(tag) => {
                    let attributes: String =
                        tag.attributes.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                    format!("<{}{attributes}>", tag.name)
                }
            })
            .collect()
    }

    #[test]
    fn tags_and_text_come_in_order() {
        assert_eq!(scan("a<B>c</B >d<br/>"), ["a", "<B>", "c", "</B>", "d", "<br>"]);
        assert_eq!(
            scan(r#"<a href="x>y" title='"' data-a=1 b>t"#),
            [r#"<a href=x>y title=" data-a=1 b=>"#, "t"]
        );
        assert_eq!(scan("<a\nhref = x/y/>z"), ["<a href=x/y/>", "z"]);
        assert_eq!(scan("<a/onclick=x>"), ["<a onclick=x>"]);
    }

    #[test]
    fn an_angle_bracket_that_starts_no_tag_is_text() {
        assert_eq!(scan("I <3 you << >"), ["I ", "<3 you ", "<", "< >"]);
        assert_eq!(scan("a <"), ["a ", "<"]);
        assert_eq!(scan("</"), ["</"]);
    }

    #[test]
    fn comments_and_declarations_are_skipped() {
        assert_eq!(
            scan("a<!-- <b> -->c<!DOCTYPE x>d<?php ?>e</ x>f<!-->g<!--->h</>i"),
            ["a", "c", "d", "e", "f", "g", "h", "i"]
        );
        assert_eq!(scan("a<!-- <b>"), ["a"]);
    }

    #[test]
    fn scripts_and_their_like_are_skipped_whole() {
        assert_eq!(scan("a<script>if (x</b>y) '<i>'</SCRIPT>b"), ["a", "<script>", "</SCRIPT>", "b"]);
        assert_eq!(scan("<style>never ended <b>"), ["<style>"]);
        assert_eq!(scan("<svg/>x<svg><a>y</svg>z"), ["<svg>", "x", "<svg>", "</svg>", "z"]);
    }

    #[test]
    fn a_cut_tag_is_told_apart() {
        assert_eq!(scan("a<b href=\"x>y"), ["a", "!<b href=\"x>y"]);
        assert_eq!(scan("a</b"), ["a", "!</b"]);
        assert_eq!(scan("<a b="), ["!<a b="]);
    }

    #[test]
    fn the_first_of_two_equal_attributes_counts_and_references_are_decoded() {
        let Some(Token::Open(tag)) = Scanner::new("<a HREF='/?a&amp;b' href=z>").next() else {
            panic!("a tag")
        };
        assert_eq!(tag.attribute("href").as_deref(), Some("/?a&b"));
        assert_eq!(tag.attribute("class"), None);
    }

    #[test]
    fn a_tag_of_very_many_attributes_keeps_a_few() {
        let html = format!("<a {}>", "b ".repeat(100_000));
        let Some(Token::Open(tag)) = Scanner::new(&html).next() else { panic!("a tag") };
        assert_eq!(tag.attributes.len(), MAX_ATTRIBUTES);
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(html in "[<>/!?a-c='\" é-]{0,60}") {
            prop_assert!(Scanner::new(&html).count() <= html.len());
        }
    }
}
