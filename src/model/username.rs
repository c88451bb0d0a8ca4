//! What a local account may be called: 1–30 of `a–z A–Z 0–9 _`, with at least one letter, and not a name that
//! an operator's mail, a page or a protocol speaks for.

use crate::config::limits::USERNAME_MAX;
use crate::error::{Error, Result};

/// Names that would look official, or that collide with a path of this server; folded, in alphabetical order.
const RESERVED: &str = "
    about abuse account accounts activity actor admin administrator all anonymous api app apps assets
    auth bookmarks bot channel contact domain_blocks emoji error everyone explore favicon feed fragments
    help here home hostmaster inbox info instance internal invite legal lists local login logout
    mailer_daemon manifest media metrics mod moderation moderator news nobody nodeinfo noreply
    notifications null oauth oembed official operator outbox owner postmaster privacy public register
    relay report reports robots rookery root rules search security service settings share signin signup
    staff static status statuses support sysadmin system tags team terms timeline timelines trends tweet
    tweets undefined user users webfinger webmaster well_known www
";

/// Checks a username that somebody wants to register, and hands it back as written.
///
/// # Errors
/// [`Error::Invalid`] on `username`: `empty`, `too_long`, `bad_characters`, `no_letter`, `reserved`.
pub fn validate(username: &str) -> Result<String> {
    let invalid = |code, message: &str| Err(Error::invalid("username", code, message));
    if username.is_empty() {
        return invalid("empty", "choose a username");
    }
    if username.chars().take(USERNAME_MAX + 1).count() > USERNAME_MAX {
        return invalid("too_long", "a username has at most 30 characters");
    }
    if !username.bytes().all(is_allowed) {
        return invalid("bad_characters", "a username has only the letters a to z, digits and underscores");
    }
    if !username.bytes().any(|b| b.is_ascii_alphabetic()) {
        return invalid("no_letter", "a username has at least one letter");
    }
    if is_reserved(username) {
        return invalid("reserved", "this username is reserved");
    }
    Ok(username.to_owned())
}

/// The form in which usernames are unique and looked up.
pub fn fold(username: &str) -> String {
    username.to_ascii_lowercase()
}

/// Whether the name is kept back; underscores around it do not help.
pub fn is_reserved(username: &str) -> bool {
    let folded = fold(username);
    let bare = folded.trim_matches('_');
    RESERVED.split_ascii_whitespace().any(|reserved| reserved == bare)
}

pub(super) fn is_allowed(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(username: &str) -> &'static str {
        validate(username).unwrap_err().code()
    }

    #[test]
    fn ordinary_names_are_taken_as_written() {
        for good in ["a", "Ann_42", "_x_", "ABC", "adminton", &"a".repeat(30)] {
            assert_eq!(validate(good).unwrap(), good);
        }
        assert_eq!(fold("Ann_42"), "ann_42");
    }

    #[test]
    fn each_broken_rule_has_its_own_code() {
        assert_eq!(code(""), "empty");
        assert_eq!(code(&"a".repeat(31)), "too_long");
        assert_eq!(code(&"é".repeat(1 << 20)), "too_long");
        for bad in ["a b", "a.b", "a-b", "é", "a@b", "a\n"] {
            assert_eq!(code(bad), "bad_characters", "{bad:?}");
        }
        for bad in ["42", "_", "4_2"] {
            assert_eq!(code(bad), "no_letter", "{bad:?}");
        }
        assert_eq!(validate("root").unwrap_err().field(), Some("username"));
    }

    #[test]
    fn official_names_are_reserved_in_any_dress() {
        for name in ["admin", "ROOT", "Support_", "_api", "inbox", "actor", "about", "Rookery"] {
            assert_eq!(code(name), "reserved", "{name}");
        }
    }

    #[test]
    fn the_reserved_list_is_folded_sorted_and_without_doubles() {
        let names: Vec<&str> = RESERVED.split_ascii_whitespace().collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(names.iter().all(|name| fold(name) == *name && name.trim_matches('_') == *name));
    }
}
