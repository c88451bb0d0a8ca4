//! Media: uploads that wait for their tweet, and the pictures, films and sounds of tweets.

use std::collections::HashMap;

use super::conn::Conn;
use super::value::{args, grouped};
use super::{Echo, Kind, Row, StoreError, Value};
use crate::clock::Millis;
use crate::model::attachment::{Focus, MediaState};
use crate::model::ids::{AccountId, MediaId, RowId, TweetId};
use crate::model::tweet::{Media, Tweet};

macro_rules! media_columns {
    () => {
        "id, account_id, tweet_id, kind, mime, file_key, thumb_key, remote_url, alt, width, height,
             thumb_width, thumb_height, blurhash, size_bytes, focus_x, focus_y, state, duration_ms"
    };
}

macro_rules! select_media {
    ($rest:literal) => {
        concat!("select ", media_columns!(), " from media ", $rest)
    };
}

fn media(row: &mut Row<'_>) -> Result<Media, StoreError> {
    Ok(Media {
        id: row.take()?,
        account: row.take()?,
        tweet: row.take()?,
        kind: row.take()?,
        mime: row.take()?,
        file_key: row.take()?,
        thumb_key: row.take()?,
        remote_url: row.take()?,
        alt: row.take()?,
        width: row.take()?,
        height: row.take()?,
        thumb_width: row.take()?,
        thumb_height: row.take()?,
        blurhash: row.take()?,
        size_bytes: row.take()?,
        focus: focus(row.take()?, row.take()?),
        state: MediaState::of_number(row.take()?),
        duration_ms: row.take()?,
    })
}

fn focus(x: Option<i64>, y: Option<i64>) -> Option<Focus> {
    let (x, y) = x.zip(y)?;
    Some(Focus { x: x.try_into().ok()?, y: y.try_into().ok()? })
}

const COLUMNS: &[(&str, Kind)] = &[
    ("id", Kind::Int),
    ("account_id", Kind::Int),
    ("tweet_id", Kind::Int),
    ("position", Kind::Int),
    ("kind", Kind::Text),
    ("mime", Kind::Text),
    ("file_key", Kind::Text),
    ("thumb_key", Kind::Text),
    ("remote_url", Kind::Text),
    ("alt", Kind::Text),
    ("width", Kind::Int),
    ("height", Kind::Int),
    ("thumb_width", Kind::Int),
    ("thumb_height", Kind::Int),
    ("blurhash", Kind::Text),
    ("size_bytes", Kind::Int),
    ("created_at", Kind::Int),
    ("focus_x", Kind::Int),
    ("focus_y", Kind::Int),
    ("state", Kind::Int),
    ("duration_ms", Kind::Int),
];

fn columns(media: &Media, position: i64, now_ms: Millis) -> Vec<Value> {
    vec![
        media.id.into(),
        media.account.into(),
        media.tweet.into(),
        position.into(),
        (&media.kind).into(),
        (&media.mime).into(),
        media.file_key.as_deref().into(),
        media.thumb_key.as_deref().into(),
        media.remote_url.as_deref().into(),
        (&media.alt).into(),
        media.width.into(),
        media.height.into(),
        media.thumb_width.into(),
        media.thumb_height.into(),
        media.blurhash.as_deref().into(),
        media.size_bytes.into(),
        now_ms.into(),
        media.focus.map(|focus| i64::from(focus.x)).into(),
        media.focus.map(|focus| i64::from(focus.y)).into(),
        media.state.number().into(),
        media.duration_ms.into(),
    ]
}

/// Writes an upload.
pub fn insert(conn: &mut Conn, media: &Media, now_ms: Millis) -> Result<(), StoreError> {
    conn.insert_rows("media", COLUMNS, "", &[columns(media, 0, now_ms)])?;
    Ok(())
}

/// Writes the pictures that a remote tweet brought.
pub fn insert_remote(conn: &mut Conn, tweet: &Tweet) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = tweet
        .media
        .iter()
        .zip(0_i64..)
        .map(|(media, position)| columns(media, position, tweet.created_at))
        .collect();
    conn.insert_rows("media", COLUMNS, "", &rows)?;
    Ok(())
}

/// Writes the pictures that a remote tweet has after an edit, in place of those it had.
pub fn replace_remote(conn: &mut Conn, tweet: &Tweet) -> Result<(), StoreError> {
    conn.execute("delete from media where tweet_id = $1", args![tweet.id])?;
    insert_remote(conn, tweet)?;
    conn.execute("update tweets set has_media = $2 where id = $1", args![tweet.id, !tweet.media.is_empty()])?;
    conn.touched(Echo::Tweet(tweet.id));
    Ok(())
}

/// One media row.
pub fn by_id(conn: &mut Conn, id: MediaId) -> Result<Option<Media>, StoreError> {
    conn.query_opt(select_media!("where id = $1"), args![id], media)
}

/// One media row, which nobody else changes or removes while this unit of work runs.
pub fn held(conn: &mut Conn, id: MediaId) -> Result<Option<Media>, StoreError> {
    conn.query_opt(select_media!("where id = $1 for update"), args![id], media)
}

/// Writes what a film or sound was made into. A small picture that its owner gave it meanwhile stays.
pub fn set_made(conn: &mut Conn, made: &Media) -> Result<(), StoreError> {
    conn.execute(
        "update media set kind = $2, mime = $3, file_key = $4, state = $5, width = $6, height = $7, duration_ms = $8,
             size_bytes = $9, thumb_width = case when thumb_key is null then $11 else thumb_width end,
             thumb_height = case when thumb_key is null then $12 else thumb_height end,
             thumb_key = coalesce(thumb_key, $10), blurhash = coalesce(blurhash, $13)
         where id = $1",
        args![
            made.id,
            &made.kind,
            &made.mime,
            made.file_key.as_deref(),
            made.state.number(),
            made.width,
            made.height,
            made.duration_ms,
            made.size_bytes,
            made.thumb_key.as_deref(),
            made.thumb_width,
            made.thumb_height,
            made.blurhash.as_deref(),
        ],
    )?;
    Ok(())
}

/// The pictures of these tweets, in order.
pub fn of_tweets(conn: &mut Conn, ids: &[TweetId]) -> Result<HashMap<TweetId, Vec<Media>>, StoreError> {
    let rows = conn.query(
        select_media!("where tweet_id in_ints($1) order by tweet_id, position"),
        args![ids],
        media,
    )?;
    Ok(grouped(rows.into_iter().filter_map(|media| Some((media.tweet?, media))).collect()))
}

/// Whether one of these is still worked on, or could not be made into something to show.
pub fn any_unready(conn: &mut Conn, ids: &[MediaId]) -> Result<bool, StoreError> {
    let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
    conn.query_one(
        "select exists(select 1 from media where id in_ints($1) and state <> 0)",
        args![wanted],
        |row| row.take(),
    )
}

/// Whether all of these pictures are the account's, and free or on `tweet` already.
/// These media rows, in no particular order; unknown ids are left out.
pub fn by_ids(conn: &mut Conn, ids: &[MediaId]) -> Result<Vec<Media>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    conn.query(select_media!("where id in_ints($1)"), args![ids], media)
}

/// For what pictures are kept already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptFor {
    /// For nothing.
    Nothing,
    /// They are on this tweet.
    Tweet(TweetId),
    /// They wait for this tweet to come.
    Scheduled(RowId),
}

/// Whether all of these pictures are the account's, and free or kept for just this.
pub fn are_free(
    conn: &mut Conn,
    account: AccountId,
    kept: KeptFor,
    ids: &[MediaId],
) -> Result<bool, StoreError> {
    let (tweet, scheduled) = match kept {
        KeptFor::Nothing => (None, None),
        KeptFor::Tweet(tweet) => (Some(tweet), None),
        KeptFor::Scheduled(scheduled) => (None, Some(scheduled)),
    };
    let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let free = conn.query_one(
        "select count(*) from media
         where id in_ints($1) and account_id = $2 and (tweet_id is null or tweet_id = $3)
             and (scheduled_id is null or scheduled_id = $4)",
        args![wanted, account, tweet, scheduled],
        super::int,
    )?;
    Ok(usize::try_from(free).is_ok_and(|free| free == ids.len()))
}

/// How many uploads of an account wait for their tweet, counted up to `limit`. What is left of a deleted tweet
/// waits for nothing. Two who count at once wait for each other.
pub fn count_pending(conn: &mut Conn, account: AccountId, limit: i64) -> Result<i64, StoreError> {
    super::accounts::hold(conn, account)?;
    conn.query_one(
        "select count(*) from (
             select 1 from media
             where account_id = $1 and tweet_id is null and scheduled_id is null and created_at > 0 limit $2) as pending",
        args![account, limit],
        super::int,
    )
}

/// What is said anew of an upload; `None` leaves as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// Its words for those who cannot see it.
    pub alt: Option<String>,
    /// What stays to be seen when it is cut.
    pub focus: Option<Focus>,
    /// Another small picture for it.
    pub thumb: Option<Thumb>,
}

/// The small picture of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumb {
    /// Where our store keeps it.
    pub key: String,
    /// Pixels from left to right.
    pub width: i64,
    /// Pixels from top to bottom.
    pub height: i64,
    /// A blurred version of it.
    pub blurhash: String,
}

/// Describes an upload anew. Answers it, unless it is not there or not the account's.
pub fn describe(
    conn: &mut Conn,
    id: MediaId,
    account: AccountId,
    new: &Description,
) -> Result<Option<Media>, StoreError> {
    let thumb = new.thumb.as_ref();
    let changed = conn.execute(
        "update media set alt = coalesce($3, alt), focus_x = coalesce($4, focus_x), focus_y = coalesce($5, focus_y),
             thumb_key = coalesce($6, thumb_key), thumb_width = coalesce($7, thumb_width),
             thumb_height = coalesce($8, thumb_height), blurhash = coalesce($9, blurhash)
         where id = $1 and account_id = $2",
        args![
            id,
            account,
            new.alt.as_deref(),
            new.focus.map(|focus| i64::from(focus.x)),
            new.focus.map(|focus| i64::from(focus.y)),
            thumb.map(|thumb| thumb.key.as_str()),
            thumb.map(|thumb| thumb.width),
            thumb.map(|thumb| thumb.height),
            thumb.map(|thumb| thumb.blurhash.as_str()),
        ],
    )?;
    if changed == 0 { Ok(None) } else { touched(conn, id) }
}

/// A picture that was changed, and with it the tweet that shows it.
fn touched(conn: &mut Conn, id: MediaId) -> Result<Option<Media>, StoreError> {
    let media = by_id(conn, id)?;
    if let Some(tweet) = media.as_ref().and_then(|media| media.tweet) {
        conn.touched(Echo::Tweet(tweet));
    }
    Ok(media)
}

/// Frees the pictures of a tweet before others are attached.
pub fn detach(conn: &mut Conn, tweet: TweetId) -> Result<(), StoreError> {
    conn.execute("update media set tweet_id = null where tweet_id = $1", args![tweet])?;
    conn.touched(Echo::Tweet(tweet));
    Ok(())
}

/// Frees the pictures of a tweet of ours that goes away, for [`take_abandoned`] to take at once.
pub fn abandon(conn: &mut Conn, tweet: TweetId) -> Result<(), StoreError> {
    conn.execute(
        "update media set tweet_id = null, created_at = 0 where tweet_id = $1 and remote_url is null",
        args![tweet],
    )?;
    Ok(())
}

/// Frees the pictures of a tweet of ours that goes away, as if they were uploaded now: its author writes it anew.
pub fn release(conn: &mut Conn, tweet: TweetId, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "update media set tweet_id = null, created_at = $2 where tweet_id = $1 and remote_url is null",
        args![tweet, now_ms],
    )?;
    Ok(())
}

/// Leaves a file that an account had for its own face to [`take_abandoned`], which takes it at once.
pub fn abandon_file(conn: &mut Conn, id: MediaId, account: AccountId, key: &str) -> Result<(), StoreError> {
    conn.execute(
        "insert into media (id, account_id, kind, mime, file_key, created_at) values ($1, $2, 'image', '', $3, 0)",
        args![id, account, key],
    )?;
    Ok(())
}

/// Remembers what was learnt of a remote picture by looking at it: type, sizes and blurhash of `seen`.
pub fn set_seen(conn: &mut Conn, id: MediaId, seen: &Media) -> Result<(), StoreError> {
    conn.execute(
        "update media set kind = $2, mime = $3, width = $4, height = $5, thumb_width = $6, thumb_height = $7,
             blurhash = coalesce($8, blurhash), size_bytes = $9
         where id = $1 and remote_url is not null",
        args![
            id,
            &seen.kind,
            &seen.mime,
            seen.width,
            seen.height,
            seen.thumb_width,
            seen.thumb_height,
            seen.blurhash.as_deref(),
            seen.size_bytes,
        ],
    )?;
    touched(conn, id)?;
    Ok(())
}

/// Removes an upload of an account that no tweet has or is to have, and answers it, so that its files can go too.
pub fn take_free(conn: &mut Conn, id: MediaId, account: AccountId) -> Result<Option<Media>, StoreError> {
    conn.query_opt(
        concat!(
            "delete from media where id = $1 and account_id = $2 and tweet_id is null and scheduled_id is null
                 and remote_url is null
             returning ",
            media_columns!()
        ),
        args![id, account],
        media,
    )
}

/// Uploads that no tweet took before `before_ms`: removed, and answered so that their files can go too.
pub fn take_abandoned(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<Vec<Media>, StoreError> {
    // One statement, so that nobody attaches one of them between finding and removing.
    conn.query(
        concat!(
            "delete from media where tweet_id is null and scheduled_id is null and id in (
                 select id from media where tweet_id is null and scheduled_id is null and created_at < $1
                 order by created_at limit $2)
             returning ",
            media_columns!()
        ),
        args![before_ms, limit],
        media,
    )
}
