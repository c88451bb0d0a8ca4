//! Pushing what is planned, some at once. What fails for a passing cause is tried again, later each time, and then given
//! up: it stands in the list of notifications anyway.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::subscriptions::TOKEN_PURPOSE;
use super::{Pushes, Said};
use crate::clock::{MINUTE_MS, Millis, SECOND_MS};
use crate::error::{Chain, Error, Result};
use crate::model::ids::{AccountId, NotificationId};
use crate::push::{self, Outcome, PAYLOAD_MAX, Recipient, Target};
use crate::service::NotificationView;
use crate::store::push::{self as rows, Destination, Due};
use crate::telemetry::metrics as names;

/// Messages on their way at once by a process.
const AT_ONCE: usize = 16;
/// Of those, of one account: its push services may be slow on purpose.
const PER_ACCOUNT: usize = 4;
/// How often it is looked for what another process planned, and for what is to be tried again.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long a delivery is whoever's that took it: far longer than pushing takes.
pub(super) const LEASE_MS: Millis = MINUTE_MS;
/// How often a message is tried, and the pause after the first time, which is four times as long each time: some hours.
pub(super) const ATTEMPTS_MAX: u32 = 6;
const PAUSE_MS: Millis = 30 * SECOND_MS;
/// Characters of a title and of a body: what a phone shows of them.
const TITLE_CHARS: usize = 120;
const BODY_CHARS: usize = 140;

/// A message as Mastodon's apps know it.
#[derive(Debug, Serialize)]
struct Payload {
    access_token: String,
    preferred_locale: String,
    notification_id: i64,
    notification_type: &'static str,
    icon: String,
    title: String,
    body: String,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Sent,
    Gone,
    Refused,
    /// Its session ended, there is nothing to tell any more, or it is not to be told now.
    Dropped,
    Retry(Option<Duration>),
    /// It was tried often enough.
    Failed,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
            Self::Retry(_) => "retry",
            Self::Failed => "failed",
        }
    }
}

impl Pushes {
    /// Pushes until `stop`. What is under way then is pushed again when its lease is over.
    pub async fn work(self, stop: CancellationToken) {
        let pushes = &self;
        let mut pushing = FuturesUnordered::new();
        let mut of_account: HashMap<AccountId, usize> = HashMap::new();
        loop {
            let busy = of_account.iter().filter(|(_, count)| **count >= PER_ACCOUNT).map(|(id, _)| *id);
            match self.take(AT_ONCE.saturating_sub(pushing.len()), busy.collect()).await {
                Ok(due) => {
                    for due in due {
                        *of_account.entry(due.account).or_default() += 1;
                        pushing.push(async move { (due.account, pushes.push(due).await) });
                    }
                }
                Err(error) => tracing::warn!(error = %Chain(&error), "nothing is pushed now"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                Some((account, pushed)) = pushing.next() => {
                    if let Some(count) = of_account.get_mut(&account) {
                        *count = count.saturating_sub(1);
                    }
                    of_account.retain(|_, count| *count > 0);
                    if let Err(error) = pushed {
                        tracing::warn!(error = %Chain(&error), "a push could not be finished");
                    }
                }
                () = self.0.planned.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Takes at most so many deliveries that are due, none of the accounts that are `busy`.
    pub(super) async fn take(&self, most: usize, busy: Vec<AccountId>) -> Result<Vec<Due>> {
        let (now_ms, most) = (self.now_ms(), i64::try_from(most).unwrap_or_default());
        // Looking is not writing, and there is seldom something.
        if most == 0 || !self.store().read(move |conn| rows::is_due(conn, now_ms)).await? {
            return Ok(Vec::new());
        }
        let times = (now_ms, now_ms.saturating_add(LEASE_MS));
        Ok(self.store().write(move |conn| rows::take(conn, times, busy.clone(), most)).await?)
    }

    /// Pushes one, and writes down what came of it.
    pub(super) async fn push(&self, due: Due) -> Result<()> {
        let end = match self.attempt(due).await? {
            End::Retry(_) if due.attempts.saturating_add(1) >= i64::from(ATTEMPTS_MAX) => End::Failed,
            end => end,
        };
        metrics::counter!(names::PUSHES_TOTAL, "outcome" => end.name()).increment(1);
        let now_ms = self.now_ms();
        let write = move |conn: &mut _| match end {
            // What else waits for it goes with it.
            End::Gone => rows::remove(conn, due.subscription),
            End::Retry(asked) => rows::again(conn, due.id, now_ms.saturating_add(pause(due.attempts, asked))),
            End::Sent | End::Refused | End::Dropped | End::Failed => rows::done(conn, due.id),
        };
        Ok(self.store().write(write).await?)
    }

    async fn attempt(&self, due: Due) -> Result<End> {
        let subscription = due.subscription;
        let to = self.store().read(move |conn| rows::destination_of(conn, subscription)).await?;
        let Some(to) = to else { return Ok(End::Dropped) };
        if self.0.service.live_sessions(vec![to.session]).await?.is_empty() {
            return Ok(End::Dropped);
        }
        let views = self.0.service.notifications_of(due.account, vec![due.notification]).await?;
        let Some(view) = views.first() else { return Ok(End::Dropped) };
        // The night may have come while it waited to be tried again.
        if self.0.service.telling(due.account).await?.quiet.holds(self.now_ms()) {
            return Ok(End::Dropped);
        }
        let payload = self.payload(&to, due.notification, view).await?;
        let Some(target) = target(&to) else { return Ok(End::Gone) };
        let sent = push::send(&self.0.client, &self.0.vapid, &target, &payload, self.now_ms()).await;
        Ok(match sent.map_err(Error::internal)? {
            Outcome::Taken => End::Sent,
            Outcome::Gone => End::Gone,
            Outcome::Later(asked) => End::Retry(asked),
            Outcome::Refused => End::Refused,
        })
    }

    async fn payload(
        &self,
        to: &Destination,
        notification: NotificationId,
        view: &NotificationView,
    ) -> Result<Vec<u8>> {
        let open = |sealed: &Vec<u8>| {
            let opened = self.0.instance_key.open_secret(TOKEN_PURPOSE, to.session.0, sealed);
            opened.map(|token| String::from_utf8_lossy(&token).into_owned()).map_err(Error::internal)
        };
        let user = self.0.service.user(to.subscription.account).await?;
        let language = user.language.unwrap_or_else(|| self.0.service.rules().language.clone());
        let Said { kind, title, body, icon } = (self.0.say)(view, &language);
        let mut payload = Payload {
            access_token: to.token_sealed.as_ref().map(open).transpose()?.unwrap_or_default(),
            preferred_locale: language,
            notification_id: notification.0,
            notification_type: kind,
            icon,
            title: title.chars().take(TITLE_CHARS).collect(),
            body: body.chars().take(BODY_CHARS).collect(),
        };
        let mut bytes = serde_json::to_vec(&payload).map_err(Error::internal)?;
        if bytes.len() > PAYLOAD_MAX {
            (payload.icon, payload.body) = (String::new(), String::new());
            bytes = serde_json::to_vec(&payload).map_err(Error::internal)?;
        }
        Ok(bytes)
    }
}

/// `None` for what was stored and is no destination.
fn target(to: &Destination) -> Option<Target> {
    Some(Target {
        endpoint: Url::parse(&to.subscription.endpoint).ok()?,
        recipient: Recipient::new(to.public_key.clone(), to.auth.clone()).ok()?,
        standard: to.subscription.standard,
    })
}

/// How long to wait after so many attempts before this one; longer when the push service asks for it.
fn pause(attempts: i64, asked: Option<Duration>) -> Millis {
    let times = 4_i64.saturating_pow(u32::try_from(attempts).unwrap_or_default());
    let asked = asked.map_or(0, |asked| Millis::try_from(asked.as_millis()).unwrap_or(Millis::MAX));
    PAUSE_MS.saturating_mul(times).max(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_as_long_as_the_push_service_asks() {
        assert_eq!([0, 1, 2].map(|attempts| pause(attempts, None)), [30_000, 120_000, 480_000]);
        assert_eq!(pause(0, Some(Duration::from_secs(300))), 300_000);
        assert_eq!(pause(3, Some(Duration::from_secs(1))), 1_920_000);
    }
}
