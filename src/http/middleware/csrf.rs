//! Refuses what another site makes a signed-in browser send (cross-site request forgery).
//!
//! Browsers say where a request comes from (`Sec-Fetch-Site`; older ones and plain http: `Origin`), and no page
//! can forge that, so no hidden token is needed in forms. Only requests that a browser authenticates by itself
//! need the check: those with the session cookie. A bearer token is not sent by itself. A form of another site
//! may not sign a visitor in either, so that nobody writes into a stranger's account unknowingly.

use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

use super::credentials::{bearer_token, cookie, session_cookie_name};
use crate::http::problem::Problem;

/// Paths that other sites' scripts may post to without a cookie: programs' interfaces, and other instances.
const FOR_PROGRAMS: &[&str] = &["/api/", "/oauth/", "/inbox", "/users/"];

/// Knows the origin and the session cookie of this instance.
pub(super) struct Guard {
    origin: String,
    session_cookie: &'static str,
}

impl Guard {
    pub(super) fn new(base_url: &Url) -> Self {
        Self {
            origin: base_url.origin().ascii_serialization(),
            session_cookie: session_cookie_name(base_url),
        }
    }

    /// The bearer token, else the session cookie.
    pub(super) fn credential<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        bearer_token(headers).or_else(|| cookie(headers, self.session_cookie))
    }

    /// 403 for a change that a foreign page may have caused.
    pub(super) fn refusal(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Problem> {
        if method.is_safe() || bearer_token(headers).is_some() {
            return None;
        }
        let allowed = if cookie(headers, self.session_cookie).is_some() {
            self.comes_from_here(headers)
        } else {
            FOR_PROGRAMS.iter().any(|prefix| path.starts_with(prefix)) || !self.says_elsewhere(headers)
        };
        let detail = "this request seems to come from another site; reload the page and try again";
        (!allowed).then(|| Problem::new(StatusCode::FORBIDDEN, "csrf", detail))
    }

    fn comes_from_here(&self, headers: &HeaderMap) -> bool {
        match fetch_site(headers) {
            Some(site) => is_here(site),
            None => headers.get(ORIGIN).is_some_and(|origin| self.is_ours(origin)),
        }
    }

    /// A program without a browser says nothing of either.
    fn says_elsewhere(&self, headers: &HeaderMap) -> bool {
        match fetch_site(headers) {
            Some(site) => !is_here(site),
            None => headers.get(ORIGIN).is_some_and(|origin| !self.is_ours(origin)),
        }
    }

    fn is_ours(&self, origin: &HeaderValue) -> bool {
        origin.as_bytes() == self.origin.as_bytes()
    }
}

/// `none` is the person's own doing: the address bar, a bookmark, a share target.
fn is_here(site: &[u8]) -> bool {
    site == b"same-origin" || site == b"none"
}

fn fetch_site(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get("sec-fetch-site").map(|value| value.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIE: (&str, &str) = ("cookie", "__Host-rookery_session=abc");

    fn passes(method: &Method, path: &str, pairs: &[(&'static str, &'static str)]) -> bool {
        let guard = Guard::new(&"https://rookery.example/".parse().unwrap());
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect();
        guard.refusal(method, path, &headers).is_none()
    }

    #[test]
    fn a_signed_in_browser_may_change_things_only_from_our_own_pages() {
        let post = |pairs: &[_]| passes(&Method::POST, "/compose", pairs);
        assert!(post(&[COOKIE, ("sec-fetch-site", "same-origin")]));
        assert!(post(&[COOKIE, ("sec-fetch-site", "none")]));
        assert!(post(&[COOKIE, ("origin", "https://rookery.example")]));
        for site in ["cross-site", "same-site", ""] {
            assert!(!post(&[COOKIE, ("sec-fetch-site", site)]), "{site}");
        }
        for origin in
            ["https://evil.example", "null", "http://rookery.example", "https://rookery.example.evil"]
        {
            assert!(!post(&[COOKIE, ("origin", origin)]), "{origin}");
        }
        assert!(!post(&[COOKIE]), "no word on where it comes from");
        assert!(!post(&[COOKIE, ("sec-fetch-site", "cross-site"), ("origin", "https://rookery.example")]));
    }

    #[test]
    fn reading_is_never_refused() {
        assert!(passes(&Method::GET, "/home", &[COOKIE, ("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn a_bearer_token_exempts_and_basic_credentials_do_not() {
        let foreign = ("sec-fetch-site", "cross-site");
        assert!(passes(&Method::POST, "/api/tweets", &[("authorization", "Bearer x"), foreign]));
        assert!(!passes(&Method::POST, "/api/tweets", &[("authorization", "Basic x"), COOKIE, foreign]));
    }

    #[test]
    fn another_site_may_call_an_api_without_a_cookie_but_not_post_our_forms() {
        let foreign = ("sec-fetch-site", "cross-site");
        assert!(passes(&Method::POST, "/oauth/token", &[foreign]));
        assert!(passes(&Method::POST, "/inbox", &[]));
        assert!(!passes(&Method::POST, "/login", &[foreign]));
        assert!(passes(&Method::POST, "/login", &[("sec-fetch-site", "same-origin")]));
        assert!(passes(&Method::POST, "/login", &[]));
        assert!(passes(&Method::POST, "/login", &[("origin", "https://rookery.example")]));
        assert!(!passes(&Method::POST, "/login", &[("origin", "https://evil.example")]));
        assert!(!passes(&Method::POST, "/login", &[("origin", "null")]));
    }
}
