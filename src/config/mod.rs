//! Configuration: one file, environment, defaults.
