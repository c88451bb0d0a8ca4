//! The words by which a quote is told to those who know no quotes: `RE:` and a link, marked by a class. Whoever shows
//! the quote itself leaves them out.

use std::borrow::Cow;

use super::charref::escape_into;
use super::markup::{OpenTag, Scanner, Token};

/// The class of these words, on a paragraph or, in older forms, on a span.
const CLASS: &str = "quote-inline";

/// The HTML of a post with such words before it, unless its text has the address anyhow.
pub fn with(html: &str, address: &str) -> String {
    let mut link = String::new();
    escape_into(&mut link, address);
    if html.contains(&link) {
        return html.to_owned();
    }
    format!("<p class=\"{CLASS}\">RE: <a href=\"{link}\">{link}</a></p>{html}")
}

/// Sanitised HTML without such words.
pub fn without(html: &str) -> Cow<'_, str> {
    if !html.contains(CLASS) {
        return Cow::Borrowed(html);
    }
    let (mut kept, mut scanner) = (String::with_capacity(html.len()), Scanner::new(html));
    loop {
        let from = scanner.rest();
        let Some(token) = scanner.next() else { break };
        match token {
            Token::Open(tag) if is_fallback(&tag) => skip_element(&mut scanner, tag.name),
            _ => kept.push_str(from.strip_suffix(scanner.rest()).unwrap_or(from)),
        }
    }
    // What was alone in its paragraph leaves none behind.
    Cow::Owned(kept.replace("<p></p>", ""))
}

fn is_fallback(tag: &OpenTag<'_>) -> bool {
    let marks = ["p", "span"].iter().any(|name| tag.name.eq_ignore_ascii_case(name));
    marks
        && tag
            .attribute("class")
            .is_some_and(|classes| classes.split_ascii_whitespace().any(|one| one == CLASS))
}

/// Goes on to what follows an element that has just begun.
fn skip_element(scanner: &mut Scanner<'_>, name: &str) {
    let mut depth = 1_usize;
    for token in scanner.by_ref() {
        match token {
            Token::Open(tag) if tag.name.eq_ignore_ascii_case(name) => depth += 1,
            Token::Close(closed) if closed.eq_ignore_ascii_case(name) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::sanitize;

    #[test]
    fn the_words_go_before_the_text_and_come_off_again() {
        let told = with("<p>so</p>", "https://b.test/1?a=1&b=\"2\"");
        assert_eq!(
            told,
            "<p class=\"quote-inline\">RE: <a href=\"https://b.test/1?a=1&amp;b=&quot;2&quot;\">\
             https://b.test/1?a=1&amp;b=&quot;2&quot;</a></p><p>so</p>"
        );
        assert_eq!(without(&told), "<p>so</p>");
        assert_eq!(without(&sanitize::html(&told)), "<p>so</p>", "as it arrives elsewhere");
        assert_eq!(without(&with("", "https://b.test/1")), "");
    }

    #[test]
    fn a_text_that_has_the_address_needs_no_more_words() {
        let html = "<p>see <a href=\"https://b.test/1\">this</a></p>";
        assert_eq!(with(html, "https://b.test/1"), html);
    }

    #[test]
    fn the_older_forms_come_off_too_and_nothing_else_does() {
        let link = "<a href=\"https://b.test/1\"><span class=\"invisible\">https://</span>b.test/1</a>";
        for (html, left) in [
            (format!("<p>hi<span class=\"quote-inline\"><br><br>RE: {link}</span></p>"), "<p>hi</p>"),
            (format!("<p><span class=\"h-card quote-inline\">RE: {link}</span></p><p>hi</p>"), "<p>hi</p>"),
            (format!("<p>hi</p><p lang=\"en\" class=\"quote-inline\">QT: {link}</p>"), "<p>hi</p>"),
            ("<p>quote-inline</p>".to_owned(), "<p>quote-inline</p>"),
            (
                "<p class=\"mention\">RE: quote-inline</p>".to_owned(),
                "<p class=\"mention\">RE: quote-inline</p>",
            ),
            ("<a class=\"quote-inline\">x</a>".to_owned(), "<a class=\"quote-inline\">x</a>"),
        ] {
            assert_eq!(without(&html), left, "{html}");
        }
    }

    proptest! {
        #[test]
        fn what_is_left_is_as_safe_as_it_was(
            html in r#"(<p class="quote-inline">|<span class="quote-inline">|</p>|</span>|<p>|<a href="https://b.test/">|</a>|RE: |x){0,20}"#,
        ) {
            let clean = sanitize::html(&html);
            let left = without(&clean).into_owned();
            prop_assert!(!left.contains("class=\"quote-inline\""));
            prop_assert_eq!(sanitize::html(&left), left);
        }
    }
}
