//! The command line: what can be asked for, and how commands end.
//!
//! A command ends with exit code 0, or with one sentence on standard error and code 1; code 2 means that the
//! command line itself was wrong. Results go to standard output, so that they can be piped.

pub mod announcement;
pub mod bench;
pub mod doctor;
pub mod emoji;
pub mod instance;
mod password;
pub mod relay;
pub mod rotate;
pub mod rule;
pub mod serve;
mod table;
pub mod text;
pub mod token;
pub mod trend;
pub mod user;
mod words;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::{App, COMMAND_PROCESS};
use crate::config::{self, Config, ConfigErrors};
use crate::error::{Chain, Error};

pub use password::{BadPassword, read_password};
pub use table::table;

/// The command line of `rookery`.
#[derive(Debug, Parser)]
#[command(name = "rookery", version, about = "A federated microblog server in one binary")]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    /// The configuration file, instead of rookery.toml in the working folder
    #[arg(long, global = true, env = "ROOKERY_CONFIG", value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// The command; none means `serve`.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// A command and its arguments.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run the server (also when no command is named)
    Serve(serve::Args),
    /// Make and manage users
    #[command(subcommand)]
    User(user::Command),
    /// Look after other instances and what waits for them
    #[command(subcommand)]
    Instance(instance::Command),
    /// Make bearer tokens for scripts
    #[command(subcommand)]
    Token(token::Command),
    /// Subscribe to relays
    #[command(subcommand)]
    Relay(relay::Command),
    /// Look after this instance's own emoji
    #[command(subcommand)]
    Emoji(emoji::Command),
    /// Tell everybody here something, and take it back
    #[command(subcommand)]
    Announcement(announcement::Command),
    /// Write this instance's rules
    #[command(subcommand)]
    Rule(rule::Command),
    /// Write this instance's texts about itself
    #[command(subcommand)]
    Text(text::Command),
    /// Decide what may trend
    #[command(subcommand)]
    Trend(trend::Command),
    /// Give accounts new key pairs and tell other instances
    RotateKeys(rotate::Args),
    /// Check this setup and say what to mend
    Doctor(doctor::Args),
    /// Measure what this machine can do, on data of the bench's own
    #[command(subcommand)]
    Bench(bench::Command),
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is wrong: one sentence a line.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// The password on standard input is not usable.
    #[error(transparent)]
    Password(#[from] BadPassword),
    /// A use-case refused, or failed inside: then the whole chain of causes is shown, as whoever runs
    /// commands also reads the logs.
    #[error("{}", told(.0))]
    Refused(#[from] Error),
    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Anything else, as one sentence.
    #[error("{0}")]
    Other(String),
}

/// Runs the command that the process's arguments name.
pub fn run() -> ExitCode {
    run_with(std::env::args_os(), dispatch)
}

/// Reads `arguments` (the program's name first) and the configuration, and hands both to `dispatch`.
pub fn run_with(
    arguments: impl IntoIterator<Item = OsString>,
    dispatch: impl FnOnce(Command, &Config) -> Result<(), Failure>,
) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        // Help and version come this way too, with code 0. A closed pipe leaves nobody to tell.
        Err(shown) => {
            let _ = shown.print();
            return u8::try_from(shown.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    let command = cli.command.unwrap_or(Command::Serve(serve::Args {}));
    let done = config::load(cli.config.as_deref(), std::env::vars_os())
        .map_err(Failure::from)
        .and_then(|config| dispatch(command, &config));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nothing is left to do when standard error is closed.
            let _ = writeln!(io::stderr(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command, config: &Config) -> Result<(), Failure> {
    match command {
        Command::Bench(command) => bench::run(&command),
        Command::Doctor(args) => doctor::run(&args, config),
        Command::RotateKeys(args) => rotate::run(&args, config),
        Command::Relay(command) => relay::run(command, config),
        Command::Emoji(command) => emoji::run(command, config),
        Command::Announcement(command) => announcement::run(command, config),
        Command::Rule(command) => rule::run(command, config),
        Command::Text(command) => text::run(command, config),
        Command::Serve(_) => serve::run(config),
        Command::User(command) => user::run(command, config),
        Command::Instance(command) => instance::run(command, config),
        Command::Token(command) => token::run(command, config),
        Command::Trend(command) => trend::run(command, config),
    }
}

/// Opens the instance, beside a running server or without one, does something with it, and closes it.
fn with_app(config: &Config, work: impl AsyncFnOnce(&App) -> Result<(), Failure>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let app = App::open(config, COMMAND_PROCESS).await?;
        let done = work(&app).await;
        app.close().await;
        done
    })
}

fn told(error: &Error) -> String {
    match error {
        Error::Internal(_) => Chain(error).to_string(),
        _ => error.to_string(),
    }
}

/// Writes a line to standard output; a reader that went away is a failure and no panic.
fn println(line: &str) -> Result<(), Failure> {
    Ok(writeln!(io::stdout(), "{line}")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    fn command(line: &str) -> Option<Command> {
        parse(line).unwrap().command
    }

    #[test]
    fn the_definitions_hold_together() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn no_command_is_serve() {
        assert_eq!(command("rookery"), None);
        assert_eq!(command("rookery serve"), Some(Command::Serve(serve::Args {})));
    }

    #[test]
    fn the_configuration_file_is_named_before_or_after_the_command() {
        for line in ["rookery --config a.toml doctor", "rookery doctor --config a.toml"] {
            assert_eq!(parse(line).unwrap().config, Some(PathBuf::from("a.toml")), "{line}");
        }
    }

    #[test]
    fn a_user_is_made_from_name_address_and_password() {
        let Some(Command::User(user::Command::Create(made))) =
            command("rookery user create --username ann --email ann@example.org --password pw --admin")
        else {
            panic!("not a user create");
        };
        assert_eq!((made.username.as_str(), made.email.as_str()), ("ann", "ann@example.org"));
        assert_eq!((made.password.as_deref(), made.admin), (Some("pw"), true));
        assert!(parse("rookery user create --username ann").is_err());
    }

    #[test]
    fn scopes_are_separated_by_spaces_or_commas() {
        for scopes in ["read write", "read,write", "read, write"] {
            let line = ["rookery", "token", "create", "--username", "ann", "--scopes", scopes];
            let Some(Command::Token(token::Command::Create(made))) =
                Cli::try_parse_from(line).unwrap().command
            else {
                panic!("not a token create");
            };
            assert_eq!(made.scope_words(), ["read", "write"], "{scopes}");
        }
    }

    #[test]
    fn a_wrong_command_line_ends_with_2_and_a_failed_command_with_1() {
        let line = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let no = |_, _: &Config| Err(Failure::Other("no".to_owned()));
        assert_eq!(run_with(line("rookery fly"), no), ExitCode::from(2));
        assert_eq!(run_with(line("rookery serve"), no), ExitCode::from(1));
        assert_eq!(run_with(line("rookery serve"), |_, _| Ok(())), ExitCode::SUCCESS);
        assert_eq!(run_with(line("rookery --version"), no), ExitCode::SUCCESS);
        assert_eq!(run_with(line("rookery --config /nowhere.toml"), |_, _| Ok(())), ExitCode::from(1));
    }

    #[test]
    fn an_inner_failure_shows_its_cause_and_a_refusal_its_sentence() {
        let inner = Failure::from(Error::internal(io::Error::other("disk on fire")));
        assert_eq!(inner.to_string(), "something went wrong on our side: disk on fire");
        let refused = Failure::from(Error::conflict("username", "taken", "the username ann is taken"));
        assert_eq!(refused.to_string(), "the username ann is taken");
    }
}
