//! The public origin of the instance: scheme, host and port, and nothing else.
//!
//! Everything that others remember (handles, actor ids, links) is built on it, so it has one canonical
//! spelling: lower case, punycode, default ports left out, no slash at the end.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

/// `http` or `https`, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    origin: String,
    host: String,
    https: bool,
    local: bool,
}

impl BaseUrl {
    /// `http://localhost` at this port.
    pub(super) fn localhost(port: u16) -> Self {
        let host = if port == 80 { "localhost".to_owned() } else { format!("localhost:{port}") };
        Self { origin: format!("http://{host}"), host, https: false, local: true }
    }

    /// Reads an origin; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err("does not start with http:// or https://".to_owned()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("has a user name or password in it".to_owned());
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err("has something after the host and port".to_owned());
        }
        let Some(host) = url.host() else { return Err("has no host".to_owned()) };
        if matches!(host, Host::Domain(name) if name.ends_with('.')) {
            return Err("has a dot at the end of its host".to_owned());
        }
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        Ok(Self {
            origin: format!("{}://{authority}", url.scheme()),
            host: authority,
            https,
            local: is_local(&host),
        })
    }

    /// The origin without a slash at the end, such as `https://example.org`.
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// The host of handles: `example.org`, or `localhost:8080` when the port is not the scheme's own.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether browsers reach the instance by https, so that cookies may be `Secure`.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is this machine itself, unreachable for everybody else.
    pub fn is_local(&self) -> bool {
        self.local
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

fn is_local(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => super::is_loopback(IpAddr::V4(*address)),
        Host::Ipv6(address) => super::is_loopback(IpAddr::V6(*address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_spelling() {
        for (text, origin, host) in [
            ("https://Example.ORG", "https://example.org", "example.org"),
            ("https://example.org:443/", "https://example.org", "example.org"),
            ("http://a.test:80", "http://a.test", "a.test"),
            ("http://a.test:8081", "http://a.test:8081", "a.test:8081"),
            ("https://bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("http://[::1]:8080", "http://[::1]:8080", "[::1]:8080"),
        ] {
            let url = BaseUrl::parse(text).unwrap();
            assert_eq!((url.as_str(), url.host()), (origin, host), "{text}");
            assert_eq!(BaseUrl::parse(url.as_str()), Ok(url));
        }
    }

    #[test]
    fn whatever_is_not_an_origin_is_refused() {
        for text in [
            "",
            "example.org",
            "ftp://example.org",
            "https://",
            "https://example.org/path",
            "https://example.org?a",
            "https://example.org#a",
            "https://me@example.org",
            "https://me:secret@example.org",
            "https://example.org.",
        ] {
            assert!(BaseUrl::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_this_machine_is_local() {
        for (text, local) in [
            ("http://localhost:8080", true),
            ("http://a.localhost", true),
            ("http://127.0.0.2", true),
            ("http://[::1]", true),
            ("http://localhost.example", false),
            ("http://192.168.1.1", false),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().is_local(), local, "{text}");
        }
    }

    #[test]
    fn the_default_is_what_its_own_text_parses_to() {
        for port in [80, 8080] {
            let url = BaseUrl::localhost(port);
            assert_eq!(BaseUrl::parse(url.as_str()), Ok(url));
        }
    }
}
