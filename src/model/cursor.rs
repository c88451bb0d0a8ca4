//! Keyset cursors: a place in a list that is ordered by id, newest first, as small opaque text.
//!
//! `b<id>` means older than, `a<id>` newer than, `b<id>a<id>` between. Clients pass it back and never read it.

use std::fmt;

use serde::Serialize;

use crate::error::{Error, Result};

/// Digits of the greatest id, 2^63 − 1.
const MAX_DIGITS: usize = 19;
/// The longest cursor: two letters and two ids.
pub const MAX_CURSOR_BYTES: usize = 2 * (MAX_DIGITS + 1);

/// A place in a list ordered by id. The default is the newest end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Only ids smaller than this.
    pub before: Option<i64>,
    /// Only ids greater than this.
    pub after: Option<i64>,
}

impl Cursor {
    /// The place just older than `id`.
    pub fn before(id: i64) -> Self {
        Self { before: Some(id), after: None }
    }

    /// The place just newer than `id`.
    pub fn after(id: i64) -> Self {
        Self { before: None, after: Some(id) }
    }

    /// The place just older than `id`, within what this cursor was bounded by: catching up with what is new ends
    /// where it was left.
    pub fn going_on_below(self, id: i64) -> Self {
        Self { before: Some(id), ..self }
    }

    /// Reads a cursor that [`Cursor`]'s `Display` wrote; no text is the newest end.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `cursor`: `bad_cursor`.
    pub fn parse(text: Option<&str>) -> Result<Self> {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(Self::default()) };
        read(text).ok_or_else(|| {
            Error::invalid(
                "cursor",
                "bad_cursor",
                "a cursor is the text that an earlier page gave as next or prev",
            )
        })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = self.before {
            write!(f, "b{id}")?;
        }
        if let Some(id) = self.after {
            write!(f, "a{id}")?;
        }
        Ok(())
    }
}

/// One page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The cursor of the older page; `None` at the end of the list.
    pub next: Option<String>,
    /// The cursor of what is newer than this page; `None` when the page is empty.
    pub prev: Option<String>,
}

impl<T> Page<T> {
    /// A page of `items`, newest first, with the cursors on either side; `has_more` says whether there are older ones.
    pub fn new(items: Vec<T>, has_more: bool, id: impl Fn(&T) -> i64) -> Self {
        let next = items.last().filter(|_| has_more).map(|item| Cursor::before(id(item)).to_string());
        let prev = items.first().map(|item| Cursor::after(id(item)).to_string());
        Self { items, next, prev }
    }

    /// The same page of other things, such as rows turned into responses.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next, prev: self.prev }
    }
}

/// Reads how many entries a client wants: 1 to `max`, `default` when it does not say.
///
/// # Errors
/// [`Error::Invalid`] on `limit`: `bad_limit`.
pub fn parse_limit(text: Option<&str>, default: usize, max: usize) -> Result<usize> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(default) };
    match number(text).and_then(|limit| usize::try_from(limit).ok()) {
        Some(limit) if (1..=max).contains(&limit) => Ok(limit),
        _ => Err(Error::invalid("limit", "bad_limit", format!("limit is a number from 1 to {max}"))),
    }
}

fn read(text: &str) -> Option<Cursor> {
    if text.len() > MAX_CURSOR_BYTES {
        return None;
    }
    if let Some(after) = text.strip_prefix('a') {
        return Some(Cursor::after(number(after)?));
    }
    match text.strip_prefix('b')?.split_once('a') {
        Some((before, after)) => Some(Cursor { before: Some(number(before)?), after: Some(number(after)?) }),
        None => Some(Cursor::before(number(text.strip_prefix('b')?)?)),
    }
}

fn number(text: &str) -> Option<i64> {
    let is_plain = (1..=MAX_DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_cursor_is_the_newest_end() {
        assert_eq!(Cursor::parse(None).unwrap(), Cursor::default());
        assert_eq!(Cursor::parse(Some("")).unwrap(), Cursor::default());
        assert_eq!(Cursor::default().to_string(), "");
    }

    #[test]
    fn a_text_that_no_page_gave_is_refused() {
        for bad in [
            "x",
            "b",
            "a",
            "b1a",
            "ba1",
            "a1b1",
            "b-1",
            "b+1",
            "b 1",
            "b1 ",
            "116",
            "b99999999999999999999",
            "b१",
        ] {
            let error = Cursor::parse(Some(bad)).unwrap_err();
            assert_eq!((error.field(), error.code()), (Some("cursor"), "bad_cursor"), "{bad:?}");
        }
        assert!(Cursor::parse(Some(&"b1".repeat(1 << 16))).is_err());
    }

    #[test]
    fn a_limit_is_between_one_and_the_maximum() {
        assert_eq!(parse_limit(None, 20, 40).unwrap(), 20);
        assert_eq!(parse_limit(Some("1"), 20, 40).unwrap(), 1);
        assert_eq!(parse_limit(Some("40"), 20, 40).unwrap(), 40);
        for bad in ["0", "41", "-1", "x", "1.5", "99999999999999999999"] {
            assert_eq!(parse_limit(Some(bad), 20, 40).unwrap_err().code(), "bad_limit", "{bad}");
        }
    }

    #[test]
    fn a_page_points_to_its_neighbours() {
        let page = Page::new(vec![9, 7, 5], true, |id| *id);
        assert_eq!((page.next.as_deref(), page.prev.as_deref()), (Some("b5"), Some("a9")));
        let last = Page::new(vec![9, 7, 5], false, |id| *id).map(|id| id.to_string());
        assert_eq!((last.next, last.items), (None, vec!["9".to_owned(), "7".to_owned(), "5".to_owned()]));
        let empty = Page::new(Vec::<i64>::new(), true, |id| *id);
        assert_eq!((empty.next, empty.prev), (None, None));
    }

    proptest! {
        #[test]
        fn every_cursor_reads_back(before in proptest::option::of(0..=i64::MAX), after in proptest::option::of(0..=i64::MAX)) {
            let cursor = Cursor { before, after };
            let text = cursor.to_string();
            prop_assert!(text.len() <= MAX_CURSOR_BYTES && text.bytes().all(|b| b.is_ascii_alphanumeric()));
            prop_assert_eq!(Cursor::parse(Some(&text)).unwrap(), cursor);
        }
    }
}
