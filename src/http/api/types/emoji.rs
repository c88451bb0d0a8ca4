//! Custom emoji.

use serde::Serialize;
use utoipa::ToSchema;

use super::Scene;
use crate::model::emoji::EmojiPicture;

/// A custom emoji: a picture to draw where `:shortcode:` stands in a text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct CustomEmoji {
    /// The name between the colons.
    #[schema(example = "rook")]
    shortcode: String,
    /// Where its picture is read here, also of another instance's.
    url: String,
    /// The same without movement. Emoji stand still here, so that it is the same address.
    static_url: String,
    /// Whether it may be offered to people who write here: those of this instance.
    visible_in_picker: bool,
    /// The heading under which it is offered.
    category: Option<String>,
}

impl CustomEmoji {
    /// An emoji as the API shows it.
    pub(in crate::http::api) fn of(picture: EmojiPicture, scene: &Scene<'_>) -> Self {
        let url = scene.addresses.at(&picture.path);
        Self {
            shortcode: picture.shortcode,
            static_url: url.clone(),
            url,
            visible_in_picker: picture.own,
            category: picture.category,
        }
    }

    /// Some emoji as the API shows them.
    pub(in crate::http::api) fn list(pictures: Vec<EmojiPicture>, scene: &Scene<'_>) -> Vec<Self> {
        pictures.into_iter().map(|picture| Self::of(picture, scene)).collect()
    }
}
