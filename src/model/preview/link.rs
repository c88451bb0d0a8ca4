//! Which link of a tweet is shown.

use url::Url;

use crate::config::limits::URL_MAX_BYTES;
use crate::model::host::Host;
use crate::model::markup::{OpenTag, Scanner, Token};
use crate::model::quote_fallback;

/// The longest address that has a preview.
pub const MAX_ADDRESS_BYTES: usize = URL_MAX_BYTES;
/// Classes of links to people and hashtags.
const POINTERS: [&str; 2] = ["mention", "hashtag"];
/// What the text of such a link begins with: some servers give it no class.
const SIGNS: [char; 4] = ['@', '＠', '#', '＃'];

/// The first link to a page elsewhere in the sanitised HTML of a tweet, without its fragment. Not meant are people,
/// hashtags, the words by which a quote is told, and whatever is on `own`, the instance's own host.
pub fn link_in(html: &str, own: &Host) -> Option<Url> {
    let html = quote_fallback::without(html);
    let mut open: Option<Url> = None;
    for token in Scanner::new(&html) {
        match token {
            Token::Open(tag) if tag.name.eq_ignore_ascii_case("a") => {
                // A link that never closed ends where the next begins.
                if open.is_some() {
                    break;
                }
                open = target(&tag, own);
            }
            Token::Text(text) if text.trim_start().starts_with(SIGNS) => open = None,
            Token::Text(text) if text.trim().is_empty() => {}
            Token::Text(_) | Token::Unclosed(_) if open.is_some() => break,
            Token::Close(name) if name.eq_ignore_ascii_case("a") && open.is_some() => break,
            _ => {}
        }
    }
    open
}

fn target(tag: &OpenTag<'_>, own: &Host) -> Option<Url> {
    let classes = tag.attribute("class").unwrap_or_default();
    if classes.split_ascii_whitespace().any(|class| POINTERS.contains(&class)) {
        return None;
    }
    let url = read(&tag.attribute("href")?)?;
    Host::of(&url).is_some_and(|host| host != *own).then_some(url)
}

/// The address of a page as the one that a link shows is kept: without its fragment.
pub fn page_at(address: &str) -> Option<String> {
    read(address).filter(|url| Host::of(url).is_some()).map(String::from)
}

fn read(address: &str) -> Option<Url> {
    let mut url = Url::parse(address.trim()).ok().filter(|_| address.len() <= MAX_ADDRESS_BYTES)?;
    url.set_fragment(None);
    let anonymous = url.username().is_empty() && url.password().is_none();
    (anonymous && url.as_str().len() <= MAX_ADDRESS_BYTES).then_some(url)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{entities, html, sanitize};

    fn own() -> Host {
        Host::parse("rook.test").unwrap()
    }

    fn found(html: &str) -> Option<String> {
        link_in(html, &own()).map(String::from)
    }

    #[test]
    fn the_first_link_to_a_page_elsewhere_is_shown() {
        for (html, link) in [
            (r#"<p>a <a href="https://a.test/x?y=1&amp;z#part">b</a></p>"#, "https://a.test/x?y=1&z"),
            (r#"<a href="https://a.test/1">1</a><a href="https://a.test/2">2</a>"#, "https://a.test/1"),
            (
                r#"<a href="HTTPS://A.test"><span class="invisible">https://</span>A.test</a>"#,
                "https://a.test/",
            ),
            // Not people and tags, with a class or without.
            (
                r#"<a class="u-url mention" href="https://b.test/@b">@b</a> <a href="http://a.test/">a</a>"#,
                "http://a.test/",
            ),
            (
                r#"<a href="https://b.test/@b">@b@b.test</a> <a href="https://a.test/">a</a>"#,
                "https://a.test/",
            ),
            (
                r#"<a href="https://b.test/t/x"> #<b>x</b></a><a href="https://a.test/">a</a>"#,
                "https://a.test/",
            ),
            (
                r#"<a class="hashtag" href="https://b.test/t">t</a><a href="https://a.test/">a</a>"#,
                "https://a.test/",
            ),
            // Nor what is ours, what names a user, or what is no web address.
            (r#"<a href="https://rook.test/@ann/1">x</a><a href="https://a.test/">a</a>"#, "https://a.test/"),
            (r#"<a href="https://u:p@b.test/">x</a><a href="https://a.test/">a</a>"#, "https://a.test/"),
            (
                r#"<a href="magnet:?xt=1">x</a><a href="/x">x</a><a href="https://a.test/">a</a>"#,
                "https://a.test/",
            ),
            // Nor the words of a quote.
            (
                r#"<p class="quote-inline">RE: <a href="https://b.test/1">x</a></p><a href="https://a.test/">a</a>"#,
                "https://a.test/",
            ),
            // A link around nothing but a picture that was taken out, or without an end.
            (r#"<a href="https://a.test/"></a>"#, "https://a.test/"),
            (r#"<a href="https://a.test/">a<a href="https://b.test/">b"#, "https://a.test/"),
        ] {
            assert_eq!(found(html).as_deref(), Some(link), "{html}");
        }
        for html in ["", "<p>https://a.test/</p>", r#"<a href="https://rook.test">x</a>"#, "<a href=x>x</a>"]
        {
            assert_eq!(found(html), None, "{html}");
        }
        let long = format!("https://a.test/{}", "x".repeat(MAX_ADDRESS_BYTES));
        assert_eq!(found(&format!(r#"<a href="{long}">x</a>"#)), None);
    }

    #[test]
    fn a_link_that_somebody_here_wrote_is_found() {
        let text = "#read @ann: https://a.test/a_very_long_path_that_is_cut_when_it_is_shown?x=1&y=2#end";
        let base = Url::parse("https://rook.test").unwrap();
        let html = html::render(text, &entities::extract(text), &base, |_| None);
        let link = "https://a.test/a_very_long_path_that_is_cut_when_it_is_shown?x=1&y=2";
        assert_eq!(found(&html).as_deref(), Some(link));
        assert_eq!(found(&sanitize::html(&html)).as_deref(), Some(link));
    }

    proptest! {
        #[test]
        fn any_html_is_survived_and_what_is_found_is_a_short_web_address(
            html in "(<a href=\"(https?://|/|x:)[a-z.@:%#]{0,12}\"( class=\"mention\")?>|</a>|<p class=\"quote-inline\">|</p>|[#@a<>&; ]|\\PC){0,24}"
        ) {
            if let Some(url) = link_in(&html, &own()) {
                prop_assert!(Host::of(&url).is_some() && url.fragment().is_none());
                prop_assert!(url.as_str().len() <= MAX_ADDRESS_BYTES);
            }
        }
    }
}
