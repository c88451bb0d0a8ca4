//! What moderators see of what trends or could, and what they decide about it. A decision holds from the next look on:
//! lists of trends are read together with the decisions, in every process.

use std::collections::HashMap;

use super::pages::{one_more, page_of_rows};
use super::{Operator, Service};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::cursor::{Cursor, Page};
use crate::model::entities::fold_tag;
use crate::model::host::Host;
use crate::model::ids::{RowId, TweetId};
use crate::model::preview::page_at;
use crate::model::text::{clip, one_line};
use crate::model::trend::{ReviewKind, ReviewState, TrendKind};
use crate::store::trends::reviews;
use crate::store::{Conn, StoreError, previews, tweets};

/// Bytes of a post's text that are shown to whoever decides about it.
const TEXT_SHOWN: usize = 280;

/// Something that trends or could, or about which was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendEntry {
    /// What it is.
    pub kind: ReviewKind,
    /// The folded hashtag, the page's address, the tweet's id or the publisher's host.
    pub item: String,
    /// The title of a page, the beginning of a tweet's text; may be empty.
    pub about: String,
    /// The host of a linked page; empty for all else.
    pub publisher: String,
    /// What was decided.
    pub state: ReviewState,
    /// Whether that was decided about its publisher only.
    pub by_publisher: bool,
}

impl Service {
    /// What stands highest of a kind, whatever was decided about it, the highest first.
    pub async fn trend_candidates(&self, kind: TrendKind) -> Result<Vec<TrendEntry>> {
        let read = move |conn: &mut Conn| {
            let entries = reviews::candidates(conn, kind)?.into_iter().map(|found| TrendEntry {
                kind: kind.into(),
                state: found.state(),
                by_publisher: found.own.is_none() && found.publisher.is_some(),
                item: found.item,
                publisher: found.host,
                about: String::new(),
            });
            let entries = entries.collect();
            told(conn, entries)
        };
        Ok(self.store().read(read).await?)
    }

    /// What was decided about things of a kind, the last first.
    pub async fn trend_decisions(
        &self,
        kind: ReviewKind,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<TrendEntry>> {
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let read = move |conn: &mut Conn| {
            let rows = reviews::decided(conn, kind, cursor, one_more(limit))?;
            let ids: Vec<RowId> = rows.iter().map(|(id, ..)| *id).collect();
            let entries = rows.into_iter().map(|(_, item, approved)| TrendEntry {
                kind,
                state: ReviewState::of(Some(approved), None),
                by_publisher: false,
                item,
                publisher: String::new(),
                about: String::new(),
            });
            let entries = entries.collect();
            Ok(ids.into_iter().zip(told(conn, entries)?).collect::<Vec<_>>())
        };
        let page = page_of_rows(self.store().read(read).await?, cursor, limit, |(id, _)| id.0);
        Ok(page.map(|(_, entry)| entry))
    }

    /// Lets something trend, never lets it, or forgets what was decided about it. Answers it as it is kept.
    pub async fn decide_trend(
        &self,
        by: Operator,
        kind: ReviewKind,
        item: &str,
        approved: Option<bool>,
    ) -> Result<String> {
        let item = kept_as(kind, item)?;
        let tweet = (kind == ReviewKind::Tweet).then(|| item.parse::<TweetId>().ok()).flatten();
        let (row, kept) = (RowId(self.next_id()), item.clone());
        let write = move |conn: &mut Conn| {
            let Some(approved) = approved else {
                reviews::forget(conn, kind, &kept)?;
                return Ok(true);
            };
            if let Some(tweet) = tweet
                && tweets::hold(conn, tweet)?.is_none()
            {
                return Ok(false);
            }
            reviews::decide(conn, row, (kind, &kept), approved, tweet)?;
            Ok(true)
        };
        if !self.store().write(write).await? {
            return Err(Error::NotFound("tweet"));
        }
        tracing::info!(%by, kind = kind.word(), item, ?approved, "it was decided whether something trends");
        Ok(item)
    }
}

/// The thing as it is kept and compared.
fn kept_as(kind: ReviewKind, item: &str) -> Result<String> {
    let item = item.trim();
    match kind {
        ReviewKind::Tag => fold_tag(item.trim_start_matches(['#', '＃'])).ok_or_else(|| {
            Error::invalid("item", "bad_tag", "a hashtag has letters, digits and underscores")
        }),
        ReviewKind::Link => page_at(item)
            .ok_or_else(|| Error::invalid("item", "bad_address", "this is not the address of a page")),
        ReviewKind::Tweet => item
            .parse::<TweetId>()
            .map(|id| id.to_string())
            .map_err(|_| Error::invalid("item", "bad_id", "this is not the id of a tweet")),
        ReviewKind::Publisher => Host::parse(item)
            .map(|host| host.to_string())
            .map_err(|_| Error::invalid("item", "bad_host", "this is not the name of a host")),
    }
}

/// The entries, which are of one kind, with what they are about.
fn told(conn: &mut Conn, mut entries: Vec<TrendEntry>) -> Result<Vec<TrendEntry>, StoreError> {
    let items = || entries.iter().map(|entry| entry.item.clone());
    let mut about: HashMap<String, String> = match entries.first().map(|entry| entry.kind) {
        Some(ReviewKind::Link) => {
            let cards = previews::of_urls(conn, items().collect())?;
            cards.into_iter().map(|(url, card)| (url, card.title)).collect()
        }
        Some(ReviewKind::Tweet) => {
            let ids: Vec<TweetId> = items().filter_map(|id| id.parse().ok()).collect();
            let text = |text: &str| clip(&one_line(text), TEXT_SHOWN).to_owned();
            let found = tweets::by_ids(conn, &ids)?;
            found.iter().map(|tweet| (tweet.id.to_string(), text(&tweet.text))).collect()
        }
        Some(ReviewKind::Tag | ReviewKind::Publisher) | None => HashMap::new(),
    };
    for entry in &mut entries {
        entry.about = about.remove(&entry.item).unwrap_or_default();
    }
    Ok(entries)
}
