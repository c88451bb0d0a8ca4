//! The home timeline as the rest of the house reads it.

use crate::config::limits;
use crate::error::Result;
use crate::model::cursor::{Cursor, Page};
use crate::model::ids::{AccountId, TweetId};
use crate::model::visibility::Place;
use crate::service::{Service, TweetView};
use crate::store::timelines::{self, Slice};

/// Home timelines.
#[derive(Clone)]
pub struct Home {
    service: Service,
}

impl Home {
    /// Home timelines over the use-cases.
    pub fn new(service: Service) -> Self {
        Self { service }
    }

    /// A page of the reader's home timeline, newest first.
    pub async fn page(&self, reader: AccountId, cursor: Cursor, limit: usize) -> Result<Page<TweetView>> {
        let limit = limit.min(limits::PAGE_MAX);
        let slice = Slice {
            before: cursor.before.map(TweetId),
            after: cursor.after.map(TweetId),
            limit: i64::try_from(limit).unwrap_or(1).saturating_add(1),
        };
        let now_ms = self.service.clock().now_ms();
        let mut lines =
            self.service.store().read(move |conn| timelines::home(conn, reader, slice, now_ms)).await?;
        let more = lines.len() > limit;
        lines.truncate(limit);
        let page = Page::new(lines, more, |line| line.id.0);
        let eyes = self.service.eyes(Some(reader)).await?;
        let ids = page.items.iter().map(|line| line.id).collect();
        let items = self.service.views(&eyes, ids, Place::List).await?;
        Ok(Page { items, next: page.next, prev: page.prev })
    }
}
