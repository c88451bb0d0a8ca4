//! Apps: programs of other people's making that act for a person with a token. Whatever an app says of itself is a
//! stranger's word.

use url::{Host, Url};

use crate::clock::Millis;
use crate::config::limits::{APP_NAME_MAX, APP_REDIRECTS_MAX, TEXT_MAX_BYTES, URL_MAX_BYTES};
use crate::error::{Error, Result};
use crate::model::ids::AppId;
use crate::model::text;

/// The redirect address that means: show the code, the person carries it over.
pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// Schemes that make a browser run or read something instead of calling an app.
const NEVER: [&str; 12] = [
    "about",
    "blob",
    "chrome",
    "data",
    "file",
    "filesystem",
    "ftp",
    "javascript",
    "resource",
    "vbscript",
    "view-source",
    "ws",
];

/// A registered app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// What it calls itself by in requests.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// Its website; empty when it names none.
    pub website: String,
    /// Where codes may be sent, as they were registered.
    pub redirect_uris: Vec<String>,
    /// The most that it may ask for, words with spaces between.
    pub scopes: String,
    /// When it was registered.
    pub created_at: Millis,
}

impl App {
    /// Whether codes may be sent to this address: one that was registered, letter by letter (RFC 9700, 2.1).
    pub fn may_send_to(&self, redirect_uri: &str) -> bool {
        self.redirect_uris.iter().any(|registered| registered == redirect_uri)
    }
}

/// Cleans and checks an app's name.
///
/// # Errors
/// [`Error::Invalid`] on `client_name`: `required`, `too_long`.
pub fn checked_name(name: &str) -> Result<String> {
    let too_long = || {
        Error::invalid(
            "client_name",
            "too_long",
            format!("an app's name has at most {APP_NAME_MAX} characters"),
        )
    };
    if name.len() > TEXT_MAX_BYTES {
        return Err(too_long());
    }
    let name = text::one_line(name);
    if text::is_blank(&name) {
        return Err(Error::invalid("client_name", "required", "an app has a name"));
    }
    if text::characters(&name) > APP_NAME_MAX {
        return Err(too_long());
    }
    Ok(name)
}

/// Checks an app's website: an http address, or nothing.
///
/// # Errors
/// [`Error::Invalid`] on `website`: `bad_url`.
pub fn checked_website(website: &str) -> Result<String> {
    let website = website.trim();
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    if website.is_empty() {
        return Ok(String::new());
    }
    let url = Url::parse(website).ok().filter(|_| website.len() <= URL_MAX_BYTES).filter(is_web);
    url.map(String::from)
        .ok_or_else(|| Error::invalid("website", "bad_url", "a website is an address of http or https"))
}

/// Checks the addresses to which codes may be sent; they are kept as they were written.
///
/// # Errors
/// [`Error::Invalid`] on `redirect_uris`: `required`, `too_many`, `bad_url`.
pub fn checked_redirects(redirects: &[String]) -> Result<Vec<String>> {
    let invalid = |code, message: String| Err(Error::invalid("redirect_uris", code, message));
    let mut kept: Vec<String> = Vec::new();
    for redirect in redirects.iter().flat_map(|text| text.split_whitespace()) {
        if kept.iter().any(|known| known == redirect) {
            continue;
        }
        if kept.len() >= APP_REDIRECTS_MAX {
            return invalid("too_many", format!("an app has at most {APP_REDIRECTS_MAX} redirect addresses"));
        }
        if redirect != OUT_OF_BAND && redirect_url(redirect).is_none() {
            let shown: String = redirect.chars().take(100).collect();
            return invalid("bad_url", format!("codes cannot be sent to {shown:?}"));
        }
        kept.push(redirect.to_owned());
    }
    if kept.is_empty() {
        return invalid("required", format!("name at least one redirect address, or {OUT_OF_BAND}"));
    }
    Ok(kept)
}

/// The address to which a browser is sent with `answer` added to its query.
pub fn answer_address(redirect_uri: &str, answer: &[(&str, &str)]) -> Option<Url> {
    let mut url = redirect_url(redirect_uri)?;
    url.query_pairs_mut().extend_pairs(answer);
    Some(url)
}

/// What the content security policy of a page must name, so that its form may lead to this address.
pub fn form_target(redirect_uri: &str) -> Option<String> {
    let url = redirect_url(redirect_uri)?;
    Some(match url.host() {
        // The policy's grammar has no addresses in brackets.
        Some(Host::Domain(_) | Host::Ipv4(_)) if url.origin().is_tuple() => {
            url.origin().ascii_serialization()
        }
        _ => format!("{}:", url.scheme()),
    })
}

/// An absolute address without a fragment (RFC 6749, 3.1.2) that calls a website or an app.
fn redirect_url(text: &str) -> Option<Url> {
    let plain = text.len() <= URL_MAX_BYTES && text.chars().all(|c| c.is_ascii_graphic());
    let url = Url::parse(text).ok().filter(|url| plain && url.fragment().is_none())?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let calls_somebody = !NEVER.contains(&url.scheme()) && (!is_web || url.has_host());
    let nobody_named = url.username().is_empty() && url.password().is_none();
    (calls_somebody && nobody_named).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirects(text: &str) -> Result<Vec<String>> {
        checked_redirects(&[text.to_owned()])
    }

    #[test]
    fn codes_are_sent_to_websites_and_apps_and_never_to_what_a_browser_runs() {
        for good in [
            "https://elk.example/api/callback?server=rook.test",
            "http://localhost:8080/",
            "http://127.0.0.1:1/x",
            "icecubesapp://",
            "oauth2redirect://com.keylesspalace.tusky/",
            "com.example.app:/callback",
            OUT_OF_BAND,
        ] {
            assert_eq!(redirects(good).unwrap(), [good], "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JavaScript://x/%0Aalert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://x.example/1",
            "https://x.example/#part",
            "https://ann@x.example/",
            "https://",
            "//x.example/",
            "/callback",
            "x.example",
            "https://ü.example/",
        ] {
            assert_eq!(redirects(bad).unwrap_err().code(), "bad_url", "{bad}");
        }
        assert_eq!(redirects(" \n ").unwrap_err().code(), "required");
        let many: Vec<String> = (0..=APP_REDIRECTS_MAX).map(|n| format!("https://x.example/{n}")).collect();
        assert_eq!(checked_redirects(&many).unwrap_err().code(), "too_many");
        let lines = redirects("https://x.example/a\nhttps://x.example/b\r\nhttps://x.example/a").unwrap();
        assert_eq!(lines, ["https://x.example/a", "https://x.example/b"]);
    }

    #[test]
    fn an_answer_is_added_to_the_query_and_leads_nowhere_else() {
        let at = |uri: &str, answer: &[(&str, &str)]| answer_address(uri, answer).map(String::from);
        let code = [("code", "a b&c#d\r\n"), ("state", "ü")];
        assert_eq!(
            at("https://x.example/cb?server=1", &code).unwrap(),
            "https://x.example/cb?server=1&code=a+b%26c%23d%0D%0A&state=%C3%BC"
        );
        assert_eq!(at("icecubesapp://", &[("code", "x")]).unwrap(), "icecubesapp://?code=x");
        assert_eq!(at("com.example:/cb", &[("code", "x")]).unwrap(), "com.example:/cb?code=x");
        assert_eq!(at("javascript:alert(1)", &code), None);
    }

    #[test]
    fn the_policy_names_a_websites_origin_or_an_apps_scheme() {
        for (uri, target) in [
            ("https://x.example/cb?a=1", "https://x.example"),
            ("http://localhost:8080/", "http://localhost:8080"),
            ("http://[::1]:8080/", "http:"),
            ("icecubesapp://", "icecubesapp:"),
            ("tusky://host;img-src/", "tusky:"),
        ] {
            assert_eq!(form_target(uri).as_deref(), Some(target), "{uri}");
        }
        assert_eq!(form_target("data:x"), None);
    }

    #[test]
    fn names_and_websites_are_bounded_and_plain() {
        assert_eq!(checked_name(" Tusky ").unwrap(), "Tusky");
        assert_eq!(checked_name(" \n").unwrap_err().code(), "required");
        assert_eq!(checked_name(&"x".repeat(APP_NAME_MAX + 1)).unwrap_err().code(), "too_long");
        assert_eq!(checked_name(&"ü".repeat(50_000)).unwrap_err().code(), "too_long");
        assert_eq!(checked_website("").unwrap(), "");
        assert_eq!(checked_website("https://tusky.app").unwrap(), "https://tusky.app/");
        for bad in ["javascript:alert(1)", "tusky.app", "ftp://x.example/"] {
            assert_eq!(checked_website(bad).unwrap_err().code(), "bad_url", "{bad}");
        }
    }
}
