//! Where a form leads afterwards: always a path on this server, whatever the form says.

use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use url::Url;

/// Bytes of a path to return to: that of an app that asks for consent has an address of its own inside, and a state as
/// long as the app likes.
const MAX_BYTES: usize = 8_192;

/// A form whose only field is where it came from.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Back {
    /// Where to go afterwards.
    #[serde(default)]
    pub(super) return_to: String,
}

/// The path, query and fragment that `text` names on the server at `base`; `None` for anything else. Read as a
/// browser reads a `Location`, so that no odd writing leads to another site.
pub(super) fn local_path(base: &Url, text: &str) -> Option<String> {
    if text.len() > MAX_BYTES || !text.starts_with('/') {
        return None;
    }
    let url = base.join(text).ok()?;
    let is_ours = url.origin() == base.origin() && url.username().is_empty() && url.password().is_none();
    // A path that itself begins with two slashes would name a host when it is sent back alone.
    if !is_ours || url.path().starts_with("//") {
        return None;
    }
    let mut path = url.path().to_owned();
    for (mark, part) in [('?', url.query()), ('#', url.fragment())] {
        if let Some(part) = part {
            path.push(mark);
            path.push_str(part);
        }
    }
    Some(path)
}

/// 303 to a path of ours, so that reloading the page does not send the form again.
pub(super) fn see_other(path: &str) -> Response {
    // Paths come from `local_path` or from our own code and are percent-encoded.
    let location = HeaderValue::from_str(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        local_path(&"https://rook.test".parse().unwrap(), text)
    }

    #[test]
    fn paths_of_ours_are_kept_whole() {
        for path in ["/", "/home", "/@ann/7#tweet-7", "/search?q=a%20b&kind=tags"] {
            assert_eq!(read(path).as_deref(), Some(path));
        }
        assert_eq!(read("/tags/ü").as_deref(), Some("/tags/%C3%BC"));
    }

    #[test]
    fn nothing_leads_to_another_site() {
        for odd in [
            "",
            "home",
            "https://evil.test/",
            "//evil.test/",
            "/\\evil.test/",
            "/\t/evil.test/",
            "/\n\\evil.test",
            "/.//evil.test/",
            "/x/..//evil.test/",
            "\\\\evil.test",
            "javascript:alert(1)",
        ] {
            assert_eq!(read(odd), None, "{odd:?}");
        }
        assert_eq!(read(&format!("/{}", "a".repeat(9_000))), None);
    }
}
