//! Who speaks for what: comparing the origins of ids, the core of every belief about a foreign document.
//!
//! An origin is scheme, host and port. Hosts are compared in lower case, in their IDNA form (as `url` parses
//! them) and without a trailing dot; never by name alone, or two ports of one host would look equal.

use url::Url;

/// Bytes of an id; longer ones are nobody's honest id and would not fit an index.
pub const MAX_ID_BYTES: usize = 2_048;

/// The text cannot be the id of an actor, object or activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is an http(s) address with a host, without a user name, of at most {MAX_ID_BYTES} bytes")]
pub struct BadId;

/// Parses the id of an actor, object or activity. Whether `http` may be asked is the client's decision.
pub fn parse_id(text: &str) -> Result<Url, BadId> {
    if text.len() > MAX_ID_BYTES {
        return Err(BadId);
    }
    let url = Url::parse(text).map_err(|_| BadId)?;
    let plain = url.username().is_empty() && url.password().is_none();
    let usable = matches!(url.scheme(), "https" | "http") && !host(&url).is_empty();
    if plain && usable && url.as_str().len() <= MAX_ID_BYTES { Ok(url) } else { Err(BadId) }
}

/// True when both are http(s) addresses of the same scheme, host and port.
pub fn same_origin(a: &Url, b: &Url) -> bool {
    let web = matches!(a.scheme(), "https" | "http");
    web && a.scheme() == b.scheme()
        && !host(a).is_empty()
        && host(a) == host(b)
        && a.port_or_known_default() == b.port_or_known_default()
}

/// The host in lower case and IDNA form without a trailing dot, followed by `:port` unless that is the scheme's own.
pub fn authority(url: &Url) -> String {
    match url.port() {
        Some(port) => format!("{}:{port}", host(url)),
        None => host(url).to_owned(),
    }
}

/// What to believe of a document that was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Its id is the address that answered.
    Valid,
    /// Its id is another address of the same origin: fetch that id, once.
    FetchItsId,
    /// Its id is somebody else's.
    Foreign,
}

/// Judges a fetched document by its `id` and the final URL that answered, after redirects.
pub fn judge_fetched(id: &Url, final_url: &Url) -> Fetched {
    let mut answered = final_url.clone();
    answered.set_fragment(None);
    if *id == answered {
        Fetched::Valid
    } else if same_origin(id, final_url) {
        Fetched::FetchItsId
    } else {
        Fetched::Foreign
    }
}

// `url` has already lowered and IDNA-encoded the host of a special scheme.
fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn an_origin_is_scheme_host_and_port_in_any_spelling() {
        for (a, b) in [
            ("https://a.test/x", "https://A.TEST/y?z#w"),
            ("https://a.test/", "https://a.test.:443/"),
            ("https://bücher.test/", "https://xn--bcher-kva.test/"),
            ("https://a.test/", "https://user@a.test/"),
            ("http://[::1]:8080/", "http://[0:0::1]:8080/"),
        ] {
            assert!(same_origin(&url(a), &url(b)), "{a} {b}");
        }
    }

    #[test]
    fn anything_else_is_another_origin() {
        for (a, b) in [
            ("https://a.test/", "http://a.test/"),
            ("https://a.test/", "https://a.test:8443/"),
            ("https://a.test/", "https://b.a.test/"),
            ("https://a.test/", "https://a.test.evil.test/"),
            ("https://1.1.1.1/", "https://1.1.1.2/"),
            ("http://localhost:1/", "http://localhost:2/"),
            ("data:a", "data:a"),
            ("acct:a@a.test", "acct:a@a.test"),
        ] {
            assert!(!same_origin(&url(a), &url(b)), "{a} {b}");
        }
    }

    #[test]
    fn an_authority_names_only_an_unusual_port() {
        assert_eq!(authority(&url("https://A.test.:443/x")), "a.test");
        assert_eq!(authority(&url("http://a.test:8080/")), "a.test:8080");
        assert_eq!(authority(&url("http://[::1]:81/")), "[::1]:81");
    }

    #[test]
    fn an_id_is_a_plain_web_address() {
        assert!(parse_id("https://a.test/users/1#main-key").is_ok());
        assert!(parse_id("http://a.test:8081/x").is_ok());
        let long = format!("https://a.test/{}", "x".repeat(MAX_ID_BYTES));
        for bad in [
            "",
            "a",
            "/x",
            "acct:a@b.test",
            "https://",
            "https://u:p@a.test/",
            "https://./",
            "javascript:x",
            &long,
        ] {
            assert_eq!(parse_id(bad), Err(BadId), "{bad}");
        }
    }

    #[test]
    fn a_fetched_document_is_believed_only_from_its_own_address() {
        let id = url("https://a.test/users/1");
        assert_eq!(judge_fetched(&id, &url("https://a.test/users/1")), Fetched::Valid);
        assert_eq!(judge_fetched(&id, &url("https://a.test/users/1#x")), Fetched::Valid);
        assert_eq!(judge_fetched(&id, &url("https://a.test/@ann")), Fetched::FetchItsId);
        assert_eq!(judge_fetched(&id, &url("https://cdn.a.test/users/1")), Fetched::Foreign);
        assert_eq!(judge_fetched(&id, &url("http://a.test/users/1")), Fetched::Foreign);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            if let Ok(id) = parse_id(&text) {
                prop_assert!(same_origin(&id, &id));
                prop_assert!(!authority(&id).is_empty());
            }
        }
    }
}
