//! `rookery trend`: what may trend, from the machine that this instance runs on. Works beside a running server, which goes
//! by it from the next look on.

use clap::Subcommand;

use super::{Failure, println, table, with_app};
use crate::config::Config;
use crate::model::trend::{ReviewKind, TrendKind};
use crate::service::{Operator, Service, TrendEntry};

/// What to do with trends.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// List what stands highest, with what was decided about it
    List(List),
    /// Let something trend
    Approve(One),
    /// Never let something trend
    Reject(One),
    /// Forget what was decided about something
    Forget(One),
}

/// Arguments of `trend list`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct List {
    /// Only things of this kind
    #[arg(long, value_name = "KIND", value_parser = ["tag", "link", "tweet"])]
    pub kind: Option<String>,
}

/// One thing.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct One {
    /// What it is; `publisher` is all pages of a host
    #[arg(value_parser = ["tag", "link", "tweet", "publisher"])]
    pub kind: String,
    /// The hashtag, the page's address, the tweet's id or the publisher's host
    pub item: String,
}

/// Runs a `trend` command.
pub fn run(command: Command, config: &Config) -> Result<(), Failure> {
    with_app(config, async |app| dispatch(command, &app.service).await)
}

async fn dispatch(command: Command, service: &Service) -> Result<(), Failure> {
    match command {
        Command::List(args) => {
            let mut rows = Vec::new();
            for kind in TrendKind::ALL {
                let wanted =
                    args.kind.as_deref().is_none_or(|wanted| wanted == ReviewKind::from(kind).word());
                if wanted {
                    rows.extend(service.trend_candidates(kind).await?.into_iter().map(row));
                }
            }
            println(table(["kind", "state", "item", "about"], &rows).trim_end())
        }
        Command::Approve(one) => decide(&one, Some(true), service).await,
        Command::Reject(one) => decide(&one, Some(false), service).await,
        Command::Forget(one) => decide(&one, None, service).await,
    }
}

async fn decide(one: &One, approved: Option<bool>, service: &Service) -> Result<(), Failure> {
    let kind = ReviewKind::from_word(&one.kind)
        .ok_or_else(|| Failure::Other(format!("{} is no kind of thing that trends", one.kind)))?;
    let item = service.decide_trend(Operator::CommandLine, kind, &one.item, approved).await?;
    let what = match approved {
        Some(true) => "may trend",
        Some(false) => "never trends",
        None => "is undecided again",
    };
    println(&format!("{} {item} {what}", kind.word()))
}

fn row(entry: TrendEntry) -> [String; 4] {
    [entry.kind.word().to_owned(), entry.state.word().to_owned(), entry.item, entry.about]
}
