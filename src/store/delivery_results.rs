//! What became of the deliveries of a tweet, one row a tweet and host: for its author and the admin.

use std::collections::BTreeMap;

use super::conn::Conn;
use super::value::args;
use super::{Kind, Row, StoreError, Value, newer_than, older_than};
use crate::clock::Millis;
use crate::model::cursor::Cursor;
use crate::model::delivery::{DeliveryTrace, Outcome};
use crate::model::ids::RowId;

/// How deliveries of one tweet to a host ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over {
    last: RowId,
    outcome: Outcome,
    status: Option<i64>,
    delivered: i64,
    refused: i64,
    dropped: i64,
    tries: i64,
}

impl Over {
    /// Nothing ended yet; `id` will be the first that does.
    pub fn new(id: RowId) -> Self {
        Self {
            last: id,
            outcome: Outcome::Delivered,
            status: None,
            delivered: 0,
            refused: 0,
            dropped: 0,
            tries: 0,
        }
    }

    /// Delivery `id` ended so, after it was sent `tries` times.
    pub fn add(&mut self, id: RowId, outcome: Outcome, status: Option<u16>, tries: i64) {
        self.last = self.last.max(id);
        self.outcome = outcome;
        self.status = status.map(i64::from).or(self.status);
        self.tries = self.tries.saturating_add(tries);
        let counted = match outcome {
            Outcome::Delivered => &mut self.delivered,
            Outcome::Refused => &mut self.refused,
            Outcome::GivenUp | Outcome::Dropped | Outcome::Waiting => &mut self.dropped,
        };
        *counted = counted.saturating_add(1);
    }
}

/// Adds how deliveries to `host` ended, by tweet.
pub fn record(
    conn: &mut Conn,
    host: &str,
    over: &BTreeMap<i64, Over>,
    now_ms: Millis,
) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = over
        .iter()
        .map(|(tweet, over)| {
            vec![
                over.last.into(),
                (*tweet).into(),
                host.into(),
                over.outcome.number().into(),
                over.status.into(),
                over.delivered.into(),
                over.refused.into(),
                over.dropped.into(),
                over.tries.into(),
                now_ms.into(),
            ]
        })
        .collect();
    conn.insert_rows(
        "delivery_results",
        &[
            ("id", Kind::Int),
            ("tweet_id", Kind::Int),
            ("host", Kind::Text),
            ("outcome", Kind::Int),
            ("status", Kind::Int),
            ("delivered", Kind::Int),
            ("refused", Kind::Int),
            ("dropped", Kind::Int),
            ("tries", Kind::Int),
            ("ended_at", Kind::Int),
        ],
        "on conflict (tweet_id, host) do update set
             id = case when excluded.id > delivery_results.id then excluded.id else delivery_results.id end,
             outcome = excluded.outcome, status = coalesce(excluded.status, delivery_results.status),
             delivered = delivery_results.delivered + excluded.delivered,
             refused = delivery_results.refused + excluded.refused,
             dropped = delivery_results.dropped + excluded.dropped,
             tries = delivery_results.tries + excluded.tries, ended_at = excluded.ended_at",
        &rows,
    )?;
    Ok(())
}

/// Adds that these deliveries to `host` are dropped.
pub(super) fn record_dropped(
    conn: &mut Conn,
    host: &str,
    ids: &[i64],
    now_ms: Millis,
) -> Result<(), StoreError> {
    let dropped = conn.query(
        "select o.tweet_id, d.id, d.tries from deliveries d join outbox o on o.id = d.outbox_id
         where d.id in_ints($1) and o.tweet_id is not null",
        args![ids.to_vec()],
        |row| Ok((row.take::<i64>()?, row.take::<RowId>()?, row.take::<i64>()?)),
    )?;
    let mut over: BTreeMap<i64, Over> = BTreeMap::new();
    for (tweet, id, tries) in dropped {
        over.entry(tweet).or_insert_with(|| Over::new(id)).add(id, Outcome::Dropped, None, tries);
    }
    record(conn, host, &over, now_ms)
}

/// What became of a tweet, the last first: hosts where something ended, and hosts for which something waits.
pub fn trace(
    conn: &mut Conn,
    tweet: i64,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<DeliveryTrace>, StoreError> {
    conn.query(
        "select id, host, outcome, status, delivered, refused, dropped, waiting, tries, ended_at from (
             select id, host, outcome, status, delivered, refused, dropped, 0 as waiting, tries, ended_at
             from delivery_results where tweet_id = $1
             union all
             select max(d.id), d.host, 4, null, 0, 0, 0, count(*), cast(sum(d.tries) as bigint), min(o.created_at)
             from outbox o join deliveries d on d.outbox_id = o.id
             where o.tweet_id = $1 group by d.host) traced
         where id < $2 and id > $3 order by id desc limit $4",
        args![tweet, older_than(cursor), newer_than(cursor), limit],
        traced,
    )
}

fn traced(row: &mut Row<'_>) -> Result<DeliveryTrace, StoreError> {
    Ok(DeliveryTrace {
        id: row.take()?,
        host: row.take()?,
        outcome: Outcome::from_number(row.take()?)
            .ok_or_else(|| StoreError::Corrupt("a delivery ended in no known way".to_owned()))?,
        status: row.take()?,
        delivered: row.take()?,
        refused: row.take()?,
        dropped: row.take()?,
        waiting: row.take()?,
        tries: row.take()?,
        at: row.take()?,
    })
}

/// Forgets what ended before `before_ms`, at most `limit`.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from delivery_results where id in (
             select id from delivery_results where ended_at < $1 order by ended_at limit $2)",
        args![before_ms, limit],
    )
}
