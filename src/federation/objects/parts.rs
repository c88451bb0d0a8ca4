//! What hangs on a post or an actor: mentions, hashtags, custom emoji, attachments.

use serde_json::Value;
use url::Url;

use super::liberal::{Object, ObjectError, link_of, one_or_many};
use crate::clock::Millis;
use crate::federation::quirks;
use crate::model::emoji::is_code;

/// Entries of `tag`.
pub const MAX_TAGS: usize = 500;
/// Entries of `attachment` on a post.
pub const MAX_ATTACHMENTS: usize = 64;
/// Characters kept of a description of media.
pub const MAX_ALT_CHARS: usize = 10_000;
/// Characters kept of a name: of a mention, a hashtag, an emoji, an account.
pub const MAX_NAME_CHARS: usize = 2_048;
/// Characters of a blurhash; the longest possible has 166.
const MAX_BLURHASH_CHARS: usize = 200;
/// Characters of a media type.
const MAX_MEDIA_TYPE_CHARS: usize = 100;
/// Pixels of a side that are believed.
const MAX_SIDE: u64 = 100_000;

/// The tags of a document, by kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tags {
    /// Who is mentioned. Counts only for those who are addressed too.
    pub mentions: Vec<Mention>,
    /// Hashtags without `#`, as written.
    pub hashtags: Vec<String>,
    /// Custom emoji that may occur in the text as `:shortcode:`.
    pub emoji: Vec<Emoji>,
}

/// A mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The actor's id, or its page; the surest clue.
    pub href: Option<Url>,
    /// `@bob@b.test`, or only `@bob` from the sender's own host.
    pub name: Option<String>,
}

/// A custom emoji.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emoji {
    /// The name between the colons.
    pub shortcode: String,
    /// The image.
    pub url: Url,
    /// When the image last changed.
    pub updated_ms: Option<Millis>,
}

/// What an attachment is, by its media type or its own type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachmentKind {
    /// A still or moving image.
    Image,
    /// A video.
    Video,
    /// A sound.
    Audio,
    /// A web page (Lemmy posts a link so).
    Link,
    /// Any other file.
    Other,
}

/// A file or link attached to a post.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// Where it is.
    pub url: Url,
    /// The media type it claims.
    pub media_type: Option<String>,
    /// The description.
    pub alt: Option<String>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// A blurhash of it.
    pub blurhash: Option<String>,
    /// The point that must stay visible when cropped, from (-1, -1) to (1, 1).
    pub focal_point: Option<(f64, f64)>,
}

impl Tags {
    /// Reads `tag`; entries that make no sense are left out.
    pub fn read(object: Object<'_>) -> Result<Self, ObjectError> {
        let mut tags = Self::default();
        for tag in object.list("tag", MAX_TAGS)?.into_iter().filter_map(Value::as_object).map(Object) {
            match tag.kind() {
                Some("Mention") => tags.mentions.push(Mention {
                    href: tag.loose_link("href"),
                    name: tag.shown_text("name", MAX_NAME_CHARS),
                }),
                Some("Hashtag") => tags.hashtags.extend(hashtag(tag)),
                Some("Emoji") => tags.emoji.extend(emoji(tag)),
                _ => {}
            }
        }
        Ok(tags)
    }
}

fn hashtag(tag: Object<'_>) -> Option<String> {
    let name = tag.shown_text("name", MAX_NAME_CHARS)?;
    let name = name.trim().trim_start_matches(['#', '＃']);
    if name.is_empty() { None } else { Some(name.to_owned()) }
}

fn emoji(tag: Object<'_>) -> Option<Emoji> {
    Some(Emoji {
        shortcode: quirks::emoji_code(tag).filter(|code| is_code(code))?,
        url: quirks::emoji_picture(tag)?,
        updated_ms: tag.time("updated"),
    })
}

/// Reads `attachment` of a post; entries without an address are left out.
pub fn read_attachments(object: Object<'_>) -> Result<Vec<Attachment>, ObjectError> {
    let entries = object.list("attachment", MAX_ATTACHMENTS)?;
    Ok(entries
        .into_iter()
        .filter_map(Value::as_object)
        .filter_map(|entry| attachment(Object(entry)))
        .collect())
}

/// The address of an image property (`icon`, `image`), which may be a text, a link, an image or several.
pub fn image_url(object: Object<'_>, field: &str) -> Option<Url> {
    one_or_many(object.get(field)?).take(MAX_ATTACHMENTS).find_map(|value| match value.as_object() {
        Some(image) => Object(image).loose_link("url").or_else(|| Object(image).loose_link("href")),
        None => link_of(value),
    })
}

fn attachment(entry: Object<'_>) -> Option<Attachment> {
    let media_type = entry
        .shown_text("mediaType", MAX_MEDIA_TYPE_CHARS)
        .or_else(|| {
            entry.get("url").and_then(Object::in_value)?.shown_text("mediaType", MAX_MEDIA_TYPE_CHARS)
        })
        .map(|text| text.trim().to_ascii_lowercase());
    let side = |field| {
        entry.count(field).filter(|side| (1..=MAX_SIDE).contains(side)).and_then(|n| n.try_into().ok())
    };
    let url = entry.loose_link("url").or_else(|| entry.loose_link("href"))?;
    // Some say neither what it is nor its media type.
    let kind = kind_of(entry.kind().unwrap_or("Document"), media_type.as_deref(), &url)?;
    Some(Attachment {
        kind,
        url,
        alt: quirks::alt_text(entry, MAX_ALT_CHARS),
        width: side("width"),
        height: side("height"),
        blurhash: entry.shown_text("blurhash", MAX_BLURHASH_CHARS),
        focal_point: focal_point(entry),
        media_type,
    })
}

fn kind_of(kind: &str, media_type: Option<&str>, url: &Url) -> Option<AttachmentKind> {
    let by_media_type = match media_type.and_then(|media_type| media_type.split('/').next()) {
        Some("image") => Some(AttachmentKind::Image),
        Some("video") => Some(AttachmentKind::Video),
        Some("audio") => Some(AttachmentKind::Audio),
        _ => None,
    };
    match kind {
        "Image" => Some(by_media_type.unwrap_or(AttachmentKind::Image)),
        "Video" => Some(by_media_type.unwrap_or(AttachmentKind::Video)),
        "Audio" => Some(by_media_type.unwrap_or(AttachmentKind::Audio)),
        "Document" if media_type.is_none() => Some(kind_by_name(url)),
        "Document" => Some(by_media_type.unwrap_or(AttachmentKind::Other)),
        "Link" | "Page" => Some(by_media_type.unwrap_or(AttachmentKind::Link)),
        _ => None,
    }
}

/// What a file seems to be by the end of its name.
fn kind_by_name(url: &Url) -> AttachmentKind {
    let ending = url.path().rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("avif" | "gif" | "jpeg" | "jpg" | "png" | "webp") => AttachmentKind::Image,
        Some("m4v" | "mov" | "mp4" | "ogv" | "webm") => AttachmentKind::Video,
        Some("flac" | "m4a" | "mp3" | "oga" | "ogg" | "opus" | "wav") => AttachmentKind::Audio,
        _ => AttachmentKind::Other,
    }
}

fn focal_point(entry: Object<'_>) -> Option<(f64, f64)> {
    let point = entry.get("focalPoint")?.as_array()?;
    let within = |place: usize| point.get(place)?.as_f64().filter(|at| (-1.0..=1.0).contains(at));
    Some((within(0)?, within(1)?))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::config::limits::EMOJI_CODE_MAX;

    fn tags(value: Value) -> Tags {
        Tags::read(Object(&Map::from_iter([("tag".to_owned(), value)]))).unwrap()
    }

    fn attachments(value: Value) -> Vec<Attachment> {
        read_attachments(Object(&Map::from_iter([("attachment".to_owned(), value)]))).unwrap()
    }

    #[test]
    fn tags_are_sorted_by_kind_and_nonsense_is_left_out() {
        let tags = tags(json!([
            { "type": "Mention", "href": "https://b.test/users/bob", "name": "@bob@b.test" },
            { "type": "Hashtag", "name": "#Cats" },
            { "type": "Hashtag", "name": "dogs" },
            { "type": "Hashtag", "name": "#" },
            { "type": "Emoji", "name": ":blob:", "icon": { "type": "Image", "url": "https://b.test/blob.png" } },
            { "type": "Emoji", "name": "akko", "icon": [{ "url": { "href": "https://b.test/a.png" } }] },
            { "type": "Emoji", "name": ":no_icon:" },
            { "type": "Other" }, 7, null
        ]));
        assert_eq!(tags.mentions[0].href.as_ref().unwrap().as_str(), "https://b.test/users/bob");
        assert_eq!(tags.hashtags, ["Cats", "dogs"]);
        let emoji: Vec<&str> = tags.emoji.iter().map(|emoji| emoji.shortcode.as_str()).collect();
        assert_eq!(emoji, ["blob", "akko"]);
        assert_eq!(tags.emoji[1].url.as_str(), "https://b.test/a.png");
    }

    #[test]
    fn an_emoji_with_another_name_than_a_code_or_another_picture_than_a_page_has_is_left_out() {
        let emoji = |name: &str, url: &str| json!({ "type": "Emoji", "name": name, "icon": { "type": "Image", "url": url } });
        let picture = "https://b.test/1.png";
        let long = format!(":{}:", "x".repeat(EMOJI_CODE_MAX + 1));
        for name in [":bad one:", ":<b>:", ":a\"b:", "::", "", ":a:b:", ":é:", &long] {
            assert!(tags(emoji(name, picture)).emoji.is_empty(), "{name}");
        }
        for url in ["javascript:alert(1)", "data:image/png;base64,AA", "/1.png", "https://me:pw@b.test/1", ""]
        {
            assert!(tags(emoji(":rook:", url)).emoji.is_empty(), "{url}");
        }
        assert_eq!(tags(emoji(":rook:", picture)).emoji.len(), 1);
    }

    #[test]
    fn one_tag_need_not_be_a_list_and_too_many_are_refused() {
        assert_eq!(tags(json!({ "type": "Hashtag", "name": "#x" })).hashtags, ["x"]);
        let many = json!({ "tag": vec![1; MAX_TAGS + 1] });
        assert_eq!(
            Tags::read(Object(many.as_object().unwrap())),
            Err(ObjectError::TooMany { field: "tag", limit: MAX_TAGS })
        );
    }

    #[test]
    fn an_attachment_is_what_its_media_type_says() {
        let found = attachments(json!([
            { "type": "Document", "mediaType": "image/PNG", "url": "https://b.test/1.png", "name": "a cat",
              "width": 800, "height": 600, "blurhash": "UBL_:rOpGG-oBUNG", "focalPoint": [0.5, -1.0] },
            { "type": "Image", "url": [{ "type": "Link", "href": "https://b.test/2", "mediaType": "image/webp" }] },
            { "type": "Document", "mediaType": "application/pdf", "url": "https://b.test/3.pdf" },
            { "type": "Link", "href": "https://news.test/story" },
            { "type": "Document", "url": "data:image/png;base64,AA" },
            { "type": "PropertyValue", "name": "x", "value": "y" }
        ]));
        let kinds: Vec<AttachmentKind> = found.iter().map(|one| one.kind).collect();
        assert_eq!(
            kinds,
            [AttachmentKind::Image, AttachmentKind::Image, AttachmentKind::Other, AttachmentKind::Link]
        );
        let cat = &found[0];
        assert_eq!((cat.alt.as_deref(), cat.width, cat.height), (Some("a cat"), Some(800), Some(600)));
        assert_eq!((cat.media_type.as_deref(), cat.focal_point), (Some("image/png"), Some((0.5, -1.0))));
        assert_eq!(found[1].media_type.as_deref(), Some("image/webp"));
    }

    #[test]
    fn an_attachment_without_a_media_type_is_what_its_name_says() {
        let found = attachments(json!([
            { "type": "Document", "url": "https://b.test/1.PNG?v=2" },
            { "url": "https://b.test/2.jpg", "name": "no type" },
            { "type": "Document", "url": "https://b.test/3.mp4" },
            { "type": "Document", "url": "https://b.test/4" },
            { "type": "Document", "mediaType": "application/pdf", "url": "https://b.test/5.png" },
            { "name": "no address" }
        ]));
        let kinds: Vec<AttachmentKind> = found.iter().map(|one| one.kind).collect();
        assert_eq!(
            kinds,
            [
                AttachmentKind::Image,
                AttachmentKind::Image,
                AttachmentKind::Video,
                AttachmentKind::Other,
                AttachmentKind::Other
            ]
        );
    }

    #[test]
    fn senseless_measures_are_left_out() {
        let odd =
            attachments(json!({ "type": "Image", "url": "https://b.test/1", "width": 0, "height": 9_000_000,
            "focalPoint": [2, 0], "name": "x".repeat(MAX_ALT_CHARS + 5) }));
        assert_eq!((odd[0].width, odd[0].height, odd[0].focal_point), (None, None, None));
        assert_eq!(odd[0].alt.as_ref().unwrap().len(), MAX_ALT_CHARS);
    }

    #[test]
    fn an_image_is_found_in_every_form() {
        for icon in [
            json!("https://b.test/a.png"),
            json!({ "type": "Image", "url": "https://b.test/a.png" }),
            json!([{ "type": "Image", "url": { "type": "Link", "href": "https://b.test/a.png" } }]),
            json!({ "type": "Link", "href": "https://b.test/a.png" }),
        ] {
            let document = json!({ "icon": icon });
            let found = image_url(Object(document.as_object().unwrap()), "icon");
            assert_eq!(found.unwrap().as_str(), "https://b.test/a.png", "{document}");
        }
    }
}
