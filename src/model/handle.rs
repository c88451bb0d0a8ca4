//! `@user@host`: how people name an account, here or on another instance.
//!
//! The username rule is liberal, because other instances have their own: `\w([\w.-]*\w)?` in ASCII, at most
//! 128 bytes. What a *local* account may be called is in [`crate::model::username`].

use std::fmt;
use std::str::FromStr;

use crate::config::limits::REMOTE_USERNAME_MAX_BYTES;
use crate::model::host::Host;

/// The text does not name an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account is named like \"@ann\" or \"@ann@example.org\"")]
pub struct BadHandle;

/// The name of an account: a username, and its host unless it is an account of this instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    /// The username as written; compare by [`Handle::folded`].
    pub username: String,
    /// The instance, or `None` for this one.
    pub host: Option<Host>,
}

impl Handle {
    /// Reads `@user@host`, `user@host`, `@user`, `user` and `acct:` before any of these.
    ///
    /// # Errors
    /// [`BadHandle`] when the username breaks the liberal rule or the host is none.
    pub fn parse(text: &str) -> Result<Self, BadHandle> {
        let name = match text.split_at_checked(5) {
            Some((scheme, name)) if scheme.eq_ignore_ascii_case("acct:") => name,
            _ => text,
        };
        let name = name.strip_prefix('@').unwrap_or(name);
        let (username, host) = match name.split_once('@') {
            Some((username, host)) => (username, Some(Host::parse(host).map_err(|_| BadHandle)?)),
            None => (name, None),
        };
        if !is_username(username) {
            return Err(BadHandle);
        }
        Ok(Self { username: username.to_owned(), host })
    }

    /// `user@host`, or `user` for an account of this instance.
    pub fn acct(&self) -> String {
        match &self.host {
            Some(host) => format!("{}@{host}", self.username),
            None => self.username.clone(),
        }
    }

    /// [`Handle::acct`] in lower case: equal for handles that name the same account.
    pub fn folded(&self) -> String {
        self.acct().to_ascii_lowercase()
    }

    /// This handle as seen from the instance `own`: accounts of `own` lose their host.
    pub fn relative_to(mut self, own: &Host) -> Self {
        self.host = self.host.filter(|host| host != own);
        self
    }
}

/// Whether another instance may call an account so: ASCII word characters, with dots and hyphens inside.
pub fn is_username(text: &str) -> bool {
    let inside = |b: u8| is_word(b) || matches!(b, b'.' | b'-');
    text.len() <= REMOTE_USERNAME_MAX_BYTES
        && text.bytes().all(inside)
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().last().is_some_and(is_word)
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", self.username)?;
        match &self.host {
            Some(host) => write!(f, "@{host}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Handle {
    type Err = BadHandle;

    fn from_str(text: &str) -> Result<Self, BadHandle> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_the_ways_of_writing_a_handle_are_read() {
        for text in
            ["@Ann@B.test", "Ann@B.test", "acct:Ann@B.test", "acct:@Ann@B.test", "ACCT:Ann@b.test:443"]
        {
            let handle = Handle::parse(text).unwrap();
            assert_eq!(handle.to_string(), "@Ann@b.test", "{text}");
            assert_eq!(handle.acct(), "Ann@b.test");
            assert_eq!(handle.folded(), "ann@b.test");
        }
        for text in ["@Ann", "Ann", "acct:Ann"] {
            assert_eq!(Handle::parse(text).unwrap(), Handle { username: "Ann".into(), host: None }, "{text}");
        }
    }

    #[test]
    fn the_remote_username_rule_is_liberal_but_bounded() {
        for good in ["a", "_", "a.b-c_d", "0", "A--b", &"a".repeat(128)] {
            assert!(is_username(good), "{good}");
        }
        for bad in ["", ".", "a.", "-a", "a b", "é", "a@b", "a/b", &"a".repeat(129)] {
            assert!(!is_username(bad), "{bad}");
        }
    }

    #[test]
    fn what_names_no_account_is_refused() {
        for bad in [
            "",
            "@",
            "@@",
            "@a@",
            "@@b.test",
            "a@b@c",
            "a.@b.test",
            "a@b.test/x",
            "acct:",
            "https://b.test/@a",
            "é€é",
        ] {
            assert_eq!(Handle::parse(bad), Err(BadHandle), "{bad:?}");
        }
    }

    #[test]
    fn an_account_of_the_own_host_is_local() {
        let own = Host::parse("here.test").unwrap();
        assert_eq!(Handle::parse("a@Here.test").unwrap().relative_to(&own).host, None);
        assert!(Handle::parse("a@there.test").unwrap().relative_to(&own).host.is_some());
    }

    proptest! {
        #[test]
        fn a_written_handle_reads_back(text in "@?[a-zA-Z0-9_.-]{1,20}(@[a-z0-9.-]{1,20}(:[0-9]{1,4})?)?") {
            if let Ok(handle) = Handle::parse(&text) {
                prop_assert_eq!(Handle::parse(&handle.to_string()), Ok(handle.clone()));
                prop_assert_eq!(Handle::parse(&handle.acct()), Ok(handle));
            }
        }
    }
}
