//! `rookery bench`: what this machine can do, each figure beside its bare limit in the same run.
//!
//! A bench starts a server of its own on loopback with data of its own, never with the instance's.

pub mod api;
pub mod federation;
mod ground;
mod report;

use clap::Subcommand;

use super::Failure;

/// What to measure.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Signed activities in and out a second, dead and slow hosts, one distant host
    Federation(federation::Args),
    /// What apps ask most, beside the same answers from memory; listeners of the stream
    Api(api::Args),
}

/// Runs a bench.
pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Federation(args) => federation::run(args),
        Command::Api(args) => api::run(args),
    }
}
