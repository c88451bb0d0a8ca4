//! Notifications: what an account is told about.
