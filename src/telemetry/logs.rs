//! Log lines on standard error, for people or for machines.
//!
//! Standard output stays free for what commands answer. A line is a readable sentence plus dotted fields;
//! every line of a request carries the request id by its span. Log lines hold no secrets and no query strings.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The level setting is neither a level nor a list of directives.
    #[error(
        "the log level {filter:?} is not understood ({why}); use error, warn, info, debug, trace or off, \
         or a list such as \"info,rookery::http=debug\""
    )]
    BadFilter {
        /// The setting as it was given.
        filter: String,
        /// What is wrong with it.
        why: String,
    },
    /// A process sets up its logs once.
    #[error("logging is already set up in this process")]
    AlreadySetUp,
}

/// Starts logging for the whole process. `filter` is a level (`info`) or a list of
/// `tracing-subscriber` directives (`info,rookery::federation=debug`).
pub fn init(format: LogFormat, filter: &str) -> Result<(), LogError> {
    let filter = parse_filter(filter)?;
    let set = match format {
        LogFormat::Pretty => {
            let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
            lines.with_ansi(std::io::stderr().is_terminal()).finish().try_init()
        }
        LogFormat::Json => json(filter, std::io::stderr).try_init(),
    };
    set.map_err(|_| LogError::AlreadySetUp)
}

/// One JSON object a line, for collectors.
fn json<W>(filter: EnvFilter, writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    lines.json().flatten_event(true).with_span_list(false).finish()
}

fn parse_filter(filter: &str) -> Result<EnvFilter, LogError> {
    let bad = |why: String| LogError::BadFilter { filter: filter.to_owned(), why };
    // EnvFilter takes a lone word for the name of a module, so that a misspelt level would silence everything.
    for word in filter.split(',').map(str::trim).filter(|word| !word.contains(['=', '['])) {
        // The empty word would pass for a level.
        if word.is_empty() || word.parse::<LevelFilter>().is_err() {
            return Err(bad(format!("{word:?} is not a level")));
        }
    }
    EnvFilter::builder().parse(filter).map_err(|error| bad(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn levels_and_lists_of_directives_are_understood() {
        for good in ["info", "WARN", "off", "info,rookery::http=debug", "rookery=trace, error"] {
            assert!(parse_filter(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_misspelt_level_is_refused_with_a_sentence_that_says_what_is_allowed() {
        for bad in ["inof", "", "info,verbose", "rookery=loud"] {
            let error = parse_filter(bad).unwrap_err().to_string();
            assert!(error.contains("use error, warn, info"), "{bad}: {error}");
        }
    }

    /// Keeps what is written.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_json_line_of_a_request_carries_the_requests_id() {
        let kept = Kept::default();
        let written = kept.clone();
        let lines = json(parse_filter("error").unwrap(), move || written.clone());
        tracing::subscriber::with_default(lines, || {
            // As the gateway opens it.
            let request = tracing::error_span!("request", id = %"r-17", method = "GET", route = "/api/x");
            request.in_scope(|| tracing::error!(cause = "disk on fire", "something went wrong"));
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(
            (&line["message"], &line["cause"]),
            (&"something went wrong".into(), &"disk on fire".into())
        );
        assert_eq!(
            (&line["span"]["id"], &line["span"]["route"]),
            (&"r-17".into(), &"/api/x".into()),
            "{text}"
        );
    }
}
