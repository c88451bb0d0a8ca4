//! What own posts and own actors both carry: tags and images.

use serde::Serialize;

/// A mention, hashtag or emoji of an own document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
pub enum Tag {
    /// Somebody is mentioned.
    Mention {
        /// The actor's id.
        href: String,
        /// `@bob@b.test`.
        name: String,
    },
    /// A hashtag.
    Hashtag {
        /// Its page.
        href: String,
        /// With `#`.
        name: String,
    },
    /// A custom emoji.
    Emoji {
        /// Its id.
        id: String,
        /// With colons.
        name: String,
        /// When it last changed.
        updated: String,
        /// Its image.
        icon: Image,
    },
}

/// An image of an own actor or emoji.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub struct Image {
    /// Its media type.
    pub media_type: String,
    /// Where it is.
    pub url: String,
}
