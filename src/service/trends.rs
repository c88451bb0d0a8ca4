//! What is used most of late, as a viewer may see it, and how often hashtags and links were used on each day.

use std::collections::HashMap;

use super::{Service, TweetView};
use crate::config::limits;
use crate::error::Result;
use crate::model::ids::{AccountId, TweetId};
use crate::model::preview::Preview;
use crate::model::trend::{DayUse, TrendKind};
use crate::model::visibility::Place;
use crate::store::{previews, trends};

/// Days of a history.
const DAYS: i64 = 7;

/// A part of a list, by what is passed over and how many are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Entries that are passed over.
    pub offset: usize,
    /// Entries at most.
    pub limit: usize,
}

impl Service {
    /// Hashtags that many use of late, with their days.
    pub async fn trending_tags(&self, slice: Slice) -> Result<Vec<(String, Vec<DayUse>)>> {
        let tags = self.trending(TrendKind::Tags, slice).await?;
        let mut days = self.tag_histories(tags.clone()).await?;
        Ok(tags.into_iter().filter_map(|tag| Some((tag.clone(), days.remove(&tag)?))).collect())
    }

    /// Pages that many link to of late and of which there is a card, with their days.
    pub async fn trending_links(&self, slice: Slice) -> Result<Vec<(Preview, Vec<DayUse>)>> {
        let urls = self.trending(TrendKind::Links, slice).await?;
        let now_ms = self.now_ms();
        let wanted = urls.clone();
        let (mut cards, mut days) = self
            .store()
            .read(move |conn| {
                let cards = previews::of_urls(conn, wanted.clone())?;
                let days = trends::histories(conn, TrendKind::Links, wanted.clone(), DAYS, now_ms)?;
                Ok((cards, days))
            })
            .await?;
        Ok(urls.into_iter().filter_map(|url| Some((cards.remove(&url)?, days.remove(&url)?))).collect())
    }

    /// Tweets that many like and repeat of late and that the viewer may see.
    pub async fn trending_tweets(&self, viewer: Option<AccountId>, slice: Slice) -> Result<Vec<TweetView>> {
        let ids = self.trending(TrendKind::Tweets, slice).await?;
        let ids = ids.iter().filter_map(|id| id.parse::<TweetId>().ok()).collect();
        let eyes = self.eyes(viewer).await?;
        let mut views = self.views(&eyes, ids, Place::PublicList).await?;
        views.retain(|view| view.author.discoverable && view.tweet.retweet_of.is_none());
        Ok(views)
    }

    /// On how many days, and how often, these hashtags were used, today first.
    pub async fn tag_histories(&self, tags: Vec<String>) -> Result<HashMap<String, Vec<DayUse>>> {
        let now_ms = self.now_ms();
        let read = move |conn: &mut _| trends::histories(conn, TrendKind::Tags, tags.clone(), DAYS, now_ms);
        Ok(self.store().read(read).await?)
    }

    async fn trending(&self, kind: TrendKind, slice: Slice) -> Result<Vec<String>> {
        let reviewed = self.rules().trends_review;
        let all = self.store().read(move |conn| trends::list(conn, kind, reviewed)).await?;
        let limit = slice.limit.clamp(1, limits::PAGE_MAX);
        Ok(all.into_iter().skip(slice.offset).take(limit).collect())
    }
}
