//! Plain types, parsing and rules: no I/O, no async.

pub mod account;
pub mod event;
pub mod ids;
pub mod notification;
pub mod tweet;
pub mod visibility;
