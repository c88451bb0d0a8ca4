//! Pictures.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, address};
use crate::http::media::urls;
use crate::model::address::Addresses;
use crate::model::ids::MediaId;
use crate::model::tweet;

/// A picture of a tweet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Media {
    /// Its id.
    #[schema(value_type = Id)]
    id: MediaId,
    /// `image` or `gif`.
    kind: String,
    /// Its media type.
    #[schema(example = "image/webp")]
    mime: String,
    /// Where it is read here; a remote picture is fetched when it is first looked at.
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
}

impl Media {
    /// A picture as the API shows it.
    pub(in crate::http::api) fn of(media: &tweet::Media, addresses: &Addresses) -> Self {
        Self {
            id: media.id,
            kind: media.kind.clone(),
            mime: media.mime.clone(),
            url: address(addresses, urls::attachment_url(media)),
            preview_url: address(addresses, urls::attachment_preview_url(media)),
            remote_url: media.remote_url.clone(),
            alt: media.alt.clone(),
            width: media.width,
            height: media.height,
            blurhash: media.blurhash.clone(),
        }
    }
}
