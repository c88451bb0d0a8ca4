//! Pages of lists: where a client is in them by `max_id`, `since_id`, `min_id` and `limit`, and the way on in the `Link`
//! header.
//!
//! A cursor is a place, not a row: it holds when its row is gone. `max_id` is strictly older, `since_id` strictly newer,
//! the newest first. `min_id` is strictly newer too, but the nearest to it: the lists below know only "the newest above",
//! so that the window above `min_id` is narrowed until one page holds all of it ([`nearest`]).

use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use url::form_urlencoded;

use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::extract::Json;
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::model::cursor::{Cursor, Page};

/// Pages of posts.
pub(super) type StatusPaging = Paging<{ limits::PAGE_DEFAULT }, { limits::PAGE_MAX }>;
/// Pages of notifications.
pub(super) type NotificationPaging = Paging<{ limits::PAGE_MAX }, { limits::PAGE_MAX }>;
/// Pages of accounts.
pub(super) type AccountPaging = Paging<{ limits::PAGE_MAX }, { limits::ACCOUNT_PAGE_MAX }>;

/// Pages of hashtags.
pub(super) type TagPaging = Paging<100, 200>;
/// Pages of hosts.
pub(super) type HostPaging = Paging<100, 200>;

/// Which page of a list is asked for: `DEFAULT` entries, at most `MAX`; more is less, not refused.
#[derive(Clone, Debug)]
pub(super) struct Paging<const DEFAULT: usize, const MAX: usize> {
    cursor: Cursor,
    /// Whether the nearest above `cursor.after` are wanted, and not the newest.
    nearest: bool,
    limit: usize,
    /// The list's address, with a query that lacks only the place.
    list: String,
}

impl<const DEFAULT: usize, const MAX: usize> FromRequestParts<AppState> for Paging<DEFAULT, MAX> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        Self::read(
            state.service.addresses().origin(),
            parts.uri.path(),
            parts.uri.query().unwrap_or_default(),
        )
        .map_err(|error| Problem::from(&error))
    }
}

impl<const DEFAULT: usize, const MAX: usize> Paging<DEFAULT, MAX> {
    fn read(origin: &str, path: &str, query: &str) -> Result<Self> {
        let (mut cursor, mut nearest, mut limit) = (Cursor::default(), false, DEFAULT);
        let mut list = format!("{origin}{}?", path.trim_end_matches('/'));
        let start = list.len();
        let mut kept = form_urlencoded::Serializer::for_suffix(&mut list, start);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "max_id" => cursor.before = place("max_id", &value)?.or(cursor.before),
                "since_id" => cursor.after = cursor.after.max(place("since_id", &value)?),
                "min_id" => {
                    let min = place("min_id", &value)?;
                    nearest |= min.is_some();
                    cursor.after = cursor.after.max(min);
                }
                "limit" => limit = wanted(&value, DEFAULT)?.clamp(1, MAX),
                // A token in the address is nothing to repeat.
                "access_token" => {}
                _ => {
                    kept.append_pair(&name, &value);
                }
            }
        }
        kept.append_pair("limit", &limit.to_string());
        kept.finish();
        Ok(Self { cursor, nearest, limit, list })
    }

    /// The page that was asked for, of a list that `fetch` reads.
    pub(super) async fn read_page<T, F: Future<Output = Result<Page<T>>>>(
        &self,
        fetch: impl FnMut(Cursor, usize) -> F,
    ) -> Result<Page<T>> {
        let mut fetch = fetch;
        match self.cursor.after.filter(|_| self.nearest) {
            Some(low) => nearest(low, self.cursor.before, self.limit, fetch).await,
            None => fetch(self.cursor, self.limit).await,
        }
    }

    /// A page with the links to its neighbours.
    pub(super) fn paged<T, U>(&self, page: Page<T>, change: impl FnMut(T) -> U) -> Paged<U> {
        let link = self.links(&page);
        Paged { link, items: page.items.into_iter().map(change).collect() }
    }

    /// The `Link` header (RFC 8288) that leads to the neighbours of a page.
    pub(super) fn links<T>(&self, page: &Page<T>) -> Option<HeaderValue> {
        let place = |cursor: Option<&str>| Cursor::parse(cursor).unwrap_or_default();
        let next = place(page.next.as_deref()).before.map(|id| self.link("max_id", id, "next"));
        let prev = place(page.prev.as_deref()).after.map(|id| self.link("min_id", id, "prev"));
        let links: Vec<String> = next.into_iter().chain(prev).collect();
        HeaderValue::try_from(links.join(", ")).ok().filter(|value| !value.is_empty())
    }

    fn link(&self, name: &str, id: i64, rel: &str) -> String {
        format!("<{}&{name}={id}>; rel=\"{rel}\"", self.list)
    }
}

/// Reads an id that is a place; an empty one is none.
fn place(field: &'static str, text: &str) -> Result<Option<i64>> {
    if text.is_empty() {
        return Ok(None);
    }
    let bad = || Error::invalid(field, "bad_place", format!("{field} is a decimal number"));
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    // What is greater than every id is a place too: above all of them.
    if is_plain { Ok(Some(text.parse().unwrap_or(i64::MAX))) } else { Err(bad()) }
}

fn wanted(text: &str, default: usize) -> Result<usize> {
    if text.is_empty() {
        return Ok(default);
    }
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let bad = || Error::invalid("limit", "bad_limit", "limit is a number");
    if is_plain { Ok(text.parse().unwrap_or(usize::MAX)) } else { Err(bad()) }
}

/// The first window above `min_id` that is looked at, when more than a page is newer: a few seconds of ids by time.
const FIRST_WINDOW: i64 = 1 << 28;
/// How much larger each next window is.
const WIDER: i64 = 16;
/// Windows looked at for one page. Ids have 63 bits: with windows growing so fast, most pages take a handful.
const WINDOWS: usize = 40;

/// The entries just above `low`, the newest first, of a list that `fetch` reads from its newer end.
///
/// A window that one page holds whole has nothing that the page skips. It grows until it holds more, then the two
/// meet in the middle. When that takes too long, what is held by then is answered: a short page that skips nothing.
async fn nearest<T, F: Future<Output = Result<Page<T>>>>(
    low: i64,
    high: Option<i64>,
    limit: usize,
    mut fetch: impl FnMut(Cursor, usize) -> F,
) -> Result<Page<T>> {
    let mut look = |before| fetch(Cursor { before, after: Some(low) }, limit);
    let all = look(high).await?;
    if all.next.is_none() {
        return Ok(older_side(all, low));
    }
    let mut held = Page { items: Vec::new(), next: None, prev: None };
    // All that is below `whole` one page holds; what is below `over` is more than that.
    let (mut whole, mut over) = (low, high.unwrap_or(i64::MAX));
    let mut window = FIRST_WINDOW;
    for _ in 0..WINDOWS {
        let grown = low.saturating_add(window);
        let edge = if grown < over { grown } else { whole.saturating_add((over.saturating_sub(whole)) / 2) };
        if edge <= whole {
            break;
        }
        let page = look(Some(edge)).await?;
        match page.next {
            Some(_) => (over, window) = (edge, i64::MAX),
            None => {
                let full = page.items.len() >= limit;
                (whole, held) = (edge, page);
                if full {
                    break;
                }
                window = window.saturating_mul(WIDER);
            }
        }
    }
    Ok(older_side(held, low))
}

/// A page above `low` with the way to what is below it.
fn older_side<T>(page: Page<T>, low: i64) -> Page<T> {
    let next = (!page.items.is_empty()).then(|| Cursor::before(low.saturating_add(1)).to_string());
    Page { next, ..page }
}

/// Of an entry, so that a page is written without being moved several times.
const TYPICAL_BYTES: usize = 2_560;

/// A page with its `Link` header.
#[derive(Clone, Debug)]
pub(super) struct Paged<T> {
    items: Vec<T>,
    link: Option<HeaderValue>,
}

impl<T: Serialize> IntoResponse for Paged<T> {
    fn into_response(self) -> Response {
        let room = self.items.len().saturating_mul(TYPICAL_BYTES);
        let mut response = Json(self.items).with_room(room);
        if let Some(link) = self.link {
            response.headers_mut().insert(LINK, link);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type TenPaging = Paging<10, 20>;

    /// A page of `list`, which is sorted with the newest first, as the lists below answer it.
    async fn page(list: &[i64], cursor: Cursor, limit: usize) -> Result<Page<i64>> {
        let (before, after) = (cursor.before.unwrap_or(i64::MAX), cursor.after.unwrap_or(-1));
        let found = list.iter().copied().filter(|id| *id < before && *id > after);
        let found: Vec<i64> = found.take(limit + 1).collect();
        let more = found.len() > limit;
        Ok(Page::new(found.into_iter().take(limit).collect(), more, |id| *id))
    }

    async fn nearest_of(list: &[i64], low: i64, high: Option<i64>, limit: usize) -> (Vec<i64>, usize) {
        let mut looks = 0;
        let found = nearest(low, high, limit, |cursor, limit| {
            looks += 1;
            page(list, cursor, limit)
        });
        let items = found.await.unwrap().items;
        (items, looks)
    }

    proptest! {
        #[test]
        fn min_id_gives_the_nearest_newer_entries_the_newest_first(
            gaps in prop::collection::vec(1_i64..1 << 40, 0..300),
            low in 0_usize..300,
            limit in 1_usize..40,
        ) {
            let mut at = 0;
            let ids: Vec<i64> = gaps.iter().map(|gap| { at += gap; at }).collect();
            let low = ids.get(low).copied().unwrap_or_default();
            let newest_first: Vec<i64> = ids.iter().rev().copied().collect();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (found, looks) = runtime.block_on(nearest_of(&newest_first, low, None, limit));
            let above: Vec<i64> = ids.iter().copied().filter(|id| *id > low).take(limit).collect();
            let skipped_none: Vec<i64> = above.iter().copied().take(found.len()).rev().collect();
            prop_assert_eq!(&found, &skipped_none);
            prop_assert_eq!(found.is_empty(), above.is_empty());
            prop_assert!(looks <= WINDOWS + 1);
        }
    }

    #[tokio::test]
    async fn a_page_above_min_id_is_as_full_as_it_can_be() {
        let list: Vec<i64> = (0..5_000).rev().map(|n| n << 26).collect();
        for (limit, low) in [(1, 0), (20, 700 << 26), (40, 4_900 << 26)] {
            let (found, looks) = nearest_of(&list, low, None, limit).await;
            assert_eq!(found.len(), limit);
            assert_eq!(found.last(), Some(&(low + (1 << 26))));
            assert!(looks < 20, "{looks} looks");
        }
        let bounded = nearest_of(&list, 0, Some(3 << 26), 20).await.0;
        assert_eq!(bounded, [2 << 26, 1 << 26]);
    }

    #[test]
    fn a_limit_above_the_greatest_is_less_and_what_is_no_number_is_refused() {
        let read = |query: &str| TenPaging::read("http://a.test", "/x", query);
        assert_eq!(read("limit=1000").unwrap().limit, 20);
        assert_eq!(read("limit=0").unwrap().limit, 1);
        assert_eq!(read("limit=&max_id=").unwrap().limit, 10);
        for bad in ["limit=-1", "limit=x", "max_id=x", "since_id=-4", "min_id=1e3"] {
            assert_eq!(read(bad).unwrap_err().field(), bad.split('=').next(), "{bad}");
        }
        assert_eq!(read("max_id=99999999999999999999").unwrap().cursor.before, Some(i64::MAX));
    }

    #[test]
    fn links_lead_both_ways_and_keep_what_else_was_asked() {
        let paging = TenPaging::read("http://a.test", "/x/", "only_media=1&max_id=9&access_token=s").unwrap();
        let paged = paging.paged(Page::new(vec![8, 5], true, |id| *id), |id| id);
        let link = "<http://a.test/x?only_media=1&limit=10&max_id=5>; rel=\"next\", \
                    <http://a.test/x?only_media=1&limit=10&min_id=8>; rel=\"prev\"";
        assert_eq!(paged.link.unwrap(), link);
        let empty = paging.paged(Page::new(Vec::<i64>::new(), false, |id| *id), |id| id);
        assert_eq!(empty.link, None);
    }
}
