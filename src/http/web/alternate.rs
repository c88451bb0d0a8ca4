//! Pages that other instances read as ActivityPub documents: the way there.

use axum::http::header::{ACCEPT, LINK, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::federation::objects::media_type::wants_activity;

/// Whether a request asks for a document rather than a page (ActivityPub section 3.2).
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().filter_map(|accept| accept.to_str().ok()).any(wants_activity)
}

/// To the document.
pub(super) fn redirect(document: &str) -> Response {
    let mut response = Redirect::to(document).into_response();
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    response
}

/// A page that says where its document is.
pub(super) fn with_link(mut page: Response, document: &str) -> Response {
    let link = format!("<{document}>; rel=\"alternate\"; type=\"application/activity+json\"");
    if let Ok(link) = HeaderValue::from_str(&link) {
        page.headers_mut().insert(LINK, link);
    }
    page.headers_mut().append(VARY, HeaderValue::from_static("Accept"));
    page
}
