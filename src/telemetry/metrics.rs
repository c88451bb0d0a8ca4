//! Every metric of the server in one table, and their Prometheus text.
//!
//! Code names metrics only by the constants here; [`TABLE`] says what each means, and `docs/metrics.md` is
//! checked against it (`UPDATE_DOCS=1 cargo nextest run documentation_shows_the_table`). Labels take values from small closed sets (a route's pattern, never a path).

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// How often [`Metrics::upkeep`] wants to be called: the recorder keeps raw histogram samples until then.
pub const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Seconds, from a look-up in memory (0.1 ms) to a request at its time limit (10 s).
const SECONDS: &[f64] =
    &[1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Units of work in one commit; a batch holds at most 512.
const BATCH_UNITS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// Time from a request's head to its answer's head.
pub const HTTP_REQUESTS_SECONDS: &str = "rookery_http_requests_seconds";
/// Open client connections.
pub const HTTP_CONNECTIONS: &str = "rookery_http_connections";
/// Requests refused by a rate limit.
pub const RATE_LIMITED_TOTAL: &str = "rookery_rate_limited_total";
/// Size of the writer's batches.
pub const STORE_WRITER_BATCH_UNITS: &str = "rookery_store_writer_batch_units";
/// Time a unit of work waited for the writer.
pub const STORE_WRITER_WAIT_SECONDS: &str = "rookery_store_writer_wait_seconds";
/// Time a read waited for a reader.
pub const STORE_READ_WAIT_SECONDS: &str = "rookery_store_read_wait_seconds";
/// How far a consumer is behind the log.
pub const LOG_LAG_EVENTS: &str = "rookery_log_lag_events";
/// Old rows forgotten.
pub const ROWS_FORGOTTEN_TOTAL: &str = "rookery_rows_forgotten_total";
/// Looks into what is kept in memory.
pub const CACHE_READS_TOTAL: &str = "rookery_cache_reads_total";
/// Where timeline pages came from.
pub const TIMELINE_READS_TOTAL: &str = "rookery_timeline_reads_total";
/// Accounts of ours deleted.
pub const ACCOUNTS_DELETED_TOTAL: &str = "rookery_accounts_deleted_total";
/// Tokens that apps were given.
pub const OAUTH_TOKENS_TOTAL: &str = "rookery_oauth_tokens_total";
/// Local tweets made.
pub const TWEETS_CREATED_TOTAL: &str = "rookery_tweets_created_total";
/// Choices counted in polls.
pub const POLL_VOTES_TOTAL: &str = "rookery_poll_votes_total";
/// Deliveries that wait.
pub const DELIVERY_WAITING: &str = "rookery_delivery_waiting";
/// Age of the oldest delivery that waits.
pub const DELIVERY_OLDEST_SECONDS: &str = "rookery_delivery_oldest_seconds";
/// Attempts to deliver.
pub const DELIVERY_TOTAL: &str = "rookery_delivery_total";
/// Activities that arrived.
pub const INBOX_TOTAL: &str = "rookery_inbox_total";
/// Requests to read under a signature.
pub const SIGNED_READS_TOTAL: &str = "rookery_signed_reads_total";
/// Posts that relays told of.
pub const RELAYED_TOTAL: &str = "rookery_relayed_total";
/// Threads and accounts that were read of other instances because somebody looked.
pub const BACKFILLS_TOTAL: &str = "rookery_backfills_total";
/// What that brought.
pub const BACKFILL_POSTS_TOTAL: &str = "rookery_backfill_posts_total";
/// Words of other instances about their followers here that were compared.
pub const FOLLOWERS_COMPARED_TOTAL: &str = "rookery_followers_compared_total";
/// Follows that such a comparison set right.
pub const FOLLOWERS_SET_RIGHT_TOTAL: &str = "rookery_followers_set_right_total";
/// Instances that were asked what they run.
pub const SOFTWARE_ASKED_TOTAL: &str = "rookery_software_asked_total";
/// Accounts of other instances that were due to be read again.
pub const ACCOUNTS_REFRESHED_TOTAL: &str = "rookery_accounts_refreshed_total";
/// Linked pages that were asked what they say of themselves.
pub const PREVIEWS_TOTAL: &str = "rookery_previews_total";
/// Listeners of streams.
pub const STREAM_LISTENERS: &str = "rookery_stream_listeners";
/// What they were told.
pub const STREAM_EVENTS_TOTAL: &str = "rookery_stream_events_total";
/// Streams that ended.
pub const STREAMS_CLOSED_TOTAL: &str = "rookery_streams_closed_total";
/// Messages to push services.
pub const PUSHES_TOTAL: &str = "rookery_pushes_total";
/// Attempts to send a letter by mail.
pub const LETTERS_TOTAL: &str = "rookery_letters_total";
/// Known instances by health.
pub const HOSTS: &str = "rookery_hosts";
/// Tweets that the search index still lacks while it is filled.
pub const SEARCH_LACKING: &str = "rookery_search_lacking";
/// Documents in the search index.
pub const SEARCH_DOCUMENTS: &str = "rookery_search_documents";
/// Films and sounds worked on.
pub const FILMS_PROCESSED_TOTAL: &str = "rookery_films_processed_total";
/// Films and sounds that wait.
pub const FILMS_WAITING: &str = "rookery_films_waiting";
/// Media files processed.
pub const MEDIA_PROCESSED_TOTAL: &str = "rookery_media_processed_total";

/// What a metric counts in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only rises.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Counts values by these upper bounds.
    Histogram(&'static [f64]),
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// One metric as the documentation shows it.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// The name in Prometheus.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it means, with its unit and the values of its labels.
    pub help: &'static str,
}

/// Every metric there is.
pub const TABLE: &[Metric] = &[
    Metric {
        name: HTTP_REQUESTS_SECONDS,
        kind: Kind::Histogram(SECONDS),
        labels: &["route", "method", "status"],
        help: "Seconds from a request's head to its answer's head; route is the pattern, or unmatched",
    },
    Metric {
        name: HTTP_CONNECTIONS,
        kind: Kind::Gauge,
        labels: &[],
        help: "Open client connections, streams included",
    },
    Metric {
        name: RATE_LIMITED_TOTAL,
        kind: Kind::Counter,
        labels: &["class"],
        help: "Requests refused with 429, by class of route",
    },
    Metric {
        name: STORE_WRITER_BATCH_UNITS,
        kind: Kind::Histogram(BATCH_UNITS),
        labels: &[],
        help: "Writes that one commit made durable",
    },
    Metric {
        name: STORE_WRITER_WAIT_SECONDS,
        kind: Kind::Histogram(SECONDS),
        labels: &[],
        help: "Seconds a unit of work waited before the writer began it",
    },
    Metric {
        name: STORE_READ_WAIT_SECONDS,
        kind: Kind::Histogram(SECONDS),
        labels: &[],
        help: "Seconds a read waited for a reader thread or a pooled connection",
    },
    Metric {
        name: LOG_LAG_EVENTS,
        kind: Kind::Gauge,
        labels: &["consumer"],
        help: "Events in the log that a consumer has yet to take, counted up to 10,000",
    },
    Metric {
        name: ROWS_FORGOTTEN_TOTAL,
        kind: Kind::Counter,
        labels: &["rows"],
        help: "Rows too old to serve anybody that were removed: events, received, parked, sent, tombstones, \
               idempotency_keys, retired_keys, backfills, previews, oauth_codes, oauth_apps, trend_uses or \
               sessions",
    },
    Metric {
        name: CACHE_READS_TOTAL,
        kind: Kind::Counter,
        labels: &["cache", "outcome"],
        help: "Looks into what is kept in memory, by what it is (see caches.md) and outcome: hit (it was there) or miss",
    },
    Metric {
        name: TIMELINE_READS_TOTAL,
        kind: Kind::Counter,
        labels: &["source"],
        help: "Timeline pages by source: ring (merged author rings), reader (a pushed ring) or database",
    },
    Metric {
        name: OAUTH_TOKENS_TOTAL,
        kind: Kind::Counter,
        labels: &["grant"],
        help: "Tokens that apps were given; grant is code (to act for a person) or client (for the app itself)",
    },
    Metric {
        name: TWEETS_CREATED_TOTAL,
        kind: Kind::Counter,
        labels: &[],
        help: "Tweets made by local accounts, retweets and quotes included",
    },
    Metric {
        name: ACCOUNTS_DELETED_TOTAL,
        kind: Kind::Counter,
        labels: &[],
        help: "Accounts of people here deleted, by themselves or by an admin",
    },
    Metric {
        name: POLL_VOTES_TOTAL,
        kind: Kind::Counter,
        labels: &["from"],
        help: "Votes counted in polls by who voted: a local account, or with each choice one of a remote instance (remote)",
    },
    Metric {
        name: DELIVERY_WAITING,
        kind: Kind::Gauge,
        labels: &["state"],
        help: "Deliveries that wait, by their host's breaker: closed, open, half_open or dead",
    },
    Metric {
        name: DELIVERY_OLDEST_SECONDS,
        kind: Kind::Gauge,
        labels: &["state"],
        help: "Seconds since the oldest waiting delivery was planned, by its host's breaker",
    },
    Metric {
        name: DELIVERY_TOTAL,
        kind: Kind::Counter,
        labels: &["outcome", "form"],
        help: "Attempts to deliver: sent, retry, refused or dropped; by the form of the signature: cavage, rfc9421, or \
               none for what was dropped unsent",
    },
    Metric {
        name: INBOX_TOTAL,
        kind: Kind::Counter,
        labels: &["outcome"],
        help: "Activities that arrived: accepted, duplicate, refused, retry, parked or done",
    },
    Metric {
        name: BACKFILLS_TOTAL,
        kind: Kind::Counter,
        labels: &["kind", "outcome"],
        help: "Threads and accounts (kind thread or account) read of other instances because somebody looked, and \
               followers that differ (kind followers), by outcome: whole, part (more than is read at once), nothing \
               (no instance answered), failed (ours) or crowded (too many waited)",
    },
    Metric {
        name: BACKFILL_POSTS_TOTAL,
        kind: Kind::Counter,
        labels: &["kind"],
        help: "Posts that this brought, by kind",
    },
    Metric {
        name: FOLLOWERS_COMPARED_TOTAL,
        kind: Kind::Counter,
        labels: &["outcome"],
        help: "Collection-Synchronization headers that came with activities, by outcome: same, different (the list \
               is read), foreign (not the sender's), unreadable, unknown (of nobody known, or of too many), crowded \
               (too many at once) or failed (ours); and unproven for lists that are not the ones announced",
    },
    Metric {
        name: FOLLOWERS_SET_RIGHT_TOTAL,
        kind: Kind::Counter,
        labels: &["how"],
        help: "Follows that the two sides knew differently: ended here, or undone there",
    },
    Metric {
        name: SOFTWARE_ASKED_TOTAL,
        kind: Kind::Counter,
        labels: &["outcome"],
        help: "Instances that were asked what they run (NodeInfo), by outcome: known, nothing (they say nothing that \
               can be read) or failed (they did not answer)",
    },
    Metric {
        name: ACCOUNTS_REFRESHED_TOTAL,
        kind: Kind::Counter,
        labels: &["outcome"],
        help: "Accounts of other instances that were due to be read again, by outcome: fresh, gone, failed, refused, \
               paused (their host is down or blocked) or idle (nobody here has to do with them)",
    },
    Metric {
        name: SIGNED_READS_TOTAL,
        kind: Kind::Counter,
        labels: &["outcome"],
        help: "Requests of other instances to read under a signature that was checked: accepted or refused",
    },
    Metric {
        name: RELAYED_TOTAL,
        kind: Kind::Counter,
        labels: &["outcome"],
        help: "Announcements of accepted relays: taken, or dropped because the relay is too fast",
    },
    Metric {
        name: PREVIEWS_TOTAL,
        kind: Kind::Counter,
        labels: &["outcome"],
        help: "Linked pages that were asked what they say of themselves, by outcome: found, nothing (no page, or one \
               without a title), retry (not to be had now), failed (given up after three times) or refused (private, \
               blocked or ours)",
    },
    Metric {
        name: STREAM_LISTENERS,
        kind: Kind::Gauge,
        labels: &["transport"],
        help: "Connected listeners of streams; transport is events (server-sent events) or websocket",
    },
    Metric {
        name: STREAM_EVENTS_TOTAL,
        kind: Kind::Counter,
        labels: &["event"],
        help: "What listeners were told, once for each and each of its streams; event is tweet, edited, deleted, notification, conversation, filters_changed, announcement, announcement_reaction or announcement_removed",
    },
    Metric {
        name: STREAMS_CLOSED_TOTAL,
        kind: Kind::Counter,
        labels: &["reason"],
        help: "Streams that ended, by reason: client (it went away, or did not answer), lagging (it did not keep up), session (its token or login ended) or stopped (the server stops)",
    },
    Metric {
        name: PUSHES_TOTAL,
        kind: Kind::Counter,
        labels: &["outcome"],
        help: "Attempts to push a notification, by outcome: sent, gone (the push service knows the subscription no more), refused, retry, failed (given up) or dropped (the session ended, there is nothing to tell any more, or it is not to be told at this hour)",
    },
    Metric {
        name: LETTERS_TOTAL,
        kind: Kind::Counter,
        labels: &["kind", "outcome"],
        help: "Attempts to send a letter by mail, by kind (confirmation or digest) and outcome: sent, refused (there is no such address), retry or failed (given up)",
    },
    Metric {
        name: HOSTS,
        kind: Kind::Gauge,
        labels: &["state"],
        help: "Known instances by breaker: closed, open, half_open or dead",
    },
    Metric { name: SEARCH_DOCUMENTS, kind: Kind::Gauge, labels: &[], help: "Documents in the search index" },
    Metric {
        name: SEARCH_LACKING,
        kind: Kind::Gauge,
        labels: &[],
        help: "Tweets that the search index still lacks while it is filled; 0 when it is whole",
    },
    Metric {
        name: FILMS_PROCESSED_TOTAL,
        kind: Kind::Counter,
        labels: &["outcome"],
        help: "Films and sounds worked on: done, refused (told to its owner; a GIF stays one) or again (tried once more \
               after a fault of ours)",
    },
    Metric {
        name: FILMS_WAITING,
        kind: Kind::Gauge,
        labels: &[],
        help: "Films and sounds to be worked on, with those that are, by whichever process",
    },
    Metric {
        name: MEDIA_PROCESSED_TOTAL,
        kind: Kind::Counter,
        labels: &["outcome"],
        help: "Media files processed: done, refused or failed",
    },
];

/// The recorder could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the metrics recorder could not be set up")]
pub struct MetricsError(#[from] metrics_exporter_prometheus::BuildError);

/// A handle to what was recorded. Clones share it.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Everything recorded so far in the Prometheus text format, version 0.0.4.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Folds raw samples into their buckets, so that memory stays flat when nobody scrapes.
    /// Call it every [`UPKEEP_EVERY`].
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

/// Records the metrics of this process from now on. Several servers in one process share one recorder.
pub fn install() -> Result<Metrics, MetricsError> {
    static INSTALLED: Mutex<Option<Metrics>> = Mutex::new(None);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(metrics) = &*installed {
        return Ok(metrics.clone());
    }
    let metrics = Metrics(builder()?.install_recorder()?);
    describe();
    *installed = Some(metrics.clone());
    Ok(metrics)
}

/// The table as it stands in `docs/metrics.md`.
pub fn markdown() -> String {
    let mut text = String::from("| Metric | Kind | Labels | Meaning |\n| --- | --- | --- | --- |\n");
    for metric in TABLE {
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let (name, kind, labels) = (metric.name, metric.kind.name(), labels.join(", "));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{name}` | {kind} | {labels} | {} |", metric.help);
    }
    text
}

fn builder() -> Result<PrometheusBuilder, MetricsError> {
    let mut builder = PrometheusBuilder::new();
    for metric in TABLE {
        if let Kind::Histogram(bounds) = metric.kind {
            builder = builder.set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), bounds)?;
        }
    }
    Ok(builder)
}

fn describe() {
    for Metric { name, kind, help, .. } in TABLE {
        match kind {
            Kind::Counter => metrics::describe_counter!(*name, *help),
            Kind::Gauge => metrics::describe_gauge!(*name, *help),
            Kind::Histogram(_) => metrics::describe_histogram!(*name, *help),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn read(path: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    #[test]
    fn every_named_metric_is_in_the_table_exactly_once() {
        let source = read("src/telemetry/metrics.rs");
        let constants: Vec<&str> = source
            .lines()
            .filter(|line| line.starts_with("pub const"))
            .filter_map(|line| line.split('"').nth(1))
            .collect();
        let table: Vec<&str> = TABLE.iter().map(|metric| metric.name).collect();
        let unique: BTreeSet<&str> = table.iter().copied().collect();
        assert_eq!(unique.len(), table.len(), "a name stands twice in the table");
        assert_eq!(constants.iter().copied().collect::<BTreeSet<_>>(), unique);
    }

    #[test]
    fn no_other_file_spells_a_metric_name() {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("telemetry/metrics.rs") {
                    let text = std::fs::read_to_string(&path).unwrap_or_default();
                    for macro_name in ["counter!(\"", "gauge!(\"", "histogram!(\""] {
                        assert!(!text.contains(macro_name), "{} names a metric itself", path.display());
                    }
                }
            }
        }
    }

    #[test]
    fn the_documentation_shows_the_table_as_it_is() {
        let document = read("docs/metrics.md");
        let Some((prose, _)) = document.split_once("| Metric |") else { panic!("the page has no table") };
        let page = format!("{prose}{}", markdown());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md"), &page).unwrap();
        }
        assert!(
            read("docs/metrics.md") == page,
            "renew the page: UPDATE_DOCS=1 cargo nextest run documentation_shows_the_table"
        );
    }

    #[test]
    fn the_rendered_text_has_helps_values_and_the_buckets_of_the_table() {
        let recorder = builder().unwrap().build_recorder();
        let handle = Metrics(recorder.handle());
        metrics::with_local_recorder(&recorder, || {
            describe();
            metrics::counter!(TWEETS_CREATED_TOTAL).increment(3);
            metrics::histogram!(STORE_WRITER_WAIT_SECONDS).record(0.0002);
        });
        handle.upkeep();
        let text = handle.render();
        assert!(text.contains("# HELP rookery_tweets_created_total Tweets made"), "{text}");
        assert!(text.contains("rookery_tweets_created_total 3"), "{text}");
        assert!(text.contains("rookery_store_writer_wait_seconds_bucket{le=\"0.0001\"} 0"), "{text}");
        assert!(text.contains("rookery_store_writer_wait_seconds_bucket{le=\"0.00025\"} 1"), "{text}");
    }

    #[test]
    fn installing_twice_gives_the_same_recorder() {
        let first = install().unwrap();
        let second = install().unwrap();
        metrics::gauge!(SEARCH_DOCUMENTS).set(7.0);
        assert!(first.render().contains("rookery_search_documents 7"));
        assert!(second.render().contains("rookery_search_documents 7"));
    }

    /// The Rust files under `folder`, without those of this room.
    fn sources(folder: &Path, found: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs")
                && !path.ends_with("telemetry/metrics.rs")
            {
                found.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn every_metric_of_the_table_is_recorded_somewhere() {
        let mut house = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut house);
        let names = include_str!("metrics.rs").lines().filter_map(|line| {
            let (constant, name) = line.strip_prefix("pub const ")?.split_once(": &str = \"rookery_")?;
            Some((constant, format!("rookery_{}", name.strip_suffix("\";")?)))
        });
        let names: std::collections::BTreeMap<String, &str> =
            names.map(|(constant, name)| (name, constant)).collect();
        for metric in TABLE {
            let constant = names[metric.name];
            assert!(
                house.contains(&format!("::{constant}")) || house.contains(&format!("({constant}")),
                "{constant}"
            );
        }
    }
}
