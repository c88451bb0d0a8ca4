//! Logs and metrics.

pub mod caches;
pub mod logs;
pub mod metrics;
