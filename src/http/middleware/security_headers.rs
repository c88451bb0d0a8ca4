//! What browsers may do with our answers.
//!
//! A handler that needs another policy sets the header itself and keeps it: the OAuth consent page must allow
//! `form-action` to the app's redirect address, an embed another `frame-ancestors`.

use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

/// Everything from our own origin and nothing inline. `blob:` shows an upload before it is sent.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'; manifest-src 'self'";
/// No page of ours uses these.
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()";
/// A year, and without subdomains, which may not be ours to promise for.
const HSTS: &str = "max-age=31536000";

/// The policy of a page whose form leads on to `target`, an origin or a scheme, as a browser asks before it follows the
/// redirect.
pub fn form_leads_to(target: &str) -> HeaderValue {
    let policy = CSP.replace("form-action 'self'", &format!("form-action 'self' {target}"));
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static(CSP))
}

/// The headers of this instance.
pub(super) struct Headers(Vec<(HeaderName, HeaderValue)>);

/// The headers for an instance at `base_url`; HSTS only when it is served over https.
pub(super) fn for_base(base_url: &Url) -> Headers {
    let mut headers = vec![
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    ];
    if base_url.scheme() == "https" {
        headers.push((STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS)));
    }
    Headers(headers)
}

impl Headers {
    /// Adds those that the handler has not set itself.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_may_lead_to_one_place_more_and_nothing_else_changes() {
        let policy = form_leads_to("https://app.example");
        assert!(policy.to_str().unwrap().contains("form-action 'self' https://app.example;"));
        assert!(policy.to_str().unwrap().contains("frame-ancestors 'none'"));
        assert_eq!(form_leads_to("x\r\ny"), CSP);
    }

    #[test]
    fn nothing_inline_is_allowed_and_a_handlers_own_policy_stays() {
        assert!(!CSP.contains("unsafe") && CSP.starts_with("default-src 'none'"));
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'self'"));
        for_base(&"https://rookery.example".parse().unwrap()).write(&mut headers);
        assert_eq!(headers[CONTENT_SECURITY_POLICY], "default-src 'self'");
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
    }

    #[test]
    fn only_an_https_instance_promises_https() {
        for (base, promised) in [("https://rookery.example", true), ("http://localhost:8080", false)] {
            let mut headers = HeaderMap::new();
            for_base(&base.parse().unwrap()).write(&mut headers);
            assert_eq!(headers.contains_key(STRICT_TRANSPORT_SECURITY), promised, "{base}");
        }
    }
}
