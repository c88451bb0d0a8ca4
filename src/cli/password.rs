//! A password from standard input: typed unseen at a terminal, or one line of a pipe.

use std::io::{self, BufRead, IsTerminal as _};

use crate::config::limits::PASSWORD_MAX_BYTES;

/// Why standard input gave no password.
#[derive(Debug, thiserror::Error)]
pub enum BadPassword {
    /// Nothing, or an empty line.
    #[error("there is no password on standard input; give one line, or use --password")]
    Empty,
    /// Longer than any password may be.
    #[error("the password on standard input is longer than {PASSWORD_MAX_BYTES} bytes")]
    TooLong,
    /// Not text.
    #[error("the password on standard input is not UTF-8 text")]
    NotText,
    /// Reading failed.
    #[error("the password cannot be read from standard input: {0}")]
    Io(#[from] io::Error),
}

/// The password that was given as an option, else one from standard input.
pub fn read_password(given: Option<String>) -> Result<String, BadPassword> {
    match given {
        Some(password) if password.is_empty() => Err(BadPassword::Empty),
        Some(password) => Ok(password),
        None if io::stdin().is_terminal() => from_line(rpassword::prompt_password("Password: ")?.as_bytes()),
        None => from_line(io::stdin().lock()),
    }
}

/// The first line without its line break. Spaces stay: they may be part of the password.
fn from_line(input: impl BufRead) -> Result<String, BadPassword> {
    // One more than allowed, and the line break of two bytes.
    let most = u64::try_from(PASSWORD_MAX_BYTES).unwrap_or(u64::MAX).saturating_add(3);
    let mut line = Vec::new();
    input.take(most).read_until(b'\n', &mut line)?;
    let line = line.strip_suffix(b"\n").unwrap_or(&line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        _ if line.is_empty() => Err(BadPassword::Empty),
        _ if line.len() > PASSWORD_MAX_BYTES => Err(BadPassword::TooLong),
        Ok(password) => Ok(password.to_owned()),
        Err(_) => Err(BadPassword::NotText),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_break_is_trimmed_and_spaces_stay() {
        for (input, password) in [
            ("secret", "secret"),
            ("secret\n", "secret"),
            ("secret\r\n", "secret"),
            (" two words \nnext line", " two words "),
        ] {
            assert_eq!(from_line(input.as_bytes()).unwrap(), password, "{input:?}");
        }
    }

    #[test]
    fn nothing_is_not_a_password() {
        for input in ["", "\n", "\r\n", "\nlater"] {
            assert!(matches!(from_line(input.as_bytes()), Err(BadPassword::Empty)), "{input:?}");
        }
        assert!(matches!(read_password(Some(String::new())), Err(BadPassword::Empty)));
    }

    #[test]
    fn a_password_is_text_of_bounded_length() {
        let longest = "x".repeat(PASSWORD_MAX_BYTES);
        assert_eq!(from_line(format!("{longest}\r\n").as_bytes()).unwrap(), longest);
        assert!(matches!(from_line(format!("{longest}x").as_bytes()), Err(BadPassword::TooLong)));
        assert!(matches!(from_line(&[0xff, b'\n'][..]), Err(BadPassword::NotText)));
    }
}
