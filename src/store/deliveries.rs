//! Outgoing activities and the rows that wait for each inbox.

use super::conn::Conn;
use super::value::args;
use super::{Kind, StoreError, Value};
use crate::clock::Millis;
use crate::model::ids::{AccountId, RowId};

/// An activity to send, stored once whoever gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The row's id.
    pub id: RowId,
    /// Who signs it.
    pub account: AccountId,
    /// The activity's id.
    pub activity_uri: String,
    /// The JSON bytes.
    pub body: Vec<u8>,
    /// The tweet it is about, for the trace of a post.
    pub tweet: Option<i64>,
    /// Whether the author's followers get it: their rows are written after, in chunks.
    pub to_followers: bool,
}

/// An inbox on a host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Host and port.
    pub host: String,
    /// The inbox's address.
    pub inbox: String,
}

/// Stores an activity.
pub fn insert_outgoing(conn: &mut Conn, outgoing: &Outgoing, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into outbox (id, account_id, activity_uri, body, tweet_id, fanout_after, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![
            outgoing.id,
            outgoing.account,
            &outgoing.activity_uri,
            outgoing.body.as_slice(),
            outgoing.tweet,
            outgoing.to_followers.then_some(""),
            now_ms,
        ],
    )?;
    Ok(())
}

/// An activity whose rows for followers are still being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FanningOut {
    /// The stored activity.
    pub outgoing: RowId,
    /// Whose followers get it.
    pub account: AccountId,
    /// The last inbox that has its row.
    pub after: String,
}

/// The oldest activity that is still fanning out.
pub fn fanning_out(conn: &mut Conn) -> Result<Option<FanningOut>, StoreError> {
    conn.query_opt(
        "select id, account_id, fanout_after from outbox where fanout_after is not null order by id limit 1",
        args![],
        |row| Ok(FanningOut { outgoing: row.take()?, account: row.take()?, after: row.take()? }),
    )
}

/// Remembers how far an activity has fanned out; `None` when it is done.
pub fn fanned_out(conn: &mut Conn, outgoing: RowId, after: Option<&str>) -> Result<(), StoreError> {
    conn.execute("update outbox set fanout_after = $2 where id = $1", args![outgoing, after])?;
    Ok(())
}

/// Puts an activity into the lanes of these inboxes, once each. `ids` has an id for each target.
pub fn insert_rows(
    conn: &mut Conn,
    outgoing: RowId,
    account: AccountId,
    targets: &[(RowId, Target)],
) -> Result<u64, StoreError> {
    let rows: Vec<Vec<Value>> = targets
        .iter()
        .map(|(id, target)| {
            vec![(*id).into(), outgoing.into(), (&target.host).into(), (&target.inbox).into(), account.into()]
        })
        .collect();
    conn.insert_rows(
        "deliveries",
        &[
            ("id", Kind::Int),
            ("outbox_id", Kind::Int),
            ("host", Kind::Text),
            ("inbox", Kind::Text),
            ("account_id", Kind::Int),
        ],
        "on conflict do nothing",
        &rows,
    )
}

/// The distinct inboxes of an account's remote followers after `after`, in order: the shared one where there is
/// one. Suspended accounts and blocked hosts get nothing.
pub fn follower_inboxes(
    conn: &mut Conn,
    account: AccountId,
    after: &str,
    limit: i64,
) -> Result<Vec<Target>, StoreError> {
    conn.query(
        "select distinct coalesce(r.shared_inbox, r.inbox), r.host
         from follows f join actors r on r.account_id = f.follower_id
             join accounts a on a.id = f.follower_id
             left join instances i on i.host = r.host
         where f.followee_id = $1 and a.suspended_at is null and not coalesce(i.blocked, false)
             and coalesce(r.shared_inbox, r.inbox) > $2
         order by 1 limit $3",
        args![account, after, limit],
        |row| Ok(Target { inbox: row.take()?, host: row.take()? }),
    )
}

/// The inboxes of these accounts, as far as they are remote and may be sent to; the shared one where there is one.
pub fn inboxes_of(conn: &mut Conn, accounts: &[AccountId]) -> Result<Vec<Target>, StoreError> {
    conn.query(
        "select distinct coalesce(r.shared_inbox, r.inbox), r.host
         from actors r left join instances i on i.host = r.host
         where r.account_id in_ints($1) and not coalesce(i.blocked, false)
         order by 1",
        args![accounts],
        |row| Ok(Target { inbox: row.take()?, host: row.take()? }),
    )
}

/// A waiting delivery with what it sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The row's id.
    pub id: RowId,
    /// Who signs it.
    pub account: AccountId,
    /// The stored activity.
    pub outgoing: RowId,
    /// Where it goes.
    pub inbox: String,
}

/// The oldest deliveries that wait for a host after row `after`.
pub fn waiting(conn: &mut Conn, host: &str, after: RowId, limit: i64) -> Result<Vec<Waiting>, StoreError> {
    conn.query(
        "select id, account_id, outbox_id, inbox from deliveries where host = $1 and id > $2 order by id limit $3",
        args![host, after, limit],
        |row| {
            Ok(Waiting { id: row.take()?, account: row.take()?, outgoing: row.take()?, inbox: row.take()? })
        },
    )
}

/// The bytes of stored activities.
pub fn bodies(conn: &mut Conn, ids: Vec<i64>) -> Result<Vec<(RowId, Vec<u8>)>, StoreError> {
    conn.query("select id, body from outbox where id in_ints($1)", args![ids], |row| {
        Ok((row.take()?, row.take()?))
    })
}

/// Forgets deliveries that are over.
pub fn finish(conn: &mut Conn, ids: Vec<i64>) -> Result<(), StoreError> {
    conn.execute("delete from deliveries where id in_ints($1)", args![ids])?;
    Ok(())
}

/// Forgets everything that waits for a dead host, at most `limit` rows. Answers how many.
pub fn forget_host(conn: &mut Conn, host: &str, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from deliveries where id in (select id from deliveries where host = $1 limit $2)",
        args![host, limit],
    )
}

/// Forgets stored activities from before `before_ms` that nobody waits for any more, at most `limit`.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from outbox where id in (
             select o.id from outbox o
             where o.created_at < $1 and o.fanout_after is null
                 and not exists (select 1 from deliveries d where d.outbox_id = o.id)
             order by o.id limit $2)",
        args![before_ms, limit],
    )
}

/// How many deliveries wait.
pub fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.query_one("select count(*) from deliveries", args![], super::int)
}

/// Whether an inbox is shared by the accounts of its host.
pub fn is_shared_inbox(conn: &mut Conn, inbox: &str) -> Result<bool, StoreError> {
    conn.query_one("select exists(select 1 from actors where shared_inbox = $1)", args![inbox], |row| {
        row.take()
    })
}
