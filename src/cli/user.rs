//! `rookery user`: people's logins, from the machine that the instance runs on.

use clap::Subcommand;

/// What to do with users.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Make a user; works whatever `registration` says
    Create(Create),
    /// List users, newest first
    List(List),
    /// Set a user's password and end all their sessions
    Password(Password),
    /// Suspend a user: nobody sees them and they cannot log in
    Suspend(Suspend),
}

/// Arguments of `user create`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Create {
    /// The name in the handle: letters, digits and underscores
    #[arg(long, value_name = "NAME")]
    pub username: String,
    /// The address to log in with and to send mail to
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// The password; read from standard input when absent, which keeps it out of the process list
    #[arg(long)]
    pub password: Option<String>,
    /// Make an admin
    #[arg(long)]
    pub admin: bool,
}

/// Arguments of `user list`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct List {
    /// How many to show
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
}

/// Arguments of `user password`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Password {
    /// Whose password to set
    #[arg(long, value_name = "NAME")]
    pub username: String,
    /// The new password; read from standard input when absent
    #[arg(long)]
    pub password: Option<String>,
}

/// Arguments of `user suspend`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Suspend {
    /// Whom to suspend
    #[arg(long, value_name = "NAME")]
    pub username: String,
    /// Lift the suspension instead
    #[arg(long)]
    pub undo: bool,
}
