//! Copies of other instances' pictures: where each came from and where our media store keeps it.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError};
use crate::clock::Millis;
use crate::model::ids::{AccountId, MediaId, RowId};

/// A picture of another instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RemotePicture {
    /// A tweet's picture.
    Attachment(MediaId),
    /// An account's picture.
    Avatar(AccountId),
    /// The picture on top of an account's profile.
    Header(AccountId),
    /// A custom emoji.
    Emoji(RowId),
    /// The picture of a linked page.
    Preview(RowId),
}

impl RemotePicture {
    /// The stored word and id.
    fn parts(self) -> (&'static str, i64) {
        match self {
            Self::Attachment(id) => ("attachment", id.0),
            Self::Avatar(id) => ("avatar", id.0),
            Self::Header(id) => ("header", id.0),
            Self::Emoji(id) => ("emoji", id.0),
            Self::Preview(id) => ("preview", id.0),
        }
    }
}

/// A copy that is kept here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cached {
    /// The address it was fetched from.
    pub source_url: String,
    /// The media key of the picture.
    pub file_key: String,
    /// The media key of its small version.
    pub thumb_key: String,
    /// Bytes of both files.
    pub size_bytes: i64,
    /// When it was last looked at, to about an hour.
    pub used_at: Millis,
}

fn cached(row: &mut Row<'_>) -> Result<Cached, StoreError> {
    Ok(Cached {
        source_url: row.take()?,
        file_key: row.take()?,
        thumb_key: row.take()?,
        size_bytes: row.take()?,
        used_at: row.take()?,
    })
}

/// The copy of a picture, when there is one.
pub fn get(conn: &mut Conn, picture: RemotePicture) -> Result<Option<Cached>, StoreError> {
    let (kind, owner) = picture.parts();
    conn.query_opt(
        "select source_url, file_key, thumb_key, size_bytes, used_at from cached_pictures
         where kind = $1 and owner_id = $2",
        args![kind, owner],
        cached,
    )
}

/// Remembers a copy in place of the one before, which is answered so that its files can go.
pub fn put(conn: &mut Conn, picture: RemotePicture, copy: &Cached) -> Result<Option<Cached>, StoreError> {
    let before = get(conn, picture)?;
    let (kind, owner) = picture.parts();
    conn.execute(
        "insert into cached_pictures (kind, owner_id, source_url, file_key, thumb_key, size_bytes, used_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (kind, owner_id) do update set source_url = excluded.source_url,
             file_key = excluded.file_key, thumb_key = excluded.thumb_key,
             size_bytes = excluded.size_bytes, used_at = excluded.used_at",
        args![kind, owner, &copy.source_url, &copy.file_key, &copy.thumb_key, copy.size_bytes, copy.used_at,],
    )?;
    Ok(before)
}

/// Forgets the copies with these media keys; answers them, so that their files can go.
pub fn forget(conn: &mut Conn, file_keys: &[String]) -> Result<Vec<Cached>, StoreError> {
    conn.query(
        "delete from cached_pictures where file_key in_texts($1)
         returning source_url, file_key, thumb_key, size_bytes, used_at",
        args![file_keys.to_vec()],
        cached,
    )
}

/// Remembers that a copy was looked at.
pub fn used(conn: &mut Conn, file_key: &str, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute("update cached_pictures set used_at = $2 where file_key = $1", args![file_key, now_ms])?;
    Ok(())
}

/// Copies in the order of their last use, from the one after `(used_at, file_key)` on.
pub fn by_last_use(conn: &mut Conn, after: &(Millis, String), limit: i64) -> Result<Vec<Cached>, StoreError> {
    conn.query(
        "select source_url, file_key, thumb_key, size_bytes, used_at from cached_pictures
         where (used_at, file_key) > ($1, $2) order by used_at, file_key limit $3",
        args![after.0, &after.1, limit],
        cached,
    )
}
