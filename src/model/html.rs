//! Plain text to HTML that is safe to show and to federate, and HTML back to plain text.

use url::Url;

use crate::config::limits::REMOTE_DOCUMENT_MAX_BYTES;
use crate::model::charref::{Inside, decode, escape_into};
use crate::model::entities::{self, Entity, EntityKind};
use crate::model::handle::Handle;
use crate::model::markup::{Scanner, Token};
use crate::model::text;

/// Characters of a link that are shown; the rest is there for copying, but hidden.
const SHOWN_LINK_CHARS: usize = 30;
/// The longest plain text that [`to_plain`] gives, in bytes: enough for a preview and for the search index.
pub const MAX_PLAIN_BYTES: usize = 64 * 1024;

/// Elements that stand on lines of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

/// Where a mention leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionLink {
    /// The profile's address.
    pub href: String,
    /// `user` or `user@host`, as the account writes itself; the part before the `@` is shown.
    pub acct: String,
}

/// A plain text as HTML: paragraphs, line breaks and links, hashtags below `base`; names are not looked for.
pub fn of_plain(text: &str, base: &Url) -> String {
    render(text, &entities::extract(text), base, |_| None)
}

/// A plain text that may stand in HTML, between tags and in quoted attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(&mut out, text);
    out
}

/// Turns a normalised text and its entities into HTML: paragraphs, line breaks, links, hashtags below `base`, and
/// the mentions that `resolve` knows. Everything else of the text stays text.
pub fn render(
    text: &str,
    entities: &[Entity],
    base: &Url,
    resolve: impl Fn(&Handle) -> Option<MentionLink>,
) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut out = String::with_capacity(text.len() + 64 * entities.len() + 16);
    out.push_str("<p>");
    let mut end = 0;
    for entity in entities {
        let Some(written) = text.get(entity.range.clone()) else { continue };
        push_text(&mut out, text.get(end..entity.range.start).unwrap_or_default());
        match &entity.kind {
            EntityKind::Link(url) => push_link(&mut out, url, written),
            EntityKind::Hashtag(tag) => push_hashtag(&mut out, base, tag, written),
            EntityKind::Mention(handle) => match resolve(handle) {
                Some(link) => push_mention(&mut out, &link),
                None => escape_into(&mut out, written),
            },
        }
        end = entity.range.end;
    }
    push_text(&mut out, text.get(end..).unwrap_or_default());
    out.push_str("</p>");
    out
}

/// The text of HTML: blocks and `br` end lines, tags go, character references become what they stand for.
/// Reads 1 MiB and gives at most 64 KiB.
pub fn to_plain(html: &str) -> String {
    let mut out = String::new();
    for token in Scanner::new(text::clip(html, REMOTE_DOCUMENT_MAX_BYTES)) {
        match token {
            Token::Text(text) => push_plain(&mut out, &decode(text, Inside::Text)),
            Token::Open(tag) => end_line(&mut out, tag.name),
            Token::Close(name) => end_line(&mut out, name),
            Token::Unclosed(_) => {}
        }
        if out.len() >= MAX_PLAIN_BYTES {
            break;
        }
    }
    text::clip(&out, MAX_PLAIN_BYTES).trim().to_owned()
}

/// Text between entities: a line break is `br`, a blank line a new paragraph.
fn push_text(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        escape_into(out, line);
        let next = after.trim_start_matches(['\n', '\t', ' ']);
        let gap = after.strip_suffix(next).unwrap_or_default();
        out.push_str(if gap.contains('\n') { "</p><p>" } else { "<br>" });
        rest = next;
    }
    escape_into(out, rest);
}

fn push_link(out: &mut String, url: &Url, written: &str) {
    let address_at = written.find("://").map_or(0, |at| at + "://".len());
    let has_www = written.get(address_at..).is_some_and(|address| address.starts_with("www."));
    let hidden_end = if has_www { address_at + "www.".len() } else { address_at };
    let (hidden, address) = written.split_at_checked(hidden_end).unwrap_or(("", written));
    let shown_end = address.char_indices().nth(SHOWN_LINK_CHARS).map_or(address.len(), |(at, _)| at);
    let (shown, cut) = address.split_at_checked(shown_end).unwrap_or((address, ""));
    out.push_str("<a href=\"");
    escape_into(out, url.as_str());
    out.push_str("\" rel=\"nofollow noopener\" target=\"_blank\"><span class=\"invisible\">");
    escape_into(out, hidden);
    out.push_str(if cut.is_empty() { "</span><span>" } else { "</span><span class=\"ellipsis\">" });
    escape_into(out, shown);
    out.push_str("</span><span class=\"invisible\">");
    escape_into(out, cut);
    out.push_str("</span></a>");
}

fn push_hashtag(out: &mut String, base: &Url, tag: &str, written: &str) {
    let mut href = base.clone();
    href.set_query(None);
    href.set_fragment(None);
    if let Ok(mut path) = href.path_segments_mut() {
        path.pop_if_empty().extend(["tags", tag]);
    }
    out.push_str("<a href=\"");
    escape_into(out, href.as_str());
    out.push_str("\" class=\"mention hashtag\" rel=\"tag\">#<span>");
    escape_into(out, written.trim_start_matches(['#', '＃']));
    out.push_str("</span></a>");
}

fn push_mention(out: &mut String, link: &MentionLink) {
    let user = link.acct.split_once('@').map_or(link.acct.as_str(), |(user, _)| user);
    out.push_str("<span class=\"h-card\"><a href=\"");
    escape_into(out, &link.href);
    out.push_str("\" class=\"u-url mention\">@<span>");
    escape_into(out, user);
    out.push_str("</span></a></span>");
}

/// Line ends within a run of HTML text are blanks like any other, and runs of blanks are one.
fn push_plain(out: &mut String, text: &str) {
    for c in text.chars() {
        match c.is_whitespace() {
            true if out.is_empty() || out.ends_with([' ', '\n']) => {}
            true => out.push(' '),
            false if c.is_control() => {}
            false => out.push(c),
        }
    }
}

fn end_line(out: &mut String, tag: &str) {
    if BLOCKS.iter().any(|block| tag.eq_ignore_ascii_case(block)) {
        out.truncate(out.trim_end_matches(' ').len());
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::entities::extract;
    use crate::model::sanitize;

    fn rendered(text: &str) -> String {
        let base = Url::parse("https://here.test").unwrap();
        render(text, &extract(text), &base, |handle| {
            (handle.username == "ann")
                .then(|| MentionLink { href: "https://here.test/@ann".into(), acct: handle.acct() })
        })
    }

    #[test]
    fn lines_and_paragraphs_are_kept() {
        assert_eq!(rendered("a\nb"), "<p>a<br>b</p>");
        assert_eq!(rendered("a\n\nb\n \n\nc"), "<p>a</p><p>b</p><p>c</p>");
        assert_eq!(rendered(""), "");
    }

    #[test]
    fn markup_in_the_text_stays_text() {
        assert_eq!(rendered("<b>&\"'"), "<p>&lt;b&gt;&amp;&quot;'</p>");
        let html = rendered("https://a.test/\"><script>");
        assert!(
            html.starts_with("<p><a href=\"https://a.test/\" rel=\"nofollow noopener\" target=\"_blank\">"),
            "{html}"
        );
        assert!(html.ends_with("</a>&quot;&gt;&lt;script&gt;</p>"), "{html}");
    }

    #[test]
    fn a_long_link_shows_its_first_thirty_characters() {
        let html = rendered("https://www.example.org/a/very/long/path/to/something?x=1&y=2");
        assert_eq!(
            html,
            "<p><a href=\"https://www.example.org/a/very/long/path/to/something?x=1&amp;y=2\" rel=\"nofollow noopener\" target=\"_blank\">\
             <span class=\"invisible\">https://www.</span><span class=\"ellipsis\">example.org/a/very/long/path/t</span>\
             <span class=\"invisible\">o/something?x=1&amp;y=2</span></a></p>"
        );
    }

    #[test]
    fn hashtags_lead_to_their_page_here() {
        assert_eq!(
            rendered("#Café"),
            "<p><a href=\"https://here.test/tags/caf%C3%A9\" class=\"mention hashtag\" rel=\"tag\">#<span>Café</span></a></p>"
        );
    }

    #[test]
    fn known_mentions_become_links_and_others_stay_text() {
        assert_eq!(
            rendered("@ann @bob@b.test"),
            "<p><span class=\"h-card\"><a href=\"https://here.test/@ann\" class=\"u-url mention\">@<span>ann</span></a></span> @bob@b.test</p>"
        );
        assert!(rendered("@ann@a.test").contains("@<span>ann</span>"));
    }

    #[test]
    fn html_becomes_lines_of_text() {
        for (html, plain) in [
            ("<p>a<br>b</p><p>c</p>", "a\nb\nc"),
            ("<p>a &amp; <b>b</b>&nbsp;c</p>", "a & b c"),
            ("<ul>\n  <li>a</li>\n  <li>b</li>\n</ul>", "a\nb"),
            ("a<script>x</script><style>y</style>b<!-- c -->", "ab"),
            ("1 < 2 &lt;b&gt;", "1 < 2 <b>"),
            ("a<b", "a"),
            ("", ""),
        ] {
            assert_eq!(to_plain(html), plain, "{html}");
        }
    }

    #[test]
    fn plain_text_is_bounded() {
        assert_eq!(to_plain(&"a".repeat(200_000)).len(), MAX_PLAIN_BYTES);
        assert!(to_plain(&"<p>é".repeat(100_000)).len() <= MAX_PLAIN_BYTES);
        assert!(to_plain(&"<".repeat(3_000_000)).len() <= MAX_PLAIN_BYTES);
    }

    fn texts() -> impl Strategy<Value = String> {
        "([a-c<>&\"' \n]|@ann|@bob@b\\.test|#[a-c]{1,3}|https://a\\.bb/[a-z\"'<?&=]{0,40}){0,30}"
    }

    proptest! {
        #[test]
        fn the_words_survive_the_way_to_html_and_back(text in texts()) {
            let text = text::normalise(&text);
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&to_plain(&rendered(&text))), words(&text));
        }

        #[test]
        fn our_own_html_passes_the_sanitiser_with_its_links(text in texts()) {
            let html = rendered(&text::normalise(&text));
            prop_assert_eq!(to_plain(&sanitize::html(&html)), to_plain(&html));
            prop_assert_eq!(sanitize::html(&html).matches("<a ").count(), html.matches("<a ").count());
        }
    }
}
