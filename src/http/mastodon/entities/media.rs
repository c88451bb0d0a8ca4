//! Pictures, films and sounds.

use serde::Serialize;

use super::Scene;
use crate::http::media::urls;
use crate::model::attachment::MediaState;
use crate::model::ids::MediaId;
use crate::model::tweet;

/// A picture, film or sound of a post, or one that waits for its post.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct MediaAttachment {
    id: MediaId,
    #[serde(rename = "type")]
    kind: &'static str,
    url: Option<String>,
    preview_url: Option<String>,
    remote_url: Option<String>,
    preview_remote_url: Option<String>,
    text_url: Option<String>,
    meta: Meta,
    description: Option<String>,
    blurhash: Option<String>,
}

/// What is known of a picture's sizes, and of how long a film lasts.
#[derive(Clone, Debug, Serialize)]
struct Meta {
    #[serde(skip_serializing_if = "Option::is_none")]
    focus: Option<Point>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original: Option<Original>,
    #[serde(skip_serializing_if = "Option::is_none")]
    small: Option<Size>,
}

#[derive(Clone, Debug, Serialize)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Clone, Debug, Serialize)]
struct Original {
    #[serde(flatten)]
    size: Option<Size>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bitrate: Option<i64>,
}

#[derive(Clone, Debug, Serialize)]
struct Size {
    width: i64,
    height: i64,
    size: String,
    aspect: f64,
}

impl MediaAttachment {
    /// A picture as this API shows it. In a post its address is never null: clients drop the whole list else.
    pub(in crate::http::mastodon) fn of(media: &tweet::Media, scene: &Scene<'_>) -> Self {
        let kind = match media.kind.as_str() {
            "gifv" => "gifv",
            "video" => "video",
            "audio" => "audio",
            // A GIF that was not made a film moves as a picture.
            _ => "image",
        };
        let origin = || scene.addresses.origin().to_owned();
        let url = (media.state == MediaState::Ready)
            .then(|| scene.at(urls::attachment_url(media)).unwrap_or_else(origin));
        let preview = scene.at(urls::attachment_preview_url(media));
        Self {
            id: media.id,
            kind,
            preview_url: preview.or_else(|| url.clone().filter(|_| kind == "image")),
            url,
            remote_url: media.remote_url.clone(),
            preview_remote_url: None,
            text_url: None,
            meta: Meta {
                focus: media.focus.map(|focus| {
                    let (x, y) = focus.point();
                    Point { x, y }
                }),
                original: Original::of(media),
                small: Size::of(media.thumb_width, media.thumb_height),
            },
            description: Some(media.alt.clone()).filter(|alt| !alt.is_empty()),
            blurhash: media.blurhash.clone(),
        }
    }
}

impl Original {
    /// `None` while nothing is known.
    fn of(media: &tweet::Media) -> Option<Self> {
        let size = Size::of(media.width, media.height);
        let milliseconds = i32::try_from(media.duration_ms).ok().filter(|lasts| *lasts > 0);
        let bits = media.size_bytes.saturating_mul(8_000).checked_div(media.duration_ms);
        let known = size.is_some() || milliseconds.is_some();
        known.then_some(Self {
            size,
            duration: milliseconds.map(|lasts| f64::from(lasts) / 1_000.0),
            bitrate: bits.filter(|bits| *bits > 0),
        })
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
