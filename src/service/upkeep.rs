//! Upkeep of the database: rows that are too old to serve anybody are forgotten.
//!
//! It goes in slices, so that no writer waits long, and until nothing is left to forget. Several processes may do
//! it at once: what one has removed, another does not find.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Service;
use crate::clock::Millis;
use crate::config::limits;
use crate::error::{Chain, Result};
use crate::model::ids::{AccountId, NotificationId};
use crate::store::{
    Conn, StoreError, apps, backfills, deliveries, delivery_results, events, inbox, keeping, own_keys,
    previews, sessions, settings, tombstones, trends, tweet_commands,
};
use crate::telemetry::metrics as names;

/// How often it is done: rows outlive their time by at most this.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// Rows looked at in one unit of work: some milliseconds of the writer's time.
const SLICE: i64 = 500;

/// The setting with the last notification whose receiver was looked at.
const LOOKED_TO: &str = "notifications_looked_to";

/// What is forgotten, and when.
struct Rule {
    /// The word in logs and metrics.
    rows: &'static str,
    /// How old they become.
    keep_ms: Millis,
    /// Forgets at most so many from before a time; answers how many.
    forget: fn(&mut Conn, Millis, i64) -> std::result::Result<u64, StoreError>,
}

const RULES: &[Rule] = &[
    // Before the events, which are kept for them.
    Rule { rows: "consumers", keep_ms: limits::CONSUMER_KEEP_MS, forget: events::forget_consumers },
    Rule { rows: "events", keep_ms: limits::EVENT_KEEP_MS, forget: events::prune },
    Rule { rows: "received", keep_ms: limits::ACTIVITY_ID_KEEP_MS, forget: inbox::prune },
    Rule { rows: "parked", keep_ms: limits::PARKED_KEEP_MS, forget: inbox::prune_parked },
    Rule { rows: "sent", keep_ms: limits::SENT_KEEP_MS, forget: deliveries::prune },
    Rule {
        rows: "delivery_results",
        keep_ms: limits::DELIVERY_RESULT_KEEP_MS,
        forget: delivery_results::prune,
    },
    Rule { rows: "tombstones", keep_ms: limits::TOMBSTONE_KEEP_MS, forget: tombstones::prune },
    Rule {
        rows: "idempotency_keys",
        keep_ms: limits::IDEMPOTENCY_KEEP_MS,
        forget: tweet_commands::prune_keys,
    },
    Rule { rows: "retired_keys", keep_ms: limits::RETIRED_KEY_KEEP_MS, forget: own_keys::forget_retired },
    Rule { rows: "backfills", keep_ms: limits::BACKFILL_KEEP_MS, forget: backfills::prune },
    Rule { rows: "previews", keep_ms: limits::PREVIEW_LOOK_MS, forget: previews::prune },
    Rule { rows: "oauth_codes", keep_ms: limits::OAUTH_CODE_KEEP_MS, forget: apps::prune_codes },
    Rule { rows: "oauth_apps", keep_ms: limits::UNUSED_APP_KEEP_MS, forget: apps::prune },
    Rule { rows: "notifications", keep_ms: limits::NOTIFICATION_KEEP_MS, forget: keeping::forget_old },
    Rule { rows: "trend_uses", keep_ms: limits::TREND_USE_KEEP_MS, forget: trends::prune },
    Rule { rows: "trend_peaks", keep_ms: limits::TREND_USE_KEEP_MS, forget: trends::prune_peaks },
    Rule { rows: "sessions", keep_ms: 0, forget: sessions::prune },
];

/// Does the upkeep at once and every ten minutes until `stop`.
pub async fn run(service: Service, stop: CancellationToken) {
    loop {
        match stop.run_until_cancelled(forget_old(&service)).await {
            Some(Ok(0)) => {}
            Some(Ok(rows)) => tracing::debug!(upkeep.rows = rows, "old rows are forgotten"),
            Some(Err(error)) => tracing::warn!(error = %Chain(&error), "old rows stay for now"),
            None => return,
        }
        if stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
            return;
        }
    }
}

/// Forgets everything that is too old; answers how many rows.
pub async fn forget_old(service: &Service) -> Result<u64> {
    let mut all = 0;
    for rule in RULES {
        let before_ms = service.now_ms().saturating_sub(rule.keep_ms);
        loop {
            let forgotten = service.store().write(move |conn| (rule.forget)(conn, before_ms, SLICE)).await?;
            if forgotten == 0 {
                break;
            }
            metrics::counter!(names::ROWS_FORGOTTEN_TOTAL, "rows" => rule.rows).increment(forgotten);
            all += forgotten;
        }
    }
    Ok(all + forget_surplus(service).await?)
}

/// Forgets what accounts have beyond the notifications that are kept of one. Who was told nothing since the last time has no
/// more than then.
async fn forget_surplus(service: &Service) -> Result<u64> {
    let mut all = 0;
    let stored = service.store().read(|conn| settings::get(conn, LOOKED_TO)).await?;
    let mut after = NotificationId(stored.and_then(|text| text.parse().ok()).unwrap_or_default());
    loop {
        let read = move |conn: &mut Conn| keeping::receivers_after(conn, after, SLICE);
        let (receivers, last) = service.store().read(read).await?;
        let Some(last) = last else { return Ok(all) };
        for receiver in receivers {
            all += forget_surplus_of(service, receiver).await?;
        }
        after = last;
        service.store().write(move |conn| settings::set(conn, LOOKED_TO, &last.to_string())).await?;
    }
}

async fn forget_surplus_of(service: &Service, (account, waits): (AccountId, bool)) -> Result<u64> {
    let read =
        move |conn: &mut Conn| keeping::newest_beyond(conn, account, waits, limits::NOTIFICATIONS_KEPT);
    let Some(up_to) = service.store().read(read).await? else { return Ok(0) };
    let mut all = 0;
    loop {
        let forget = move |conn: &mut Conn| keeping::forget_up_to(conn, (account, waits), up_to, SLICE);
        let forgotten = service.store().write(forget).await?;
        if forgotten == 0 {
            return Ok(all);
        }
        metrics::counter!(names::ROWS_FORGOTTEN_TOTAL, "rows" => "notifications").increment(forgotten);
        all += forgotten;
    }
}
