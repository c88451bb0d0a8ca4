//! `rookery bench`: what this machine can do, each figure beside its bare limit in the same run.
//!
//! A bench starts a server of its own on loopback with data of its own, never with the instance's.

pub mod api;
pub mod federation;
mod ground;
mod report;
mod wire;
pub mod world;

use clap::Subcommand;

use super::Failure;

/// What to measure.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Signed activities in and out a second, dead and slow hosts, one distant host
    Federation(federation::Args),
    /// What apps ask most, beside the same answers from memory; listeners of the stream
    Api(api::Args),
    /// A world of many people, and how much of a whole Twitter it carries
    World(world::Args),
    /// What things cost as the database grows
    Growth(world::growth::Args),
}

/// Runs a bench.
pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Federation(args) => federation::run(args),
        Command::Api(args) => api::run(args),
        Command::World(args) => world::run(args),
        Command::Growth(args) => world::growth::run(args),
    }
}
