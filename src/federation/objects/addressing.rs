//! Who a document is for: `to` and `cc`, read into an audience and written from one.

use serde_json::Value;
use url::Url;

use super::liberal::{Object, ObjectError, link_of};

/// The collection of everybody.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Entries of `to` or `cc`; a larger circle addresses a collection.
pub const MAX_RECIPIENTS: usize = 2_000;

/// Who may see something, as far as addressing tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Everybody, and shown in public timelines.
    Public,
    /// Everybody who finds it, but not shown in public timelines.
    Unlisted,
    /// The author's followers and the mentioned.
    Followers,
    /// Only the addressed accounts.
    Direct,
}

/// `to` and `cc` of a document. Public is always written as [`PUBLIC`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addressing {
    /// The primary recipients.
    pub to: Vec<Url>,
    /// The others.
    pub cc: Vec<Url>,
}

impl Addressing {
    /// Reads `to` and `cc`; entries that are no addresses are left out.
    pub fn read(object: Object<'_>) -> Result<Self, ObjectError> {
        Ok(Self { to: recipients(object, "to")?, cc: recipients(object, "cc")? })
    }

    /// The audience of a document whose author's followers collection is `followers`.
    pub fn audience(&self, followers: Option<&Url>) -> Audience {
        let is_followers = |recipient: &Url| followers == Some(recipient);
        if self.to.iter().any(is_public) {
            Audience::Public
        } else if self.cc.iter().any(is_public) {
            Audience::Unlisted
        } else if self.everyone().any(is_followers) {
            Audience::Followers
        } else {
            Audience::Direct
        }
    }

    /// The addressing of an own document: `followers` is the author's collection, `mentioned` the mentioned actors.
    pub fn of(audience: Audience, followers: &Url, mentioned: &[Url]) -> Self {
        let public = || Url::parse(PUBLIC).ok();
        let (to, first_cc) = match audience {
            Audience::Public => (public(), Some(followers.clone())),
            Audience::Unlisted => (Some(followers.clone()), public()),
            Audience::Followers => (Some(followers.clone()), None),
            Audience::Direct => return Self { to: mentioned.to_vec(), cc: Vec::new() },
        };
        Self {
            to: to.into_iter().collect(),
            cc: first_cc.into_iter().chain(mentioned.iter().cloned()).collect(),
        }
    }

    /// All recipients, `to` first.
    pub fn everyone(&self) -> impl Iterator<Item = &Url> {
        self.to.iter().chain(&self.cc)
    }

    /// True when `actor` is addressed by name; a mention counts only together with this.
    pub fn names(&self, actor: &Url) -> bool {
        self.everyone().any(|recipient| recipient == actor)
    }
}

/// True for the public collection.
pub fn is_public(recipient: &Url) -> bool {
    recipient.as_str() == PUBLIC
}

/// Whom a field names; the public collection by its full name.
pub(super) fn recipients(object: Object<'_>, field: &'static str) -> Result<Vec<Url>, ObjectError> {
    let values = object.list(field, MAX_RECIPIENTS)?;
    Ok(values.into_iter().filter_map(recipient).collect())
}

/// The public collection goes by three names.
fn recipient(value: &Value) -> Option<Url> {
    let name = value.as_str().or_else(|| value.get("id")?.as_str());
    match name {
        Some("Public" | "as:Public") => Url::parse(PUBLIC).ok(),
        _ => link_of(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn read(value: Value) -> Addressing {
        let Value::Object(document) = value else { panic!() };
        Addressing::read(Object(&document)).unwrap()
    }

    #[test]
    fn public_is_known_by_its_three_names() {
        let followers = url("https://a.test/f");
        for name in [PUBLIC, "as:Public", "Public"] {
            assert_eq!(read(json!({ "to": name })).audience(Some(&followers)), Audience::Public);
            assert_eq!(
                read(json!({ "to": [], "cc": [name] })).audience(Some(&followers)),
                Audience::Unlisted
            );
        }
        assert_eq!(read(json!({ "to": { "id": "as:Public" } })).audience(None), Audience::Public);
    }

    #[test]
    fn the_followers_of_the_author_and_nobody_elses_make_it_followers_only() {
        let followers = url("https://a.test/f");
        let to_followers = read(json!({ "to": ["https://b.test/u"], "cc": "https://a.test/f" }));
        assert_eq!(to_followers.audience(Some(&followers)), Audience::Followers);
        assert_eq!(to_followers.audience(Some(&url("https://a.test/g"))), Audience::Direct);
        assert_eq!(to_followers.audience(None), Audience::Direct);
        assert!(
            to_followers.names(&url("https://b.test/u")) && !to_followers.names(&url("https://b.test/v"))
        );
    }

    #[test]
    fn every_audience_is_read_as_it_was_written() {
        let (followers, bob) = (url("https://a.test/f"), url("https://b.test/bob"));
        for audience in [Audience::Public, Audience::Unlisted, Audience::Followers, Audience::Direct] {
            let written = Addressing::of(audience, &followers, std::slice::from_ref(&bob));
            let read = read(json!({ "to": written.to, "cc": written.cc }));
            assert_eq!(read, written);
            assert_eq!(read.audience(Some(&followers)), audience);
            assert!(read.names(&bob));
        }
        let direct = Addressing::of(Audience::Direct, &followers, std::slice::from_ref(&bob));
        assert_eq!((direct.to, direct.cc), (vec![bob], vec![]));
    }

    #[test]
    fn odd_recipients_are_left_out_and_too_many_refused() {
        assert_eq!(read(json!({ "to": [7, "x", null, "https://b.test/u"] })).to.len(), 1);
        let many = json!({ "to": vec!["https://b.test/u"; MAX_RECIPIENTS + 1] });
        let refused = Addressing::read(Object(many.as_object().unwrap()));
        assert_eq!(refused, Err(ObjectError::TooMany { field: "to", limit: MAX_RECIPIENTS }));
    }
}
