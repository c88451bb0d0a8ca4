//! Pages of lists that are ordered by the ids of their rows, newest first.

use crate::model::cursor::{Cursor, Page};

/// How many rows to read for a page of `limit`: one more says whether the list goes on.
pub(super) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// A page of at most `limit` of `rows`, of which one more was asked for. The next page stays above what the
/// cursor was bounded by, so that catching up with what is new ends where it was left.
pub(super) fn page_of_rows<T>(
    mut rows: Vec<T>,
    cursor: Cursor,
    limit: usize,
    id: impl Fn(&T) -> i64,
) -> Page<T> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| next_cursor(id(row), cursor));
    Page { next, ..Page::new(rows, false, id) }
}

/// The cursor of what is older than `last`.
pub(super) fn next_cursor(last: i64, cursor: Cursor) -> String {
    Cursor { before: Some(last), after: cursor.after }.to_string()
}
