//! Tweets that are published later.
//!
//! What was asked for is kept whole, with its uploads, and held against the rules twice: when it is asked for, and when
//! its time has come. It becomes a tweet in the unit of work that takes it away, so that it does once, however many
//! processes look and whenever they die. What is refused then stays in its author's list with the reason, until they give
//! it another time or take it back.

use std::collections::HashMap;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::pages::{one_more, page_of_rows};
use super::{NewTweet, Service};
use crate::clock::Millis;
use crate::config::limits;
use crate::error::{Chain, Error, Result};
use crate::model::cursor::{Cursor, Page};
use crate::model::ids::{AccountId, MediaId, RowId, TweetId};
use crate::model::tweet::Media;
use crate::store::hot::HotCommand as _;
use crate::store::scheduled::{self, Scheduled};
use crate::store::tweet_commands::CreateTweet;
use crate::store::{Conn, media};

/// How often it is looked for tweets whose time has come.
const EVERY: Duration = Duration::from_secs(5);
/// Tweets that are looked at together.
const AT_ONCE: i64 = 50;

/// A tweet to come, as its author sees it.
#[derive(Clone, Debug)]
pub struct ScheduledView {
    /// Its id.
    pub id: RowId,
    /// When it is to be published.
    pub due_at: Millis,
    /// What was asked for.
    pub tweet: NewTweet,
    /// Its pictures, in order.
    pub media: Vec<Media>,
    /// Why it could not be published when its time came.
    pub failure: Option<String>,
}

impl Service {
    /// Keeps a tweet for its time, which is 5 minutes ahead at least. It keeps every rule now; the same request under the
    /// same `idempotency_key` answers the same one.
    ///
    /// # Errors
    /// Those of [`Service::check_tweet`], and 422 on `scheduled_at`: `too_soon`, `too_many`, `full_day`.
    pub async fn schedule_tweet(
        &self,
        author: AccountId,
        mut new: NewTweet,
        due_at: Millis,
    ) -> Result<ScheduledView> {
        let key = new.idempotency_key.take();
        if let Some(key) = key.clone() {
            let claimed = move |conn: &mut Conn| scheduled::claimed_by(conn, author, &key);
            if let Some(id) = self.store().read(claimed).await? {
                return self.claimed_schedule(author, id).await;
            }
        }
        let now_ms = self.now_ms();
        refuse_too_soon(due_at, now_ms)?;
        // What its author says by default now holds then too.
        let new = self.with_defaults(author, new).await?;
        self.check_tweet(author, new.clone()).await?;
        let one = Scheduled {
            id: RowId(self.next_id()),
            account: author,
            due_at,
            params: serde_json::to_string(&new).map_err(Error::internal)?,
            failure: None,
        };
        let media = new.media;
        let insert = move |conn: &mut Conn| scheduled::insert(conn, &one, &media, key.as_ref(), now_ms);
        let id = self.store().write(insert).await?;
        self.claimed_schedule(author, id).await
    }

    async fn claimed_schedule(&self, author: AccountId, id: RowId) -> Result<ScheduledView> {
        match self.scheduled_tweet(author, id).await {
            Err(Error::NotFound(_)) => {
                let message = "the post that this key scheduled is published or taken back; take a new key";
                Err(Error::conflict("Idempotency-Key", "deleted", message))
            }
            answer => answer,
        }
    }

    /// A page of one's tweets to come, the newest first.
    pub async fn scheduled_tweets(
        &self,
        author: AccountId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<ScheduledView>> {
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let read = move |conn: &mut Conn| scheduled::list(conn, author, cursor, one_more(limit));
        let page = page_of_rows(self.store().read(read).await?, cursor, limit, |row| row.id.0);
        Ok(Page { items: self.scheduled_views(page.items).await?, next: page.next, prev: page.prev })
    }

    /// One of one's tweets to come.
    pub async fn scheduled_tweet(&self, author: AccountId, id: RowId) -> Result<ScheduledView> {
        let found = self.store().read(move |conn| scheduled::by_id(conn, author, id)).await?;
        let views = self.scheduled_views(found.into_iter().collect()).await?;
        views.into_iter().next().ok_or(Error::NotFound("scheduled post"))
    }

    /// Gives a tweet to come another time; one that failed is tried again then.
    pub async fn put_off_tweet(&self, author: AccountId, id: RowId, due_at: Millis) -> Result<ScheduledView> {
        self.scheduled_tweet(author, id).await?;
        refuse_too_soon(due_at, self.now_ms())?;
        self.store().write(move |conn| scheduled::put_off(conn, author, id, due_at)).await?;
        self.scheduled_tweet(author, id).await
    }

    /// Takes a tweet to come back.
    pub async fn remove_scheduled(&self, author: AccountId, id: RowId) -> Result<()> {
        let removed = self.store().write(move |conn| scheduled::remove(conn, author, id)).await?;
        if removed { Ok(()) } else { Err(Error::NotFound("scheduled post")) }
    }

    async fn scheduled_views(&self, rows: Vec<Scheduled>) -> Result<Vec<ScheduledView>> {
        let mut views = Vec::new();
        for row in rows {
            let tweet: NewTweet = serde_json::from_str(&row.params).map_err(Error::internal)?;
            let Scheduled { id, due_at, failure, .. } = row;
            views.push(ScheduledView { id, due_at, tweet, media: Vec::new(), failure });
        }
        let ids: Vec<MediaId> = views.iter().flat_map(|view| view.tweet.media.iter().copied()).collect();
        if ids.is_empty() {
            return Ok(views);
        }
        let found = self.store().read(move |conn| media::by_ids(conn, &ids)).await?;
        let found: HashMap<MediaId, Media> = found.into_iter().map(|media| (media.id, media)).collect();
        for view in &mut views {
            view.media = view.tweet.media.iter().filter_map(|id| found.get(id).cloned()).collect();
        }
        Ok(views)
    }

    /// Publishes the tweets whose time has come.
    pub async fn publish_due(&self) -> Result<()> {
        let now_ms = self.now_ms();
        let mut after = (Millis::MIN, RowId::default());
        loop {
            let some = self.store().read(move |conn| scheduled::due(conn, now_ms, after, AT_ONCE)).await?;
            let Some(last) = some.last() else { return Ok(()) };
            after = (last.due_at, last.id);
            for one in some {
                self.publish_one(one).await?;
            }
        }
    }

    /// One that cannot be written for now holds up no other.
    async fn publish_one(&self, one: Scheduled) -> Result<()> {
        match self.publish_scheduled(&one).await {
            Ok(_) => Ok(()),
            Err(error @ (Error::Busy | Error::Internal(_))) => {
                tracing::warn!(error = %Chain(&error), scheduled.id = %one.id, "a post is published later");
                Ok(())
            }
            Err(refused) => {
                let why = refused.to_string();
                Ok(self.store().write(move |conn| scheduled::fail(conn, &one, &why)).await?)
            }
        }
    }

    /// Answers the tweet; `None` when it was published or taken back meanwhile.
    async fn publish_scheduled(&self, one: &Scheduled) -> Result<Option<TweetId>> {
        let new: NewTweet = serde_json::from_str(&one.params).map_err(Error::internal)?;
        let checked = self.check_tweet_of(one.account, new, Some(one.id)).await?;
        let Some(command) = self.command_of(checked).await? else { return Ok(None) };
        let (id, tweet, now_ms) = (one.id, command.tweet.id, self.now_ms());
        let publish = move |conn: &mut Conn| {
            let taken = scheduled::take(conn, id, now_ms)?;
            if taken {
                CreateTweet::write_set(conn, std::slice::from_ref(&command))?;
            }
            Ok(taken)
        };
        if !self.store().write(publish).await? {
            return Ok(None);
        }
        self.written(one.account);
        Ok(Some(tweet))
    }
}

fn refuse_too_soon(due_at: Millis, now_ms: Millis) -> Result<()> {
    if due_at < now_ms.saturating_add(limits::SCHEDULE_MIN_AHEAD_MS) {
        let message = "a scheduled post is due in 5 minutes at the soonest";
        return Err(Error::invalid("scheduled_at", "too_soon", message));
    }
    Ok(())
}

/// Publishes what is due every few seconds until `stop`.
pub async fn run(service: Service, stop: CancellationToken) {
    loop {
        match stop.run_until_cancelled(service.publish_due()).await {
            Some(Ok(())) => {}
            Some(Err(error)) => tracing::warn!(error = %Chain(&error), "scheduled posts wait a moment"),
            None => return,
        }
        if stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
            return;
        }
    }
}
