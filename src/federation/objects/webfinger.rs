//! WebFinger (RFC 7033): the questions we answer, the answers we give, the answers we get.

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::liberal::{Object, ObjectError, parse_document};
use super::media_type;
use crate::federation::origin::{authority, parse_id};

/// Bytes of a `resource`.
const MAX_RESOURCE_BYTES: usize = 2_048;
/// Links of an answer that are looked at.
const MAX_LINKS: usize = 100;
/// The content type of our answer.
pub const JRD: &str = "application/jrd+json; charset=utf-8";

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// `acct:user@host`; the host in lower case.
    Account {
        /// The user name as asked.
        user: String,
        /// The host, with its port if that is unusual.
        host: String,
    },
    /// An address: of an actor or a profile page.
    Address(Url),
}

/// The text of a `resource` is neither an `acct:` name nor a web address. Answer 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("resource must be acct:user@host or an http(s) address")]
pub struct BadResource;

impl Resource {
    /// Reads a `resource` parameter: `acct:u@host`, `acct:@u@host`, `u@host` or an address.
    pub fn parse(text: &str) -> Result<Self, BadResource> {
        let text = text.trim();
        if text.len() > MAX_RESOURCE_BYTES {
            return Err(BadResource);
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            return parse_id(text).map(Self::Address).map_err(|_| BadResource);
        }
        let name = match text.split_once(':') {
            Some((scheme, name)) if scheme.eq_ignore_ascii_case("acct") => name,
            _ => text,
        };
        let name = name.strip_prefix('@').unwrap_or(name);
        let (user, host) = name.split_once('@').ok_or(BadResource)?;
        let odd = |c: char| c.is_whitespace() || c.is_control() || "/?#:@".contains(c);
        if user.is_empty() || user.contains(odd) || host.contains(['/', '?', '#', '@', '\\']) {
            return Err(BadResource);
        }
        let host = parse_id(&format!("https://{host}/")).map_err(|_| BadResource)?;
        Ok(Self::Account { user: user.to_owned(), host: authority(&host) })
    }

    /// The address to ask at `host` for `acct:user@host`.
    pub fn question(user: &str, host: &str) -> Result<Url, BadResource> {
        let mut url = parse_id(&format!("https://{host}/.well-known/webfinger")).map_err(|_| BadResource)?;
        url.query_pairs_mut().append_pair("resource", &format!("acct:{user}@{host}"));
        Ok(url)
    }
}

/// Our answer about an account.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    subject: String,
    aliases: Vec<String>,
    links: Vec<Link>,
}

#[derive(Clone, Debug, Serialize)]
struct Link {
    rel: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    media_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<String>,
}

impl Answer {
    /// The answer for `user@host`: `actor` is the actor's id, `page` the profile page, `subscribe` our page that lets
    /// somebody follow from here, with `{uri}` in it.
    pub fn new(user: &str, host: &str, actor: &str, page: &str, subscribe: &str) -> Self {
        let link = |rel, media_type, href: &str| Link {
            rel,
            media_type,
            href: Some(href.to_owned()),
            template: None,
        };
        Self {
            subject: format!("acct:{user}@{host}"),
            aliases: vec![page.to_owned(), actor.to_owned()],
            links: vec![
                link("http://webfinger.net/rel/profile-page", Some("text/html"), page),
                link("self", Some("application/activity+json"), actor),
                Link {
                    rel: "http://ostatus.org/schema/1.0/subscribe",
                    media_type: None,
                    href: None,
                    template: Some(subscribe.to_owned()),
                },
            ],
        }
    }
}

/// What another server answered about an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The name it goes by, with its host in canonical form. Differs from what was asked when names are elsewhere
    /// than servers; then ask that host too.
    pub subject: (String, String),
    /// The actor's id. Believe it only if the actor's document and a look-up of its name lead back to each other.
    pub actor: Url,
}

impl Found {
    /// Parses an answer.
    pub fn parse(bytes: &[u8]) -> Result<Self, ObjectError> {
        let document = parse_document(bytes)?;
        let object = Object(&document);
        let subject = object.text("subject", MAX_RESOURCE_BYTES)?.ok_or(ObjectError::Missing("subject"))?;
        let wrong = ObjectError::Wrong { field: "subject", expected: "an acct: name" };
        let Ok(Resource::Account { user, host }) = Resource::parse(subject) else { return Err(wrong) };
        let links = object.list("links", MAX_LINKS)?;
        let actor = links.into_iter().filter_map(Value::as_object).find_map(|link| actor_link(Object(link)));
        Ok(Self { subject: (user, host), actor: actor.ok_or(ObjectError::Missing("links"))? })
    }
}

fn actor_link(link: Object<'_>) -> Option<Url> {
    let is_self = link.get("rel").and_then(Value::as_str) == Some("self");
    let is_activity = link.get("type").and_then(Value::as_str).is_some_and(media_type::is_activity);
    if is_self && is_activity { link.loose_link("href") } else { None }
}

/// The host-meta document (XRD) that old peers ask for; `base` is our origin.
pub fn host_meta(base: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" template=\"{base}/.well-known/webfinger?resource={{uri}}\"/>\n\
         </XRD>\n"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn account(user: &str, host: &str) -> Result<Resource, BadResource> {
        Ok(Resource::Account { user: user.into(), host: host.into() })
    }

    #[test]
    fn a_resource_is_read_in_all_its_forms() {
        for text in
            ["acct:ann@a.test", "acct:@ann@a.test", "ACCT:ann@A.TEST", "@ann@a.test", "ann@a.test:443"]
        {
            assert_eq!(Resource::parse(text), account("ann", "a.test"), "{text}");
        }
        assert_eq!(Resource::parse("acct:ann@a.test:8080"), account("ann", "a.test:8080"));
        assert_eq!(Resource::parse("acct:ann@bücher.test"), account("ann", "xn--bcher-kva.test"));
        let address = Url::parse("https://a.test/@ann").unwrap();
        assert_eq!(Resource::parse("https://a.test/@ann"), Ok(Resource::Address(address)));
    }

    #[test]
    fn what_is_no_resource_is_refused() {
        for bad in [
            "",
            "ann",
            "acct:",
            "acct:ann",
            "acct:ann@",
            "acct:@a.test",
            "acct:a b@a.test",
            "acct:a@b@c",
            "acct:ann@a.test/x",
            "mailto:ann@a.test",
            "https://",
        ] {
            assert_eq!(Resource::parse(bad), Err(BadResource), "{bad}");
        }
    }

    #[test]
    fn what_we_answer_is_understood() {
        let answer = Answer::new(
            "ann",
            "a.test",
            "https://a.test/users/1",
            "https://a.test/@ann",
            "https://a.test/i?uri={uri}",
        );
        let bytes = serde_json::to_vec(&answer).unwrap();
        let found = Found::parse(&bytes).unwrap();
        assert_eq!(found.subject, ("ann".into(), "a.test".into()));
        assert_eq!(found.actor.as_str(), "https://a.test/users/1");
        let question = Resource::question("ann", "a.test").unwrap();
        assert_eq!(question.as_str(), "https://a.test/.well-known/webfinger?resource=acct%3Aann%40a.test");
    }

    #[test]
    fn an_answer_needs_a_subject_and_an_actor() {
        let parse = |value: Value| Found::parse(value.to_string().as_bytes());
        assert_eq!(parse(json!({ "links": [] })), Err(ObjectError::Missing("subject")));
        let page_only = json!({ "subject": "acct:a@b.test", "links": [
            { "rel": "self", "type": "text/html", "href": "https://b.test/a" },
            { "rel": "self", "type": "application/activity+json", "href": "javascript:x" }
        ] });
        assert_eq!(parse(page_only), Err(ObjectError::Missing("links")));
        let ld = r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
        let good = json!({ "subject": "acct:a@B.test", "links": [{ "rel": "self", "type": ld, "href": "https://b.test/a" }] });
        assert_eq!(parse(good).unwrap().subject.1, "b.test");
    }

    #[test]
    fn host_meta_points_to_webfinger() {
        assert!(
            host_meta("https://a.test")
                .contains("template=\"https://a.test/.well-known/webfinger?resource={uri}\"")
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            let _ = Resource::parse(&text);
        }
    }
}
