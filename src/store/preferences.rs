//! What users prefer.

use super::StoreError;
use super::conn::Conn;
use super::value::args;
use crate::model::ids::AccountId;
use crate::model::preferences::{ExpandMedia, Preferences};
use crate::model::visibility::Visibility;

/// What an account prefers.
pub fn of(conn: &mut Conn, account: AccountId) -> Result<Preferences, StoreError> {
    let found = conn.query_opt(
        "select visibility, sensitive, language, expand_media, expand_spoilers, autoplay, time_zone
         from preferences where account_id = $1",
        args![account],
        |row| {
            Ok(Preferences {
                visibility: row.take::<Option<i64>>()?.and_then(Visibility::from_code),
                sensitive: row.take()?,
                language: row.take()?,
                expand_media: ExpandMedia::from_stored(&row.take::<String>()?),
                expand_spoilers: row.take()?,
                autoplay: row.take()?,
                time_zone: row.take()?,
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// Writes what an account prefers.
pub fn set(conn: &mut Conn, account: AccountId, wishes: &Preferences) -> Result<(), StoreError> {
    conn.execute(
        "insert into preferences (account_id, visibility, sensitive, language, expand_media, expand_spoilers, autoplay,
             time_zone)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (account_id) do update set visibility = excluded.visibility, sensitive = excluded.sensitive,
             language = excluded.language, expand_media = excluded.expand_media,
             expand_spoilers = excluded.expand_spoilers, autoplay = excluded.autoplay,
             time_zone = excluded.time_zone",
        args![
            account,
            wishes.visibility.map(Visibility::code),
            wishes.sensitive,
            wishes.language.as_deref(),
            wishes.expand_media.as_str(),
            wishes.expand_spoilers,
            wishes.autoplay,
            wishes.time_zone.as_deref(),
        ],
    )?;
    Ok(())
}
