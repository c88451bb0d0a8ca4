//! Words from the command line, from a file or from standard input, whichever is there.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::Path;

use super::Failure;
use crate::config::limits::HOUSE_TEXT_MAX;

/// The words that were given as an argument, else those on standard input.
pub(super) fn given_or_piped(given: Option<String>) -> Result<String, Failure> {
    match given {
        Some(words) => Ok(words),
        None => from_file(None),
    }
}

/// What stands in a file, or on standard input: also for a file named `-`.
pub(super) fn from_file(file: Option<&Path>) -> Result<String, Failure> {
    match file.filter(|file| *file != Path::new("-")) {
        Some(file) => {
            let opened = File::open(file)
                .map_err(|error| Failure::Other(format!("{} cannot be read: {error}", file.display())))?;
            text(opened)
        }
        None => {
            if io::stdin().is_terminal() {
                // Nobody should wonder what it waits for; standard error keeps output fit for pipes.
                writeln!(io::stderr(), "type the words, then end with Ctrl-D on a line of its own")?;
            }
            text(io::stdin().lock())
        }
    }
}

/// A little more than any text may have, so that a longer one is refused and not cut.
fn text(source: impl Read) -> Result<String, Failure> {
    let most = u64::try_from(HOUSE_TEXT_MAX).unwrap_or(u64::MAX).saturating_mul(4).saturating_add(4);
    let mut bytes = Vec::new();
    source.take(most).read_to_end(&mut bytes)?;
    String::from_utf8(bytes).map_err(|_| Failure::Other("the words are not UTF-8 text".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_text_and_no_more_is_read_than_a_text_may_have() {
        assert_eq!(text("zoë".as_bytes()).unwrap(), "zoë");
        assert!(text(&[0xff_u8][..]).is_err());
        assert!(text(io::repeat(b'x')).unwrap().len() > HOUSE_TEXT_MAX * 4);
    }
}
