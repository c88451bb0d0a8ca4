//! Custom emoji.

use serde::Serialize;

use super::Scene;
use crate::model::emoji::EmojiPicture;

/// A picture to draw where `:shortcode:` stands in a text. Emoji stand still here, so that both addresses are one.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct CustomEmoji {
    shortcode: String,
    url: String,
    static_url: String,
    visible_in_picker: bool,
    category: Option<String>,
}

impl CustomEmoji {
    /// Some emoji as this API shows them.
    pub(in crate::http::mastodon) fn list(pictures: Vec<EmojiPicture>, scene: &Scene<'_>) -> Vec<Self> {
        let shown = |picture: EmojiPicture| {
            let url = scene.addresses.at(&picture.path);
            Self {
                shortcode: picture.shortcode,
                static_url: url.clone(),
                url,
                visible_in_picker: picture.own,
                category: picture.category,
            }
        };
        pictures.into_iter().map(shown).collect()
    }
}
