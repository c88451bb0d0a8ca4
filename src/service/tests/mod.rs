//! Stories: what people may do and what others then see, on both engines.

mod world;

mod accounts;
mod bonds;
mod crowds;
mod edits;
mod emoji;
mod filters;
mod leaving;
mod lists;
mod log;
mod notifications;
mod oauth;
mod once;
mod paging;
mod polls;
mod reactions;
mod sessions;
mod telling;
mod tweets;
mod upkeep;
mod uploads;
mod visibility;
mod wishes;
