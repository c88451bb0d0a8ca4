//! `rookery bench`: what this machine can do, each figure beside its bare limit in the same run.
//!
//! A bench starts a server of its own on loopback with data of its own, never with the instance's.

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
}

/// Runs a bench.
pub fn run(command: &Command) -> Result<(), Failure> {
    let Command::Federation(args) = command;
    federation::run(args)
}
