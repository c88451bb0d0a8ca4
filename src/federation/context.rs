//! The JSON-LD `@context` of everything we send: exactly the terms we use, because some peers read nothing else.
//!
//! Without `https://w3id.org/security/v1` a strict peer sees no `publicKey` and refuses every signature. Contexts are
//! never fetched: foreign ones are treated as opaque.

use std::sync::LazyLock;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// The namespace of ActivityStreams 2.0.
pub const ACTIVITY_STREAMS: &str = "https://www.w3.org/ns/activitystreams";

// `http://schema.org#` is formally wrong, but it is what everybody matches on.
static CONTEXT: LazyLock<Value> = LazyLock::new(|| {
    json!([
        ACTIVITY_STREAMS,
        "https://w3id.org/security/v1",
        {
            "toot": "http://joinmastodon.org/ns#",
            "schema": "http://schema.org#",
            "gts": "https://gotosocial.org/ns#",
            "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
            "sensitive": "as:sensitive",
            "Hashtag": "as:Hashtag",
            "alsoKnownAs": { "@id": "as:alsoKnownAs", "@type": "@id" },
            "movedTo": { "@id": "as:movedTo", "@type": "@id" },
            "discoverable": "toot:discoverable",
            "indexable": "toot:indexable",
            "suspended": "toot:suspended",
            "Emoji": "toot:Emoji",
            "featured": { "@id": "toot:featured", "@type": "@id" },
            "featuredTags": { "@id": "toot:featuredTags", "@type": "@id" },
            "blurhash": "toot:blurhash",
            "votersCount": "toot:votersCount",
            "focalPoint": { "@container": "@list", "@id": "toot:focalPoint" },
            "PropertyValue": "schema:PropertyValue",
            "value": "schema:value",
            "EmojiReact": "http://litepub.social/ns#EmojiReact",
            "quote": { "@id": "https://w3id.org/fep/044f#quote", "@type": "@id" },
            "quoteUri": "http://fedibird.com/ns#quoteUri",
            "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
            "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
            "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
            "quoteAuthorization": { "@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id" },
            "interactingObject": { "@id": "gts:interactingObject", "@type": "@id" },
            "interactionTarget": { "@id": "gts:interactionTarget", "@type": "@id" },
            "interactionPolicy": { "@id": "gts:interactionPolicy", "@type": "@id" },
            "canQuote": { "@id": "gts:canQuote", "@type": "@id" },
            "automaticApproval": { "@id": "gts:automaticApproval", "@type": "@id" }
        }
    ])
});

/// Stands for our `@context` in a document and is written as its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context;

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        CONTEXT.serialize(serializer)
    }
}

/// A document with our `@context` in front.
#[derive(Clone, Debug, Serialize)]
pub struct WithContext<'a, T> {
    #[serde(rename = "@context")]
    context: Context,
    #[serde(flatten)]
    document: &'a T,
}

impl<'a, T: Serialize> WithContext<'a, T> {
    /// Puts the context in front of `document`.
    pub fn new(document: &'a T) -> Self {
        Self { context: Context, document }
    }

    /// The JSON bytes to send, store or serve.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_names_the_security_vocabulary_so_that_strict_peers_see_the_key() {
        let written = serde_json::to_value(Context).unwrap();
        assert_eq!(written[0], "https://www.w3.org/ns/activitystreams");
        assert_eq!(written[1], "https://w3id.org/security/v1");
        assert_eq!(written[2]["featured"]["@id"], "toot:featured");
    }

    #[test]
    fn a_document_keeps_its_fields_beside_the_context() {
        let document = json!({ "id": "https://a.test/1", "type": "Note" });
        let bytes = WithContext::new(&document).to_bytes().unwrap();
        let written: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(written["type"], "Note");
        assert_eq!(written["@context"][0], ACTIVITY_STREAMS);
    }
}
