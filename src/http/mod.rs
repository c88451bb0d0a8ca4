//! The HTTP floor: server, middleware, APIs, pages.

pub mod extract;
pub mod health;
pub mod metrics;
pub mod middleware;
pub mod problem;
pub mod server;
