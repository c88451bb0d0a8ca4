//! The HTTP floor: server, middleware, APIs, pages.

pub mod web;
