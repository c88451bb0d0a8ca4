//! Lists in requests and lists with some entries left out.

use std::str::FromStr;

use serde::Deserialize;

use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::cursor::{Cursor, Page};
use crate::service::{Look, filled_page};

/// Several things by their ids.
#[derive(Debug, Deserialize)]
pub(super) struct Ids {
    #[serde(default)]
    id: Vec<String>,
}

impl Ids {
    /// The ids, at most `most`, each once; what is no id names nothing, as an unknown one.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `id`: `too_many`.
    pub(super) fn read<T: FromStr + PartialEq>(self, most: usize) -> Result<Vec<T>> {
        if self.id.len() > most {
            return Err(Error::invalid("id", "too_many", format!("at most {most} ids at once")));
        }
        let mut ids = Vec::with_capacity(self.id.len());
        for id in self.id.iter().filter_map(|id| id.parse().ok()) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}

/// A page of a list in which `keep` is asked of every entry.
pub(super) async fn kept<T, F: Future<Output = Result<Page<T>>>>(
    cursor: Cursor,
    limit: usize,
    id: impl Fn(&T) -> i64,
    keep: impl Fn(&T) -> bool,
    mut fetch: impl FnMut(Cursor, usize) -> F,
) -> Result<Page<T>> {
    let keep = &keep;
    let look = |before: Option<i64>| {
        let reading = fetch(Cursor { before, after: cursor.after }, limits::PAGE_MAX);
        async move {
            let mut page = reading.await?;
            page.items.retain(keep);
            let last = Cursor::parse(page.next.as_deref())?.before;
            Ok(Look { shown: page.items, last, more: page.next.is_some() })
        }
    };
    filled_page(cursor, limit, id, look).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_each_once_and_what_is_none_is_left_out() {
        let ids = |ids: &[&str]| Ids { id: ids.iter().map(|id| (*id).to_owned()).collect() };
        assert_eq!(ids(&["5", "x", "3", "5"]).read::<i64>(4).unwrap(), [5, 3]);
        assert_eq!(ids(&["5", "x", "3", "5"]).read::<i64>(3).unwrap_err().code(), "too_many");
    }

    #[tokio::test]
    async fn a_page_is_filled_from_what_is_kept_and_leads_on_below_what_was_looked_at() {
        let list: Vec<i64> = (1..=200).rev().collect();
        let fetch = async |cursor: Cursor, limit: usize| {
            let before = cursor.before.unwrap_or(i64::MAX);
            let found: Vec<i64> = list.iter().copied().filter(|id| *id < before).take(limit + 1).collect();
            let more = found.len() > limit;
            Ok(Page::new(found.into_iter().take(limit).collect(), more, |id| *id))
        };
        let tens = |id: &i64| id % 10 == 0;
        let page = kept(Cursor::default(), 6, |id| *id, tens, fetch).await.unwrap();
        assert_eq!(page.items, [200, 190, 180, 170, 160, 150]);
        assert_eq!(page.next.as_deref(), Some("b150"));
        let none = kept(Cursor::before(60), 6, |id| *id, |_| false, fetch).await.unwrap();
        assert_eq!((none.items.len(), none.next), (0, None));
    }
}
