//! What a password and an e-mail address must look like before they are used. Whether an address is real is
//! only known when its owner answers.

use crate::config::limits::{EMAIL_MAX_BYTES, PASSWORD_MAX, PASSWORD_MIN, SIGNUP_REASON_MAX, TEXT_MAX_BYTES};
use crate::error::{Error, Result};
use crate::model::host::Host;
use crate::model::text;

/// The longest part before the `@`, in bytes (RFC 5321).
const MAX_LOCAL_PART: usize = 64;

/// Checks a new password for the account `username`. The password itself is never changed.
///
/// # Errors
/// [`Error::Invalid`] on `password`: `too_short`, `too_long`, `same_as_username`.
pub fn validate_password(password: &str, username: &str) -> Result<()> {
    let characters = password.chars().take(PASSWORD_MAX + 1).count();
    if characters < PASSWORD_MIN {
        return Err(Error::invalid("password", "too_short", "a password has at least 8 characters"));
    }
    if characters > PASSWORD_MAX {
        return Err(Error::invalid("password", "too_long", "a password has at most 256 characters"));
    }
    if password.trim().to_lowercase() == username.to_lowercase() {
        return Err(Error::invalid("password", "same_as_username", "a password is not the username"));
    }
    Ok(())
}

/// Checks an e-mail address for plausibility and hands it back trimmed, its domain in normal form.
///
/// # Errors
/// [`Error::Invalid`] on `email`: `too_long`, `bad_email`.
pub fn validate_email(email: &str) -> Result<String> {
    let email = email.trim();
    if email.len() > EMAIL_MAX_BYTES {
        return Err(Error::invalid("email", "too_long", "an e-mail address has at most 254 bytes"));
    }
    plausible(email)
        .filter(|email| email.len() <= EMAIL_MAX_BYTES)
        .ok_or_else(|| Error::invalid("email", "bad_email", "an e-mail address looks like name@example.org"))
}

/// Cleans and checks why somebody would like to join; an admin decides by it, so it is not empty.
///
/// # Errors
/// [`Error::Invalid`] on `reason`: `required`, `too_long`.
pub fn validate_reason(reason: &str) -> Result<String> {
    let too_long = || {
        Error::invalid("reason", "too_long", format!("a reason has at most {SIGNUP_REASON_MAX} characters"))
    };
    if reason.len() > TEXT_MAX_BYTES {
        return Err(too_long());
    }
    let reason = text::normalise(reason);
    if text::is_blank(&reason) {
        return Err(Error::invalid("reason", "required", "say why you would like to join"));
    }
    if text::characters(&reason) > SIGNUP_REASON_MAX {
        return Err(too_long());
    }
    Ok(reason)
}

fn plausible(email: &str) -> Option<String> {
    let (local, domain) = email.split_once('@')?;
    let local_is_plain = !local.is_empty()
        && local.len() <= MAX_LOCAL_PART
        && !local.split('.').any(str::is_empty)
        && local.chars().all(is_in_local_part);
    let domain = Host::parse(domain).ok()?;
    let (_, top_level) = domain.as_str().rsplit_once('.')?;
    let top_level_is_a_name = top_level.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && top_level.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    (local_is_plain && top_level_is_a_name).then(|| format!("{local}@{domain}"))
}

/// RFC 5322 `atext`, dots, and letters beyond ASCII (RFC 6531); no quoted parts.
fn is_in_local_part(c: char) -> bool {
    c.is_alphanumeric()
        || (c.is_ascii_graphic()
            && !matches!(c, '"' | '(' | ')' | ',' | ':' | ';' | '<' | '>' | '[' | ']' | '\\' | '@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_bounded_and_not_the_username() {
        assert!(validate_password("correct horse", "ann").is_ok());
        assert!(validate_password("åååååååå", "ann").is_ok());
        let code = |password: &str| validate_password(password, "annabella").unwrap_err().code();
        assert_eq!(code("short"), "too_short");
        assert_eq!(code(&"x".repeat(257)), "too_long");
        assert_eq!(code(" AnnaBella "), "same_as_username");
        assert!(validate_password(&"x".repeat(256), "ann").is_ok());
    }

    #[test]
    fn plausible_addresses_are_normalised() {
        for (text, normal) in [
            ("ann@example.org", "ann@example.org"),
            (" Ann.B+tag@EXAMPLE.org ", "Ann.B+tag@example.org"),
            ("jürgen@bücher.test", "jürgen@xn--bcher-kva.test"),
        ] {
            assert_eq!(validate_email(text).unwrap(), normal);
        }
    }

    #[test]
    fn implausible_addresses_are_refused() {
        for bad in [
            "",
            "ann",
            "@b.test",
            "ann@",
            "a@b",
            "a@b@c.test",
            "a b@c.test",
            ".a@c.test",
            "a..b@c.test",
            "a@127.0.0.1",
            "a@[::1]",
            "a@b.test:25",
            "a@c.test\nBcc: x@y.test",
            "\"a\"@c.test",
            "a,b@c.test",
            "<a@c.test>",
        ] {
            assert_eq!(validate_email(bad).unwrap_err().code(), "bad_email", "{bad:?}");
        }
        assert_eq!(validate_email(&format!("a@{}.test", "b".repeat(300))).unwrap_err().code(), "too_long");
        assert_eq!(validate_email(&format!("{}@b.test", "a".repeat(65))).unwrap_err().code(), "bad_email");
    }
}
