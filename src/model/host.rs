//! The name of an instance, in the one form in which two names may be compared.
//!
//! Lower case, IDNA (punycode), no trailing dot, no default port; a port that is not the default is part
//! of the name, because two ports of one machine are two instances. Limits: 253 bytes of name (RFC 1035).

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The longest host name in bytes, by RFC 1035.
const MAX_HOST_BYTES: usize = 253;
/// A name in Unicode may be longer than its punycode's limit by this much before it is even looked at.
const MAX_INPUT_BYTES: usize = 4 * MAX_HOST_BYTES;
/// The port that a name without a scheme means, and so does not need to say.
const DEFAULT_PORT: u16 = 443;

/// The text is not a host name, with or without a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a host is a name such as \"example.org\" or \"example.org:8443\"")]
pub struct BadHost;

/// An instance's host, with its port when that is not the default one. Equal hosts are equal texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

impl Host {
    /// Reads `example.org`, `EXAMPLE.org.`, `bücher.test:8443`, `127.0.0.1`, `[::1]:3000`; port 443 is dropped.
    ///
    /// # Errors
    /// [`BadHost`] for anything else: a scheme, a path, user information, empty labels, too long a name.
    pub fn parse(text: &str) -> Result<Self, BadHost> {
        if text.len() > MAX_INPUT_BYTES || text.chars().any(is_never_in_a_host) {
            return Err(BadHost);
        }
        let (name, port) = split_port(text)?;
        let port = port.filter(|port| *port != DEFAULT_PORT);
        Self::join(&url::Host::parse(name).map_err(|_| BadHost)?.to_string(), port)
    }

    /// The host of an http or https address; its port is dropped when it is that scheme's default.
    /// `None` for other schemes and for names no one may have, such as `a..b`.
    pub fn of(url: &Url) -> Option<Self> {
        if !is_web(url) {
            return None;
        }
        Self::join(url.host_str()?, url.port()).ok()
    }

    /// The normal form, as stored and compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The normal form, taken out.
    pub fn into_string(self) -> String {
        self.0
    }

    fn join(name: &str, port: Option<u16>) -> Result<Self, BadHost> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let has_empty_label = !name.starts_with('[') && name.split('.').any(str::is_empty);
        if name.len() > MAX_HOST_BYTES || has_empty_label {
            return Err(BadHost);
        }
        Ok(Self(match port {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        }))
    }
}

/// Whether two addresses are of the same origin: http(s), and equal in scheme, host and port.
/// Host names are compared as [`Host`] compares them; never by domain alone.
pub fn same_origin(left: &Url, right: &Url) -> bool {
    left.scheme() == right.scheme()
        && left.port_or_known_default() == right.port_or_known_default()
        && Host::of(left).is_some_and(|host| Some(host) == Host::of(right))
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// The url crate would decode `%2e` and trim blanks; a name that needs this is not a name people write.
fn is_never_in_a_host(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '%' | '/' | '\\' | '@' | '?' | '#')
}

fn split_port(text: &str) -> Result<(&str, Option<u16>), BadHost> {
    let name_end = if text.starts_with('[') { text.find(']').ok_or(BadHost)? + 1 } else { 0 };
    let colon = text.get(name_end..).ok_or(BadHost)?.find(':').map(|at| at + name_end);
    let Some(colon) = colon else { return Ok((text, None)) };
    let (name, port) = text.split_at_checked(colon).ok_or(BadHost)?;
    let digits = port.trim_start_matches(':');
    if port.len() != digits.len() + 1 || digits.len() > 5 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadHost);
    }
    match digits.parse() {
        Ok(0) | Err(_) => Err(BadHost),
        Ok(port) => Ok((name, Some(port))),
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Host {
    type Err = BadHost;

    fn from_str(text: &str) -> Result<Self, BadHost> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn names_that_mean_the_same_instance_become_equal() {
        for (text, normal) in [
            ("example.org", "example.org"),
            ("Example.ORG.", "example.org"),
            ("example.org:443", "example.org"),
            ("example.org:8443", "example.org:8443"),
            ("bücher.test", "xn--bcher-kva.test"),
            ("BÜCHER.test:3000", "xn--bcher-kva.test:3000"),
            ("localhost:8080", "localhost:8080"),
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("[::1]", "[::1]"),
            ("[0:0::1]:3000", "[::1]:3000"),
        ] {
            assert_eq!(Host::parse(text).unwrap().as_str(), normal, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_plain_host_is_refused() {
        for bad in [
            "",
            ".",
            "..",
            "a..b",
            "a.test..",
            "a b",
            "a.test/x",
            "http://a.test",
            "u@a.test",
            "a.test:",
            "a.test:0",
            "a.test:99999",
            "a.test:8x",
            "a.test::1",
            "a%2etest",
            "[::1",
            "[::1]x",
            "a.test?x",
            "a#b",
            "a\\b",
            ":80",
            "a.test:+80",
        ] {
            assert_eq!(Host::parse(bad), Err(BadHost), "{bad:?}");
        }
        assert_eq!(Host::parse(&"a.".repeat(200)), Err(BadHost));
        assert_eq!(Host::parse(&"x".repeat(1 << 20)), Err(BadHost));
    }

    #[test]
    fn the_host_of_an_address_keeps_only_an_unusual_port() {
        assert_eq!(Host::of(&url("https://A.test.:443/x")).unwrap().as_str(), "a.test");
        assert_eq!(Host::of(&url("http://a.test:80/")).unwrap().as_str(), "a.test");
        assert_eq!(Host::of(&url("https://a.test:80/")).unwrap().as_str(), "a.test:80");
        assert_eq!(Host::of(&url("https://u:p@[::1]:3000/")).unwrap().as_str(), "[::1]:3000");
        assert_eq!(Host::of(&url("ftp://a.test/")), None);
        assert_eq!(Host::of(&url("mailto:a@a.test")), None);
    }

    #[test]
    fn an_origin_is_scheme_and_host_and_port() {
        let same = [
            ("https://a.test/x", "https://A.test.:443/y"),
            ("http://bücher.test", "http://xn--bcher-kva.test:80"),
        ];
        for (left, right) in same {
            assert!(same_origin(&url(left), &url(right)), "{left} {right}");
        }
        let different = [
            ("https://a.test", "http://a.test"),
            ("https://a.test", "https://a.test:8443"),
            ("https://a.test", "https://b.a.test"),
            ("https://127.0.0.1", "https://127.0.0.2"),
            ("http://localhost:3000", "http://localhost:3001"),
            ("data:x", "data:x"),
            ("ftp://a.test", "ftp://a.test"),
        ];
        for (left, right) in different {
            assert!(!same_origin(&url(left), &url(right)), "{left} {right}");
        }
    }

    proptest! {
        #[test]
        fn the_normal_form_is_a_fixed_point(text in "[a-zA-Z0-9.ü:\\[\\]-]{0,40}") {
            if let Ok(host) = Host::parse(&text) {
                prop_assert_eq!(Host::parse(host.as_str()), Ok(host));
            }
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}") {
            let _ = Host::parse(&text);
        }
    }
}
