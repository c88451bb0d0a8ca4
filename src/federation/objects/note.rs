//! Our own posts as they are sent and served: `Note` and `Question`, strict and without nulls.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use url::Url;

use super::addressing::{Addressing, Audience, PUBLIC};
use super::liberal::write_time;
use super::local::LocalActor;
use super::tag::Tag;
use crate::clock::Millis;

/// What a post is made from. HTML is ready to send.
#[derive(Clone, Debug)]
pub struct NoteContent {
    /// The tweet's id.
    pub tweet: i64,
    /// The content as HTML.
    pub html: String,
    /// Its language, BCP 47.
    pub language: Option<String>,
    /// The content warning, plain.
    pub warning: Option<String>,
    /// When it was published.
    pub published_ms: Millis,
    /// When it was edited.
    pub updated_ms: Option<Millis>,
    /// Its page.
    pub url: String,
    /// Media are hidden until asked for.
    pub sensitive: bool,
    /// What it answers.
    pub in_reply_to: Option<String>,
    /// Its mentions, hashtags and emoji.
    pub tags: Vec<Tag>,
    /// Its media.
    pub attachments: Vec<MediaDocument>,
    /// How many like it.
    pub likes: u64,
    /// How many repeated it.
    pub shares: u64,
    /// Its poll.
    pub poll: Option<PollContent>,
    /// The quoted post.
    pub quote: Option<String>,
    /// The stamp by which the quoted author consents.
    pub quote_authorization: Option<String>,
    /// Whom the author lets quote it without asking.
    pub quotable_by: Audience,
}

/// The poll of an own post.
#[derive(Clone, Debug)]
pub struct PollContent {
    /// Text and votes of each option.
    pub options: Vec<(String, u64)>,
    /// Several may be chosen.
    pub multiple: bool,
    /// When it ends.
    pub ends_ms: Option<Millis>,
    /// It is over since then.
    pub closed_ms: Option<Millis>,
    /// How many accounts voted.
    pub voters: u64,
}

/// A medium of an own post.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MediaDocument {
    /// `Image`, `Video`, `Audio` or `Document`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its media type.
    pub media_type: String,
    /// Where it is.
    pub url: String,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Width in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// A blurhash of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blurhash: Option<String>,
    /// The point that must stay visible when cropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal_point: Option<(f64, f64)>,
}

/// An own post as it is sent (`Note` or `Question`).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    attributed_to: String,
    content: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    content_map: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    published: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    url: String,
    #[serde(flatten, serialize_with = "write_addressing")]
    addressing: Addressing,
    sensitive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_reply_to: Option<String>,
    tag: Vec<Tag>,
    attachment: Vec<MediaDocument>,
    replies: Value,
    likes: Value,
    shares: Value,
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    quote: Option<QuoteFields>,
    interaction_policy: Value,
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    poll: Option<PollFields>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct QuoteFields {
    quote: String,
    quote_uri: String,
    #[serde(rename = "_misskey_quote")]
    misskey_quote: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote_authorization: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PollFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    one_of: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any_of: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<String>,
    voters_count: u64,
}

impl Note {
    /// The post of `author` for `addressing`.
    pub fn new(author: &LocalActor, addressing: Addressing, content: NoteContent) -> Self {
        let tweet = content.tweet;
        let replies = author.status_collection(tweet, "replies");
        // Embedded, because some read no bare address there, and others show these numbers.
        let counted = |name, total: u64| json!({ "id": author.status_collection(tweet, name), "type": "Collection", "totalItems": total });
        Self {
            id: author.status(tweet),
            kind: if content.poll.is_some() { "Question" } else { "Note" },
            attributed_to: author.id().to_owned(),
            content_map: content
                .language
                .map(|language| (language, content.html.clone()))
                .into_iter()
                .collect(),
            content: content.html,
            summary: content.warning,
            published: write_time(content.published_ms),
            updated: content.updated_ms.map(write_time),
            url: content.url,
            addressing,
            sensitive: content.sensitive,
            in_reply_to: content.in_reply_to,
            tag: content.tags,
            attachment: content.attachments,
            replies: json!({
                "id": replies, "type": "Collection",
                "first": { "type": "CollectionPage", "partOf": replies, "items": [] }
            }),
            likes: counted("likes", content.likes),
            shares: counted("shares", content.shares),
            quote: content.quote.map(|quote| QuoteFields {
                quote_uri: quote.clone(),
                misskey_quote: quote.clone(),
                quote,
                quote_authorization: content.quote_authorization,
            }),
            interaction_policy: quote_policy(author, content.quotable_by),
            poll: content.poll.map(poll_fields),
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who it is for.
    pub fn addressing(&self) -> &Addressing {
        &self.addressing
    }

    /// When it was published, as written.
    pub(super) fn published(&self) -> &str {
        &self.published
    }
}

fn quote_policy(author: &LocalActor, quotable_by: Audience) -> Value {
    let approved = match quotable_by {
        Audience::Public | Audience::Unlisted => PUBLIC.to_owned(),
        Audience::Followers => author.followers(),
        // Nobody but the author; an empty list reads as "not said" to some.
        Audience::Direct => author.id().to_owned(),
    };
    json!({ "canQuote": { "automaticApproval": [approved] } })
}

fn poll_fields(poll: PollContent) -> PollFields {
    let option = |(name, votes): (String, u64)| json!({ "type": "Note", "name": name, "replies": { "type": "Collection", "totalItems": votes } });
    let options: Vec<Value> = poll.options.into_iter().map(option).collect();
    let (one_of, any_of) = if poll.multiple { (None, Some(options)) } else { (Some(options), None) };
    PollFields {
        one_of,
        any_of,
        end_time: poll.ends_ms.map(write_time),
        closed: poll.closed_ms.map(write_time),
        voters_count: poll.voters,
    }
}

/// `to` and `cc` as lists, beside the other properties.
pub(super) fn write_addressing<S: Serializer>(
    addressing: &Addressing,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Lists<'a> {
        to: &'a [Url],
        cc: &'a [Url],
    }
    Lists { to: &addressing.to, cc: &addressing.cc }.serialize(serializer)
}

#[cfg(test)]
pub(super) fn example(author: &LocalActor) -> Note {
    let followers = Url::parse(&author.followers()).unwrap();
    let bob = Url::parse("https://b.test/users/bob").unwrap();
    let content = NoteContent {
        tweet: 7,
        html: "<p>hi</p>".into(),
        language: Some("en".into()),
        warning: None,
        published_ms: 1_767_323_045_000,
        updated_ms: None,
        url: "https://a.test/@ann/7".into(),
        sensitive: false,
        in_reply_to: Some("https://b.test/notes/1".into()),
        tags: vec![Tag::Mention { href: bob.to_string(), name: "@bob@b.test".into() }],
        attachments: vec![MediaDocument {
            kind: "Image",
            media_type: "image/webp".into(),
            url: "https://a.test/m/1.webp".into(),
            name: Some("alt text".into()),
            width: Some(800),
            height: Some(600),
            blurhash: None,
            focal_point: None,
        }],
        likes: 3,
        shares: 1,
        poll: None,
        quote: None,
        quote_authorization: None,
        quotable_by: Audience::Public,
    };
    Note::new(author, Addressing::of(Audience::Public, &followers, &[bob]), content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::federation::objects::post::Post;

    fn ann() -> LocalActor {
        LocalActor::new("https://a.test", "https://a.test/users/1")
    }

    #[test]
    fn a_note_is_written_strictly() {
        let written = serde_json::to_value(example(&ann())).unwrap();
        assert_eq!(
            written,
            json!({
                "id": "https://a.test/users/1/statuses/7", "type": "Note", "attributedTo": "https://a.test/users/1",
                "content": "<p>hi</p>", "contentMap": { "en": "<p>hi</p>" }, "published": "2026-01-02T03:04:05Z",
                "url": "https://a.test/@ann/7", "to": [PUBLIC],
                "cc": ["https://a.test/users/1/followers", "https://b.test/users/bob"], "sensitive": false,
                "inReplyTo": "https://b.test/notes/1",
                "tag": [{ "type": "Mention", "href": "https://b.test/users/bob", "name": "@bob@b.test" }],
                "attachment": [{ "type": "Image", "mediaType": "image/webp", "url": "https://a.test/m/1.webp",
                    "name": "alt text", "width": 800, "height": 600 }],
                "replies": { "id": "https://a.test/users/1/statuses/7/replies", "type": "Collection",
                    "first": { "type": "CollectionPage", "partOf": "https://a.test/users/1/statuses/7/replies", "items": [] } },
                "likes": { "id": "https://a.test/users/1/statuses/7/likes", "type": "Collection", "totalItems": 3 },
                "shares": { "id": "https://a.test/users/1/statuses/7/shares", "type": "Collection", "totalItems": 1 },
                "interactionPolicy": { "canQuote": { "automaticApproval": [PUBLIC] } }
            })
        );
    }

    #[test]
    fn what_we_write_we_read_back() {
        let note = example(&ann());
        let post = Post::parse(&serde_json::to_vec(&note).unwrap()).unwrap();
        assert_eq!(post.addressing, *note.addressing());
        assert_eq!((post.language.as_deref(), post.published_ms), (Some("en"), Some(1_767_323_045_000)));
        assert_eq!(post.attachments[0].alt.as_deref(), Some("alt text"));
        assert!(post.is_believable_from(&Url::parse(ann().id()).unwrap()));
    }

    #[test]
    fn a_poll_makes_it_a_question_and_a_quote_has_all_its_names() {
        let mut note = example(&ann());
        note.kind = "Question";
        note.poll = Some(poll_fields(PollContent {
            options: vec![("Yes".into(), 3), ("No".into(), 0)],
            multiple: false,
            ends_ms: Some(1_767_323_045_000),
            closed_ms: None,
            voters: 3,
        }));
        note.quote = Some(QuoteFields {
            quote: "https://b.test/1".into(),
            quote_uri: "https://b.test/1".into(),
            misskey_quote: "https://b.test/1".into(),
            quote_authorization: Some("https://b.test/stamps/1".into()),
        });
        let written = serde_json::to_value(&note).unwrap();
        for field in ["quote", "quoteUri", "_misskey_quote"] {
            assert_eq!(written[field], "https://b.test/1");
        }
        let post = Post::parse(written.to_string().as_bytes()).unwrap();
        let poll = post.poll.unwrap();
        assert_eq!(
            (poll.options.len(), poll.options[0].votes, poll.multiple, poll.voters),
            (2, 3, false, Some(3))
        );
        assert_eq!(post.quote_authorization.unwrap().path(), "/stamps/1");
    }
}
