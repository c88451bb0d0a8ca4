//! Quotes with consent (FEP-044f): the stamp by which a quoted author allows a quote.

use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use super::liberal::Object;
use crate::federation::origin::same_origin;

/// Our own stamp, as it is served. Wrap it in [`crate::federation::context::WithContext`].
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "QuoteAuthorization", rename_all = "camelCase")]
pub struct QuoteStamp {
    /// Its id.
    pub id: String,
    /// The quoted author.
    pub attributed_to: String,
    /// The quoting post.
    pub interacting_object: String,
    /// The quoted post.
    pub interaction_target: String,
}

/// Checks a stamp fetched from its id: it must be on the quoted author's origin, theirs, and for just this quote.
pub fn is_consent(document: &Map<String, Value>, author: &Url, quoting: &Url, quoted: &Url) -> bool {
    let stamp = Object(document);
    let says = |field: &str, id: &Url| stamp.loose_link(field).as_ref() == Some(id);
    stamp.kind() == Some("QuoteAuthorization")
        && stamp.id().is_ok_and(|id| same_origin(&id, author))
        && says("attributedTo", author)
        && says("interactingObject", quoting)
        && says("interactionTarget", quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_stamp_allows_just_its_own_quote() {
        let stamp = QuoteStamp {
            id: "https://a.test/users/1/quote_authorizations/3".into(),
            attributed_to: "https://a.test/users/1".into(),
            interacting_object: "https://b.test/notes/1".into(),
            interaction_target: "https://a.test/users/1/statuses/7".into(),
        };
        let Value::Object(document) = serde_json::to_value(&stamp).unwrap() else { panic!() };
        let (author, quoting, quoted) = (
            url("https://a.test/users/1"),
            url("https://b.test/notes/1"),
            url("https://a.test/users/1/statuses/7"),
        );
        assert!(is_consent(&document, &author, &quoting, &quoted));
        assert!(!is_consent(&document, &author, &url("https://b.test/notes/2"), &quoted));
        assert!(!is_consent(&document, &author, &quoting, &url("https://a.test/users/1/statuses/8")));
        assert!(!is_consent(&document, &url("https://c.test/users/1"), &quoting, &quoted));
        for field in ["type", "id", "attributedTo"] {
            let mut without = document.clone();
            without.remove(field);
            assert!(!is_consent(&without, &author, &quoting, &quoted), "{field}");
        }
    }
}
