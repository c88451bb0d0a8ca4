//! `rookery serve`: the server.

/// `serve` has no options of its own: all of them are settings.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {}
