//! NodeInfo of others: what a server says that it runs.

use serde_json::{Map, Value};
use url::Url;

use super::liberal::{Object, one_or_many};
use crate::federation::origin::{parse_id, same_origin};

/// Links that are looked at; honest lists have two or three.
const LINKS_MAX: usize = 16;
/// Characters kept of a name.
const NAME_MAX: usize = 40;
/// Characters kept of a version.
const VERSION_MAX: usize = 40;
/// What the schemas of NodeInfo 2 are called, before their minor version; some write https.
const SCHEMA: &str = "://nodeinfo.diaspora.software/ns/schema/2.";

/// The address of the document that a list of links names, the newest of version 2 on the list's own origin.
pub fn document_of(links: &Map<String, Value>, list: &Url) -> Option<Url> {
    let all = Object(links).get("links").into_iter().flat_map(one_or_many).take(LINKS_MAX);
    let known = all.filter_map(|link| {
        let text = |field: &str| link.get(field)?.as_str();
        let version =
            text("rel")?.trim_start_matches("https").trim_start_matches("http").strip_prefix(SCHEMA)?;
        let address = parse_id(text("href")?).ok().filter(|address| same_origin(address, list))?;
        Some((version.to_owned(), address))
    });
    known.max_by(|(one, _), (other, _)| one.cmp(other)).map(|(_, address)| address)
}

/// Name and version of the software in a document, in plain characters.
pub fn software(document: &Map<String, Value>) -> Option<String> {
    let software = Object(document).get("software").and_then(Object::in_value)?;
    let text = |field: &str, limit: usize| {
        let text = software.get(field).and_then(Value::as_str).unwrap_or_default();
        plain(text, limit)
    };
    let (name, version) = (text("name", NAME_MAX), text("version", VERSION_MAX));
    let both = format!("{name} {version}");
    (!name.is_empty()).then(|| both.trim_end().to_owned())
}

/// Visible ASCII and single blanks: names and versions have nothing else, and nothing else can deceive an admin.
fn plain(text: &str, limit: usize) -> String {
    let words = text.split(|letter: char| !letter.is_ascii_graphic()).filter(|word| !word.is_empty());
    let mut plain = String::new();
    for letter in words.flat_map(|word| word.chars().chain([' '])).take(limit) {
        plain.push(letter);
    }
    plain.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::federation::fixtures::any_json;
    use crate::federation::objects::nodeinfo::NodeInfo;

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(map) = value else { panic!() };
        map
    }

    fn list() -> Url {
        Url::parse("https://b.test/.well-known/nodeinfo").unwrap()
    }

    #[test]
    fn the_newest_document_on_the_lists_own_origin_is_read() {
        let ours = serde_json::to_value(NodeInfo::links("https://b.test")).unwrap();
        assert_eq!(document_of(&map(ours), &list()).unwrap().path(), "/nodeinfo/2.1");
        let schema = |version: &str| format!("http://nodeinfo.diaspora.software/ns/schema/{version}");
        let odd = json!({ "links": [
            { "rel": schema("1.0"), "href": "https://b.test/1" },
            { "rel": schema("2.2"), "href": "https://c.test/elsewhere" },
            { "rel": schema("2.1"), "href": "http://b.test/plain" },
            { "rel": schema("2.0"), "href": ["https://b.test/list"] },
            { "rel": "https://nodeinfo.diaspora.software/ns/schema/2.0", "href": "https://b.test/good" },
            "text", null
        ] });
        assert_eq!(document_of(&map(odd), &list()).unwrap().path(), "/good");
        for none in [json!({}), json!({ "links": 3 }), json!({ "links": [{ "rel": "self" }] })] {
            assert_eq!(document_of(&map(none), &list()), None);
        }
    }

    #[test]
    fn what_a_server_runs_is_told_in_few_plain_characters() {
        let told = |name: Value, version: Value| {
            software(&map(json!({ "software": { "name": name, "version": version } })))
        };
        assert_eq!(told(json!("mastodon"), json!("4.5.0+glitch")).as_deref(), Some("mastodon 4.5.0+glitch"));
        assert_eq!(told(json!("snac"), json!(7)).as_deref(), Some("snac"));
        assert_eq!(
            told(json!(" a\u{202e}b\u{0}\n c "), json!("1\t2\u{feff}")).as_deref(),
            Some("a b c 1 2"),
            "what cannot be seen only parts words"
        );
        let long = told(json!("n".repeat(5_000)), json!("v".repeat(5_000))).unwrap();
        assert_eq!(long.len(), NAME_MAX + 1 + VERSION_MAX);
        assert_eq!(told(json!("\u{202e}ü"), json!("1")), None);
        assert_eq!(software(&map(json!({ "software": "mastodon" }))), None);
    }

    proptest! {
        #[test]
        fn no_document_makes_it_fall(document in any_json(), name in any::<String>()) {
            let document = map(json!({ "links": document, "software": { "name": name, "version": document } }));
            let _ = document_of(&document, &list());
            if let Some(told) = software(&document) {
                prop_assert!(told.len() <= NAME_MAX + 1 + VERSION_MAX);
                prop_assert!(told.chars().all(|letter| letter == ' ' || letter.is_ascii_graphic()));
            }
        }
    }
}
