//! `rookery instance`: other instances and what waits for them, from the machine that this one runs on. Works
//! beside a running server, which sees within a second what was decided.

use clap::Subcommand;

use super::{Failure, println, table, with_app};
use crate::clock::Millis;
use crate::config::Config;
use crate::model::instance::{Instance, InstanceState};
use crate::model::time;
use crate::service::{Operator, Service};

/// What to do with other instances.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// List the instances that are known, by name
    List(List),
    /// Show one instance: how it fares and what waits for it
    Show(One),
    /// Try an instance again at once, also one that was given up
    Retry(One),
    /// Drop what waits for an instance
    Forget(One),
    /// Block an instance, or a domain with all below it: nothing is sent there or taken from there
    Block(One),
    /// Lift a block
    Unblock(One),
}

/// Arguments of `instance list`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct List {
    /// Only those that fare so
    #[arg(long, value_name = "STATE", value_parser = ["reachable", "failing", "dead", "blocked"])]
    pub state: Option<String>,
    /// Only those after this name
    #[arg(long, value_name = "HOST", default_value = "")]
    pub after: String,
    /// How many to show
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub limit: u32,
}

/// One instance.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct One {
    /// Its host, with the port if that is unusual
    pub host: String,
}

/// Runs an `instance` command.
pub fn run(command: Command, config: &Config) -> Result<(), Failure> {
    with_app(config, async |app| dispatch(command, &app.service).await)
}

async fn dispatch(command: Command, service: &Service) -> Result<(), Failure> {
    let by = Operator::CommandLine;
    match command {
        Command::List(args) => list(&args, service).await,
        Command::Show(args) => show(&service.instance(&args.host).await?),
        Command::Retry(args) => {
            service.retry_instance(by, &args.host).await?;
            println(&format!("{} is tried again at once", args.host))
        }
        Command::Forget(args) => {
            let dropped = service.forget_waiting(by, &args.host).await?;
            println(&format!("{dropped} deliveries to {} are dropped", args.host))
        }
        Command::Block(args) => {
            let already = if service.block_instance(by, &args.host).await? { "" } else { " already" };
            println(&format!("{} is blocked{already}", args.host))
        }
        Command::Unblock(args) => {
            let already = if service.unblock_instance(by, &args.host).await? { "" } else { " anyway" };
            println(&format!("{} is not blocked{already}", args.host))
        }
    }
}

async fn list(args: &List, service: &Service) -> Result<(), Failure> {
    let state = args.state.as_deref().and_then(InstanceState::from_word);
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let found = service.instances(state, &args.after, limit).await?;
    let rows: Vec<[String; 6]> = found.items.iter().map(row).collect();
    let headings = ["host", "state", "waiting", "oldest", "answered", "failed"];
    println(table(headings, &rows).trim_end())?;
    match found.next {
        Some(after) => println(&format!("there are more: --after {after}")),
        None => Ok(()),
    }
}

fn row(instance: &Instance) -> [String; 6] {
    [
        instance.host.clone(),
        instance.state.word().to_owned(),
        instance.waiting_text(),
        when(instance.oldest_at),
        when(instance.last_success_at),
        when(instance.last_failure_at),
    ]
}

fn show(instance: &Instance) -> Result<(), Failure> {
    let rows: Vec<[String; 2]> = [
        ("host", instance.host.clone()),
        ("state", instance.state.word().to_owned()),
        ("waiting", instance.waiting_text()),
        ("oldest", when(instance.oldest_at)),
        ("answered", when(instance.last_success_at)),
        ("failed", when(instance.last_failure_at)),
        ("failure", instance.last_failure.clone()),
        ("failures", instance.failures.to_string()),
        ("failing since", when(instance.failing_since)),
        ("next attempt", when(instance.next_attempt_at)),
        ("signatures", instance.form_name().unwrap_or_default().to_owned()),
        ("software", instance.software.clone().unwrap_or_default()),
        ("known since", when(Some(instance.known_since))),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| [name.to_owned(), value])
    .collect();
    // The first row stands where a table has its headings.
    println(table(["", ""], &rows).trim())
}

fn when(at_ms: Option<Millis>) -> String {
    at_ms.map(time::to_rfc3339).unwrap_or_default()
}
