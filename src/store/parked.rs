//! Incoming activities that could not be worked off, for the admin to decide on.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError, newer_than, older_than};
use crate::model::cursor::Cursor;
use crate::model::ids::RowId;
use crate::model::instance::Parked;

/// Parked activities, the newest first.
pub fn list(conn: &mut Conn, cursor: Cursor, limit: i64) -> Result<Vec<Parked>, StoreError> {
    conn.query(
        "select id, activity_uri, actor_uri, host, object_uri, body, coalesce(error, ''), attempts, created_at
         from inbox where state = 'parked' and id < $1 and id > $2 order by id desc limit $3",
        args![older_than(cursor), newer_than(cursor), limit],
        parked,
    )
}

fn parked(row: &mut Row<'_>) -> Result<Parked, StoreError> {
    Ok(Parked {
        id: row.take()?,
        activity_uri: row.take()?,
        actor_uri: row.take()?,
        host: row.take()?,
        object_uri: row.take()?,
        kind: kind(&row.take::<Vec<u8>>()?),
        reason: row.take()?,
        attempts: row.take()?,
        received_at: row.take()?,
    })
}

/// The type that an activity says it has; it was parsed when it came, but perhaps by an older version.
fn kind(body: &[u8]) -> String {
    let parsed: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let kind = parsed.as_ref().and_then(|activity| activity.get("type")?.as_str());
    kind.unwrap_or_default().chars().take(KIND_MAX).collect()
}

/// Characters shown of a type; no real one is longer.
const KIND_MAX: usize = 40;

/// Lets a parked activity be worked off again. Answers whether there was such a one.
pub fn retry(conn: &mut Conn, id: RowId) -> Result<bool, StoreError> {
    let changed = conn.execute(
        "update inbox set state = 'waiting', attempts = 0, next_attempt_at = 0, lease_until = 0, error = null
         where id = $1 and state = 'parked'",
        args![id],
    )?;
    Ok(changed > 0)
}

/// Gives a parked activity up: its bytes go, its id stays, so that it is known when it comes again. Answers whether
/// there was such a one.
pub fn forget(conn: &mut Conn, id: RowId) -> Result<bool, StoreError> {
    let nothing: &[u8] = &[];
    let changed = conn.execute(
        "update inbox set state = 'done', body = $2, error = null where id = $1 and state = 'parked'",
        args![id, nothing],
    )?;
    Ok(changed > 0)
}
