//! Log lines on standard error, for people or for machines.
//!
//! Standard output stays free for what commands answer. A line is a readable sentence plus dotted fields;
//! every line of a request carries the request id by its span. Log lines hold no secrets and no query strings.

use std::io::IsTerminal as _;

use serde::Deserialize;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Coloured lines for a terminal; without colour when standard error is none.
    #[default]
    Pretty,
    /// One JSON object a line, for collectors.
    Json,
}

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
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = match format {
        LogFormat::Pretty => lines.with_ansi(std::io::stderr().is_terminal()).finish().try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).finish().try_init(),
    };
    set.map_err(|_| LogError::AlreadySetUp)
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
}
