//! `rookery announcement`: what everybody here is told, from the machine that this instance runs on. Works beside a
//! running server, which tells who is connected as soon as it sees what was written.

use clap::Subcommand;

use super::words::given_or_piped;
use super::{Failure, println, table, with_app};
use crate::clock::Millis;
use crate::config::Config;
use crate::error::Error;
use crate::model::announcement::{Announcement, typed_time};
use crate::model::ids::RowId;
use crate::model::{text, time};
use crate::service::{NewAnnouncement, Service};

/// Bytes of an announcement that the list shows.
const SHOWN_BYTES: usize = 80;

/// What to do with announcements.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// List the announcements, over or not, the newest first
    List,
    /// Print the words of an announcement
    Show(One),
    /// Tell everybody here something
    Add(Add),
    /// Change an announcement; what is not named stays as it is
    Change(Change),
    /// Take an announcement back
    Remove(One),
}

/// A new announcement.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Add {
    /// Its words, plain; read from standard input when absent
    pub text: Option<String>,
    /// When that of which it tells begins: 2026-12-24, or 2026-12-24T18:00Z
    #[arg(long, value_name = "TIME", default_value = "")]
    pub starts: String,
    /// When that ends; then the announcement is over
    #[arg(long, value_name = "TIME", default_value = "")]
    pub ends: String,
    /// Only the days count: it begins with the first, and is over with the last
    #[arg(long)]
    pub all_day: bool,
}

/// What changes of an announcement.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Change {
    /// Its id
    pub id: RowId,
    /// Its words
    #[arg(long)]
    pub text: Option<String>,
    /// When that of which it tells begins; "" takes that away
    #[arg(long, value_name = "TIME")]
    pub starts: Option<String>,
    /// When that ends; "" takes that away
    #[arg(long, value_name = "TIME")]
    pub ends: Option<String>,
    /// Whether only the days count
    #[arg(long, value_name = "BOOLEAN", num_args = 0..=1, default_missing_value = "true")]
    pub all_day: Option<bool>,
}

/// One announcement.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct One {
    /// Its id
    pub id: RowId,
}

/// Runs an `announcement` command.
pub fn run(command: Command, config: &Config) -> Result<(), Failure> {
    with_app(config, async |app| dispatch(command, &app.service).await)
}

async fn dispatch(command: Command, service: &Service) -> Result<(), Failure> {
    match command {
        Command::List => {
            let all = service.all_announcements().await?;
            let rows: Vec<[String; 6]> = all.into_iter().map(row).collect();
            let headings = ["id", "published", "starts", "ends", "days", "words"];
            println(table(headings, &rows).trim_end())
        }
        Command::Show(One { id }) => println(&by_id(service, id).await?.text),
        Command::Add(new) => {
            let new = NewAnnouncement {
                starts_at: typed_time(&new.starts, new.all_day, false)?,
                ends_at: typed_time(&new.ends, new.all_day, true)?,
                all_day: new.all_day,
                text: given_or_piped(new.text)?,
            };
            let made = service.announce(new).await?;
            println(&format!("announced, id {}", made.id))
        }
        Command::Change(change) => {
            let id = change.id;
            let changed = changed(by_id(service, id).await?, change)?;
            service.change_announcement(id, changed).await?;
            println(&format!("{id} is changed"))
        }
        Command::Remove(One { id }) => {
            service.remove_announcement(id).await?;
            println(&format!("{id} is taken back"))
        }
    }
}

/// There are few; all of them are read to find one.
async fn by_id(service: &Service, id: RowId) -> Result<Announcement, Failure> {
    let found = service.all_announcements().await?.into_iter().find(|one| one.id == id);
    Ok(found.ok_or(Error::NotFound("announcement"))?)
}

fn changed(before: Announcement, change: Change) -> Result<NewAnnouncement, Failure> {
    let all_day = change.all_day.unwrap_or(before.all_day);
    // Days that were times before become whole ones.
    let words = |typed: Option<String>, before: Option<Millis>| typed.unwrap_or_else(|| when(before));
    Ok(NewAnnouncement {
        text: change.text.unwrap_or(before.text),
        starts_at: typed_time(&words(change.starts, before.starts_at), all_day, false)?,
        ends_at: typed_time(&words(change.ends, before.ends_at), all_day, true)?,
        all_day,
    })
}

fn row(one: Announcement) -> [String; 6] {
    let days = if one.all_day { "whole" } else { "" };
    let words = text::one_line(&one.text);
    let shown = text::clip(&words, SHOWN_BYTES);
    let cut = if shown.len() < words.len() { "…" } else { "" };
    [
        one.id.to_string(),
        time::to_rfc3339(one.published_at),
        when(one.starts_at),
        when(one.ends_at),
        days.to_owned(),
        format!("{shown}{cut}"),
    ]
}

fn when(at_ms: Option<Millis>) -> String {
    at_ms.map(time::to_rfc3339).unwrap_or_default()
}
