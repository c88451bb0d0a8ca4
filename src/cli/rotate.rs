//! `rookery rotate-keys`: new key pairs, when an old one may have come into wrong hands.

use std::io::{self, Write as _};

use super::{Failure, with_app};
use crate::app::App;
use crate::config::Config;

/// Users whose keys are changed by one command.
const USERS_MAX: i64 = 100_000;

/// Arguments of `rotate-keys`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
#[group(required = true, multiple = true)]
pub struct Args {
    /// Whose key to change; may be given several times
    #[arg(long, value_name = "NAME")]
    pub username: Vec<String>,
    /// Change the keys of all users
    #[arg(long)]
    pub all: bool,
    /// Change the key of the instance itself, which signs what it fetches
    #[arg(long)]
    pub instance: bool,
}

/// Changes keys while the server runs or not. Other instances are told by the server.
pub fn run(args: &Args, config: &Config) -> Result<(), Failure> {
    with_app(config, async |app| rotate(args, app).await)
}

async fn rotate(args: &Args, app: &App) -> Result<(), Failure> {
    let users = if args.all {
        app.service.users(USERS_MAX).await?
    } else {
        let mut named = Vec::new();
        for name in &args.username {
            named.push(app.service.user_by_login(name).await?);
        }
        named
    };
    let mut changed = 0_usize;
    for user in users.iter().filter(|user| !user.suspended) {
        app.federation.rotate_key(&app.service.account(user.account_id).await?).await?;
        changed = changed.saturating_add(1);
        if changed.is_multiple_of(100) {
            eprintln!("{changed} of {} keys changed …", users.len());
        }
    }
    if args.instance {
        app.federation.rotate_instance_key().await?;
    }
    let mut out = io::stdout();
    for user in users.iter().filter(|user| user.suspended) {
        writeln!(out, "{} is suspended and keeps the old key", user.username)?;
    }
    let instance = if args.instance { " and the instance's" } else { "" };
    writeln!(out, "changed: keys of {changed} users{instance}")?;
    Ok(writeln!(out, "the server tells other instances; an old key vouches for the new one for 48 hours")?)
}
