//! Films and sounds that are to be worked on: one row each, which goes when it is done. Whoever works on one has it
//! until its lease ends; after a crash another one takes it.

use super::conn::Conn;
use super::value::args;
use super::{StoreError, media};
use crate::clock::Millis;
use crate::model::attachment::MediaState;
use crate::model::ids::MediaId;
use crate::model::tweet::Media;

/// A film to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The upload as it is now.
    pub media: Media,
    /// How often it was begun, this time included.
    pub attempts: i64,
}

/// Lets an upload be worked on.
pub fn add(conn: &mut Conn, id: MediaId, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute("insert into film_jobs (media_id, due_at) values ($1, $2)", args![id, now_ms])?;
    Ok(())
}

/// How many wait, counted up to `limit`.
pub fn count(conn: &mut Conn, limit: i64) -> Result<i64, StoreError> {
    conn.query_one(
        "select count(*) from (select 1 from film_jobs limit $1) as waiting",
        args![limit],
        super::int,
    )
}

/// Takes the next one that is due and that nobody works on; it is this process's until `until_ms`.
pub fn take(
    conn: &mut Conn,
    process: i64,
    now_ms: Millis,
    until_ms: Millis,
) -> Result<Option<Job>, StoreError> {
    let next: Option<MediaId> = conn.query_opt(
        "select media_id from film_jobs where due_at <= $1 and lease_until <= $1
         order by due_at, media_id limit 1 for update skip locked",
        args![now_ms],
        |row| row.take(),
    )?;
    let Some(id) = next else { return Ok(None) };
    let attempts = conn.query_one(
        "update film_jobs set leased_by = $2, lease_until = $3, attempts = attempts + 1 where media_id = $1
         returning attempts",
        args![id, process, until_ms],
        super::int,
    )?;
    // The job hangs on its row, which is there while the job is.
    Ok(media::by_id(conn, id)?.map(|media| Job { media, attempts }))
}

/// Lets another one take a job, from `due_ms` on.
pub fn give_back(conn: &mut Conn, id: MediaId, due_ms: Millis) -> Result<(), StoreError> {
    conn.execute("update film_jobs set due_at = $2, lease_until = 0 where media_id = $1", args![id, due_ms])?;
    Ok(())
}

/// Takes back what this process had when it ended without a word.
pub fn take_back(conn: &mut Conn, process: i64) -> Result<u64, StoreError> {
    conn.execute(
        "update film_jobs set lease_until = 0 where leased_by = $1 and lease_until > 0",
        args![process],
    )
}

/// Ends a job with what came of it. Answers the upload as it was before, whose files may have to go; `None` when it was
/// removed meanwhile.
pub fn finish(conn: &mut Conn, made: &Media) -> Result<Option<Media>, StoreError> {
    let before: Option<Media> =
        media::held(conn, made.id)?.filter(|media| media.state == MediaState::Waiting);
    conn.execute("delete from film_jobs where media_id = $1", args![made.id])?;
    if before.is_some() {
        media::set_made(conn, made)?;
    }
    Ok(before)
}
