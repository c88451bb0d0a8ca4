//! `rookery text`: what this instance says of itself at length, from the machine that it runs on. Works beside a running
//! server, which shows it from then on.

use std::path::PathBuf;

use clap::Subcommand;

use super::words::from_file;
use super::{Failure, println, table, with_app};
use crate::config::Config;
use crate::error::Error;
use crate::model::about::TextKind;
use crate::model::time;
use crate::service::{AboutChanges, Service};

/// What to do with texts.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// List the texts and when they were written
    List,
    /// Print a text; of terms, those that hold now
    Show(One),
    /// Write a text, from a file or from standard input; terms hold from today, and those of earlier days are kept
    Set(Set),
    /// Remove a text; of terms, those of all days
    Remove(One),
}

/// A text.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct One {
    /// Which one
    #[arg(value_parser = ["about", "privacy", "terms"])]
    pub kind: String,
}

/// A text and where its words are.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Set {
    /// Which one
    #[arg(value_parser = ["about", "privacy", "terms"])]
    pub kind: String,
    /// A file of plain text; standard input when absent or `-`
    pub file: Option<PathBuf>,
}

/// Runs a `text` command.
pub fn run(command: Command, config: &Config) -> Result<(), Failure> {
    with_app(config, async |app| dispatch(command, &app.service).await)
}

async fn dispatch(command: Command, service: &Service) -> Result<(), Failure> {
    match command {
        Command::List => list(service).await,
        Command::Show(one) => {
            let text = service.house_text(kind(&one.kind)?).await?.ok_or(Error::NotFound("text"))?;
            println(&text.text)
        }
        Command::Set(set) => {
            let words = from_file(set.file.as_deref())?;
            if words.trim().is_empty() {
                let remove = format!("`rookery text remove {}`", set.kind);
                return Err(Failure::Other(format!("there are no words; {remove} takes the text away")));
            }
            write(service, kind(&set.kind)?, words).await?;
            println(&format!("{} is written", set.kind))
        }
        Command::Remove(one) => {
            write(service, kind(&one.kind)?, String::new()).await?;
            println(&format!("{} is removed", one.kind))
        }
    }
}

async fn list(service: &Service) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for kind in TextKind::ALL {
        let text = service.house_text(kind).await?;
        let (day, written) =
            text.map(|text| (text.day, time::to_rfc3339(text.updated_at))).unwrap_or_default();
        rows.push([kind.as_str().to_owned(), written, day]);
    }
    println(table(["text", "written", "holds from"], &rows).trim_end())
}

async fn write(service: &Service, kind: TextKind, words: String) -> Result<(), Failure> {
    Ok(service.set_about(AboutChanges { rules: None, texts: vec![(kind, words)] }).await?)
}

fn kind(word: &str) -> Result<TextKind, Failure> {
    Ok(TextKind::from_word(word).ok_or(Error::NotFound("text"))?)
}
