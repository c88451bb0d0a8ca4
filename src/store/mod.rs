//! The one storage door: the only SQL.
