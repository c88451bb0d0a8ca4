//! Where a request carries its credential: `Authorization: Bearer`, or the session cookie.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use url::Url;

/// The name of the session cookie. Over https the `__Host-` prefix makes browsers refuse one that another
/// subdomain or plain http has set.
pub fn session_cookie_name(base_url: &Url) -> &'static str {
    if base_url.scheme() == "https" { "__Host-rookery_session" } else { "rookery_session" }
}

/// The bearer token of a request.
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The value of the cookie `name`; of several, the first. An empty value counts as none.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, value)| *found == name && !value.is_empty()).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn only_a_bearer_scheme_with_a_token_is_a_bearer_token() {
        assert_eq!(bearer_token(&headers(&[("authorization", "Bearer abc")])), Some("abc"));
        assert_eq!(bearer_token(&headers(&[("authorization", "bearer  abc")])), Some("abc"));
        for other in ["Basic abc", "Bearer", "Bearer ", "abc"] {
            assert_eq!(bearer_token(&headers(&[("authorization", other)])), None, "{other}");
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_exact_name() {
        let headers = headers(&[("cookie", "theme=dark; xs=1; s=first"), ("cookie", "s=second; empty=")]);
        assert_eq!(cookie(&headers, "s"), Some("first"));
        assert_eq!(cookie(&headers, "empty"), None);
        assert_eq!(cookie(&headers, "x"), None);
    }
}
