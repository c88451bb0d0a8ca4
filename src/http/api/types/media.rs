//! Pictures, films and sounds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Id, address};
use crate::http::media::urls;
use crate::model::address::Addresses;
use crate::model::ids::MediaId;
use crate::model::tweet;

/// A point of a picture, from its middle to its edges.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub(in crate::http::api) struct Point {
    /// From -1 (left) to 1 (right).
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub(in crate::http::api) x: f64,
    /// From -1 (bottom) to 1 (top).
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub(in crate::http::api) y: f64,
}

/// A picture, film or sound of a tweet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Media {
    /// Its id.
    #[schema(value_type = Id)]
    id: MediaId,
    /// `image`, `gif`, `gifv` (a film without sound that goes round), `video` or `audio`.
    kind: String,
    /// `ready`, `waiting` while a film or sound is worked on, or `failed` when nothing could be made of it.
    #[schema(example = "ready")]
    state: &'static str,
    /// Its media type.
    #[schema(example = "image/webp")]
    mime: String,
    /// Where it is read here, null until it is ready; a remote picture is fetched when it is first looked at.
    url: Option<String>,
    /// Where its small version is read here.
    preview_url: Option<String>,
    /// Where a remote picture comes from.
    remote_url: Option<String>,
    /// The description for those who cannot see it.
    alt: String,
    /// Pixels; 0 when unknown.
    #[schema(minimum = 0)]
    width: i64,
    /// Pixels; 0 when unknown.
    #[schema(minimum = 0)]
    height: i64,
    /// A blurred preview (blurhash).
    blurhash: Option<String>,
    /// What stays to be seen when it is cut; null is its middle.
    focus: Option<Point>,
    /// How long a film or sound lasts, in milliseconds; 0 for pictures.
    #[schema(minimum = 0)]
    duration_ms: i64,
}

impl Media {
    /// A picture as the API shows it.
    pub(in crate::http::api) fn of(media: &tweet::Media, addresses: &Addresses) -> Self {
        Self {
            id: media.id,
            kind: media.kind.clone(),
            state: media.state.word(),
            mime: media.mime.clone(),
            url: address(addresses, urls::attachment_url(media)),
            preview_url: address(addresses, urls::attachment_preview_url(media)),
            remote_url: media.remote_url.clone(),
            alt: media.alt.clone(),
            width: media.width,
            height: media.height,
            blurhash: media.blurhash.clone(),
            focus: media.focus.map(|focus| {
                let (x, y) = focus.point();
                Point { x, y }
            }),
            duration_ms: media.duration_ms,
        }
    }
}
