//! `rookery rule`: the rules of this instance, from the machine that it runs on. Works beside a running server, which
//! shows them from then on. A rule is named by its number in the list.

use clap::Subcommand;

use super::words::given_or_piped;
use super::{Failure, println, table, with_app};
use crate::config::Config;
use crate::error::Error;
use crate::model::about::HouseRule;
use crate::service::{RuleStep, Service};

/// What to do with rules.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// List the rules with their numbers
    List,
    /// Add a rule at the end
    Add(Add),
    /// Give a rule other words, or another hint
    Change(Change),
    /// Move a rule to another place; the others close up
    Move(Move),
    /// Remove a rule; reports that name it keep its words
    Remove(One),
}

/// A new rule.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Add {
    /// The rule, one line; read from standard input when absent
    pub text: Option<String>,
    /// What is meant by it
    #[arg(long, default_value = "")]
    pub hint: String,
}

/// What changes of a rule.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Change {
    /// Its number in the list
    pub number: usize,
    /// Its new words
    #[arg(long)]
    pub text: Option<String>,
    /// What is meant by it; "" takes the hint away
    #[arg(long)]
    pub hint: Option<String>,
}

/// A rule and its new place.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Move {
    /// Its number in the list
    pub number: usize,
    /// The number that it is to have
    pub to: usize,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct One {
    /// Its number in the list
    pub number: usize,
}

/// Runs a `rule` command.
pub fn run(command: Command, config: &Config) -> Result<(), Failure> {
    with_app(config, async |app| dispatch(command, &app.service).await)
}

async fn dispatch(command: Command, service: &Service) -> Result<(), Failure> {
    let step = match command {
        Command::List => return list(&service.house_rules().await?),
        Command::Add(new) => RuleStep::Add(given_or_piped(new.text)?, new.hint),
        Command::Change(change) => {
            let rule = numbered(service, change.number).await?;
            RuleStep::Change(rule.id, change.text.unwrap_or(rule.text), change.hint.unwrap_or(rule.hint))
        }
        Command::Move(Move { number, to }) => {
            RuleStep::Move(numbered(service, number).await?.id, to.saturating_sub(1))
        }
        Command::Remove(One { number }) => RuleStep::Remove(numbered(service, number).await?.id),
    };
    list(&service.edit_rules(step).await?)
}

async fn numbered(service: &Service, number: usize) -> Result<HouseRule, Failure> {
    let rules = service.house_rules().await?;
    let found = number.checked_sub(1).and_then(|at| rules.into_iter().nth(at));
    Ok(found.ok_or(Error::NotFound("rule"))?)
}

/// What holds now, after a change too: numbers have moved.
fn list(rules: &[HouseRule]) -> Result<(), Failure> {
    let row =
        |(number, rule): (usize, &HouseRule)| [number.to_string(), rule.text.clone(), rule.hint.clone()];
    let rows: Vec<[String; 3]> = (1..).zip(rules).map(row).collect();
    println(table(["number", "rule", "hint"], &rows).trim_end())
}
