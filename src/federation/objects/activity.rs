//! Activities from outside: the envelope read, the object left as an id or a raw document for its own parser.

use serde_json::{Map, Value};
use url::Url;

use super::addressing::Addressing;
use super::liberal::{IdOr, Object, ObjectError, parse_document};
use super::parts::{Emoji, Tags};
use crate::clock::Millis;
use crate::federation::origin::same_origin;
use crate::federation::quirks;

/// Objects of one activity: GoToSocial sends several votes as one `Create`, reports name several posts.
pub const MAX_OBJECTS: usize = 50;
/// Characters kept of a reaction: an emoji with all its joiners, or a shortcode.
const MAX_REACTION_CHARS: usize = 100;
/// Characters kept of a report's text.
const MAX_REPORT_CHARS: usize = 10_000;

/// An activity from outside. Its id and its actor are of one origin; that the actor really sent it is for its signature
/// to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// Its id.
    pub id: Url,
    /// Who acts.
    pub actor: Url,
    /// Who it is for.
    pub addressing: Addressing,
    /// When it was made, as it claims.
    pub published_ms: Option<Millis>,
    /// What is done.
    pub body: Body,
    /// All of it, for storing and for what is not read here.
    pub raw: Map<String, Value>,
}

/// What an activity does.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// New posts or votes, usually one.
    Create(Vec<IdOr>),
    /// A changed post or actor.
    Update(IdOr),
    /// A deleted post or actor.
    Delete(IdOr),
    /// A request to follow (an actor; Public at a relay).
    Follow(Url),
    /// A yes to a follow or a quote request.
    Accept {
        /// What is accepted.
        object: IdOr,
        /// The stamp, for a quote.
        result: Option<Url>,
    },
    /// A no, or the end of an earlier yes.
    Reject(IdOr),
    /// A like; with an emoji, if it is a reaction.
    Like {
        /// The liked post.
        object: Url,
        /// The emoji of a reaction.
        reaction: Option<Reaction>,
    },
    /// A retweet; from a group, also a passed-on activity (see [`quirks::announced_activity`]).
    Announce(IdOr),
    /// Takes back an earlier activity.
    Undo(IdOr),
    /// An account moves.
    Move {
        /// The old account.
        object: Url,
        /// The new one.
        target: Url,
    },
    /// Blocks an actor.
    Block(Url),
    /// A report.
    Flag {
        /// Reported actors and posts.
        objects: Vec<Url>,
        /// What is said of them, plain.
        content: Option<String>,
    },
    /// Adds to a collection: pins a post.
    Add {
        /// What is added.
        object: IdOr,
        /// To which collection.
        target: Url,
    },
    /// Removes from a collection: unpins a post.
    Remove {
        /// What is removed.
        object: IdOr,
        /// From which collection.
        target: Url,
    },
    /// Asks to quote (FEP-044f).
    QuoteRequest {
        /// The post to be quoted.
        object: Url,
        /// The quoting post.
        instrument: IdOr,
    },
    /// Something else; ignored after it is counted.
    Other(String),
}

/// The emoji of a reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// An emoji, or `:shortcode:`.
    pub content: String,
    /// The custom emoji behind the shortcode.
    pub emoji: Option<Emoji>,
}

impl Activity {
    /// Parses a received or fetched document.
    pub fn parse(bytes: &[u8]) -> Result<Self, ObjectError> {
        Self::from_document(parse_document(bytes)?)
    }

    /// Reads a parsed or embedded document.
    pub fn from_document(document: Map<String, Value>) -> Result<Self, ObjectError> {
        let object = Object(&document);
        let kind = object.kind().ok_or(ObjectError::Missing("type"))?;
        let actor = required_link(object, "actor")?;
        let id = object.id()?;
        if !same_origin(&id, &actor) {
            return Err(ObjectError::Foreign("id"));
        }
        let body = body(kind, object, &actor)?;
        let (addressing, published_ms) = (Addressing::read(object)?, object.time("published"));
        Ok(Self { id, actor, addressing, published_ms, body, raw: document })
    }
}

fn body(kind: &str, object: Object<'_>, actor: &Url) -> Result<Body, ObjectError> {
    let authored = |one| quirks::authored(one, actor);
    Ok(match kind {
        "Create" => Body::Create(objects(object)?.into_iter().map(authored).collect()),
        "Update" => Body::Update(authored(required(object, "object")?)),
        "Delete" => Body::Delete(required(object, "object")?),
        "Follow" => Body::Follow(required_link(object, "object")?),
        "Accept" => Body::Accept { object: required(object, "object")?, result: object.loose_link("result") },
        "Reject" => Body::Reject(required(object, "object")?),
        "Like" | "EmojiReact" => {
            Body::Like { object: required_link(object, "object")?, reaction: reaction(object)? }
        }
        "Announce" => Body::Announce(required(object, "object")?),
        "Undo" => Body::Undo(required(object, "object")?),
        "Move" => {
            Body::Move { object: required_link(object, "object")?, target: required_link(object, "target")? }
        }
        "Block" => Body::Block(required_link(object, "object")?),
        "Flag" => Body::Flag {
            objects: object.links("object", MAX_OBJECTS)?,
            content: object.shown_text("content", MAX_REPORT_CHARS),
        },
        "Add" => Body::Add { object: required(object, "object")?, target: required_link(object, "target")? },
        "Remove" => {
            Body::Remove { object: required(object, "object")?, target: required_link(object, "target")? }
        }
        "QuoteRequest" => Body::QuoteRequest {
            object: required_link(object, "object")?,
            instrument: required(object, "instrument")?,
        },
        other => Body::Other(other.chars().take(40).collect()),
    })
}

fn required(object: Object<'_>, field: &'static str) -> Result<IdOr, ObjectError> {
    object.id_or(field)?.ok_or(ObjectError::Missing(field))
}

fn required_link(object: Object<'_>, field: &'static str) -> Result<Url, ObjectError> {
    object.link(field)?.ok_or(ObjectError::Missing(field))
}

fn objects(object: Object<'_>) -> Result<Vec<IdOr>, ObjectError> {
    let objects: Vec<IdOr> =
        object.list("object", MAX_OBJECTS)?.into_iter().filter_map(IdOr::from_value).collect();
    if objects.is_empty() { Err(ObjectError::Missing("object")) } else { Ok(objects) }
}

fn reaction(object: Object<'_>) -> Result<Option<Reaction>, ObjectError> {
    let Some(content) = quirks::reaction_of(object, MAX_REACTION_CHARS) else { return Ok(None) };
    let shortcode = content.trim_matches(':');
    let emoji = Tags::read(object)?.emoji.into_iter().find(|emoji| emoji.shortcode == shortcode);
    Ok(Some(Reaction { content, emoji }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::federation::fixtures::any_json;

    const BOB: &str = "https://b.test/users/bob";

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn parse(kind: &str, rest: Value) -> Result<Activity, ObjectError> {
        let mut document = json!({ "id": "https://b.test/a/9", "type": kind, "actor": BOB });
        let Value::Object(rest) = rest else { panic!() };
        document.as_object_mut().unwrap().extend(rest);
        Activity::parse(document.to_string().as_bytes())
    }

    fn body_of(kind: &str, rest: Value) -> Body {
        parse(kind, rest).unwrap().body
    }

    #[test]
    fn every_kind_is_read() {
        let note = json!("https://a.test/users/1/statuses/7");
        let id = IdOr::Id(url("https://a.test/users/1/statuses/7"));
        let target = json!("https://b.test/users/bob/collections/featured");
        let with = |object: &Value| json!({ "object": object });
        assert_eq!(body_of("Create", with(&note)), Body::Create(vec![id.clone()]));
        assert_eq!(body_of("Update", with(&note)), Body::Update(id.clone()));
        assert_eq!(body_of("Delete", with(&note)), Body::Delete(id.clone()));
        assert_eq!(body_of("Announce", with(&note)), Body::Announce(id.clone()));
        assert_eq!(body_of("Undo", with(&note)), Body::Undo(id.clone()));
        assert_eq!(body_of("Reject", with(&note)), Body::Reject(id.clone()));
        assert_eq!(body_of("Follow", with(&json!({ "id": BOB }))), Body::Follow(url(BOB)));
        assert_eq!(body_of("Block", with(&json!(BOB))), Body::Block(url(BOB)));
        let accept = json!({ "object": note, "result": "https://b.test/stamps/1" });
        let result = Some(url("https://b.test/stamps/1"));
        assert_eq!(body_of("Accept", accept), Body::Accept { object: id.clone(), result });
        let moved = json!({ "object": BOB, "target": "https://c.test/bob" });
        assert_eq!(
            body_of("Move", moved),
            Body::Move { object: url(BOB), target: url("https://c.test/bob") }
        );
        let pin = json!({ "object": note, "target": target });
        let featured = url(target.as_str().unwrap());
        assert_eq!(body_of("Add", pin.clone()), Body::Add { object: id.clone(), target: featured.clone() });
        assert_eq!(body_of("Remove", pin), Body::Remove { object: id.clone(), target: featured });
        let flag = json!({ "object": [BOB, note], "content": "why" });
        let Body::Flag { objects, content } = body_of("Flag", flag) else { panic!() };
        assert_eq!((objects.len(), content.as_deref()), (2, Some("why")));
        let quote = json!({ "object": note, "instrument": "https://b.test/notes/2" });
        let instrument = IdOr::Id(url("https://b.test/notes/2"));
        let object = id.id().unwrap().clone();
        assert_eq!(body_of("QuoteRequest", quote), Body::QuoteRequest { object, instrument });
        assert_eq!(body_of("TravelTo", json!({})), Body::Other("TravelTo".into()));
    }

    #[test]
    fn an_embedded_object_and_the_whole_document_are_kept() {
        let activity = parse(
            "Create",
            json!({ "object": { "id": "https://b.test/1", "type": "Note", "content": "x" },
            "to": "as:Public", "published": "2026-01-02T03:04:05Z" }),
        )
        .unwrap();
        let Body::Create(objects) = &activity.body else { panic!() };
        assert_eq!(objects[0].document().unwrap()["content"], "x");
        assert_eq!(objects[0].document().unwrap()["attributedTo"], BOB, "who else");
        assert_eq!(activity.raw["object"]["content"], "x");
        assert_eq!((activity.addressing.to.len(), activity.published_ms), (1, Some(1_767_323_045_000)));
    }

    #[test]
    fn several_votes_come_in_one_create() {
        let votes = json!({ "object": [{ "type": "Note", "name": "A" }, { "type": "Note", "name": "B" }] });
        let Body::Create(objects) = body_of("Create", votes) else { panic!() };
        assert_eq!(objects.len(), 2);
    }

    #[test]
    fn a_reaction_carries_its_custom_emoji() {
        let react = json!({ "object": "https://a.test/7", "content": ":blob:", "tag": [{ "type": "Emoji",
            "name": ":blob:", "icon": { "url": "https://b.test/blob.png" } }] });
        for kind in ["Like", "EmojiReact"] {
            let Body::Like { reaction: Some(reaction), .. } = body_of(kind, react.clone()) else { panic!() };
            assert_eq!(
                (reaction.content.as_str(), reaction.emoji.unwrap().shortcode.as_str()),
                (":blob:", "blob")
            );
        }
        let Body::Like { reaction, .. } = body_of("Like", json!({ "object": "https://a.test/7" })) else {
            panic!()
        };
        assert_eq!(reaction, None);
    }

    #[test]
    fn an_activity_of_another_origin_than_its_actor_is_refused() {
        for id in ["https://c.test/a/9", "https://b.test:8443/a/9", "http://b.test/a/9"] {
            let refused = parse("Like", json!({ "id": id, "object": "https://a.test/7" }));
            assert_eq!(refused, Err(ObjectError::Foreign("id")), "{id}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        for (kind, rest, error) in [
            ("Create", json!({}), ObjectError::Missing("object")),
            ("Create", json!({ "object": [7] }), ObjectError::Missing("object")),
            ("Follow", json!({ "object": null }), ObjectError::Missing("object")),
            (
                "Follow",
                json!({ "object": "bob" }),
                ObjectError::Wrong { field: "object", expected: "an address" },
            ),
            ("Move", json!({ "object": BOB }), ObjectError::Missing("target")),
            ("Like", json!({ "id": null, "object": BOB }), ObjectError::Missing("id")),
            ("Like", json!({ "actor": null, "object": BOB }), ObjectError::Missing("actor")),
            (
                "Flag",
                json!({ "object": vec![BOB; MAX_OBJECTS + 1] }),
                ObjectError::TooMany { field: "object", limit: MAX_OBJECTS },
            ),
        ] {
            assert_eq!(parse(kind, rest), Err(error), "{kind}");
        }
    }

    proptest! {
        #[test]
        fn no_shape_makes_the_parser_panic_or_believe_another_origin(
            kind in prop::sample::select(vec![
                "Create", "Update", "Delete", "Follow", "Accept", "Reject", "Like", "EmojiReact", "Announce", "Undo",
                "Move", "Block", "Flag", "Add", "Remove", "QuoteRequest", "View",
            ]),
            fields in prop::collection::btree_map(prop::sample::select(vec![
                "id", "type", "actor", "object", "target", "result", "instrument", "to", "cc", "published", "content",
                "tag", "_misskey_reaction",
            ]), any_json(), 0..4),
        ) {
            let mut document = json!({ "id": "https://b.test/a/9", "type": kind, "actor": BOB, "object": BOB });
            document.as_object_mut().unwrap().extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
            if let Ok(activity) = Activity::parse(document.to_string().as_bytes()) {
                prop_assert!(same_origin(&activity.id, &activity.actor));
                let count = match &activity.body {
                    Body::Create(objects) => objects.len(),
                    Body::Flag { objects, .. } => objects.len(),
                    _ => 1,
                };
                prop_assert!(count <= MAX_OBJECTS);
                let again = Activity::from_document(activity.raw.clone());
                prop_assert_eq!(again, Ok(activity));
            }
        }

        #[test]
        fn a_reaction_and_a_report_are_bounded_whatever_is_said(content in "\\PC{0,300}", times in 1usize..60) {
            let long = content.repeat(times);
            if let Ok(Activity { body: Body::Like { reaction: Some(reaction), .. }, .. }) =
                parse("Like", json!({ "object": BOB, "content": long }))
            {
                prop_assert!(reaction.content.chars().count() <= MAX_REACTION_CHARS);
            }
            if let Ok(Activity { body: Body::Flag { content: Some(content), .. }, .. }) =
                parse("Flag", json!({ "object": BOB, "content": long }))
            {
                prop_assert!(content.chars().count() <= MAX_REPORT_CHARS);
            }
        }

        #[test]
        fn no_bytes_make_the_parser_panic(text in "[{}\\[\\]\":,a-z0-9]{0,200}") {
            let _ = Activity::parse(text.as_bytes());
        }
    }
}
