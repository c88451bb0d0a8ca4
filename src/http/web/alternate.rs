//! Pages that other instances read as ActivityPub documents: the way there.

use axum::http::header::{ACCEPT, LINK, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::federation::objects::media_type::wants_activity;
use crate::service::Service;

/// Whether a request asks for a document rather than a page (ActivityPub section 3.2), where there are documents.
pub(super) fn is_wanted(service: &Service, headers: &HeaderMap) -> bool {
    service.rules().federation && asks_for_activity(headers)
}

fn asks_for_activity(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().filter_map(|accept| accept.to_str().ok()).any(wants_activity)
}

/// To the document.
pub(super) fn redirect(document: &str) -> Response {
    let mut response = Redirect::to(document).into_response();
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    response
}

/// A page that says where its document is.
pub(super) fn with_link(service: &Service, mut page: Response, document: &str) -> Response {
    if !service.rules().federation {
        return page;
    }
    let link = format!("<{document}>; rel=\"alternate\"; type=\"application/activity+json\"");
    if let Ok(link) = HeaderValue::from_str(&link) {
        page.headers_mut().insert(LINK, link);
    }
    page.headers_mut().append(VARY, HeaderValue::from_static("Accept"));
    page
}
