//! Cards of linked pages.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Scene, address};
use crate::http::media::urls;
use crate::model::preview;

/// The page that a tweet links to, as that page describes itself: all of it is the word of a stranger, and plain text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct LinkPreview {
    /// The address that the tweet links to, without a fragment.
    url: String,
    /// The host of that address. Show it: name and title may claim to be another's.
    #[schema(example = "example.org")]
    host: String,
    /// The page's title.
    title: String,
    /// What it says that it is about; may be empty.
    description: String,
    /// The name of its site; may be empty.
    site_name: String,
    /// Who wrote it; may be empty.
    author: String,
    /// Its picture.
    picture: Option<PreviewPicture>,
}

/// The picture of a linked page.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct PreviewPicture {
    /// Where it is read here; it is fetched when it is first looked at, and may turn out not to be had.
    url: Option<String>,
    /// Where its small version is read here.
    preview_url: Option<String>,
    /// The description for those who cannot see it; may be empty.
    alt: String,
    /// Pixels; 0 when unknown.
    #[schema(minimum = 0)]
    width: i64,
    /// Pixels; 0 when unknown.
    #[schema(minimum = 0)]
    height: i64,
    /// A blurred version (blurhash).
    blurhash: Option<String>,
}

impl LinkPreview {
    /// A card as the API shows it.
    pub(in crate::http::api) fn of(preview: &preview::Preview, scene: &Scene<'_>) -> Self {
        let picture = |picture: &preview::Picture| PreviewPicture {
            url: address(scene.addresses, urls::preview_url(preview)),
            preview_url: address(scene.addresses, urls::preview_small_url(preview)),
            alt: picture.alt.clone(),
            width: picture.width,
            height: picture.height,
            blurhash: picture.blurhash.clone(),
        };
        Self {
            url: preview.url.clone(),
            host: preview.host(),
            title: preview.title.clone(),
            description: preview.description.clone(),
            site_name: preview.site_name.clone(),
            author: preview.author.clone(),
            picture: preview.picture.as_ref().map(picture),
        }
    }
}
