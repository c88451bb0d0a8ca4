//! Sending what is due, one after another: mail servers have their own queues. What fails for a passing cause is tried
//! again, later each time, and then given up.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Letters, Matter, Worded};
use crate::clock::{MINUTE_MS, Millis};
use crate::error::{Chain, Result};
use crate::mail::{Letter, Mailer, Posted};
use crate::store::Conn;
use crate::store::digests;
use crate::store::emails::{self, DueEmail};
use crate::telemetry::metrics as names;

/// How often it is looked for what another process asked for, and for what is to be tried again.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Letters taken at once.
const AT_ONCE: i64 = 10;
/// How long a letter is whoever's that took it: longer than sending all that were taken with it.
pub(super) const LEASE_MS: Millis = 10 * MINUTE_MS;
/// How often a letter is tried, and the pause after the first time, which is four times as long each time: some hours.
pub(super) const ATTEMPTS_MAX: i64 = 5;
const PAUSE_MS: Millis = MINUTE_MS;

impl Letters {
    /// Sends until `stop`. A letter that is under way then is sent again when its lease is over.
    pub async fn work(self, stop: CancellationToken) {
        loop {
            match stop.run_until_cancelled(self.send_due()).await {
                Some(Ok(())) => {}
                Some(Err(error)) => tracing::warn!(error = %Chain(&error), "letters wait a moment"),
                None => return,
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.0.due.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Sends everything that is due; nothing where no mail is sent.
    pub(crate) async fn send_due(&self) -> Result<()> {
        let Some(mailer) = &self.0.mailer else { return Ok(()) };
        loop {
            let now_ms = self.now_ms();
            // Looking is not writing, and there is seldom something.
            let look =
                move |conn: &mut Conn| Ok((emails::is_due(conn, now_ms)?, digests::is_due(conn, now_ms)?));
            let (asks, digests) = self.store().read(look).await?;
            if !asks && !digests {
                return Ok(());
            }
            let times = (now_ms, now_ms.saturating_add(LEASE_MS));
            if asks {
                for due in self.store().write(move |conn| emails::take(conn, times, AT_ONCE)).await? {
                    held_up(self.ask_whose(mailer, due).await);
                }
            }
            if digests {
                for due in self.store().write(move |conn| digests::take(conn, times, AT_ONCE)).await? {
                    held_up(self.digest(mailer, due).await);
                }
            }
        }
    }

    /// Sends the letter that asks whose an address is.
    async fn ask_whose(&self, mailer: &Mailer, due: DueEmail) -> Result<()> {
        let user = self.0.service.user(due.account).await?;
        let language = user.language.unwrap_or_else(|| self.0.service.rules().language.clone());
        let link = self.confirmation_link(due.account, &due.address)?;
        let Worded { subject, text, html } =
            (self.0.word)(&Matter::Confirm { username: user.username, link }, &language)?;
        let letter = Letter { to: due.address.clone(), subject, text, html, unsubscribe: None };
        let posted = mailer.send(&letter).await;
        count("confirmation", &posted, due.attempts);
        let now_ms = self.now_ms();
        let write = move |conn: &mut Conn| match &posted {
            Posted::Taken => emails::done(conn, &due, false),
            Posted::Later(_) if due.attempts.saturating_add(1) < ATTEMPTS_MAX => {
                emails::again(conn, &due, now_ms.saturating_add(pause(due.attempts)))
            }
            Posted::Refused(_) | Posted::Later(_) => emails::done(conn, &due, true),
        };
        Ok(self.store().write(write).await?)
    }
}

/// A letter that could not be made holds up no other; it is tried again when its lease is over.
fn held_up(made: Result<()>) {
    if let Err(error) = made {
        tracing::warn!(error = %Chain(&error), "a letter waits until its lease is over");
    }
}

/// Counts what became of a letter, and tells the operator why one was not taken.
pub(super) fn count(kind: &'static str, posted: &Posted, attempts: i64) {
    let last = attempts.saturating_add(1) >= ATTEMPTS_MAX;
    let (outcome, why) = match posted {
        Posted::Taken => ("sent", None),
        Posted::Refused(why) => ("refused", Some(why)),
        Posted::Later(why) if last => ("failed", Some(why)),
        Posted::Later(why) => ("retry", Some(why)),
    };
    if let Some(why) = why {
        tracing::warn!(mail.kind = kind, mail.outcome = outcome, error = %why, "a letter was not taken");
    }
    metrics::counter!(names::LETTERS_TOTAL, "kind" => kind, "outcome" => outcome).increment(1);
}

/// How long to wait after so many attempts before this one.
pub(super) fn pause(attempts: i64) -> Millis {
    PAUSE_MS.saturating_mul(4_i64.saturating_pow(u32::try_from(attempts).unwrap_or_default()))
}
