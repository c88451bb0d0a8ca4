//! Actors: foreign ones as they are stored, our own as they are served.

use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use super::liberal::{Object, ObjectError, parse_document, write_time};
use super::local::LocalActor;
use super::parts::{MAX_NAME_CHARS, Tags, image_url};
use super::tag::{Image, Tag};
use crate::clock::Millis;
use crate::federation::origin::same_origin;
use crate::federation::quirks;

/// Bytes of `preferredUsername`.
pub const MAX_USERNAME_BYTES: usize = 255;
/// Characters kept of a biography.
pub const MAX_BIO_CHARS: usize = 20_000;
/// Profile fields kept.
pub const MAX_FIELDS: usize = 50;
/// Entries of `attachment` that are looked at for fields.
const MAX_ATTACHED: usize = 500;
/// Entries of `alsoKnownAs`.
pub const MAX_ALIASES: usize = 256;
/// Keys of one actor.
const MAX_KEYS: usize = 8;
/// Bytes of a public key in PEM.
const MAX_PEM_BYTES: usize = 8 * 1024;

/// What an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum ActorKind {
    /// Somebody.
    Person,
    /// A bot.
    Service,
    /// A group, channel or community.
    Group,
    /// A server or program.
    Application,
    /// A company, club or the like.
    Organization,
}

impl ActorKind {
    /// The kind of this type name.
    pub fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "Person" => Self::Person,
            "Service" => Self::Service,
            "Group" => Self::Group,
            "Application" => Self::Application,
            "Organization" => Self::Organization,
            _ => return None,
        })
    }
}

/// A public key that an actor lists as theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorKey {
    /// The key id, exactly as listed.
    pub id: String,
    /// The key in PEM, not yet parsed.
    pub pem: String,
}

/// An actor from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// Its id.
    pub id: Url,
    /// What it is.
    pub kind: ActorKind,
    /// The name before the `@`. Its host is known only by WebFinger.
    pub preferred_username: String,
    /// The display name, plain.
    pub name: Option<String>,
    /// The biography, raw HTML. Unsafe until sanitised.
    pub summary: Option<String>,
    /// Its page.
    pub url: Option<Url>,
    /// Where to deliver.
    pub inbox: Url,
    /// Where to deliver what is for several of its host.
    pub shared_inbox: Option<Url>,
    /// Its posts.
    pub outbox: Option<Url>,
    /// Its followers.
    pub followers: Option<Url>,
    /// Whom it follows.
    pub following: Option<Url>,
    /// Its pinned posts.
    pub featured: Option<Url>,
    /// Its keys; at least one.
    pub keys: Vec<ActorKey>,
    /// Follows wait for an answer.
    pub manually_approves_followers: bool,
    /// Wants to be suggested; `None` did not say.
    pub discoverable: Option<bool>,
    /// Wants to be found by search; `None` did not say.
    pub indexable: Option<bool>,
    /// Suspended by its own host.
    pub suspended: bool,
    /// Other ids that are this account too.
    pub also_known_as: Vec<Url>,
    /// The account it moved to.
    pub moved_to: Option<Url>,
    /// The avatar.
    pub icon: Option<Url>,
    /// The banner.
    pub image: Option<Url>,
    /// Name and value (raw HTML) of its profile fields.
    pub fields: Vec<(String, String)>,
    /// Custom emoji and hashtags of name and biography.
    pub tags: Tags,
    /// When it was made.
    pub published_ms: Option<Millis>,
}

impl Actor {
    /// Parses a fetched document.
    pub fn parse(bytes: &[u8]) -> Result<Self, ObjectError> {
        Self::from_document(&parse_document(bytes)?)
    }

    /// Reads a parsed or embedded document. Collections and the shared inbox count only on the actor's own origin; an
    /// actor without an inbox there or without a key is refused (some servers answer such stubs to unsigned requests).
    pub fn from_document(document: &Map<String, Value>) -> Result<Self, ObjectError> {
        let object = Object(document);
        let kind = object.kind().ok_or(ObjectError::Missing("type"))?;
        let kind =
            ActorKind::of(kind).ok_or_else(|| ObjectError::UnknownType(kind.chars().take(40).collect()))?;
        let id = object.id()?;
        let inbox = object.link("inbox")?.ok_or(ObjectError::Missing("inbox"))?;
        if !same_origin(&inbox, &id) {
            return Err(ObjectError::Foreign("inbox"));
        }
        let own = |url: Option<Url>| url.filter(|url| same_origin(url, &id));
        let endpoints = object.get("endpoints").and_then(Object::in_value);
        Ok(Self {
            kind,
            preferred_username: username(object)?,
            name: object.shown_text("name", MAX_NAME_CHARS),
            summary: object.shown_text("summary", MAX_BIO_CHARS),
            url: quirks::page_url(object),
            inbox,
            shared_inbox: own(endpoints.and_then(|endpoints| endpoints.loose_link("sharedInbox"))),
            outbox: own(object.loose_link("outbox")),
            followers: own(object.loose_link("followers")),
            following: own(object.loose_link("following")),
            featured: own(object.loose_link("featured")),
            keys: keys(object, &id)?,
            manually_approves_followers: object.flag("manuallyApprovesFollowers").unwrap_or(false),
            discoverable: object.flag("discoverable"),
            indexable: object.flag("indexable"),
            suspended: object.flag("suspended").unwrap_or(false),
            also_known_as: object.links("alsoKnownAs", MAX_ALIASES)?,
            moved_to: object.loose_link("movedTo"),
            icon: image_url(object, "icon"),
            image: image_url(object, "image"),
            fields: fields(object)?,
            tags: Tags::read(object)?,
            published_ms: object.time("published"),
            id,
        })
    }

    /// The key with exactly this id, if the actor lists it: only then is it theirs.
    pub fn key(&self, key_id: &str) -> Option<&ActorKey> {
        self.keys.iter().find(|key| key.id == key_id)
    }
}

fn username(object: Object<'_>) -> Result<String, ObjectError> {
    let field = "preferredUsername";
    let name = object.text(field, MAX_USERNAME_BYTES)?.map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or(ObjectError::Missing(field))?;
    let unusable = |c: char| c.is_whitespace() || c.is_control() || "@/?#:<>\"'&\\".contains(c);
    if name.contains(unusable) {
        return Err(ObjectError::Wrong { field, expected: "a user name" });
    }
    Ok(name.to_owned())
}

/// The keys whose id is of the actor's origin and whose owner points back to it.
fn keys(object: Object<'_>, actor: &Url) -> Result<Vec<ActorKey>, ObjectError> {
    let mut keys = Vec::new();
    for key in object.list("publicKey", MAX_KEYS)?.into_iter().filter_map(Value::as_object).map(Object) {
        let owned = key.loose_link("owner").is_none_or(|owner| owner == *actor);
        let own_origin = key.loose_link("id").is_some_and(|id| same_origin(&id, actor));
        if let (true, true, Some(id), Some(pem)) =
            (owned, own_origin, key.text("id", MAX_NAME_CHARS)?, key.text("publicKeyPem", MAX_PEM_BYTES)?)
        {
            keys.push(ActorKey { id: id.to_owned(), pem: pem.to_owned() });
        }
    }
    if keys.is_empty() { Err(ObjectError::Missing("publicKey")) } else { Ok(keys) }
}

fn fields(object: Object<'_>) -> Result<Vec<(String, String)>, ObjectError> {
    let attached =
        object.list("attachment", MAX_ATTACHED)?.into_iter().filter_map(Value::as_object).map(Object);
    let values =
        attached.filter(|entry| matches!(entry.kind(), Some("PropertyValue" | "schema:PropertyValue")));
    let field = |entry: Object<'_>| {
        Some((entry.shown_text("name", MAX_NAME_CHARS)?, entry.shown_text("value", MAX_NAME_CHARS)?))
    };
    Ok(values.filter_map(field).take(MAX_FIELDS).collect())
}

/// Our own actor, as it is served and sent in an `Update`. Wrap it in [`crate::federation::context::WithContext`] to
/// serve it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActorDocument {
    id: String,
    #[serde(rename = "type")]
    kind: ActorKind,
    preferred_username: String,
    name: String,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    inbox: String,
    outbox: String,
    followers: String,
    following: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    featured: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    featured_tags: Option<String>,
    endpoints: Endpoints,
    published: String,
    manually_approves_followers: bool,
    discoverable: bool,
    indexable: bool,
    also_known_as: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<Image>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Image>,
    attachment: Vec<Field>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tag: Vec<Tag>,
    public_key: PublicKeyDocument,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    shared_inbox: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PublicKeyDocument {
    id: String,
    owner: String,
    public_key_pem: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "PropertyValue")]
struct Field {
    name: String,
    value: String,
}

/// What an own actor's document is made from. Texts are ready to send: `summary` and field values are HTML.
#[derive(Clone, Debug)]
pub struct Profile {
    /// What it is.
    pub kind: ActorKind,
    /// The name before the `@`.
    pub username: String,
    /// The display name.
    pub name: String,
    /// The biography.
    pub summary: String,
    /// The profile page.
    pub url: Option<String>,
    /// When it was made.
    pub created_ms: Millis,
    /// Follows wait for an answer.
    pub locked: bool,
    /// Wants to be suggested.
    pub discoverable: bool,
    /// Wants to be found by search.
    pub indexable: bool,
    /// Other ids that are this account too.
    pub also_known_as: Vec<String>,
    /// The account it moved to.
    pub moved_to: Option<String>,
    /// The avatar.
    pub icon: Option<Image>,
    /// The banner.
    pub image: Option<Image>,
    /// Name and value of the profile fields.
    pub fields: Vec<(String, String)>,
    /// Custom emoji and hashtags of name and biography.
    pub tags: Vec<Tag>,
    /// The id of the public key.
    pub public_key_id: String,
    /// The public key in SPKI PEM.
    pub public_key_pem: String,
}

impl ActorDocument {
    /// The document of `actor`; the instance's own actor has no pinned posts.
    pub fn new(actor: &LocalActor, profile: Profile) -> Self {
        let is_person = profile.kind != ActorKind::Application;
        Self {
            id: actor.id().to_owned(),
            kind: profile.kind,
            preferred_username: profile.username,
            name: profile.name,
            summary: profile.summary,
            url: profile.url,
            inbox: actor.inbox(),
            outbox: actor.outbox(),
            followers: actor.followers(),
            following: actor.following(),
            featured: is_person.then(|| actor.featured()),
            featured_tags: is_person.then(|| actor.featured_tags()),
            endpoints: Endpoints { shared_inbox: actor.shared_inbox() },
            published: write_time(profile.created_ms),
            manually_approves_followers: profile.locked,
            discoverable: profile.discoverable,
            indexable: profile.indexable,
            also_known_as: profile.also_known_as,
            moved_to: profile.moved_to,
            icon: profile.icon,
            image: profile.image,
            attachment: profile.fields.into_iter().map(|(name, value)| Field { name, value }).collect(),
            tag: profile.tags,
            public_key: PublicKeyDocument {
                id: profile.public_key_id,
                owner: actor.id().to_owned(),
                public_key_pem: profile.public_key_pem,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::federation::context::WithContext;

    fn actor(value: &Value) -> Result<Actor, ObjectError> {
        Actor::parse(value.to_string().as_bytes())
    }

    fn bob() -> Value {
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams"], "id": "https://b.test/users/bob", "type": "Person",
            "preferredUsername": "bob", "name": "Bob", "summary": "<p>hi</p>", "url": "https://b.test/@bob",
            "inbox": "https://b.test/users/bob/inbox", "outbox": "https://b.test/users/bob/outbox",
            "followers": "https://b.test/users/bob/followers", "following": "https://b.test/users/bob/following",
            "featured": "https://c.test/steal", "endpoints": { "sharedInbox": "https://b.test/inbox" },
            "manuallyApprovesFollowers": true, "discoverable": false, "alsoKnownAs": "https://c.test/bob",
            "icon": { "type": "Image", "url": "https://cdn.b.test/a.png" },
            "attachment": [{ "type": "PropertyValue", "name": "Web", "value": "<a>x</a>" }, { "type": "IdentityProof" }],
            "publicKey": { "id": "https://b.test/users/bob#main-key", "owner": "https://b.test/users/bob",
                           "publicKeyPem": "-----BEGIN PUBLIC KEY-----" }
        })
    }

    #[test]
    fn an_actor_is_read_whole() {
        let bob = actor(&bob()).unwrap();
        assert_eq!((bob.kind, bob.preferred_username.as_str()), (ActorKind::Person, "bob"));
        assert_eq!(bob.shared_inbox.as_ref().unwrap().path(), "/inbox");
        assert_eq!(bob.also_known_as[0].as_str(), "https://c.test/bob");
        assert!(
            bob.manually_approves_followers && bob.discoverable == Some(false) && bob.indexable.is_none()
        );
        assert_eq!(bob.fields, [("Web".to_owned(), "<a>x</a>".to_owned())]);
        assert_eq!(bob.icon.as_ref().unwrap().host_str(), Some("cdn.b.test"));
        assert_eq!(bob.featured, None);
        assert!(bob.key("https://b.test/users/bob#main-key").is_some());
        assert!(bob.key("https://b.test/users/bob#other").is_none());
    }

    #[test]
    fn a_wordpress_actor_is_known_by_its_query() {
        let mut value = bob();
        value["id"] = json!("https://b.test/?author=2");
        value["publicKey"] = json!({ "id": "https://b.test/?author=2#main-key", "owner": "https://b.test/?author=2",
            "publicKeyPem": "x" });
        let blog = actor(&value).unwrap();
        assert_eq!((blog.id.query(), blog.keys.len()), (Some("author=2"), 1));
    }

    #[test]
    fn a_stripped_actor_is_refused() {
        for field in ["id", "type", "preferredUsername", "inbox", "publicKey"] {
            let mut value = bob();
            value.as_object_mut().unwrap().remove(field);
            assert_eq!(actor(&value), Err(ObjectError::Missing(field)));
        }
    }

    #[test]
    fn an_inbox_or_key_of_another_origin_or_owner_does_not_count() {
        let mut value = bob();
        value["inbox"] = json!("https://victim.test/inbox");
        assert_eq!(actor(&value), Err(ObjectError::Foreign("inbox")));
        for (field, foreign) in
            [("owner", "https://b.test/users/eve"), ("id", "https://c.test/users/bob#main-key")]
        {
            let mut value = bob();
            value["publicKey"][field] = json!(foreign);
            assert_eq!(actor(&value), Err(ObjectError::Missing("publicKey")));
        }
    }

    #[test]
    fn a_name_that_breaks_handles_is_refused_and_long_texts_are_cut() {
        for name in ["a b", "a@b", "a/b", "<a>", "a\u{0}"] {
            let mut value = bob();
            value["preferredUsername"] = json!(name);
            assert!(matches!(actor(&value), Err(ObjectError::Wrong { .. })), "{name}");
        }
        let mut value = bob();
        value["name"] = json!("n".repeat(MAX_NAME_CHARS + 1));
        value["attachment"] = json!(vec![json!({ "type": "PropertyValue", "name": "a", "value": "b" }); 60]);
        let bob = actor(&value).unwrap();
        assert_eq!((bob.name.unwrap().len(), bob.fields.len()), (MAX_NAME_CHARS, MAX_FIELDS));
    }

    #[test]
    fn our_own_actor_has_what_every_peer_asks_for_and_is_read_back() {
        let profile = Profile {
            kind: ActorKind::Person,
            username: "ann".into(),
            name: "Ann".into(),
            summary: "<p>hi</p>".into(),
            url: Some("https://a.test/@ann".into()),
            created_ms: 1_767_323_045_000,
            locked: false,
            discoverable: true,
            indexable: false,
            also_known_as: vec![],
            moved_to: None,
            icon: Some(Image { media_type: "image/png".into(), url: "https://a.test/m/a.png".into() }),
            image: None,
            fields: vec![("Web".into(), "x.test".into())],
            tags: vec![],
            public_key_id: "https://a.test/users/1#main-key".into(),
            public_key_pem: "-----BEGIN PUBLIC KEY-----\n".into(),
        };
        let ann = LocalActor::new("https://a.test", "https://a.test/users/1");
        let bytes = WithContext::new(&ActorDocument::new(&ann, profile)).to_bytes().unwrap();
        let written: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(written["publicKey"]["id"], "https://a.test/users/1#main-key");
        assert_eq!(
            written["icon"],
            json!({ "type": "Image", "mediaType": "image/png", "url": "https://a.test/m/a.png" })
        );
        assert_eq!(
            written["attachment"][0],
            json!({ "type": "PropertyValue", "name": "Web", "value": "x.test" })
        );
        assert_eq!(written["endpoints"]["sharedInbox"], "https://a.test/inbox");
        assert_eq!(written["manuallyApprovesFollowers"], false);
        assert!(written.as_object().unwrap().values().all(|value| !value.is_null()));
        let read = actor(&written).unwrap();
        assert_eq!((read.preferred_username.as_str(), read.published_ms), ("ann", Some(1_767_323_045_000)));
        assert_eq!(read.featured.unwrap().path(), "/users/1/collections/featured");
    }
}
