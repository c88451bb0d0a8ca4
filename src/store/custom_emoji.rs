//! The instance's own custom emoji. There are few enough to be kept in memory.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError, events};
use crate::clock::Millis;
use crate::model::emoji::OwnEmoji;
use crate::model::event::Event;

macro_rules! select_emoji {
    ($rest:literal) => {
        concat!(
            "select id, shortcode, category, file_key, enabled, created_at, updated_at from custom_emoji ",
            $rest
        )
    };
}

/// Writes a new emoji. A code that is taken is a unique violation.
pub fn insert(conn: &mut Conn, emoji: &OwnEmoji) -> Result<(), StoreError> {
    conn.execute(
        "insert into custom_emoji (id, shortcode, category, file_key, enabled, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![
            emoji.id,
            &emoji.shortcode,
            &emoji.category,
            &emoji.file_key,
            emoji.enabled,
            emoji.created_at,
            emoji.updated_at,
        ],
    )?;
    events::append(conn, &[Event::EmojiChanged], emoji.created_at)
}

/// Rewrites what may change of an emoji: category, picture, whether it is enabled.
pub fn update(conn: &mut Conn, emoji: &OwnEmoji, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "update custom_emoji set category = $2, file_key = $3, enabled = $4, updated_at = $5 where id = $1",
        args![emoji.id, &emoji.category, &emoji.file_key, emoji.enabled, emoji.updated_at],
    )?;
    events::append(conn, &[Event::EmojiChanged], now_ms)
}

/// Removes an emoji and answers it; `None` when there is none with this code.
pub fn remove(conn: &mut Conn, shortcode: &str, now_ms: Millis) -> Result<Option<OwnEmoji>, StoreError> {
    let gone = conn.query_opt(
        "delete from custom_emoji where shortcode = $1
         returning id, shortcode, category, file_key, enabled, created_at, updated_at",
        args![shortcode],
        emoji,
    )?;
    if gone.is_some() {
        events::append(conn, &[Event::EmojiChanged], now_ms)?;
    }
    Ok(gone)
}

/// The emoji with this code, held until the unit ends: nobody changes it meanwhile.
pub fn hold(conn: &mut Conn, shortcode: &str) -> Result<Option<OwnEmoji>, StoreError> {
    conn.query_opt(select_emoji!("where shortcode = $1 for no key update"), args![shortcode], emoji)
}

/// Emoji by code, from the one after `after` on, also those that are not enabled.
pub fn list(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<OwnEmoji>, StoreError> {
    conn.query(select_emoji!("where shortcode > $1 order by shortcode limit $2"), args![after, limit], emoji)
}

/// How many there are.
pub fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.query_one("select count(*) from custom_emoji", args![], super::int)
}

fn emoji(row: &mut Row<'_>) -> Result<OwnEmoji, StoreError> {
    Ok(OwnEmoji {
        id: row.take()?,
        shortcode: row.take()?,
        category: row.take()?,
        file_key: row.take()?,
        enabled: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
    })
}
