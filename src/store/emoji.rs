//! Other instances' custom emoji: one picture for each host and code, and the lists of those that a tweet or account
//! uses.

use std::collections::HashMap;

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError};
use crate::clock::Millis;
use crate::config::limits::REMOTE_EMOJI_PER_HOST_MAX;
use crate::model::emoji::{RemoteEmoji, remote_key};
use crate::model::ids::RowId;

/// An emoji as a document of its host names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its number here, if it is new.
    pub id: RowId,
    /// The name between the colons.
    pub shortcode: String,
    /// Where its picture is.
    pub url: String,
    /// When that last changed, if its host says so.
    pub updated_at: Option<Millis>,
}

/// Where the picture of an emoji comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The host and port whose emoji it is.
    pub host: String,
    /// The name between the colons.
    pub shortcode: String,
    /// Where the picture is.
    pub url: String,
    /// When that last changed, if its host says so.
    pub updated_at: Option<Millis>,
}

/// The emoji that these are, unless one of them is not known here as it is named now.
pub fn known(conn: &mut Conn, host: &str, named: &[Named]) -> Result<Option<Vec<RemoteEmoji>>, StoreError> {
    let stored = of_host(conn, host, named)?;
    if named.iter().any(|named| stored.get(&named.shortcode).is_none_or(|row| row.is_changed_by(named))) {
        return Ok(None);
    }
    Ok(Some(listed(host, named, &stored)))
}

/// Remembers emoji of a host as they are named now; a picture that was named before a newer one does not come back.
/// Answers those that are known then: of a host with very many, new ones are left out.
pub fn learn(
    conn: &mut Conn,
    host: &str,
    named: &[Named],
    now_ms: Millis,
) -> Result<Vec<RemoteEmoji>, StoreError> {
    let stored = of_host(conn, host, named)?;
    let mut has_room = None;
    for emoji in named {
        match stored.get(&emoji.shortcode) {
            Some(row) if row.is_changed_by(emoji) => {
                conn.execute(
                    "update remote_emoji set url = $2, updated_at = $3 where id = $1",
                    args![row.id, &emoji.url, emoji.updated_at],
                )?;
            }
            Some(_) => {}
            None => {
                let room = match has_room {
                    Some(room) => room,
                    None => *has_room.insert(has_room_for_more(conn, host)?),
                };
                if room {
                    insert(conn, host, emoji, now_ms)?;
                }
            }
        }
    }
    // Another process may have been quicker with one of them, under another number.
    let stored = of_host(conn, host, named)?;
    Ok(listed(host, named, &stored))
}

fn insert(conn: &mut Conn, host: &str, emoji: &Named, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into remote_emoji (id, host, shortcode, url, updated_at, created_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (host, shortcode) do nothing",
        args![emoji.id, host, &emoji.shortcode, &emoji.url, emoji.updated_at, now_ms],
    )?;
    Ok(())
}

/// Counted only when an emoji is new, which is seldom.
fn has_room_for_more(conn: &mut Conn, host: &str) -> Result<bool, StoreError> {
    let most = i64::try_from(REMOTE_EMOJI_PER_HOST_MAX).unwrap_or(i64::MAX);
    let full = conn.query_one(
        "select exists (select 1 from remote_emoji where host = $1 limit 1 offset $2)",
        args![host, most.saturating_sub(1)],
        |row| row.take::<bool>(),
    )?;
    Ok(!full)
}

/// Where the picture of this emoji comes from.
pub fn source(conn: &mut Conn, id: RowId) -> Result<Option<Source>, StoreError> {
    conn.query_opt(
        "select host, shortcode, url, updated_at from remote_emoji where id = $1",
        args![id],
        |row| {
            let (host, shortcode) = (row.take()?, row.take()?);
            Ok(Source { host, shortcode, url: row.take()?, updated_at: row.take()? })
        },
    )
}

/// A list as its column holds it.
pub(super) fn stored(emoji: &[RemoteEmoji]) -> Result<String, StoreError> {
    if emoji.is_empty() { Ok(String::new()) } else { Ok(serde_json::to_string(emoji)?) }
}

/// Reads a list from its column.
pub(super) fn from_stored(text: &str) -> Result<Vec<RemoteEmoji>, StoreError> {
    if text.is_empty() { Ok(Vec::new()) } else { Ok(serde_json::from_str(text)?) }
}

struct Stored {
    id: RowId,
    url: String,
    updated_at: Option<Millis>,
}

impl Stored {
    fn is_changed_by(&self, named: &Named) -> bool {
        let is_older = matches!((named.updated_at, self.updated_at), (Some(new), Some(old)) if new < old);
        !is_older && (self.url != named.url || self.updated_at != named.updated_at)
    }
}

fn of_host(conn: &mut Conn, host: &str, named: &[Named]) -> Result<HashMap<String, Stored>, StoreError> {
    let codes: Vec<String> = named.iter().map(|emoji| emoji.shortcode.clone()).collect();
    let row = |row: &mut Row<'_>| {
        let shortcode: String = row.take()?;
        Ok((shortcode, Stored { id: row.take()?, url: row.take()?, updated_at: row.take()? }))
    };
    let rows = conn.query(
        "select shortcode, id, url, updated_at from remote_emoji where host = $1 and shortcode in_texts($2)",
        args![host, codes],
        row,
    )?;
    Ok(rows.into_iter().collect())
}

fn listed(host: &str, named: &[Named], stored: &HashMap<String, Stored>) -> Vec<RemoteEmoji> {
    let emoji = |named: &Named| {
        let (shortcode, id) = (named.shortcode.clone(), stored.get(&named.shortcode)?.id);
        Some(RemoteEmoji { id, key: remote_key(host, &shortcode), shortcode })
    };
    named.iter().filter_map(emoji).collect()
}
