//! Plain types, parsing and rules: no I/O, no async.

pub mod ids;
