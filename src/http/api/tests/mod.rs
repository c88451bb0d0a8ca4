//! The API through its real router and gateway, on both engines.

mod bad_input;
mod deliveries;
mod description;
mod emoji;
mod everyday;
mod films;
mod idempotency;
mod leaving;
mod lists;
pub(in crate::http) mod media;
mod media_files;
mod moves;
mod polls;
mod previews;
mod quotes;
mod reading_lists;
mod reports;
mod scopes;
mod search;
mod sessions;
mod signups;
mod threads;
pub(in crate::http) mod world;
