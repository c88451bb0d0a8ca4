//! From a page for people to the document it stands for: `<link rel="alternate" type="application/activity+json">`
//! in its head, or the same as a `Link` header. Where that leads is a hint only: the document must be found there
//! under its own id.

use url::Url;

use crate::federation::objects::media_type;
use crate::federation::origin::parse_id;

/// Bytes of a page that are looked at: heads are small, and scripts in them are not ours to read.
const HEAD_BYTES: usize = 256 * 1024;
/// Tags of a head that are looked at.
const TAGS_MAX: usize = 2_000;
/// Attributes of a tag that are looked at.
const ATTRIBUTES_MAX: usize = 20;

/// Where a page says that its document is.
pub(super) fn alternate(page: &Url, link_header: Option<&str>, body: &[u8]) -> Option<Url> {
    link_header.and_then(|header| in_header(page, header)).or_else(|| in_head(page, body))
}

/// `<https://b.test/notes/1>; rel="alternate"; type="application/activity+json"`
fn in_header(page: &Url, header: &str) -> Option<Url> {
    header.split(',').take(ATTRIBUTES_MAX).find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let mut found = Link { href: Some(target.to_owned()), ..Link::default() };
        for parameter in parameters.split("; ").flat_map(|part| part.split(';')).take(ATTRIBUTES_MAX) {
            if let Some((name, value)) = parameter.split_once('=') {
                found.take(name.trim(), value.trim().trim_matches('"'));
            }
        }
        found.target(page)
    })
}

fn in_head(page: &Url, body: &[u8]) -> Option<Url> {
    let text = String::from_utf8_lossy(body.get(..HEAD_BYTES).unwrap_or(body));
    let tags = text.split('<').skip(1).take(TAGS_MAX);
    let head = tags.take_while(|tag| !starts_with(tag, "/head") && !starts_with(tag, "body"));
    head.filter(|tag| starts_with(tag, "link")).find_map(|tag| link(tag).target(page))
}

fn starts_with(tag: &str, name: &str) -> bool {
    let (start, rest) = tag.split_at_checked(name.len()).unwrap_or((tag, ""));
    start.eq_ignore_ascii_case(name) && !rest.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// The part of a link that says where it leads.
#[derive(Default)]
struct Link {
    href: Option<String>,
    is_alternate: bool,
    is_document: bool,
}

impl Link {
    fn take(&mut self, name: &str, value: &str) {
        match name.to_ascii_lowercase().as_str() {
            "href" => self.href = Some(value.replace("&amp;", "&")),
            "rel" => {
                let mut relations = value.split_ascii_whitespace();
                self.is_alternate = relations.any(|relation| relation.eq_ignore_ascii_case("alternate"));
            }
            "type" => self.is_document = media_type::is_activity(&value.replace("&quot;", "\"")),
            _ => {}
        }
    }

    fn target(self, page: &Url) -> Option<Url> {
        let target = page.join(self.href?.trim()).ok()?;
        (self.is_alternate && self.is_document).then(|| parse_id(target.as_str()).ok()).flatten()
    }
}

/// Reads the attributes of what follows `<link`, up to the first `>` outside quotes.
fn link(tag: &str) -> Link {
    let mut found = Link::default();
    let mut rest = tag.get("link".len()..).unwrap_or_default();
    for _ in 0..ATTRIBUTES_MAX {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_ascii_whitespace() || "=>/".contains(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if name.is_empty() {
            break;
        }
        let after = after.trim_start();
        let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
            rest = after;
            continue;
        };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => value.get(1..).unwrap_or_default().split_once(quote).unwrap_or_default(),
            None => {
                let end = value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len());
                value.split_at_checked(end).unwrap_or((value, ""))
            }
        };
        found.take(name, value);
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(html: &str) -> Option<String> {
        let page = Url::parse("https://b.test/@bob/1").unwrap();
        alternate(&page, None, html.as_bytes()).map(String::from)
    }

    #[test]
    fn a_page_leads_to_its_document() {
        let wanted = Some("https://b.test/notes/1?a=1&b=2".to_owned());
        for html in [
            r#"<html><head><link rel="stylesheet" href="/x.css"><link href="https://b.test/notes/1?a=1&amp;b=2" rel="alternate" type="application/activity+json"></head>"#,
            "<LINK REL=alternate\n TYPE='application/activity+json'\n HREF='/notes/1?a=1&b=2'/>",
            r#"<link rel="me alternate" crossorigin type='application/ld+json; profile="https://www.w3.org/ns/activitystreams"' href="/notes/1?a=1&amp;b=2">"#,
        ] {
            assert_eq!(found(html), wanted, "{html}");
        }
    }

    #[test]
    fn other_links_lead_nowhere() {
        for html in [
            "",
            "<link>",
            r#"<link rel="alternate" type="application/rss+xml" href="/feed">"#,
            r#"<link rel="canonical" type="application/activity+json" href="/1">"#,
            r#"<link rel="alternate" type="application/activity+json" href="javascript:x()">"#,
            r#"<link rel="alternate" type="application/activity+json" href="https://u:p@b.test/">"#,
            r#"<linked rel="alternate" type="application/activity+json" href="/1">"#,
            r#"</head><body><link rel="alternate" type="application/activity+json" href="/a-comment">"#,
        ] {
            assert_eq!(found(html), None, "{html}");
        }
    }

    #[test]
    fn a_header_says_the_same() {
        let page = Url::parse("https://b.test/@bob/1").unwrap();
        let header = r#"<https://b.test/x>; rel="lrdd", </notes/1>; rel="alternate"; type="application/activity+json""#;
        let target = alternate(&page, Some(header), b"").unwrap();
        assert_eq!(target.as_str(), "https://b.test/notes/1");
    }

    proptest! {
        #[test]
        fn no_page_makes_the_reader_panic(html in "[<>a-z=\"'/ é]{0,200}|<link[ a-z=\"'<>/]{0,100}") {
            let _ = found(&html);
        }
    }
}
