//! Custom emoji in HTML.

use std::fmt::Write as _;

use super::{EmojiPicture, Piece, pieces};
use crate::model::charref::escape_into;
use crate::model::markup::{Scanner, Token};

/// Elements whose text stays as it is written: code is meant literally, and a picture could disguise where a link leads.
const LITERAL: [&str; 3] = ["a", "code", "pre"];
/// Pixels of a side that are kept free until the picture is there; the style sheet has the last word.
const SIDE: u32 = 20;

/// The picture of an emoji, in HTML. Readers of screens hear its code.
pub fn img(picture: &EmojiPicture) -> String {
    let mut out = String::from("<img class=\"emoji\" src=\"");
    escape_into(&mut out, &picture.path);
    let code = format!(":{}:", picture.shortcode);
    for attribute in ["alt", "title"] {
        // Writing to a text never fails.
        let _ = write!(out, "\" {attribute}=\"");
        escape_into(&mut out, &code);
    }
    let _ = write!(out, "\" width=\"{SIDE}\" height=\"{SIDE}\" loading=\"lazy\" decoding=\"async\">");
    out
}

/// Sanitised HTML with these pictures where their codes stand in its text: not in code, links or attributes.
pub fn in_html(html: &str, pictures: &[EmojiPicture]) -> String {
    if pictures.is_empty() || !html.contains(':') {
        return html.to_owned();
    }
    let mut out = String::with_capacity(html.len() + 128);
    let mut literal = 0_u32;
    let mut scanner = Scanner::new(html);
    loop {
        let before = scanner.rest();
        let Some(token) = scanner.next() else { return out };
        let written = before.strip_suffix(scanner.rest()).unwrap_or(before);
        match token {
            Token::Text(text) if literal == 0 => draw(&mut out, text, pictures),
            Token::Open(tag) if is_literal(tag.name) => {
                literal = literal.saturating_add(1);
                out.push_str(written);
            }
            Token::Close(name) if is_literal(name) => {
                literal = literal.saturating_sub(1);
                out.push_str(written);
            }
            _ => out.push_str(written),
        }
    }
}

fn is_literal(name: &str) -> bool {
    LITERAL.iter().any(|literal| name.eq_ignore_ascii_case(literal))
}

fn draw(out: &mut String, text: &str, pictures: &[EmojiPicture]) {
    for piece in pieces(text, pictures) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Picture(picture) => out.push_str(&img(picture)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::html::to_plain;
    use crate::model::sanitize;

    fn rook() -> [EmojiPicture; 1] {
        let path = "/media/remote/emoji/7?v=ab&x=\"".into();
        [EmojiPicture { shortcode: "rook".into(), path, category: None, own: false }]
    }

    #[test]
    fn a_picture_says_its_code_and_waits_until_it_is_seen() {
        assert_eq!(
            img(&rook()[0]),
            "<img class=\"emoji\" src=\"/media/remote/emoji/7?v=ab&amp;x=&quot;\" alt=\":rook:\" title=\":rook:\" \
             width=\"20\" height=\"20\" loading=\"lazy\" decoding=\"async\">"
        );
    }

    #[test]
    fn codes_in_text_become_pictures_and_those_in_code_links_and_attributes_stay() {
        let img = img(&rook()[0]);
        for (html, drawn) in [
            ("<p>hi :rook:</p>", format!("<p>hi {img}</p>")),
            ("<p>:rook:<b>:rook:</b>&amp;:rook:</p>", format!("<p>{img}<b>{img}</b>&amp;{img}</p>")),
            (
                "<pre><code>:rook:</code> :rook:</pre>:rook:",
                format!("<pre><code>:rook:</code> :rook:</pre>{img}"),
            ),
            ("<a href=\"https://a.test/:rook:/\" title=\"> :rook: <\">:rook:</a>", "".into()),
            ("<a href=\"x\"><code>:rook:</code>:rook:</a> :crow: a:rook:b", "".into()),
        ] {
            let drawn = if drawn.is_empty() { html.to_owned() } else { drawn };
            assert_eq!(in_html(html, &rook()), drawn, "{html}");
        }
    }

    proptest! {
        #[test]
        fn everything_but_the_codes_stays_as_it_was(html in "(:rook:|<b>|</b>|<a href=\"https://a.bb/:rook:\">|</a>|<code>|</code>|[a-c &]){0,20}") {
            let clean = sanitize::html(&html);
            let drawn = in_html(&clean, &rook());
            prop_assert_eq!(drawn.replace(&img(&rook()[0]), ":rook:"), clean.as_str());
            prop_assert_eq!(to_plain(&in_html(&clean, &[])), to_plain(&clean));
        }
    }
}
