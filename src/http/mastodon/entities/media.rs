//! Pictures.

use serde::Serialize;

use super::Scene;
use crate::http::media::urls;
use crate::model::ids::MediaId;
use crate::model::tweet;

/// A picture of a post, or one that waits for its post.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct MediaAttachment {
    id: MediaId,
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
    preview_url: String,
    remote_url: Option<String>,
    preview_remote_url: Option<String>,
    text_url: Option<String>,
    meta: Meta,
    description: Option<String>,
    blurhash: Option<String>,
}

/// What is known of a picture's sizes.
#[derive(Clone, Debug, Serialize)]
struct Meta {
    #[serde(skip_serializing_if = "Option::is_none")]
    original: Option<Size>,
    #[serde(skip_serializing_if = "Option::is_none")]
    small: Option<Size>,
}

#[derive(Clone, Debug, Serialize)]
struct Size {
    width: i64,
    height: i64,
    size: String,
    aspect: f64,
}

impl MediaAttachment {
    /// A picture as this API shows it. Its addresses are never null: clients drop the whole list else.
    pub(in crate::http::mastodon) fn of(media: &tweet::Media, scene: &Scene<'_>) -> Self {
        let url =
            scene.at(urls::attachment_url(media)).unwrap_or_else(|| scene.addresses.origin().to_owned());
        Self {
            id: media.id,
            // A moving GIF stays one here; "gifv" would promise a film.
            kind: "image",
            preview_url: scene.at(urls::attachment_preview_url(media)).unwrap_or_else(|| url.clone()),
            url,
            remote_url: media.remote_url.clone(),
            preview_remote_url: None,
            text_url: None,
            meta: Meta {
                original: Size::of(media.width, media.height),
                small: Size::of(media.thumb_width, media.thumb_height),
            },
            description: Some(media.alt.clone()).filter(|alt| !alt.is_empty()),
            blurhash: media.blurhash.clone(),
        }
    }
}

impl Size {
    /// `None` while it is not known.
    fn of(width: i64, height: i64) -> Option<Self> {
        let side = |pixels: i64| i32::try_from(pixels).ok().filter(|pixels| *pixels > 0).map(f64::from);
        let aspect = side(width)? / side(height)?;
        Some(Self { width, height, size: format!("{width}x{height}"), aspect })
    }
}
