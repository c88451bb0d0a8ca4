//! What other instances run, as their NodeInfo says: asked of those that answer, about once a week, for the admins.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::time::Duration;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::fetch::{Budget, FetchError};
use crate::clock::{DAY_MS, HOUR_MS, Millis};
use crate::error::{Chain, Result};
use crate::federation::Federation;
use crate::federation::objects::nodeinfo_read;
use crate::federation::objects::parse_document;
use crate::store::instance_admin;
use crate::telemetry::metrics as names;

/// How often it is looked for instances that are due.
const EVERY: Duration = Duration::from_secs(60);
/// Instances that are taken at once.
const TAKEN: i64 = 20;
/// Instances asked at once.
const AT_ONCE: usize = 4;
/// How long whoever took an instance has for it: after that, another may.
const TAKEN_FOR_MS: Millis = HOUR_MS;
/// How often an instance is asked.
const ASKED_EVERY_MS: Millis = 7 * DAY_MS;
/// The same when it did not answer.
const ASKED_AGAIN_MS: Millis = 2 * DAY_MS;
/// Over how long the questions that came due together are spread.
const SPREAD_MS: Millis = DAY_MS;

impl Federation {
    /// Asks instances that are due what they run, a few each minute, until `stop`.
    pub async fn keep_software_known(&self, stop: CancellationToken) {
        loop {
            match stop.run_until_cancelled(self.ask_for_software()).await {
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    tracing::warn!(error = %Chain(&error), "what other instances run is not asked now");
                }
                None => return,
            }
            if stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
                return;
            }
        }
    }

    /// Asks some of those that are due. Answers how many.
    pub(in crate::federation) async fn ask_for_software(&self) -> Result<usize> {
        let now_ms = self.now_ms();
        let until_ms = now_ms.saturating_add(TAKEN_FOR_MS);
        let take = move |conn: &mut _| instance_admin::take_unasked(conn, now_ms, until_ms, TAKEN);
        let hosts = self.service().store().write(take).await?;
        for some in hosts.chunks(AT_ONCE) {
            for done in join_all(some.iter().map(|host| self.learn_software(host))).await {
                done?;
            }
        }
        Ok(hosts.len())
    }

    async fn learn_software(&self, host: &str) -> Result<()> {
        let (outcome, software, pause_ms) = match self.software_of(host).await {
            Ok(Some(software)) => ("known", Some(software), ASKED_EVERY_MS),
            Ok(None) => ("nothing", None, ASKED_EVERY_MS),
            Err(FetchError::Passing(_) | FetchError::OverBudget) => ("failed", None, ASKED_AGAIN_MS),
            Err(_) => ("nothing", None, ASKED_EVERY_MS),
        };
        metrics::counter!(names::SOFTWARE_ASKED_TOTAL, "outcome" => outcome).increment(1);
        let due_ms = self.now_ms().saturating_add(pause_ms).saturating_add(spread(host));
        let host = host.to_owned();
        let write =
            move |conn: &mut _| instance_admin::learn_software(conn, &host, software.as_deref(), due_ms);
        Ok(self.service().store().write(write).await?)
    }

    /// What an instance says that it runs; `None` when it says nothing that can be read.
    async fn software_of(&self, host: &str) -> Result<Option<String>, FetchError> {
        let list =
            Url::parse(&format!("https://{host}/.well-known/nodeinfo")).map_err(FetchError::refused)?;
        let list = self.as_peers_speak(list);
        let budget = Budget::new();
        let links = self.plain(&list, "application/json", &budget).await?;
        let links = parse_document(&links).map_err(FetchError::refused)?;
        let Some(address) = nodeinfo_read::document_of(&links, &list) else { return Ok(None) };
        let document = self.plain(&address, "application/json", &budget).await?;
        let document = parse_document(&document).map_err(FetchError::refused)?;
        Ok(nodeinfo_read::software(&document))
    }
}

/// How much later than others a host is asked.
fn spread(host: &str) -> Millis {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(host);
    Millis::try_from(hash >> 1).unwrap_or_default() % SPREAD_MS
}
