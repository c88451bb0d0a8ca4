//! `rookery emoji`: the instance's own emoji, from the machine that it runs on. Works beside a running server, which
//! sees what was decided as soon as it is written.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Failure, println, table};
use crate::app::{App, COMMAND_PROCESS};
use crate::config::{Config, limits};
use crate::error::Error;
use crate::media::{Key, Purpose};
use crate::model::emoji::OwnEmoji;
use crate::service::{EmojiChanges, NewEmoji, Operator};

const BY: Operator = Operator::CommandLine;

/// What to do with emoji.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Add an emoji, or give one another picture
    Add(Add),
    /// Remove an emoji
    Remove(One),
    /// Let an emoji be drawn and offered
    Enable(One),
    /// Let an emoji be words again, without removing it
    Disable(One),
    /// List the emoji
    List,
}

/// A new emoji.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Add {
    /// Its code, with its colons or without
    pub code: String,
    /// Its picture: a PNG, GIF, WebP or JPEG file
    pub file: PathBuf,
    /// The heading under which it is offered
    #[arg(long)]
    pub category: Option<String>,
    /// Take the picture for the emoji that has this code
    #[arg(long)]
    pub replace: bool,
}

/// One emoji.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct One {
    /// Its code, with its colons or without
    pub code: String,
}

/// Runs an `emoji` command.
pub fn run(command: Command, config: &Config) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let app = App::open(config, COMMAND_PROCESS).await?;
        let done = dispatch(command, &app).await;
        app.close().await;
        done
    })
}

async fn dispatch(command: Command, app: &App) -> Result<(), Failure> {
    match command {
        Command::Add(new) => add(new, app).await,
        Command::Remove(one) => {
            let code = bare(&one.code);
            let picture = app.service.remove_emoji(BY, code).await?;
            remove_file(app, &picture).await?;
            println(&format!(":{code}: is removed"))
        }
        Command::Enable(one) => set_enabled(&one, true, app).await,
        Command::Disable(one) => set_enabled(&one, false, app).await,
        Command::List => {
            let all = app.service.emoji("", limits::EMOJI_OWN_MAX).await?.items;
            let rows: Vec<[String; 3]> = all.into_iter().map(row).collect();
            println(table(["code", "state", "category"], &rows).trim_end())
        }
    }
}

async fn add(new: Add, app: &App) -> Result<(), Failure> {
    let most = Purpose::Emoji.max_bytes();
    if tokio::fs::metadata(&new.file).await?.len() > most {
        return Err(Failure::Other(format!(
            "the picture is too big; at most {} MiB are allowed",
            most >> 20
        )));
    }
    let bytes = tokio::fs::read(&new.file).await?;
    let stored = app.media.accept_bytes(bytes.into(), Purpose::Emoji).await.map_err(Error::from)?;
    let key = stored.claim_image().await.key.to_string();
    let code = bare(&new.code);
    let written = if new.replace {
        let changes = EmojiChanges { category: new.category, file_key: Some(key.clone()), enabled: None };
        app.service.change_emoji(BY, code, changes).await.map(|(_, before)| before)
    } else {
        let category = new.category.unwrap_or_default();
        let new = NewEmoji { shortcode: code.to_owned(), category, file_key: key.clone() };
        app.service.add_emoji(BY, new).await.map(|_| None)
    };
    match written {
        Ok(before) => {
            if let Some(before) = before {
                remove_file(app, &before).await?;
            }
            println(&format!(":{code}: has its picture"))
        }
        Err(refused) => {
            remove_file(app, &key).await?;
            Err(refused.into())
        }
    }
}

async fn set_enabled(one: &One, enabled: bool, app: &App) -> Result<(), Failure> {
    let code = bare(&one.code);
    let changes = EmojiChanges { enabled: Some(enabled), ..EmojiChanges::default() };
    app.service.change_emoji(BY, code, changes).await?;
    println(&format!(":{code}: is {}", if enabled { "enabled" } else { "disabled" }))
}

async fn remove_file(app: &App, key: &str) -> Result<(), Failure> {
    if let Ok(key) = key.parse::<Key>() {
        app.media.remove(&key).await.map_err(Error::from)?;
    }
    Ok(())
}

fn bare(code: &str) -> &str {
    let code = code.trim();
    code.strip_prefix(':').and_then(|code| code.strip_suffix(':')).unwrap_or(code)
}

fn row(emoji: OwnEmoji) -> [String; 3] {
    let state = if emoji.enabled { "enabled" } else { "disabled" };
    [format!(":{}:", emoji.shortcode), state.to_owned(), emoji.category]
}
