//! Federation: activities in and out.
