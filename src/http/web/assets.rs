//! Style, scripts and pictures of the pages, embedded in the binary.
//!
//! Every asset's address carries a hash of its content, so that browsers keep it for ever and a new
//! binary is seen at once. Only the hashed addresses exist; anything else is a 404.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Hex digits of the content hash in an address: 64 bits, far more than five files need.
const HASH_DIGITS: usize = 16;

/// Assets never change under their address; a year is the longest that caches honour.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Name, type, bytes.
const FILES: [(&str, &str, &[u8]); 9] = [
    ("rookery.css", "text/css; charset=utf-8", include_bytes!("../../../assets/rookery.css")),
    ("feed.js", "text/javascript; charset=utf-8", include_bytes!("../../../assets/feed.js")),
    ("composer.js", "text/javascript; charset=utf-8", include_bytes!("../../../assets/composer.js")),
    ("keys.js", "text/javascript; charset=utf-8", include_bytes!("../../../assets/keys.js")),
    ("icons.svg", "image/svg+xml", include_bytes!("../../../assets/icons.svg")),
    ("icon.svg", "image/svg+xml", include_bytes!("../../../assets/icon.svg")),
    ("colony.svg", "image/svg+xml", include_bytes!("../../../assets/colony.svg")),
    // The same two for programs that draw no SVG.
    ("icon.png", "image/png", include_bytes!("../../../assets/icon.png")),
    ("colony.png", "image/png", include_bytes!("../../../assets/colony.png")),
];

static ASSETS: LazyLock<[Asset; FILES.len()]> =
    LazyLock::new(|| FILES.map(|(name, content_type, bytes)| Asset::new(name, content_type, bytes)));

struct Asset {
    name: &'static str,
    /// The last part of the address, such as `rookery.0123456789abcdef.css`.
    file: String,
    url: String,
    etag: String,
    content_type: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn new(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        let mut hash: String =
            digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        hash.truncate(HASH_DIGITS);
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let file = format!("{stem}.{hash}.{extension}");
        Self { name, url: format!("/assets/{file}"), etag: format!("\"{hash}\""), file, content_type, bytes }
    }
}

/// The address of the asset called `name`, such as `rookery.css`. An unknown name gives an address
/// that answers 404; a test draws every page and makes sure that there is none.
pub fn url(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("/assets/", |asset| &asset.url)
}

/// The route `GET /assets/{file}`.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{file}", get(serve))
}

async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.file == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let validators = [(ETAG, asset.etag.as_str()), (CACHE_CONTROL, FOREVER)];
    if headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .any(|value| value.to_str().is_ok_and(|tags| tags.contains(&asset.etag)))
    {
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    let kind = [(CONTENT_TYPE, asset.content_type), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (validators, kind, Body::from(asset.bytes)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    /// Raw bytes; gzip makes them less than a third, so that the pages' budget of 15 kB each holds.
    const CSS_LIMIT_BYTES: usize = 60_000;
    const JS_LIMIT_BYTES: usize = 45_000;

    async fn get_asset(address: &str, etag: Option<&str>) -> Response {
        let mut request = Request::get(address);
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        routes().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn an_asset_is_served_with_its_type_and_kept_for_ever() {
        let answer = get_asset(url("rookery.css"), None).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(answer.headers()[CACHE_CONTROL], FOREVER);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(&body[..], FILES[0].2);
    }

    #[tokio::test]
    async fn an_asset_that_the_browser_has_is_not_sent_again() {
        let etag = get_asset(url("feed.js"), None).await.headers()[ETAG].to_str().unwrap().to_owned();
        let answer = get_asset(url("feed.js"), Some(&etag)).await;
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
        assert!(answer.into_body().collect().await.unwrap().to_bytes().is_empty());
    }

    #[tokio::test]
    async fn an_address_without_the_right_hash_is_not_found() {
        for address in
            ["/assets/rookery.css", "/assets/rookery.0000000000000000.css", "/assets/..%2fCargo.toml"]
        {
            assert_eq!(get_asset(address, None).await.status(), StatusCode::NOT_FOUND, "{address}");
        }
    }

    #[test]
    fn style_and_scripts_stay_small() {
        let total = |extension: &str| -> usize {
            FILES.iter().filter(|(name, ..)| name.ends_with(extension)).map(|(.., bytes)| bytes.len()).sum()
        };
        assert!(total(".css") <= CSS_LIMIT_BYTES, "{} bytes of style", total(".css"));
        assert!(total(".js") <= JS_LIMIT_BYTES, "{} bytes of scripts", total(".js"));
    }
}
