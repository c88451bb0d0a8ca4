//! Telling those who want it of each new tweet of somebody they follow: the consumer `notices` of the log.
//!
//! One tweet may have many to tell, so that it is done after, in slices. Telling twice is telling once, so that events
//! may come twice. Several processes do this side by side, from one cursor, which only moves forward.

use tokio_util::sync::CancellationToken;

use super::Service;
use crate::clock::{DAY_MS, Millis};
use crate::error::Result;
use crate::model::event::{Event, TweetCreated};
use crate::model::ids::AccountId;
use crate::model::notification::NotificationKind;
use crate::model::visibility::Visibility;
use crate::store::events::{self, Logged};
use crate::store::follower::Progress;
use crate::store::notifications::{self, NewNotification};
use crate::store::{Conn, StoreError, bonds, tweets};

/// The name of the cursor, and of the consumer in metrics and log lines.
pub(super) const CONSUMER: &str = "notices";
/// People whom one unit of work tells.
const AT_ONCE: i64 = 200;
/// Tweets from before this are no news: another instance's, that were fetched late.
const NEWS_MS: Millis = DAY_MS;

/// Follows the log until `stop`.
pub async fn run(service: Service, progress: Progress, stop: CancellationToken) {
    let telling = &service;
    let tell = move |batch: Vec<Logged>, note| async move {
        take_in(telling, &batch, note).await.map_err(StoreError::from)
    };
    service.consumer(CONSUMER).follow(progress, stop, tell).await;
}

/// Tells of what these events say is new. Answers whether the cursor moved: it does when somebody was told, and when
/// `note` says so.
pub(super) async fn take_in(service: &Service, batch: &[Logged], note: bool) -> Result<bool> {
    let Some(last) = batch.last().map(|logged| logged.position) else { return Ok(false) };
    let mut told = false;
    for logged in batch {
        if let Event::TweetCreated(new) = &logged.event
            && is_news(new, logged.at_ms)
        {
            told |= tell(service, new).await?;
        }
    }
    if told || note {
        let now_ms = service.now_ms();
        service.store().write(move |conn| events::advance_cursor(conn, CONSUMER, last, now_ms)).await?;
    }
    Ok(told || note)
}

/// Retweets, answers to others and direct tweets are not told of.
fn is_news(new: &TweetCreated, at_ms: Millis) -> bool {
    new.retweet_of.is_none()
        && new.visibility != Visibility::Direct
        && (new.reply_to.is_none() || new.reply_to_author == Some(new.author))
        && at_ms.saturating_sub(new.tweet.time_ms()) < NEWS_MS
}

/// Tells everybody of a tweet who wants to know. Answers whether there was anybody.
async fn tell(service: &Service, new: &TweetCreated) -> Result<bool> {
    let (author, tweet, now_ms) = (new.author, new.tweet, service.now_ms());
    let (mut after, mut any) = (AccountId::default(), false);
    loop {
        let read = move |conn: &mut Conn| {
            let some = bonds::notified(conn, (author, tweet), after, AT_ONCE)?;
            let by_language = some.iter().any(|(_, languages)| !languages.is_empty());
            let language = if by_language { tweets::language(conn, tweet)? } else { None };
            Ok((some, language))
        };
        let (some, language) = service.store().read(read).await?;
        let Some((last, _)) = some.last() else { return Ok(any) };
        (after, any) = (*last, true);
        let wanted = |languages: &[String]| {
            let known = language.as_ref().filter(|_| !languages.is_empty());
            known.is_none_or(|language| languages.contains(language))
        };
        let news: Vec<NewNotification> = some
            .iter()
            .filter(|(_, languages)| wanted(languages))
            .map(|(account, _)| NewNotification {
                account: *account,
                kind: NotificationKind::Posted,
                from: author,
                tweet: Some(tweet),
                at_ms: now_ms,
            })
            .collect();
        let write = move |conn: &mut Conn| {
            // It may be gone meanwhile.
            if tweets::id_parts(conn, tweet)?.is_none() {
                return Ok(());
            }
            let log = notifications::insert(conn, &news)?;
            events::append(conn, &log, now_ms)
        };
        service.store().write(write).await?;
    }
}
