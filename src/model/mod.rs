//! Plain types, parsing and rules: no I/O, no async.

pub mod cursor;
pub mod ids;
pub mod language;
pub mod time;
pub mod visibility;
