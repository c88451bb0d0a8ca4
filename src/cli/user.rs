//! `rookery user`: people's logins, from the machine that the instance runs on.

use clap::Subcommand;

use super::{Failure, println, read_password, table, with_app};
use crate::config::Config;
use crate::model::account::{Role, UserState};
use crate::service::{Service, SignUp};

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
    /// Delete a user's account for good, with everything in it
    Delete(Delete),
    /// Let in a user who waits for approval, or turn them away
    Approve(Approve),
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

/// Arguments of `user delete`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Delete {
    /// Whose account to delete
    #[arg(long, value_name = "NAME")]
    pub username: String,
    /// Do it; without this it is only said what would happen
    #[arg(long)]
    pub yes: bool,
}

/// Arguments of `user approve`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Approve {
    /// Whom to let in
    #[arg(long, value_name = "NAME")]
    pub username: String,
    /// Turn them away instead: the account is forgotten
    #[arg(long)]
    pub turn_away: bool,
}

/// Runs a `user` command.
pub fn run(command: Command, config: &Config) -> Result<(), Failure> {
    with_app(config, async |app| dispatch(command, &app.service).await)
}

async fn dispatch(command: Command, service: &Service) -> Result<(), Failure> {
    match command {
        Command::Create(args) => create(args, service).await,
        Command::List(args) => list(&args, service).await,
        Command::Password(args) => password(args, service).await,
        Command::Suspend(args) => suspend(&args, service).await,
        Command::Delete(args) => delete(&args, service).await,
        Command::Approve(args) => approve(&args, service).await,
    }
}

async fn create(args: Create, service: &Service) -> Result<(), Failure> {
    let password = read_password(args.password)?;
    let new = SignUp {
        username: args.username,
        email: args.email,
        password,
        language: None,
        reason: String::new(),
    };
    let role = if args.admin { Role::Admin } else { Role::User };
    let user = service.create_user(new, role, UserState::Active).await?;
    println(&format!("made {} {}, id {}", role.as_str(), user.username, user.account_id))
}

async fn list(args: &List, service: &Service) -> Result<(), Failure> {
    let users = service.users(i64::from(args.limit)).await?;
    let rows: Vec<[String; 5]> = users
        .into_iter()
        .map(|user| {
            let state = if user.suspended { "suspended" } else { user.state.as_str() };
            let role = user.role.as_str().to_owned();
            [user.account_id.to_string(), user.username, user.email, role, state.to_owned()]
        })
        .collect();
    println(table(["id", "username", "e-mail", "role", "state"], &rows).trim_end())
}

async fn password(args: Password, service: &Service) -> Result<(), Failure> {
    let user = service.user_by_login(&args.username).await?;
    service.reset_password(user.account_id, read_password(args.password)?).await?;
    println(&format!("{} has a new password; all their sessions have ended", user.username))
}

async fn suspend(args: &Suspend, service: &Service) -> Result<(), Failure> {
    let user = service.user_by_login(&args.username).await?;
    let changed = service.set_suspended(user.account_id, !args.undo).await?;
    let now = if args.undo { "not suspended" } else { "suspended" };
    let already = if changed { "" } else { " already" };
    println(&format!("{} is {now}{already}", user.username))
}

async fn delete(args: &Delete, service: &Service) -> Result<(), Failure> {
    let user = service.user_by_login(&args.username).await?;
    let (id, name) = (user.account_id, user.username);
    if !args.yes {
        return println(&format!(
            "{name} (id {id}) would be deleted for good: profile, posts, pictures, follows and login; the name stays \
             taken. Say --yes to do it"
        ));
    }
    service.delete_account(id).await?;
    println(&format!("{name} is deleted; the running server erases what is left and tells other servers"))
}

async fn approve(args: &Approve, service: &Service) -> Result<(), Failure> {
    let user = service.user_by_login(&args.username).await?;
    if args.turn_away {
        service.turn_away(user.account_id).await?;
        println(&format!("{} was turned away and forgotten", user.username))
    } else {
        service.approve(user.account_id).await?;
        println(&format!("{} may log in now", user.username))
    }
}
