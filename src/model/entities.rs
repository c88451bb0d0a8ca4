//! What a text points at: `@mentions`, `#hashtags` and links, found in one pass.
//!
//! Links come first and nothing else is found inside them; a mention is not part of an e-mail address. Limits:
//! links of 2,048 bytes, tags of 100 characters and 30 different ones, 100 mentions; what is beyond stays text.

use std::collections::HashSet;
use std::iter::Peekable;
use std::ops::Range;
use std::vec::IntoIter;

use linkify::{LinkFinder, LinkKind};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use url::Url;

use crate::config::limits::{
    HASHTAG_MAX, HASHTAGS_MAX, MENTIONS_MAX, REMOTE_USERNAME_MAX_BYTES, TEXT_MAX_BYTES, URL_MAX_BYTES,
    USERNAME_MAX,
};
use crate::model::handle::{self, Handle};
use crate::model::host::Host;
use crate::model::text;
use crate::model::username;

/// Mentions found in one text: more than may be made, so that too many are refused and not overlooked.
const MAX_MENTIONS: usize = 2 * MENTIONS_MAX;
/// The longest host name that is looked at after `@user@`, in characters.
const MAX_HOST_CHARS: usize = 253;

/// Something a text points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: EntityKind,
}

/// What a text can point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityKind {
    /// `@user` or `@user@host`, as written.
    Mention(Handle),
    /// `#tag`, in folded form and without the sign; see [`fold_tag`].
    Hashtag(String),
    /// An http or https address.
    Link(Url),
}

/// Everything the text points at, in order, never overlapping. Only the first 64 KiB are read.
pub fn extract(text: &str) -> Vec<Entity> {
    let text = text::clip(text, TEXT_MAX_BYTES);
    let mut search = Search {
        text,
        links: find_links(text).into_iter().peekable(),
        found: Vec::new(),
        tags: HashSet::new(),
        mentions: 0,
    };
    let mut resume_at = 0;
    let mut previous = None;
    for (at, c) in text.char_indices() {
        if at >= resume_at {
            resume_at = search.entity_at(at, c, previous).unwrap_or(resume_at);
        }
        previous = Some(c);
    }
    search.found
}

/// The form in which hashtags are equal: NFKC and lower case. Takes the tag with or without its `#`; `None` when
/// the text is not one tag. Used for what people write and for the tags of other instances alike.
pub fn fold_tag(tag: &str) -> Option<String> {
    let tag = tag.strip_prefix(is_tag_sign).unwrap_or(tag);
    let is_whole = tag_end(tag) == Some(tag.len());
    let folded: String =
        tag.chars().take(HASHTAG_MAX).nfkc().flat_map(char::to_lowercase).map(plain_sigma).nfkc().collect();
    let is_still_a_tag = tag_end(&folded) == Some(folded.len());
    (is_whole && is_still_a_tag).then_some(folded)
}

/// A link, or an address of another scheme (`None`) in which nothing else is to be found.
type Address = (Range<usize>, Option<Url>);

struct Search<'a> {
    text: &'a str,
    links: Peekable<IntoIter<Address>>,
    found: Vec<Entity>,
    tags: HashSet<String>,
    mentions: usize,
}

impl Search<'_> {
    /// Looks for an entity that starts with the character `c` at `at`; hands back where it ends.
    fn entity_at(&mut self, at: usize, c: char, previous: Option<char>) -> Option<usize> {
        let next_link = self.links.peek().map_or(self.text.len(), |(range, _)| range.start);
        if at >= next_link {
            let (range, url) = self.links.next()?;
            let end = range.end;
            self.found.extend(url.map(|url| Entity { range, kind: EntityKind::Link(url) }));
            return Some(end);
        }
        let rest = self.text.get(at + c.len_utf8()..)?;
        let (length, kind) = match c {
            '@' if may_precede_mention(previous) && self.mentions < MAX_MENTIONS => {
                mention(rest).map(|(length, handle)| (length, EntityKind::Mention(handle)))?
            }
            '#' | '＃' if may_precede_tag(previous) => {
                hashtag(rest).map(|(length, tag)| (length, EntityKind::Hashtag(tag)))?
            }
            _ => return None,
        };
        let end = at + c.len_utf8() + length;
        if end > next_link || !self.has_room_for(&kind) {
            return None;
        }
        self.found.push(Entity { range: at..end, kind });
        Some(end)
    }

    fn has_room_for(&mut self, kind: &EntityKind) -> bool {
        match kind {
            EntityKind::Mention(_) => self.mentions += 1,
            EntityKind::Hashtag(tag) if self.tags.contains(tag) => {}
            EntityKind::Hashtag(_) if self.tags.len() >= HASHTAGS_MAX => return false,
            EntityKind::Hashtag(tag) => drop(self.tags.insert(tag.clone())),
            EntityKind::Link(_) => {}
        }
        true
    }
}

fn find_links(text: &str) -> Vec<Address> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    finder
        .links(text)
        .map(|link| {
            let url =
                (link.as_str().len() <= URL_MAX_BYTES).then(|| Url::parse(link.as_str()).ok()).flatten();
            (link.start()..link.end(), url.filter(|url| Host::of(url).is_some()))
        })
        .collect()
}

/// A letter, `/` or `=` before an `@` makes it part of an address; another `@` of nothing.
fn may_precede_mention(previous: Option<char>) -> bool {
    !previous.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '@' | '＠' | '/' | '='))
}

/// `&#39;`, `page/#part` and `##` are no tags.
fn may_precede_tag(previous: Option<char>) -> bool {
    !previous.is_some_and(|c| is_in_tag(c) || matches!(c, '&' | '/') || is_tag_sign(c))
}

/// Reads what follows an `@`: its length in bytes and whom it names.
fn mention(rest: &str) -> Option<(usize, Handle)> {
    let name_end =
        rest.bytes().take(REMOTE_USERNAME_MAX_BYTES + 1).take_while(|b| is_in_username(*b)).count();
    let (name, after) = rest.split_at_checked(name_end)?;
    if let Some(after) = after.strip_prefix('@').filter(|_| handle::is_username(name)) {
        if let Some((length, host)) = host_and_port(after) {
            return Some((name_end + 1 + length, Handle { username: name.to_owned(), host: Some(host) }));
        }
        // "@ann@bob" names neither; "@ann@ home" names ann.
        if after.starts_with(|c: char| c.is_alphanumeric()) {
            return None;
        }
    }
    let local_end = name.bytes().take_while(|b| username::is_allowed(*b)).count();
    let local = name.get(..local_end).filter(|local| (1..=USERNAME_MAX).contains(&local.len()))?;
    Some((local_end, Handle { username: local.to_owned(), host: None }))
}

/// Reads the host after `@user@`: a name with a dot, `localhost`, or any name with a port.
fn host_and_port(text: &str) -> Option<(usize, Host)> {
    let run: usize = text
        .chars()
        .take(MAX_HOST_CHARS)
        .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
        .map(char::len_utf8)
        .sum();
    let name = text.get(..run)?.trim_end_matches(['.', '-']);
    let port = text.get(name.len()..)?.strip_prefix(':').map(|after| {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        after.get(digits..).is_some_and(|next| !next.starts_with(char::is_alphanumeric)).then_some(digits)
    });
    let with_port = port.flatten().map(|digits| name.len() + 1 + digits);
    if let Some((length, host)) =
        with_port.and_then(|length| Some((length, Host::parse(text.get(..length)?).ok()?)))
    {
        return Some((length, host));
    }
    let is_complete = name.contains('.') || name.eq_ignore_ascii_case("localhost");
    Host::parse(name).ok().filter(|_| is_complete).map(|host| (name.len(), host))
}

/// Reads what follows a `#`: its length in bytes and the folded tag.
fn hashtag(rest: &str) -> Option<(usize, String)> {
    let end = tag_end(rest)?;
    Some((end, fold_tag(rest.get(..end)?)?))
}

/// Where the tag at the start of the text ends; `None` when there is none, or it is too long.
fn tag_end(text: &str) -> Option<usize> {
    let mut end = 0;
    let mut has_letter = false;
    for (count, (at, c)) in text.char_indices().enumerate() {
        let belongs = is_in_tag(c) || (joins_tag(c) && end > 0);
        if !belongs {
            break;
        }
        if count >= HASHTAG_MAX {
            return None;
        }
        has_letter |= !c.is_numeric() && c != '_' && !joins_tag(c);
        if is_in_tag(c) {
            end = at + c.len_utf8();
        }
    }
    (has_letter && end > 0).then_some(end)
}

fn is_in_username(b: u8) -> bool {
    username::is_allowed(b) || matches!(b, b'.' | b'-')
}

fn is_tag_sign(c: char) -> bool {
    matches!(c, '#' | '＃')
}

fn is_in_tag(c: char) -> bool {
    c == '_' || c.is_alphanumeric() || is_combining_mark(c)
}

/// The middle dots of Catalan and Japanese and the non-joiner of Persian stand inside words, never at their ends.
fn joins_tag(c: char) -> bool {
    matches!(c, '\u{b7}' | '\u{30fb}' | '\u{200c}')
}

/// Lower case has two sigmas, one only for the ends of words.
fn plain_sigma(c: char) -> char {
    if c == 'ς' { 'σ' } else { c }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    /// What is found, each as the piece of text it covers.
    fn pieces(text: &str) -> Vec<&str> {
        extract(text).into_iter().map(|entity| text.get(entity.range).unwrap()).collect()
    }

    #[test]
    fn mentions_links_and_tags_are_found_in_order() {
        let text = "Hi @ann and @Bob@B.test: see https://a.test/x?y=1, #Rust!";
        assert_eq!(pieces(text), ["@ann", "@Bob@B.test", "https://a.test/x?y=1", "#Rust"]);
        let kinds: Vec<EntityKind> = extract(text).into_iter().map(|entity| entity.kind).collect();
        assert_eq!(
            kinds[1],
            EntityKind::Mention(Handle {
                username: "Bob".into(),
                host: Some(Host::parse("b.test").unwrap())
            })
        );
        assert_eq!(kinds[3], EntityKind::Hashtag("rust".into()));
    }

    #[test]
    fn a_mention_ends_before_punctuation() {
        for (text, found) in [
            ("@ann.", "@ann"),
            ("(@ann)", "@ann"),
            (".@ann hi", "@ann"),
            ("@ann's", "@ann"),
            ("@ann@b.test.", "@ann@b.test"),
            ("@ann@b.test, you", "@ann@b.test"),
            ("@a.b-c@b.test-", "@a.b-c@b.test"),
            ("@ann@ home", "@ann"),
            ("@ann.Thanks", "@ann"),
            ("「@ann」", "@ann"),
            ("@ann@localhost:3000/x", "@ann@localhost:3000"),
            ("@ann@b.test:8443", "@ann@b.test:8443"),
            ("@ann@b.test: hi", "@ann@b.test"),
            ("@ann@b.test:x", "@ann@b.test"),
            ("@ann@bücher.test", "@ann@bücher.test"),
        ] {
            assert_eq!(pieces(text), [found], "{text}");
        }
    }

    #[test]
    fn addresses_and_fragments_hold_no_mentions() {
        for text in [
            "mail ann@b.test",
            "a.b+c@b.test",
            "@",
            "@@ann",
            "@.",
            "@-ann",
            "medium.test/@ann",
            "x=@ann",
            "@ann@bob",
            "é@ann",
            &format!("@{}", "a".repeat(31)),
            &format!("@{}@b.test", "a".repeat(129)),
        ] {
            assert_eq!(pieces(text), Vec::<&str>::new(), "{text}");
        }
        assert_eq!(pieces("https://b.test/@ann/1#part"), ["https://b.test/@ann/1#part"]);
        assert_eq!(pieces("ftp://b.test/@ann #x"), ["#x"]);
    }

    #[test]
    fn a_tag_has_a_letter_and_stands_alone() {
        for (text, tag) in [
            ("#Tag", "tag"),
            ("＃タグ", "タグ"),
            ("(#a_1)", "a_1"),
            ("#1a", "1a"),
            ("#नमस्ते", "नमस्ते"),
            ("#col·lecció", "col·lecció"),
            ("#ΟΔΟΣ", "οδοσ"),
            ("#ｆｕｌｌ", "full"),
            ("#İ", "i̇"),
            ("#a-b", "a"),
            ("#a·", "a"),
            ("#cafe\u{301}", "café"),
        ] {
            assert_eq!(
                extract(text).pop().map(|entity| entity.kind),
                Some(EntityKind::Hashtag(tag.to_owned())),
                "{text}"
            );
        }
        for text in [
            "#",
            "#1",
            "#_",
            "#12_3",
            "a#b",
            "&#x41;",
            "/#a",
            "##a",
            "# a",
            "#·a",
            "#ﷺ",
            &format!("#{}", "a".repeat(101)),
        ] {
            assert_eq!(pieces(text), Vec::<&str>::new(), "{text}");
        }
        assert_eq!(pieces(&format!("#{}", "a".repeat(100))).len(), 1);
    }

    #[test]
    fn tags_of_other_instances_fold_the_same_way() {
        assert_eq!(fold_tag("#CaFé").as_deref(), Some("café"));
        assert_eq!(fold_tag("cafe\u{301}").as_deref(), Some("café"));
        for bad in ["", "#", "##a", "a b", "a#", "1", "<b>", "a/b"] {
            assert_eq!(fold_tag(bad), None, "{bad}");
        }
        assert_eq!(fold_tag(&"a".repeat(1 << 20)), None);
    }

    #[test]
    fn only_web_links_of_bearable_length_are_links() {
        for text in [
            "ftp://a.test/x",
            "javascript://a.test/%0aalert(1)",
            "mailto:a@a.test",
            "https://",
            "www.a.test",
            &format!("https://a.test/{}", "x".repeat(2_048)),
        ] {
            assert_eq!(pieces(text), Vec::<&str>::new(), "{text}");
        }
        assert_eq!(pieces("(https://en.test/wiki/A_(b))"), ["https://en.test/wiki/A_(b)"]);
        assert_eq!(pieces("HTTPS://A.test/"), ["HTTPS://A.test/"]);
    }

    #[test]
    fn what_is_beyond_the_limits_stays_text() {
        let mut tags = String::new();
        for number in 0..40 {
            write!(tags, "#t{number} #t0 ").unwrap();
        }
        assert_eq!(extract(&tags).len(), 30 + 40);
        assert_eq!(extract(&"@ann ".repeat(200)).len(), MAX_MENTIONS);
    }

    #[test]
    fn hostile_repetition_is_read_in_linear_time() {
        for piece in [
            "@",
            "#",
            "@a",
            "#a",
            "@a.",
            "@a@",
            "@a@b.",
            "://",
            "a://",
            "http://",
            "http://a@",
            "#a#",
            "/#",
            "@a@b.test:",
            "#\u{301}",
            "#·",
            "https://a.bb/('",
            "@a-",
        ] {
            let text = piece.repeat(TEXT_MAX_BYTES / piece.len());
            let started = std::time::Instant::now();
            extract(&text);
            assert!(started.elapsed().as_secs() < 5, "{piece}");
        }
    }

    proptest! {
        #[test]
        fn entities_are_sorted_whole_and_never_overlap(text in "[@#＃:/.a-cé1_ \\-]{0,60}|(@[a-c]{1,3}|@a@b\\.cc|#[a-cé]{1,3}|https://a\\.bb/[@#a]?|[ .,:@#/&]){0,12}") {
            let mut end = 0;
            for entity in extract(&text) {
                prop_assert!(entity.range.start >= end && entity.range.start < entity.range.end);
                prop_assert!(text.get(entity.range.clone()).is_some());
                end = entity.range.end;
            }
        }

        #[test]
        fn folding_a_tag_twice_changes_nothing(tag in "\\w{1,20}") {
            if let Some(folded) = fold_tag(&tag) {
                prop_assert_eq!(fold_tag(&folded), Some(folded));
            }
        }

        #[test]
        fn a_tag_alone_is_found_whole(tag in "[a-zA-Zéß日ü]{1,20}") {
            let text = format!("#{tag}");
            prop_assert_eq!(pieces(&text), [text.as_str()]);
        }
    }
}
