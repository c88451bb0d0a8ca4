//! Rookery: a federated microblog server.
//!
//! The house has floors, and a room imports only from floors below it:
//!
//! 5. [`cli`], [`app`] — the commands, and the composition root that wires everything
//! 4. [`http`] — server, middleware, the REST APIs, the pages, the ActivityPub endpoints
//! 3. [`service`], [`federation`], [`timelines`], [`search`], [`previews`], [`trends`], [`stream`], [`notify`] — use-cases and
//!    log consumers
//! 2. [`store`] (the only SQL), [`media`], [`client`] (the only outgoing HTTP), [`mail`], [`push`]
//! 1. [`model`] — plain types and rules, no I/O
//! 0. [`config`], [`telemetry`], [`clock`], [`buckets`], [`crew`], [`error`], [`secrets`]

pub mod app;
pub mod cli;

pub mod http;

pub mod federation;
pub mod notify;
pub mod previews;
pub mod search;
pub mod service;
pub mod stream;
pub mod timelines;
pub mod trends;

pub mod client;
pub mod mail;
pub mod media;
pub mod push;
pub mod store;

pub mod model;

pub mod buckets;
#[cfg(test)]
mod chance;
pub mod clock;
pub mod config;
pub mod crew;
pub mod error;
pub mod secrets;
pub mod telemetry;
