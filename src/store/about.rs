//! What the instance says of itself: its rules, and texts about it. There are few.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError, events, settings};
use crate::clock::Millis;
use crate::config::limits;
use crate::model::about::{HousePicture, HouseRule, HouseText, TextKind};
use crate::model::event::Event;
use crate::model::ids::RowId;

/// The setting that is the instance's picture.
const PICTURE: &str = "picture";

/// How many rules there may be.
fn most() -> i64 {
    i64::try_from(limits::RULES_MAX).unwrap_or(i64::MAX)
}

fn rule(row: &mut Row<'_>) -> Result<HouseRule, StoreError> {
    Ok(HouseRule { id: row.take()?, text: row.take()?, hint: row.take()? })
}

/// The rules that hold, in order.
pub fn rules(conn: &mut Conn) -> Result<Vec<HouseRule>, StoreError> {
    conn.query(
        "select id, text, hint from instance_rules where position is not null order by position limit $1",
        args![most()],
        rule,
    )
}

/// Those of these rules that there are, whether or not they hold still.
pub fn rules_among(conn: &mut Conn, ids: &[RowId]) -> Result<Vec<HouseRule>, StoreError> {
    let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
    conn.query(
        "select id, text, hint from instance_rules where id in_ints($1) order by id limit $2",
        args![wanted, most()],
        rule,
    )
}

/// Makes these the rules. One with the words of a rule that holds keeps that one's id; the others take theirs.
pub fn set_rules(conn: &mut Conn, new: &[HouseRule]) -> Result<(), StoreError> {
    let mut before = rules(conn)?;
    conn.execute("update instance_rules set position = null where position is not null", args![])?;
    for (rule, position) in new.iter().zip(0_i64..) {
        let known = before.iter().position(|known| known.text == rule.text);
        let id = known.map_or(rule.id, |at| before.swap_remove(at).id);
        conn.execute(
            "insert into instance_rules (id, position, text, hint) values ($1, $2, $3, $4)
             on conflict (id) do update set position = excluded.position, hint = excluded.hint",
            args![id, position, &rule.text, &rule.hint],
        )?;
    }
    Ok(())
}

fn house_text(row: &mut Row<'_>) -> Result<HouseText, StoreError> {
    Ok(HouseText { day: row.take()?, text: row.take()?, updated_at: row.take()? })
}

/// A text as it stands: of terms, the newest.
pub fn text(conn: &mut Conn, kind: TextKind) -> Result<Option<HouseText>, StoreError> {
    conn.query_opt(
        "select day, text, updated_at from instance_texts where kind = $1 order by day desc limit 1",
        args![kind.as_str()],
        house_text,
    )
}

/// The terms that hold from this day on, and the day of those after them.
pub fn terms_of(conn: &mut Conn, day: &str) -> Result<Option<(HouseText, Option<String>)>, StoreError> {
    let found = conn.query_opt(
        "select day, text, updated_at from instance_texts where kind = 'terms' and day = $1",
        args![day],
        house_text,
    )?;
    let Some(found) = found else { return Ok(None) };
    let next = conn.query_opt(
        "select day from instance_texts where kind = 'terms' and day > $1 order by day limit 1",
        args![day],
        |row| row.take(),
    )?;
    Ok(Some((found, next)))
}

/// Writes a text; an empty one takes it away, terms of all days with it.
pub fn set_text(
    conn: &mut Conn,
    kind: TextKind,
    day: &str,
    text: &str,
    now_ms: Millis,
) -> Result<(), StoreError> {
    if text.is_empty() {
        conn.execute("delete from instance_texts where kind = $1", args![kind.as_str()])?;
        return Ok(());
    }
    conn.execute(
        "insert into instance_texts (kind, day, text, updated_at) values ($1, $2, $3, $4)
         on conflict (kind, day) do update set text = excluded.text, updated_at = excluded.updated_at",
        args![kind.as_str(), day, text, now_ms],
    )?;
    Ok(())
}

/// The instance's picture, if it has one.
pub fn picture(conn: &mut Conn) -> Result<Option<HousePicture>, StoreError> {
    let stored = settings::get(conn, PICTURE)?;
    Ok(stored.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Gives the instance this picture or none, and tells of it. Answers the one that it had.
pub fn set_picture(
    conn: &mut Conn,
    new: Option<&HousePicture>,
    now_ms: Millis,
) -> Result<Option<HousePicture>, StoreError> {
    let before = picture(conn)?;
    match new {
        Some(new) => settings::set(conn, PICTURE, &serde_json::to_string(new)?)?,
        None => settings::remove(conn, PICTURE)?,
    }
    events::append(conn, &[Event::HousePictureChanged], now_ms)?;
    Ok(before)
}
