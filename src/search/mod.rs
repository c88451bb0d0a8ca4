//! Full-text search and autocomplete, following the log.
