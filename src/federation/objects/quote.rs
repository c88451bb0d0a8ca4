//! Quotes with consent (FEP-044f): the stamp by which a quoted author allows a quote.

use serde::Serialize;
use url::Url;

use super::liberal::{Object, ObjectError, parse_document};
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
pub fn is_consent(bytes: &[u8], author: &Url, quoting: &Url, quoted: &Url) -> Result<bool, ObjectError> {
    let document = parse_document(bytes)?;
    let stamp = Object(&document);
    Ok(stamp.kind() == Some("QuoteAuthorization")
        && same_origin(&stamp.id()?, author)
        && stamp.link("attributedTo")?.as_ref() == Some(author)
        && stamp.link("interactingObject")?.as_ref() == Some(quoting)
        && stamp.link("interactionTarget")?.as_ref() == Some(quoted))
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
        let bytes = serde_json::to_vec(&stamp).unwrap();
        let (author, quoting, quoted) = (
            url("https://a.test/users/1"),
            url("https://b.test/notes/1"),
            url("https://a.test/users/1/statuses/7"),
        );
        assert_eq!(is_consent(&bytes, &author, &quoting, &quoted), Ok(true));
        assert_eq!(is_consent(&bytes, &author, &url("https://b.test/notes/2"), &quoted), Ok(false));
        assert_eq!(is_consent(&bytes, &url("https://c.test/users/1"), &quoting, &quoted), Ok(false));
        assert_eq!(is_consent(b"{\"type\":\"Note\"}", &author, &quoting, &quoted), Ok(false));
        assert!(is_consent(b"[]", &author, &quoting, &quoted).is_err());
    }
}
