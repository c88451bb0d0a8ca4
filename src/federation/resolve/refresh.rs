//! Accounts of other instances are read again about once a week, when somebody here has to do with them: they change
//! their names and keys, move, or go, and not every host tells.
//!
//! One host is asked for one account after the other, and not at all while it is down. When a host says that an
//! account is gone (410, or 404 with a tombstone) it goes here too; a plain 404 means nothing: hosts have bad days.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::fetch::{Budget, FetchError};
use super::{Freshness, ResolveError};
use crate::clock::DAY_MS;
use crate::error::{Chain, Error, Result};
use crate::federation::Federation;
use crate::store::actors::{self, Stale};
use crate::telemetry::metrics as names;

/// How often it is looked for accounts that are due.
const EVERY: Duration = Duration::from_secs(60);
/// Accounts that are taken at once: at four fetches each, three requests a second.
const TAKEN: i64 = 50;
/// Hosts asked at once.
const HOSTS_AT_ONCE: usize = 4;

impl Federation {
    /// Reads accounts that are due again, a few each minute, until `stop`.
    pub async fn keep_accounts_fresh(&self, stop: CancellationToken) {
        loop {
            match stop.run_until_cancelled(self.refresh_some()).await {
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    tracing::warn!(error = %Chain(&error), "accounts of other instances stay as they are for now");
                }
                None => return,
            }
            if stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
                return;
            }
        }
    }

    /// Reads some of those that are due. Answers how many were taken.
    pub(in crate::federation) async fn refresh_some(&self) -> Result<usize> {
        let now_ms = self.now_ms();
        let taken = self.service().store().write(move |conn| actors::take_stale(conn, now_ms, TAKEN)).await?;
        let count = taken.len();
        let mut by_host: BTreeMap<String, Vec<Stale>> = BTreeMap::new();
        for stale in taken {
            by_host.entry(stale.host.clone()).or_default().push(stale);
        }
        let groups: Vec<Vec<Stale>> = by_host.into_values().collect();
        for some in groups.chunks(HOSTS_AT_ONCE) {
            for done in join_all(some.iter().map(|group| self.refresh_host(group))).await {
                done?;
            }
        }
        Ok(count)
    }

    /// Reads accounts of one host again. When it does not answer, the others have to wait with the first.
    async fn refresh_host(&self, group: &[Stale]) -> Result<()> {
        let mut answers = true;
        for stale in group {
            let outcome = match (stale.wanted, answers && !stale.paused) {
                (false, _) => "idle",
                (true, false) => "paused",
                (true, true) => self.refresh(stale).await?,
            };
            metrics::counter!(names::ACCOUNTS_REFRESHED_TOTAL, "outcome" => outcome).increment(1);
            answers &= outcome != "failed";
            if matches!(outcome, "paused" | "failed") {
                let (account, until_ms) = (stale.account, self.now_ms().saturating_add(DAY_MS));
                self.service().store().write(move |conn| actors::put_off(conn, account, until_ms)).await?;
            }
        }
        Ok(())
    }

    /// Reads one account again. Answers the word for what came of it.
    async fn refresh(&self, stale: &Stale) -> Result<&'static str> {
        let Ok(uri) = Url::parse(&stale.uri) else { return Ok("refused") };
        let budget = Budget::new();
        match self.actor_within(&uri, Freshness::Now, &budget).await {
            Ok(account) => match self.read_numbers(account.id, &budget).await {
                Ok(()) => Ok("fresh"),
                Err(error) => broken_or(error, "fresh"),
            },
            Err(ResolveError::Fetch(FetchError::Gone)) => {
                self.actor_is_gone(&uri).await?;
                Ok("gone")
            }
            Err(error) if error.is_passing() => broken_or(error, "failed"),
            Err(error) => broken_or(error, "refused"),
        }
    }
}

/// Our own failures are errors; others are told by their word.
fn broken_or(error: ResolveError, word: &'static str) -> Result<&'static str> {
    match error {
        ResolveError::Inside(error @ (Error::Busy | Error::Internal(_))) => Err(error),
        error => {
            tracing::debug!(%error, "an account of another instance was not read again");
            Ok(word)
        }
    }
}
