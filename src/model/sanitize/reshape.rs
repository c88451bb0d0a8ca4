//! The first wall: any HTML to HTML of the allowed elements only, well nested as the standard's parser would nest
//! it, and bounded in depth and length. Parsers slow down on deep or misnested documents; this one cannot be deep.
//!
//! Pictures become links to them, formulas their TeX, and blocks that are not allowed end their line.

use std::borrow::Cow;

use crate::config::limits::{HTML_DEPTH_MAX, REMOTE_HTML_MAX_BYTES};
use crate::model::charref::{Inside, decode, escape_into, escaped};
use crate::model::markup::{OpenTag, Scanner, Token};

use super::{TAGS, accepted, attributes_of};

const HEADINGS: &[&str] = &["h1", "h2", "h3", "h4", "h5"];
/// Blocks that are not kept; their ends and beginnings are line breaks.
const DROPPED_BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h6",
    "header",
    "hr",
    "main",
    "nav",
    "section",
    "summary",
    "table",
    "tr",
];

/// Bounded, well nested HTML of the allowed elements, made from any HTML.
pub(super) fn reshape(html: &str) -> String {
    let mut shaper = Shaper::default();
    for token in Scanner::new(html) {
        match token {
            Token::Text(text) => shaper.text(text),
            Token::Open(tag) => shaper.open(&tag),
            Token::Close(name) => shaper.close(name),
            Token::Unclosed(_) => {}
        }
        if shaper.is_full {
            break;
        }
    }
    shaper.finish()
}

/// Whether an element stands on lines of its own.
pub(super) fn is_block(name: &str) -> bool {
    is_one_of(DROPPED_BLOCKS, name) || known(name).is_some_and(|name| name == "br" || ends_paragraph(name))
}

#[derive(Debug, Default)]
struct Shaper {
    out: String,
    open: Vec<&'static str>,
    /// Inside of `math`, what will stand for it.
    formula: Option<Formula>,
    /// There is text on this line of a block.
    line_has_text: bool,
    /// A dropped block ended the line; the break is written when something follows.
    owes_break: bool,
    /// Nothing was written yet in the `pre` just opened; the parser drops a line end there.
    is_at_start_of_pre: bool,
    is_full: bool,
}

#[derive(Debug, Default)]
struct Formula {
    tex: String,
    is_in_tex: bool,
    is_done: bool,
}

impl Shaper {
    fn text(&mut self, text: &str) {
        if let Some(formula) = &mut self.formula {
            if formula.is_in_tex {
                formula.tex.push_str(text);
            }
            return;
        }
        self.plain(&decode(text, Inside::Text));
    }

    fn open(&mut self, tag: &OpenTag) {
        if self.formula.is_some() || (tag.name.eq_ignore_ascii_case("math") && !tag.is_self_closing) {
            return self.open_in_formula(tag);
        }
        if tag.name.eq_ignore_ascii_case("img") {
            return self.picture(tag);
        }
        let Some(name) = known(tag.name) else { return self.dropped_block(tag.name) };
        if name == "br" {
            return self.line_break();
        }
        let Some(attributes) = kept_attributes(name, tag) else { return };
        self.close_for(name);
        self.push_open(name, &attributes);
    }

    fn close(&mut self, tag: &str) {
        if self.formula.is_some() {
            return self.close_in_formula(tag);
        }
        match known(tag) {
            Some("br") => self.line_break(),
            Some(name) => {
                if let Some(at) = self.open.iter().rposition(|open| *open == name) {
                    self.close_down_to(at);
                }
            }
            None => self.dropped_block(tag),
        }
    }

    fn finish(mut self) -> String {
        if let Some(formula) = self.formula.take() {
            self.plain(&decode(&formula.tex, Inside::Text));
        }
        self.close_down_to(0);
        self.out
    }

    /// Formulas come as MathML with their TeX beside it, in an annotation.
    fn open_in_formula(&mut self, tag: &OpenTag) {
        let formula = self.formula.get_or_insert_default();
        let is_tex = tag
            .attribute("encoding")
            .is_some_and(|encoding| encoding.eq_ignore_ascii_case("application/x-tex"));
        formula.is_in_tex = is_tex && !formula.is_done && tag.name.eq_ignore_ascii_case("annotation");
    }

    fn close_in_formula(&mut self, tag: &str) {
        if tag.eq_ignore_ascii_case("math") {
            let formula = self.formula.take().unwrap_or_default();
            self.plain(&decode(&formula.tex, Inside::Text));
        } else if let Some(formula) = self.formula.as_mut().filter(|formula| formula.is_in_tex) {
            formula.is_in_tex = false;
            formula.is_done = true;
        }
    }

    /// A picture becomes a link with its description; within a link only the description is left.
    fn picture(&mut self, tag: &OpenTag) {
        let source = tag.attribute("src").and_then(|src| accepted("a", "href", &src));
        let description = tag.attribute("alt").filter(|alt| !alt.trim().is_empty());
        let Some(href) = source.filter(|_| !self.open.contains(&"a") && self.open.len() < HTML_DEPTH_MAX)
        else {
            return self.plain(&description.unwrap_or_default());
        };
        let label = description.unwrap_or(Cow::Borrowed(href.as_str()));
        self.push_open("a", &[("href", href.clone())]);
        self.plain(&label);
        self.close("a");
    }

    fn dropped_block(&mut self, name: &str) {
        if is_one_of(DROPPED_BLOCKS, name) {
            self.owes_break |= self.line_has_text;
        }
    }

    fn line_break(&mut self) {
        self.owes_break = false;
        self.push_break();
    }

    fn push_break(&mut self) {
        self.is_at_start_of_pre = false;
        self.line_has_text = false;
        self.push_whole("<br>");
    }

    /// Closes what the standard's parser would close before it opens this element.
    fn close_for(&mut self, name: &str) {
        let target = match name {
            "a" => self.open.iter().rposition(|open| *open == "a"),
            "li" => self.open_item(),
            "rt" | "rp" => self.open_annotation(),
            _ => None,
        };
        if let Some(at) = target {
            self.close_down_to(at);
        }
        if ends_paragraph(name)
            && let Some(at) = self.open.iter().rposition(|open| *open == "p")
        {
            self.close_down_to(at);
        }
        if HEADINGS.contains(&name)
            && let Some(at) = self.open.iter().rposition(|open| HEADINGS.contains(open))
        {
            self.close_down_to(at);
        }
    }

    /// The list item that a new one follows; not one outside of an inner block.
    fn open_item(&self) -> Option<usize> {
        let at = self.open.iter().rposition(|open| *open != "p" && ends_paragraph(open))?;
        self.open.get(at).filter(|open| **open == "li").map(|_| at)
    }

    /// The lowest of the elements on top that a new ruby annotation ends.
    fn open_annotation(&self) -> Option<usize> {
        let ended =
            self.open.iter().rev().take_while(|open| matches!(**open, "li" | "p" | "rt" | "rp")).count();
        self.open.contains(&"ruby").then(|| self.open.len() - ended)
    }

    fn close_down_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some(name) = self.open.pop() else { return };
            self.is_at_start_of_pre = false;
            if ends_paragraph(name) {
                self.start_line();
            }
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }

    fn push_open(&mut self, name: &'static str, attributes: &[(&str, String)]) {
        if self.open.len() >= HTML_DEPTH_MAX {
            return;
        }
        let mut tag = format!("<{name}");
        for (attribute, value) in attributes {
            tag.push(' ');
            tag.push_str(attribute);
            tag.push_str("=\"");
            escape_into(&mut tag, &value.chars().filter_map(clean).collect::<String>());
            tag.push('"');
        }
        tag.push('>');
        if ends_paragraph(name) {
            self.start_line();
        } else if self.owes_break {
            self.owes_break = false;
            self.push_break();
        }
        if self.push_whole(&tag) {
            self.open.push(name);
            self.is_at_start_of_pre = name == "pre";
        }
    }

    fn start_line(&mut self) {
        self.owes_break = false;
        self.line_has_text = false;
    }

    fn plain(&mut self, text: &str) {
        let text: String = text.chars().filter_map(clean).collect();
        let text = if self.is_at_start_of_pre { text.trim_start_matches('\n') } else { &text };
        let is_visible = text.contains(|c: char| !c.is_ascii_whitespace());
        if is_visible && std::mem::take(&mut self.owes_break) {
            self.push_break();
        }
        self.line_has_text |= is_visible;
        self.is_at_start_of_pre &= text.is_empty();
        for c in text.chars() {
            let mut buffer = [0; 4];
            if !self.push_whole(escaped(c).unwrap_or(c.encode_utf8(&mut buffer))) {
                return;
            }
        }
    }

    /// Writes a piece that must not be cut; whether there was room.
    fn push_whole(&mut self, piece: &str) -> bool {
        self.is_full |= self.out.len() + piece.len() > REMOTE_HTML_MAX_BYTES;
        if !self.is_full {
            self.out.push_str(piece);
        }
        !self.is_full
    }
}

/// The attributes that are kept of an element; `None` for a link that leads nowhere, which is no link.
fn kept_attributes(name: &str, tag: &OpenTag) -> Option<Vec<(&'static str, String)>> {
    let kept: Vec<_> = attributes_of(name)
        .filter_map(|attribute| Some((attribute, accepted(name, attribute, &tag.attribute(attribute)?)?)))
        .collect();
    (name != "a" || kept.iter().any(|(attribute, _)| *attribute == "href")).then_some(kept)
}

fn known(name: &str) -> Option<&'static str> {
    TAGS.iter().copied().find(|tag| name.eq_ignore_ascii_case(tag))
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether an allowed element is a block, before which an open paragraph ends.
fn ends_paragraph(name: &str) -> bool {
    matches!(name, "blockquote" | "li" | "ol" | "p" | "pre" | "ul") || HEADINGS.contains(&name)
}

/// Control characters and byte order marks are dropped by parsers in their own ways; so they go first.
fn clean(c: char) -> Option<char> {
    match c {
        '\n' | '\t' => Some(c),
        '\r' => Some('\n'),
        '\u{feff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}
