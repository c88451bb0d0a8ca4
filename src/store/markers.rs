//! Up to where people have read their timelines.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError};
use crate::clock::Millis;
use crate::model::ids::{AccountId, NotificationId, RowId};
use crate::model::marker::{Marked, Marker};

fn marker(row: &mut Row<'_>) -> Result<Marker, StoreError> {
    let timeline: String = row.take()?;
    Ok(Marker {
        timeline: Marked::from_stored(&timeline)
            .ok_or_else(|| StoreError::Corrupt(format!("marker of {timeline:?}")))?,
        last_read: row.take()?,
        version: row.take()?,
        updated_at: row.take()?,
    })
}

/// The places that an account has marked, one a timeline at most.
pub fn of(conn: &mut Conn, account: AccountId) -> Result<Vec<Marker>, StoreError> {
    conn.query(
        "select timeline, last_read_id, version, updated_at from markers where account_id = $1 order by timeline",
        args![account],
        marker,
    )
}

/// Marks a place, be it before the last one or after.
pub fn set(
    conn: &mut Conn,
    account: AccountId,
    timeline: Marked,
    last_read: RowId,
    now_ms: Millis,
) -> Result<Marker, StoreError> {
    conn.query_one(
        "insert into markers (account_id, timeline, last_read_id, version, updated_at) values ($1, $2, $3, 1, $4)
         on conflict (account_id, timeline) do update set last_read_id = excluded.last_read_id,
             version = markers.version + 1, updated_at = excluded.updated_at
         returning timeline, last_read_id, version, updated_at",
        args![account, timeline.as_str(), last_read, now_ms],
        marker,
    )
}

/// Marks notifications as read: never back, and never beyond the newest there is.
pub fn advance_notifications(
    conn: &mut Conn,
    account: AccountId,
    up_to: NotificationId,
    now_ms: Millis,
) -> Result<(), StoreError> {
    conn.execute(
        "insert into markers (account_id, timeline, last_read_id, version, updated_at)
         select account_id, $2, least($3, id), 1, $4 from notifications
             where account_id = $1 and not filtered order by id desc limit 1
         on conflict (account_id, timeline) do update set last_read_id = excluded.last_read_id,
             version = markers.version + 1, updated_at = excluded.updated_at
         where markers.last_read_id < excluded.last_read_id",
        args![account, Marked::Notifications.as_str(), up_to, now_ms],
    )?;
    Ok(())
}

/// Up to where an account has read its notifications.
pub fn notifications_read(conn: &mut Conn, account: AccountId) -> Result<NotificationId, StoreError> {
    let read = conn.query_opt(
        "select last_read_id from markers where account_id = $1 and timeline = $2",
        args![account, Marked::Notifications.as_str()],
        |row| row.take(),
    )?;
    Ok(read.unwrap_or_default())
}
