//! `rookery token`: bearer tokens for scripts and tests.

use clap::Subcommand;

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
