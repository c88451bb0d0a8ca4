//! Configuration: one file, environment, defaults.

pub mod limits;
