//! `rookery relay`: subscriptions to relays, from the machine that this instance runs on. Works beside a running server,
//! which asks the relay as soon as it sees what was decided.

use clap::Subcommand;

use super::{Failure, println, table, with_app};
use crate::config::Config;
use crate::error::Error;
use crate::federation::Federation;
use crate::model::relay::Relay;

/// What to do with relays.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Subscribe to a relay
    Add(One),
    /// End the subscription to a relay
    Remove(One),
    /// List the relays with what they answered
    List,
}

/// One relay.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct One {
    /// Its inbox (ends in /inbox), or the id of its actor if it is one of LitePub's kind
    pub address: String,
}

/// Runs a `relay` command.
pub fn run(command: Command, config: &Config) -> Result<(), Failure> {
    with_app(config, async |app| dispatch(command, &app.federation).await)
}

async fn dispatch(command: Command, federation: &Federation) -> Result<(), Failure> {
    match command {
        Command::Add(args) => {
            let relay = federation.add_relay(&args.address).await?;
            println(&format!(
                "{} is asked for its posts; `rookery relay list` shows what it says",
                relay.address
            ))
        }
        Command::Remove(args) => {
            let relay = named(federation.relays().await?, &args.address)?;
            federation.remove_relay(relay.id).await?;
            println(&format!("{} is removed", relay.address))
        }
        Command::List => {
            let relays = federation.relays().await?;
            let rows: Vec<[String; 3]> = relays.into_iter().map(row).collect();
            println(table(["address", "kind", "state"], &rows).trim_end())
        }
    }
}

fn named(relays: Vec<Relay>, address: &str) -> Result<Relay, Failure> {
    let found = relays.into_iter().find(|relay| relay.address == address.trim());
    Ok(found.ok_or(Error::NotFound("relay"))?)
}

fn row(relay: Relay) -> [String; 3] {
    [relay.address, relay.kind.as_str().to_owned(), relay.state.as_str().to_owned()]
}
