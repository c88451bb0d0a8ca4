//! interim
/// b
pub const STORE_WRITER_BATCH: &str = "rookery_store_writer_batch_units";
/// c
pub const STORE_WRITER_COMMIT: &str = "rookery_store_writer_commit_seconds";
/// c
pub const LOG_LAG: &str = "rookery_log_lag_events";
/// c
pub const TWEETS_CREATED: &str = "rookery_tweets_created_total";
