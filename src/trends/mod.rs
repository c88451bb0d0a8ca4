//! Trends: what is used most of late.
//!
//! The consumer `trends` of the log writes who used which hashtag, link or tweet on a day, one row an account; every few
//! minutes one of the processes reckons from these rows what stands highest, and writes that too. So all processes agree,
//! and a restart loses nothing. Only what everybody may see counts, and of accounts that are suspended, limited or do
//! not want to be found nothing does, whenever they became so.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::{MINUTE_MS, Millis};
use crate::error::{Chain, Result};
use crate::model::event::Event;
use crate::model::ids::{AccountId, TweetId};
use crate::model::preview::link_in;
use crate::model::trend::TrendKind;
use crate::model::visibility::Visibility;
use crate::service::Service;
use crate::store::events::{self, Logged, Position};
use crate::store::follower::{Consumer, Progress};
use crate::store::trends::{self, Use};
use crate::store::{Conn, StoreError, tweets};

/// The name of the cursor, and of the consumer in metrics and log lines.
const CONSUMER: &str = "trends";
/// How long what was reckoned stands.
const RECKON_EVERY_MS: Millis = 5 * MINUTE_MS;
/// How often it is looked whether it is time to reckon.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Counts what is used. Cheap to clone.
#[derive(Clone)]
pub struct Trends {
    service: Service,
}

impl Trends {
    /// Nothing runs yet: [`Trends::follow`] counts, [`Trends::work`] reckons.
    pub fn new(service: Service) -> Self {
        Self { service }
    }

    /// Follows the log until `stop`.
    pub async fn follow(self, progress: Progress, stop: CancellationToken) {
        let counting = &self;
        let count = move |batch: Vec<Logged>, note| async move {
            counting.take_in(&batch, note).await.map_err(StoreError::from)
        };
        self.consumer().follow(progress, stop, count).await;
    }

    /// The consumer with its cursor.
    pub fn consumer(&self) -> Consumer {
        self.service.consumer(CONSUMER)
    }

    /// Reckons every few minutes until `stop`.
    pub async fn work(self, stop: CancellationToken) {
        loop {
            if let Some(Err(error)) = stop.run_until_cancelled(self.reckon()).await {
                tracing::warn!(error = %Chain(&error), "trends stay as they were for now");
            }
            if stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_none() {
                return;
            }
        }
    }

    /// Reckons what was not reckoned for some minutes, whichever process did.
    pub async fn reckon(&self) -> Result<()> {
        let now_ms = self.service.clock().now_ms();
        for kind in TrendKind::ALL {
            let since_ms = now_ms.saturating_sub(RECKON_EVERY_MS);
            self.service.store().write(move |conn| trends::reckon(conn, kind, since_ms, now_ms)).await?;
        }
        Ok(())
    }

    /// Counts what these events say was used. The cursor moves with it, so that nothing is counted twice, whoever else
    /// follows the log. Answers whether it moved: it does when something was used, and when `note` says so.
    pub async fn take_in(&self, batch: &[Logged], note: bool) -> Result<bool> {
        let Some(last) = batch.last().map(|logged| logged.position) else { return Ok(false) };
        let told: Vec<(Position, Told)> =
            batch.iter().filter_map(|logged| Some((logged.position, Told::by(&logged.event)?))).collect();
        if told.is_empty() && !note {
            return Ok(false);
        }
        let asked: BTreeSet<TweetId> = told.iter().map(|(_, told)| told.tweet()).collect();
        let asked: Vec<TweetId> = asked.into_iter().collect();
        let now_ms = self.service.clock().now_ms();
        let host = self.service.addresses().host().clone();
        let write = move |conn: &mut Conn| {
            let at = events::hold_cursor(conn, CONSUMER)?;
            if at >= last {
                return Ok(());
            }
            let facts: HashMap<TweetId, tweets::TrendFacts> =
                tweets::trend_facts(conn, &asked)?.into_iter().map(|facts| (facts.id, facts)).collect();
            let mut uses = BTreeSet::new();
            for (_, told) in told.iter().filter(|(position, _)| *position > at) {
                let Some(facts) = facts.get(&told.tweet()) else { continue };
                match told {
                    Told::Reacted(account, tweet) if *account != facts.author => {
                        uses.insert(used(TrendKind::Tweets, tweet.to_string(), *account));
                    }
                    Told::Reacted(..) => {}
                    Told::Wrote(_) => {
                        let tags = facts.tags.iter().cloned();
                        uses.extend(tags.map(|tag| used(TrendKind::Tags, tag, facts.author)));
                        let link = link_in(&facts.html, &host);
                        uses.extend(link.map(|link| used(TrendKind::Links, link.into(), facts.author)));
                    }
                }
            }
            if !uses.is_empty() {
                trends::used(conn, &uses.into_iter().collect::<Vec<_>>(), now_ms)?;
            }
            events::move_cursor(conn, CONSUMER, last, now_ms)
        };
        self.service.store().write(write).await?;
        Ok(true)
    }
}

/// What an event says was used.
#[derive(Clone, Copy, Debug)]
enum Told {
    /// Somebody wrote a tweet, and used what is in it.
    Wrote(TweetId),
    /// Somebody liked or repeated a tweet.
    Reacted(AccountId, TweetId),
}

impl Told {
    fn by(event: &Event) -> Option<Self> {
        match event {
            Event::TweetCreated(new) if new.visibility == Visibility::Public => {
                Some(new.retweet_of.map_or(Self::Wrote(new.tweet), |of| Self::Reacted(new.author, of)))
            }
            Event::Liked(like) => Some(Self::Reacted(like.account, like.tweet)),
            _ => None,
        }
    }

    fn tweet(&self) -> TweetId {
        match self {
            Self::Wrote(tweet) | Self::Reacted(_, tweet) => *tweet,
        }
    }
}

fn used(kind: TrendKind, item: String, account: AccountId) -> Use {
    Use { kind: kind.number(), item, account }
}

#[cfg(test)]
mod tests;
