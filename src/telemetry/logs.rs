//! Log lines on standard error, for people or for machines.
//!
//! Standard output stays free for what commands answer. A line is a readable sentence plus dotted fields;
//! every line of a request carries the request id by its span. Log lines hold no secrets and no query strings.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// A process sets up its logs once.
#[derive(Debug, thiserror::Error)]
#[error("logging is already set up in this process")]
pub struct AlreadySetUp;

/// Starts logging for the whole process: lines as important as `level`, or more.
pub fn init(format: LogFormat, level: LevelFilter) -> Result<(), AlreadySetUp> {
    let set = match format {
        LogFormat::Pretty => {
            let lines = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
            lines.with_ansi(std::io::stderr().is_terminal()).finish().try_init()
        }
        LogFormat::Json => json(level, std::io::stderr).try_init(),
    };
    set.map_err(|_| AlreadySetUp)
}

/// One JSON object a line, for collectors.
fn json<W>(level: LevelFilter, writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt().with_max_level(level).with_writer(writer);
    lines.json().flatten_event(true).with_span_list(false).finish()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

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
        let lines = json(LevelFilter::ERROR, move || written.clone());
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
