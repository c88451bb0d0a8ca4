//! interim
/// b
pub const STORE_WRITER_BATCH: &str = "rookery_store_writer_batch_units";
/// c
pub const STORE_WRITER_COMMIT: &str = "rookery_store_writer_commit_seconds";
