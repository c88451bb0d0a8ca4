//! Pages of lists that are ordered by the ids of their rows, newest first.

use crate::error::Result;
use crate::model::cursor::{Cursor, Page};

/// Looks in which a page may be filled up after hidden entries were taken out of it. A page can be short then;
/// its cursor still leads on.
const LOOKS: usize = 5;

/// How many rows to read for a page of `limit`: one more says whether the list goes on.
pub(super) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// Leaves at most `limit` of `rows`, of which one more was asked for; answers whether the list goes on.
pub(super) fn cut<T>(rows: &mut Vec<T>, limit: usize) -> bool {
    let more = rows.len() > limit;
    rows.truncate(limit);
    more
}

/// A page of at most `limit` of `rows`, of which one more was asked for. The next page stays above what the
/// cursor was bounded by, so that catching up with what is new ends where it was left.
pub(super) fn page_of_rows<T>(
    mut rows: Vec<T>,
    cursor: Cursor,
    limit: usize,
    id: impl Fn(&T) -> i64,
) -> Page<T> {
    let more = cut(&mut rows, limit);
    let next = rows.last().filter(|_| more).map(|row| cursor.going_on_below(id(row)).to_string());
    Page { next, ..Page::new(rows, false, id) }
}

/// What one look for entries of a page brought.
pub struct Look<T> {
    /// The entries to be shown, newest first.
    pub shown: Vec<T>,
    /// The oldest row that was looked at, shown or not.
    pub last: Option<i64>,
    /// Whether there are older rows.
    pub more: bool,
}

/// A page of at most `limit` entries of a list of which not every row is shown. `look` brings what is older than
/// the id it is given, within `cursor`; it is asked until the page is full, or the list or [`LOOKS`] at an end.
pub async fn filled_page<T, F: Future<Output = Result<Look<T>>>>(
    cursor: Cursor,
    limit: usize,
    id: impl Fn(&T) -> i64,
    mut look: impl FnMut(Option<i64>) -> F,
) -> Result<Page<T>> {
    let (mut before, mut more) = (cursor.before, true);
    let mut items = Vec::new();
    for _ in 0..LOOKS {
        let found = look(before).await?;
        more = found.more;
        before = found.last.or(before);
        items.extend(found.shown);
        if !more || items.len() > limit {
            break;
        }
    }
    if items.len() > limit {
        return Ok(page_of_rows(items, cursor, limit, id));
    }
    // Everything read so far was looked at: the next page goes on below the last row, shown or not.
    let next = before.filter(|_| more).map(|last| cursor.going_on_below(last).to_string());
    Ok(Page { next, ..Page::new(items, false, id) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All pages from `cursor` on, of the rows 9 to 0 of which only even ones are shown; `chunk` rows a look.
    async fn pages(mut cursor: Cursor, chunk: usize) -> Vec<Vec<i64>> {
        let mut pages = Vec::new();
        loop {
            let look = |before: Option<i64>| {
                let within = move |id: &i64| cursor.after.is_none_or(|after| *id > after);
                let rows: Vec<i64> = (0..before.unwrap_or(10)).rev().filter(within).take(chunk).collect();
                let (last, more) = (rows.last().copied(), rows.len() == chunk);
                let shown = rows.into_iter().filter(|id| id % 2 == 0).collect();
                std::future::ready(Ok(Look { shown, last, more }))
            };
            let page = filled_page(cursor, 2, |id| *id, look).await.unwrap();
            pages.push(page.items);
            match page.next {
                Some(next) => cursor = Cursor::parse(Some(&next)).unwrap(),
                None => return pages,
            }
        }
    }

    #[tokio::test]
    async fn hidden_rows_neither_end_a_list_nor_shorten_its_pages() {
        assert_eq!(pages(Cursor::default(), 4).await, [vec![8, 6], vec![4, 2], vec![0]]);
        let all: Vec<i64> = pages(Cursor::default(), 1).await.concat();
        assert_eq!(all, [8, 6, 4, 2, 0], "also when the looks are used up before the page is full");
    }

    #[tokio::test]
    async fn what_is_newer_ends_where_it_was_left() {
        assert_eq!(pages(Cursor::after(3), 4).await, [vec![8, 6], vec![4]]);
    }
}
