//! Pictures.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, file_address};
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
    /// Where it is read here; null for a remote picture that is not kept here.
    url: Option<String>,
    /// Where its small version is read here.
    thumbnail_url: Option<String>,
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
            url: file_address(addresses, media.file_key.as_deref()),
            thumbnail_url: file_address(addresses, media.thumb_key.as_deref()),
            remote_url: media.remote_url.clone(),
            alt: media.alt.clone(),
            width: media.width,
            height: media.height,
            blurhash: media.blurhash.clone(),
        }
    }
}
