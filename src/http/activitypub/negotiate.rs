//! Documents for instances, pages for people, under the same address.

use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::Error;
use crate::federation::context::WithContext;
use crate::federation::objects::media_type::wants_activity;
use crate::federation::rendered::Rendered;
use crate::http::problem::ApiError;

const ACTIVITY_JSON: HeaderValue = HeaderValue::from_static("application/activity+json; charset=utf-8");

/// Whether a request asks for an ActivityPub document rather than a page (ActivityPub section 3.2).
pub(super) fn wants_document(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().filter_map(|accept| accept.to_str().ok()).any(wants_activity)
}

/// A document with its context.
pub(super) fn document<T: Serialize>(document: &T) -> Result<Response, ApiError> {
    let bytes = WithContext::new(document).to_bytes().map_err(Error::internal)?;
    let mut response = bytes.into_response();
    response.headers_mut().insert(CONTENT_TYPE, ACTIVITY_JSON);
    response.headers_mut().insert(VARY, DEPENDS_ON);
    Ok(response)
}

/// For how long a stranger's cache may show what everybody may have without asking again: an edit shows within it.
const PUBLIC_CACHE: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// What an answer depends on beside its address, when it is the same for everybody; else see [`super::reader`].
const DEPENDS_ON: HeaderValue = HeaderValue::from_static("Accept");

/// A document that everybody may have, or 304 when the asker has it.
pub(super) fn served(headers: &HeaderMap, document: &Rendered) -> Response {
    let mut response = if is_known(headers, document) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut whole = document.bytes.clone().into_response();
        whole.headers_mut().insert(CONTENT_TYPE, ACTIVITY_JSON);
        whole
    };
    let answer = response.headers_mut();
    answer.insert(VARY, DEPENDS_ON);
    answer.insert(CACHE_CONTROL, PUBLIC_CACHE);
    answer.extend(HeaderValue::from_str(&document.etag).map(|etag| (ETAG, etag)));
    response
}

/// Whether the asker has this version (RFC 9110 section 13.1.2). Dates would not tell: keys, counts and consent change
/// what is written and not when the post was.
fn is_known(headers: &HeaderMap, document: &Rendered) -> bool {
    let tags = headers.get_all(IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    let same = |tag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == document.etag;
    tags.flat_map(|tags| tags.split(',')).map(str::trim).any(same)
}

/// The same document under 410.
pub(super) fn gone<T: Serialize>(tombstone: &T) -> Result<Response, ApiError> {
    let mut response = document(tombstone)?;
    *response.status_mut() = StatusCode::GONE;
    Ok(response)
}

/// Sends a browser to the page of what it asked for.
pub(super) fn to_page(page: &str) -> Response {
    let mut response = axum::response::Redirect::to(page).into_response();
    response.headers_mut().insert(VARY, DEPENDS_ON);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_get_documents_and_browsers_get_pages() {
        let wants = |accept: &'static str| {
            wants_document(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]))
        };
        assert!(wants("application/activity+json"));
        assert!(wants(
            "text/html;q=0.1, Application/LD+JSON ; profile=\"https://www.w3.org/ns/activitystreams\""
        ));
        assert!(!wants("text/html,application/xhtml+xml,*/*;q=0.8"));
        assert!(!wants("application/json"));
        assert!(!wants_document(&HeaderMap::new()));
    }
}
