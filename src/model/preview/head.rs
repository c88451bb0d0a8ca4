//! What a page says of itself: OpenGraph (<https://ogp.me>), else the names of Twitter's cards, else plain HTML.
//!
//! Read with the scanner of the sanitiser as far as the head goes, which takes linear time whatever it is given. Every
//! value is hostile: it becomes one line of text of bounded length without marks that turn its direction, or an
//! address. What a page says of its own address (`og:url`, `rel=canonical`) is not believed, and pages are asked for
//! nothing more (no oEmbed).

use unicode_segmentation::UnicodeSegmentation as _;
use url::Url;

use super::charset;
use super::link::MAX_ADDRESS_BYTES;
use crate::config::limits::{
    PREVIEW_ALT_MAX, PREVIEW_AUTHOR_MAX, PREVIEW_DESCRIPTION_MAX, PREVIEW_SITE_MAX, PREVIEW_TITLE_MAX,
};
use crate::model::charref::{Inside, decode};
use crate::model::host::Host;
use crate::model::markup::{OpenTag, Scanner, Token};
use crate::model::text;

/// Bytes of a value that are looked at.
const VALUE_BYTES: usize = 16 * 1_024;
/// What a page says of itself, cleaned and cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its title; never empty.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// The name of its site; may be empty.
    pub site_name: String,
    /// Who wrote it; may be empty.
    pub author: String,
    /// Where its picture is.
    pub picture: Option<Url>,
    /// What that shows; may be empty.
    pub picture_alt: String,
}

/// Reads the beginning of the page at `base`, which came with this `Content-Type`. `None` when it has no title.
pub fn read(bytes: &[u8], content_type: &str, base: &Url) -> Option<Page> {
    let said = Said::in_head(&charset::decode(bytes, content_type));
    let title = line(&first(&[&said.og_title, &said.twitter_title, &said.title]), PREVIEW_TITLE_MAX);
    if text::is_blank(&title) {
        return None;
    }
    let description = match said.is_shy {
        true => String::new(),
        false => {
            let said = first(&[&said.og_description, &said.twitter_description, &said.description]);
            line(&said, PREVIEW_DESCRIPTION_MAX)
        }
    };
    let picture =
        [&said.og_image, &said.twitter_image].into_iter().flatten().find_map(|at| address(at, base));
    Some(Page {
        title,
        description,
        site_name: line(&first(&[&said.site_name, &said.application]), PREVIEW_SITE_MAX),
        // Some write the address of a profile there.
        author: line(&first(&[&said.author]), PREVIEW_AUTHOR_MAX),
        picture_alt: match picture {
            Some(_) => line(&first(&[&said.og_image_alt, &said.twitter_image_alt]), PREVIEW_ALT_MAX),
            None => String::new(),
        },
        picture,
    })
}

/// Whether directives for robots, of a `meta` element or an `X-Robots-Tag` header, forbid to show a piece of the page.
pub fn hides_snippet(directives: &str) -> bool {
    directives.split(',').any(|one| {
        let one: String = one.chars().filter(|c| !c.is_whitespace()).collect();
        one.eq_ignore_ascii_case("nosnippet") || one.eq_ignore_ascii_case("max-snippet:0")
    })
}

/// The charset that the beginning of a page names.
pub(super) fn declared_charset(beginning: &str) -> Option<String> {
    Said::in_head(beginning).charset
}

/// The first value of each name, as it stands in the page.
#[derive(Default)]
struct Said {
    og_title: Option<String>,
    twitter_title: Option<String>,
    title: Option<String>,
    og_description: Option<String>,
    twitter_description: Option<String>,
    description: Option<String>,
    og_image: Option<String>,
    og_image_alt: Option<String>,
    twitter_image: Option<String>,
    twitter_image_alt: Option<String>,
    site_name: Option<String>,
    application: Option<String>,
    author: Option<String>,
    charset: Option<String>,
    /// It wants nothing but its title shown.
    is_shy: bool,
    /// A second picture has begun, whose description is not the first one's.
    pictures_end: bool,
}

impl Said {
    fn in_head(page: &str) -> Self {
        let mut said = Self::default();
        for token in Scanner::new(page) {
            match token {
                Token::Close(name) if name.eq_ignore_ascii_case("head") => break,
                Token::Open(tag) if tag.name.eq_ignore_ascii_case("body") => break,
                Token::Open(tag) if tag.name.eq_ignore_ascii_case("meta") => said.meta(&tag),
                Token::Open(tag) if tag.name.eq_ignore_ascii_case("title") => {
                    note(&mut said.title, &decode(text::clip(tag.skipped, VALUE_BYTES), Inside::Text));
                }
                _ => {}
            }
        }
        said
    }

    fn meta(&mut self, tag: &OpenTag<'_>) {
        if let Some(charset) = tag.attribute("charset") {
            note(&mut self.charset, &charset);
        }
        let Some(content) = tag.attribute("content") else { return };
        let content = text::clip(&content, VALUE_BYTES);
        if tag.attribute("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("content-type"))
            && let Some((_, charset)) = content.split_once("charset=")
        {
            note(&mut self.charset, charset.split(';').next().unwrap_or_default());
        }
        for name in ["property", "name"].into_iter().filter_map(|name| tag.attribute(name)) {
            self.named(&name.trim().to_ascii_lowercase(), content);
        }
    }

    fn named(&mut self, name: &str, content: &str) {
        let slot = match name {
            "og:title" => &mut self.og_title,
            "og:description" => &mut self.og_description,
            "og:site_name" => &mut self.site_name,
            "og:image" | "og:image:url" | "og:image:secure_url" => {
                self.pictures_end |= name == "og:image" && self.og_image.is_some();
                &mut self.og_image
            }
            "og:image:alt" if !self.pictures_end => &mut self.og_image_alt,
            "twitter:title" => &mut self.twitter_title,
            "twitter:description" => &mut self.twitter_description,
            "twitter:image" | "twitter:image:src" => &mut self.twitter_image,
            "twitter:image:alt" => &mut self.twitter_image_alt,
            "description" => &mut self.description,
            "application-name" => &mut self.application,
            "author" if !content.contains("://") => &mut self.author,
            "robots" => {
                self.is_shy |= hides_snippet(content);
                return;
            }
            _ => return,
        };
        note(slot, content);
    }
}

/// Keeps the first value that is not blank.
fn note(slot: &mut Option<String>, value: &str) {
    let value = value.trim();
    if slot.is_none() && !text::is_blank(value) {
        *slot = Some(value.to_owned());
    }
}

fn first(said: &[&Option<String>]) -> String {
    said.iter().find_map(|value| value.as_deref()).unwrap_or_default().to_owned()
}

/// One line of at most `max` characters; an ellipsis stands for what was cut.
fn line(value: &str, max: usize) -> String {
    let whole = text::one_line(text::clip(value, VALUE_BYTES));
    if whole.chars().count() <= max {
        return whole;
    }
    let (mut line, mut kept) = (String::new(), 0);
    for cluster in whole.graphemes(true) {
        kept += cluster.chars().count();
        if kept >= max {
            break;
        }
        line.push_str(cluster);
    }
    line.truncate(line.trim_end().len());
    line.push('…');
    line
}

/// The address of a picture, as a link of the page at `base` would lead to it.
fn address(value: &str, base: &Url) -> Option<Url> {
    let mut url = base.join(value).ok().filter(|_| value.len() <= MAX_ADDRESS_BYTES)?;
    url.set_fragment(None);
    let anonymous = url.username().is_empty() && url.password().is_none();
    (Host::of(&url).is_some() && anonymous && url.as_str().len() <= MAX_ADDRESS_BYTES).then_some(url)
}

#[cfg(test)]
mod tests;
