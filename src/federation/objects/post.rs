//! A post from outside, whatever its type, in one normal form.

use serde_json::{Map, Value};
use unic_langid::LanguageIdentifier;
use url::Url;

use super::addressing::{Addressing, MAX_RECIPIENTS, recipients};
use super::liberal::{IdOr, Object, ObjectError, parse_document};
use super::parts::{Attachment, MAX_NAME_CHARS, Tags, image_url, read_attachments};
use super::poll::Poll;
use crate::clock::Millis;
use crate::federation::origin::same_origin;
use crate::federation::quirks;

/// Bytes of `content`: a long article; the sanitiser has its own cap for what is shown.
pub const MAX_CONTENT_BYTES: usize = 256 * 1024;
/// Characters kept of `summary`, which is a content warning or an abstract.
const MAX_SUMMARY_CHARS: usize = 20_000;

/// What a post was where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PostKind {
    /// A short post.
    Note,
    /// A post with a poll.
    Question,
    /// A long text with a title.
    Article,
    /// A page or forum post with a title (Lemmy).
    Page,
    /// A video (PeerTube).
    Video,
    /// A sound (Funkwhale, Castopod).
    Audio,
    /// An image.
    Image,
    /// A date (Mobilizon, Gancio).
    Event,
}

impl PostKind {
    fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "Note" => Self::Note,
            "Question" => Self::Question,
            "Article" => Self::Article,
            "Page" => Self::Page,
            "Video" => Self::Video,
            "Audio" => Self::Audio,
            "Image" => Self::Image,
            "Event" => Self::Event,
            _ => return None,
        })
    }

    /// True when it is shown as title and link rather than by its content.
    pub fn is_titled(self) -> bool {
        !matches!(self, Self::Note | Self::Question)
    }
}

/// Whom an author lets quote a post, by their ids and those of collections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CanQuote {
    /// Without more ado.
    pub automatic: Vec<Url>,
    /// When the author agrees, each time.
    pub manual: Vec<Url>,
}

/// A post from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// Its id.
    pub id: Url,
    /// What it was.
    pub kind: PostKind,
    /// Its author.
    pub attributed_to: Url,
    /// The content, raw; HTML unless `content_is_plain`. Unsafe until sanitised.
    pub content: Option<String>,
    /// True when `content` is plain text or Markdown.
    pub content_is_plain: bool,
    /// The title, or the choice of a vote.
    pub name: Option<String>,
    /// The content warning of a short post, the abstract of a long one. May contain HTML.
    pub summary: Option<String>,
    /// When it was published, as it claims.
    pub published_ms: Option<Millis>,
    /// When it was edited.
    pub updated_ms: Option<Millis>,
    /// Who it is for.
    pub addressing: Addressing,
    /// The group it was posted to (Lemmy).
    pub audience: Vec<Url>,
    /// What it answers.
    pub in_reply_to: Option<Url>,
    /// Mentions, hashtags, emoji.
    pub tags: Tags,
    /// Files and links.
    pub attachments: Vec<Attachment>,
    /// A picture for a titled post.
    pub image: Option<Url>,
    /// Media are to be hidden until asked for.
    pub sensitive: bool,
    /// The language of `content`, BCP 47.
    pub language: Option<String>,
    /// The quoted post.
    pub quote: Option<Url>,
    /// The stamp by which the quoted author consents (FEP-044f).
    pub quote_authorization: Option<Url>,
    /// Whom its author lets quote it; `None` says nothing, which means nobody.
    pub can_quote: Option<CanQuote>,
    /// Its page.
    pub url: Option<Url>,
    /// Its poll.
    pub poll: Option<Poll>,
    /// Its collection of replies.
    pub replies: Option<IdOr>,
    /// How many like it, if the document says.
    pub likes_total: Option<u64>,
    /// How many repeated it, if the document says.
    pub shares_total: Option<u64>,
}

impl Post {
    /// Parses a fetched document.
    pub fn parse(bytes: &[u8]) -> Result<Self, ObjectError> {
        Self::from_document(&parse_document(bytes)?)
    }

    /// Reads a parsed or embedded document. A post on another origin than its author's is refused: nobody can put words
    /// into the mouth of somebody elsewhere.
    pub fn from_document(document: &Map<String, Value>) -> Result<Self, ObjectError> {
        let object = Object(document);
        let kind = object.kind().ok_or(ObjectError::Missing("type"))?;
        let kind =
            PostKind::of(kind).ok_or_else(|| ObjectError::UnknownType(kind.chars().take(40).collect()))?;
        let id = object.id()?;
        let attributed_to = quirks::author_of(object).ok_or(ObjectError::Missing("attributedTo"))?;
        if !same_origin(&id, &attributed_to) {
            return Err(ObjectError::Foreign("attributedTo"));
        }
        let (content, language) = content(object)?;
        Ok(Self {
            id,
            kind,
            attributed_to,
            content,
            content_is_plain: quirks::content_is_plain(object),
            name: object.shown_text("name", MAX_NAME_CHARS).or_else(|| shown_in_map(object, "nameMap")),
            summary: object
                .shown_text("summary", MAX_SUMMARY_CHARS)
                .or_else(|| shown_in_map(object, "summaryMap")),
            published_ms: object.time("published"),
            updated_ms: object.time("updated"),
            addressing: Addressing::read(object)?,
            audience: object.links("audience", MAX_RECIPIENTS)?,
            in_reply_to: object.loose_link("inReplyTo"),
            tags: Tags::read(object)?,
            attachments: read_attachments(object)?,
            image: image_url(object, "image").or_else(|| image_url(object, "icon")),
            sensitive: object.flag("sensitive").unwrap_or(false),
            language,
            quote: quirks::quote_of(object),
            quote_authorization: object.loose_link("quoteAuthorization"),
            can_quote: can_quote(object)?,
            url: quirks::page_url(object),
            poll: Poll::read(object)?,
            replies: object.get("replies").and_then(IdOr::from_value),
            likes_total: total(object, "likes"),
            shares_total: total(object, "shares"),
        })
    }

    /// The choice, if this is a vote: a note with a name and no content that answers something.
    pub fn vote(&self) -> Option<&str> {
        let is_vote = self.kind == PostKind::Note
            && self.content.is_none()
            && self.in_reply_to.is_some()
            && self.attachments.is_empty();
        self.name.as_deref().filter(|_| is_vote)
    }

    /// True when an embedded copy may be believed from `actor`: it is theirs, and its id is of their origin. Otherwise
    /// drop it and fetch it by its id.
    pub fn is_believable_from(&self, actor: &Url) -> bool {
        self.attributed_to == *actor && same_origin(&self.id, actor)
    }
}

/// `totalItems` of an embedded collection.
fn total(object: Object<'_>, field: &str) -> Option<u64> {
    object.get(field).and_then(Object::in_value)?.count("totalItems")
}

/// The content and its language.
fn content(object: Object<'_>) -> Result<(Option<String>, Option<String>), ObjectError> {
    let found = object.text_and_language("content", "contentMap", MAX_CONTENT_BYTES)?;
    let (text, key) = found.map_or((None, None), |(text, key)| (Some(text), key));
    let language = key.or_else(|| quirks::language_of(object)).and_then(language_tag);
    Ok((text.filter(|text| !text.is_empty()).map(str::to_owned), language))
}

/// A BCP 47 tag in its canonical spelling; `und` and nonsense are none.
fn language_tag(text: &str) -> Option<String> {
    let tag: LanguageIdentifier = text.parse().ok()?;
    if tag.language.is_empty() { None } else { Some(tag.to_string()) }
}

fn shown_in_map(object: Object<'_>, field: &str) -> Option<String> {
    let map = object.get(field).and_then(Value::as_object)?;
    map.keys().find_map(|language| Object(map).shown_text(language, MAX_NAME_CHARS))
}

/// `interactionPolicy.canQuote`.
fn can_quote(object: Object<'_>) -> Result<Option<CanQuote>, ObjectError> {
    let policy = object.get("interactionPolicy").and_then(Object::in_value);
    let Some(rule) = policy.and_then(|policy| policy.get("canQuote")).and_then(Object::in_value) else {
        return Ok(None);
    };
    Ok(Some(CanQuote {
        automatic: recipients(rule, "automaticApproval")?,
        manual: recipients(rule, "manualApproval")?,
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::federation::fixtures::any_json;
    use crate::federation::objects::addressing::{Audience, PUBLIC};

    fn post(value: Value) -> Result<Post, ObjectError> {
        let Value::Object(document) = value else { panic!() };
        Post::from_document(&document)
    }

    fn note() -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "https://b.test/notes/1", "type": "Note", "attributedTo": "https://b.test/users/bob",
            "content": "<p>hello</p>", "contentMap": { "en-gb": "<p>hello</p>" },
            "published": "2026-01-02T03:04:05Z", "to": [PUBLIC], "cc": "https://b.test/users/bob/followers",
            "inReplyTo": ["https://a.test/users/1/statuses/7", "https://c.test/2"], "sensitive": true, "summary": "cw",
            "url": "https://b.test/@bob/1",
            "tag": { "type": "Mention", "href": "https://a.test/users/1", "name": "@ann@a.test" },
            "interactionPolicy": { "canQuote": { "automaticApproval": PUBLIC, "manualApproval": "as:Public" } },
            "replies": { "id": "https://b.test/notes/1/replies", "type": "Collection" }
        })
    }

    #[test]
    fn a_note_is_read_whole() {
        let post = post(note()).unwrap();
        let followers = Url::parse("https://b.test/users/bob/followers").unwrap();
        assert_eq!(post.kind, PostKind::Note);
        assert_eq!(post.content.as_deref(), Some("<p>hello</p>"));
        assert_eq!(post.language.as_deref(), Some("en-GB"));
        assert_eq!(post.published_ms, Some(1_767_323_045_000));
        assert_eq!(post.addressing.audience(Some(&followers)), Audience::Public);
        assert_eq!(post.in_reply_to.as_ref().unwrap().path(), "/users/1/statuses/7");
        assert_eq!((post.sensitive, post.summary.as_deref()), (true, Some("cw")));
        assert_eq!(post.tags.mentions.len(), 1);
        let can_quote = post.can_quote.as_ref().unwrap();
        assert_eq!(can_quote.automatic[0].as_str(), PUBLIC);
        assert_eq!(can_quote.manual[0].as_str(), PUBLIC, "by its short name too");
        assert_eq!(post.replies.as_ref().unwrap().id().unwrap().path(), "/notes/1/replies");
        assert_eq!((post.vote(), post.poll.is_none()), (None, true));
    }

    #[test]
    fn a_copy_is_believed_only_from_its_author_on_its_origin() {
        let post = post(note()).unwrap();
        assert!(post.is_believable_from(&Url::parse("https://b.test/users/bob").unwrap()));
        assert!(!post.is_believable_from(&Url::parse("https://b.test/users/eve").unwrap()));
        let foreign = Post { id: Url::parse("https://c.test/notes/1").unwrap(), ..post };
        assert!(!foreign.is_believable_from(&Url::parse("https://b.test/users/bob").unwrap()));
    }

    #[test]
    fn a_vote_is_a_named_note_without_content() {
        let vote = json!({ "id": "https://b.test/votes/1", "type": "Note", "name": "Yes",
            "attributedTo": "https://b.test/users/bob", "inReplyTo": "https://a.test/q", "to": "https://a.test/users/1" });
        assert_eq!(post(vote.clone()).unwrap().vote(), Some("Yes"));
        let mut titled = vote;
        titled["content"] = json!("<p>x</p>");
        assert_eq!(post(titled).unwrap().vote(), None);
    }

    #[test]
    fn a_lemmy_page_keeps_its_title_group_and_link() {
        let page = post(json!({
            "id": "https://l.test/post/1", "type": "Page", "attributedTo": "https://l.test/u/a",
            "to": ["https://l.test/c/rust", PUBLIC], "audience": "https://l.test/c/rust", "name": "News",
            "attachment": [{ "type": "Link", "href": "https://news.test/1" }],
            "image": { "type": "Image", "url": "https://l.test/thumb.png" },
            "language": { "identifier": "en", "name": "English" }
        }))
        .unwrap();
        assert!(page.kind.is_titled());
        assert_eq!((page.name.as_deref(), page.language.as_deref()), (Some("News"), Some("en")));
        assert_eq!(page.audience[0].path(), "/c/rust");
        assert_eq!(page.attachments[0].url.as_str(), "https://news.test/1");
        assert_eq!(page.image.unwrap().path(), "/thumb.png");
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        for (field, error) in [
            ("id", ObjectError::Missing("id")),
            ("type", ObjectError::Missing("type")),
            ("attributedTo", ObjectError::Missing("attributedTo")),
        ] {
            let mut note = note();
            note.as_object_mut().unwrap().remove(field);
            assert_eq!(post(note), Err(error));
        }
        let mut chat = note();
        chat["type"] = json!("ChatMessage");
        assert_eq!(post(chat), Err(ObjectError::UnknownType("ChatMessage".into())));
        let mut forged = note();
        forged["attributedTo"] = json!("https://victim.test/users/vic");
        assert_eq!(post(forged), Err(ObjectError::Foreign("attributedTo")));
        let mut long = note();
        long["content"] = json!("x".repeat(MAX_CONTENT_BYTES + 1));
        assert_eq!(post(long), Err(ObjectError::TooLong { field: "content", limit: MAX_CONTENT_BYTES }));
        let mut wrong = note();
        wrong["content"] = json!(7);
        assert_eq!(post(wrong), Err(ObjectError::Wrong { field: "content", expected: "text" }));
    }

    #[test]
    fn nonsense_languages_are_none() {
        for tag in ["und", "x!", "", "english-language-of-england"] {
            assert_eq!(language_tag(tag), None, "{tag}");
        }
        assert_eq!(language_tag("zh-hant-tw").as_deref(), Some("zh-Hant-TW"));
    }

    proptest! {
        #[test]
        fn no_shape_of_a_property_makes_the_parser_panic(
            field in prop::sample::select(vec![
                "id", "type", "attributedTo", "content", "contentMap", "name", "nameMap", "summary", "published", "to",
                "cc", "inReplyTo", "tag", "attachment", "image", "icon", "url", "oneOf", "anyOf", "closed", "endTime",
                "interactionPolicy", "replies", "language", "mediaType", "quote", "audience", "sensitive",
            ]),
            value in any_json(),
        ) {
            let mut note = note();
            note[field] = value;
            let _ = post(note);
        }
    }
}
