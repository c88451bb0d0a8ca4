//! `rookery token`: bearer tokens for scripts and tests.

use std::io::{self, Write as _};

use clap::Subcommand;

use super::{Failure, with_app};
use crate::config::Config;
use crate::model::account::SessionKind;
use crate::service::{Origin, Service};

/// What to do with tokens.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Make a bearer token and print it, once
    Create(Create),
}

/// Arguments of `token create`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Create {
    /// The user the token acts for
    #[arg(long, value_name = "NAME")]
    pub username: String,
    /// What it may do, separated by spaces or commas, such as "read write"
    #[arg(long)]
    pub scopes: String,
}

impl Create {
    /// The scopes one by one. Whether they exist is for the use-case to say.
    pub fn scope_words(&self) -> Vec<&str> {
        self.scopes.split([' ', ',']).filter(|scope| !scope.is_empty()).collect()
    }
}

/// Runs a `token` command.
pub fn run(command: Command, config: &Config) -> Result<(), Failure> {
    let Command::Create(args) = command;
    with_app(config, async |app| create(&args, &app.service).await)
}

async fn create(args: &Create, service: &Service) -> Result<(), Failure> {
    let user = service.user_by_login(&args.username).await?;
    let scopes = args.scope_words().join(" ");
    let origin = Origin { name: "rookery token create".to_owned(), address: String::new() };
    let (_, secret) = service.start_session(user.account_id, SessionKind::Token, &scopes, origin).await?;
    Ok(writeln!(io::stdout(), "{secret}")?)
}
