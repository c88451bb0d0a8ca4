//! What moderators decided about things that trend or could.

use super::KEPT;
use crate::model::cursor::Cursor;
use crate::model::ids::{RowId, TweetId};
use crate::model::trend::{ReviewKind, ReviewState, TrendKind};
use crate::store::conn::Conn;
use crate::store::value::args;
use crate::store::{StoreError, newer_than, older_than};

/// Something that stands high enough to trend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The thing.
    pub item: String,
    /// The host of a linked page; empty for all else.
    pub host: String,
    /// What was decided about the thing itself.
    pub own: Option<bool>,
    /// What was decided about its publisher.
    pub publisher: Option<bool>,
}

impl Candidate {
    /// What both decisions come to.
    pub fn state(&self) -> ReviewState {
        ReviewState::of(self.own, self.publisher)
    }
}

/// Decides about something anew; a tweet is given as such too.
pub fn decide(
    conn: &mut Conn,
    id: RowId,
    (kind, item): (ReviewKind, &str),
    approved: bool,
    tweet: Option<TweetId>,
) -> Result<(), StoreError> {
    conn.execute(
        "insert into trend_reviews (id, kind, item, approved, tweet_id) values ($1, $2, $3, $4, $5)
         on conflict (kind, item) do update set id = excluded.id, approved = excluded.approved",
        args![id, kind.number(), item, approved, tweet],
    )?;
    Ok(())
}

/// Forgets what was decided about something.
pub fn forget(conn: &mut Conn, kind: ReviewKind, item: &str) -> Result<(), StoreError> {
    conn.execute("delete from trend_reviews where kind = $1 and item = $2", args![kind.number(), item])?;
    Ok(())
}

/// What stands highest, whatever was decided, the highest first.
pub fn candidates(conn: &mut Conn, kind: TrendKind) -> Result<Vec<Candidate>, StoreError> {
    conn.query(
        "select t.item, t.host, own.approved, host.approved from trends t
         left join trend_reviews own on own.kind = t.kind and own.item = t.item
         left join trend_reviews host on host.kind = 3 and host.item = t.host
         where t.kind = $1 order by t.position limit $2",
        args![kind.number(), i64::try_from(KEPT).unwrap_or(i64::MAX)],
        |row| {
            Ok(Candidate { item: row.take()?, host: row.take()?, own: row.take()?, publisher: row.take()? })
        },
    )
}

/// What was decided about things of a kind, the last first.
pub fn decided(
    conn: &mut Conn,
    kind: ReviewKind,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<(RowId, String, bool)>, StoreError> {
    conn.query(
        "select id, item, approved from trend_reviews
         where kind = $1 and id < $2 and id > $3 order by id desc limit $4",
        args![kind.number(), older_than(cursor), newer_than(cursor), limit],
        |row| Ok((row.take()?, row.take()?, row.take()?)),
    )
}
