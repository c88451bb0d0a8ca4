//! Reports: complaints about accounts, open until an admin is done with them.

use super::conn::Conn;
use super::value::{args, grouped};
use super::{Kind, Row, StoreError, Value, events, newer_than, older_than};
use crate::clock::Millis;
use crate::model::cursor::Cursor;
use crate::model::event::Event;
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::report::Report;

macro_rules! select_reports {
    ($rest:literal) => {
        concat!(
            "select id, account_id, reporter_id, origin, comment, forward, created_at, resolved_at, resolver_id,
                 rules
             from reports ",
            $rest
        )
    };
}

/// Writes a report. `activity_uri` is the id of the Flag that brought it: the same one about the same account is
/// not written again. Answers whether it is new.
pub fn insert(conn: &mut Conn, report: &Report, activity_uri: Option<&str>) -> Result<bool, StoreError> {
    let new = conn.execute(
        "insert into reports (id, account_id, reporter_id, origin, activity_uri, comment, forward, created_at,
             rules)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        args![
            report.id,
            report.account,
            report.reporter,
            report.origin.as_deref(),
            activity_uri,
            &report.comment,
            report.forward,
            report.created_at,
            serde_json::to_string(&report.rules)?,
        ],
    )?;
    if new == 0 {
        return Ok(false);
    }
    let rows: Vec<Vec<Value>> =
        report.tweets.iter().map(|tweet| vec![report.id.into(), (*tweet).into()]).collect();
    let columns = [("report_id", Kind::Int), ("tweet_id", Kind::Int)];
    conn.insert_rows("report_tweets", &columns, "on conflict do nothing", &rows)?;
    events::append(conn, &[Event::Reported { report: report.id }], report.created_at)?;
    Ok(true)
}

/// The report with this id.
pub fn by_id(conn: &mut Conn, id: RowId) -> Result<Option<Report>, StoreError> {
    let found = conn.query(select_reports!("where id = $1"), args![id], report)?;
    Ok(with_tweets(conn, found)?.pop())
}

/// Open or resolved reports, the newest first.
pub fn list(conn: &mut Conn, open: bool, cursor: Cursor, limit: i64) -> Result<Vec<Report>, StoreError> {
    let sql = if open {
        select_reports!("where resolved_at is null and id < $1 and id > $2 order by id desc limit $3")
    } else {
        select_reports!("where resolved_at is not null and id < $1 and id > $2 order by id desc limit $3")
    };
    let found = conn.query(sql, args![older_than(cursor), newer_than(cursor), limit], report)?;
    with_tweets(conn, found)
}

/// How many are open, counted up to `most`.
pub fn count_open(conn: &mut Conn, most: i64) -> Result<i64, StoreError> {
    conn.query_one(
        "select count(*) from (select 1 from reports where resolved_at is null limit $1) as waiting",
        args![most],
        |row| row.take(),
    )
}

/// How many from this host are open, counted up to `most`.
pub fn count_open_from(conn: &mut Conn, origin: &str, most: i64) -> Result<i64, StoreError> {
    conn.query_one(
        "select count(*) from (
             select 1 from reports where origin = $1 and resolved_at is null limit $2) as waiting",
        args![origin, most],
        |row| row.take(),
    )
}

/// Closes a report by this admin's word, or opens it again with `None`. Answers whether anything changed.
pub fn resolve(conn: &mut Conn, id: RowId, by: Option<(AccountId, Millis)>) -> Result<bool, StoreError> {
    let (resolver, at_ms) = by.unzip();
    let changed = conn.execute(
        "update reports set resolver_id = $2, resolved_at = $3
         where id = $1 and (resolved_at is null) <> ($3 is null)",
        args![id, resolver, at_ms],
    )?;
    Ok(changed > 0)
}

/// Whether there is a report with this id.
pub fn exists(conn: &mut Conn, id: RowId) -> Result<bool, StoreError> {
    conn.query_one("select exists(select 1 from reports where id = $1)", args![id], |row| row.take())
}

fn with_tweets(conn: &mut Conn, mut reports: Vec<Report>) -> Result<Vec<Report>, StoreError> {
    let ids: Vec<i64> = reports.iter().map(|report| report.id.0).collect();
    let rows = conn.query(
        "select report_id, tweet_id from report_tweets where report_id in_ints($1) order by report_id, tweet_id",
        args![ids],
        |row| Ok((row.take::<RowId>()?, row.take::<TweetId>()?)),
    )?;
    let mut named = grouped(rows);
    for report in &mut reports {
        report.tweets = named.remove(&report.id).unwrap_or_default();
    }
    Ok(reports)
}

fn report(row: &mut Row<'_>) -> Result<Report, StoreError> {
    Ok(Report {
        id: row.take()?,
        account: row.take()?,
        reporter: row.take()?,
        origin: row.take()?,
        comment: row.take()?,
        forward: row.take()?,
        created_at: row.take()?,
        resolved_at: row.take()?,
        resolver: row.take()?,
        rules: serde_json::from_str(&row.take::<String>()?)?,
        tweets: Vec::new(),
    })
}
