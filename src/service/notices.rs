//! Telling those who want it of each new tweet of somebody they follow: the consumer `notices` of the log.
//!
//! One tweet may have many to tell, so that it is done after, in slices. Telling twice is telling once, so that events
//! may come twice. Several processes do this side by side, from one cursor, which only moves forward.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::Service;
use crate::clock::{DAY_MS, Millis};
use crate::error::{Chain, Result};
use crate::model::event::{Event, TweetCreated};
use crate::model::ids::AccountId;
use crate::model::notification::NotificationKind;
use crate::model::visibility::Visibility;
use crate::store::events::{self, Logged, Position};
use crate::store::follower::{Progress, follow, keep_cursor};
use crate::store::notifications::{self, NewNotification};
use crate::store::{Conn, StoreError, bonds, tweets};

/// The name of the cursor, and of the consumer in metrics and log lines.
const CONSUMER: &str = "notices";
/// People whom one unit of work tells.
const AT_ONCE: i64 = 200;
/// How often the cursor moves while there is nobody to tell.
const NOTE_EVERY: Duration = Duration::from_secs(10);
/// The pause before it is tried again to begin.
const BEGIN_PAUSE: Duration = Duration::from_secs(1);
/// Tweets from before this are no news: another instance's, that were fetched late.
const NEWS_MS: Millis = DAY_MS;

/// Follows the log until `stop`.
pub async fn run(service: Service, progress: Progress, stop: CancellationToken) {
    let from = loop {
        match begin(&service).await {
            Ok(from) => break from,
            Err(error) => {
                progress.failed();
                tracing::warn!(error = %Chain(&error), "notices could not begin; trying again");
            }
        }
        if stop.run_until_cancelled(tokio::time::sleep(BEGIN_PAUSE)).await.is_none() {
            return;
        }
    };
    progress.set(from);
    let noted = Mutex::new(Instant::now());
    let (telling, noted) = (&service, &noted);
    let consume = move |batch: Vec<Logged>| async move {
        let now = Instant::now();
        let is_time = {
            let noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
            now.duration_since(*noted) >= NOTE_EVERY
        };
        if take_in(telling, &batch, is_time).await.map_err(StoreError::from)? {
            *noted.lock().unwrap_or_else(PoisonError::into_inner) = now;
        }
        Ok(())
    };
    let following = follow(service.store().clone(), CONSUMER, progress, stop.clone(), consume);
    tokio::join!(following, keep_cursor(service.store(), service.clock(), CONSUMER, &stop));
}

/// Where to go on. A new consumer, or one that was given up after a long absence, begins with what happens now.
pub(super) async fn begin(service: &Service) -> Result<Position> {
    let now_ms = service.now_ms();
    let resume = move |conn: &mut Conn| events::resume(conn, CONSUMER, now_ms);
    if let Some(position) = service.store().write(resume).await? {
        return Ok(position);
    }
    let head = service.store().read(events::head).await?;
    service.store().write(move |conn| move_on(conn, head, now_ms)).await?;
    Ok(head)
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
        service.store().write(move |conn| move_on(conn, last, now_ms)).await?;
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

fn move_on(conn: &mut Conn, to: Position, now_ms: Millis) -> Result<(), StoreError> {
    match events::cursor(conn, CONSUMER)? {
        Some(at) if at >= to => Ok(()),
        _ => events::move_cursor(conn, CONSUMER, to, now_ms),
    }
}
