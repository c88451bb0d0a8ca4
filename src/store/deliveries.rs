//! Outgoing activities and the rows that wait for each inbox.

use std::collections::BTreeSet;

pub use super::delivery_results::{Over, record};

use super::conn::Conn;
use super::instances::KnownBlocks;
use super::reached::Reach;
use super::value::args;
use super::{Kind, Row, StoreError, Value, accounts, delivery_results};
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
    /// What the order of the author's activities is kept for: a tweet, an account, or 0 for all that is theirs.
    pub about: i64,
    /// The id of a retired key that signs it, while there is that key; `None` is the account's present one.
    pub key_uri: Option<String>,
    /// Whether it goes with a word of who follows its author, see FEP-8fcf.
    pub synchronizes: bool,
    /// Whether the author's followers get it: their rows are written after, in chunks.
    pub to_followers: bool,
    /// Which hosts get it beside, whose rows are written after those.
    pub reach: Reach,
    /// Whose words it carries, when they are not the signer's: who gets it has something of theirs. Only an account of
    /// ours is kept.
    pub carries: Option<AccountId>,
}

/// An inbox on a host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Host and port.
    pub host: String,
    /// The inbox's address.
    pub inbox: String,
}

/// An activity that is stored, and what of its rows is written with it.
#[derive(Clone, Copy, Debug)]
pub struct Stocked<'o> {
    /// The activity.
    pub outgoing: &'o Outgoing,
    /// The follow after which its rows for followers are still to be written; `None` when all are.
    pub fanned_to: Option<RowId>,
}

/// Stores an activity. Rows for followers and other hosts are still to be written.
pub fn insert_outgoing(conn: &mut Conn, outgoing: &Outgoing, now_ms: Millis) -> Result<(), StoreError> {
    let fanned_to = outgoing.to_followers.then_some(RowId(0));
    insert_all(conn, &[Stocked { outgoing, fanned_to }], now_ms)
}

/// Stores activities.
pub fn insert_all(conn: &mut Conn, all: &[Stocked<'_>], now_ms: Millis) -> Result<(), StoreError> {
    let carried: Vec<AccountId> = all.iter().filter_map(|one| one.outgoing.carries).collect();
    let ours = accounts::local_among(conn, &carried)?;
    let rows: Vec<Vec<Value>> = all
        .iter()
        .map(|Stocked { outgoing, fanned_to }| {
            vec![
                outgoing.id.into(),
                outgoing.account.into(),
                (&outgoing.activity_uri).into(),
                outgoing.body.as_slice().into(),
                outgoing.tweet.into(),
                (*fanned_to).into(),
                now_ms.into(),
                outgoing.about.into(),
                outgoing.key_uri.as_deref().into(),
                outgoing.synchronizes.into(),
                outgoing.reach.code().into(),
                (outgoing.reach != Reach::Nobody).then_some("").into(),
                outgoing.carries.filter(|id| ours.contains(id)).into(),
            ]
        })
        .collect();
    conn.insert_rows("outbox", OUTBOX, "", &rows)?;
    Ok(())
}

const OUTBOX: &[(&str, Kind)] = &[
    ("id", Kind::Int),
    ("account_id", Kind::Int),
    ("activity_uri", Kind::Text),
    ("body", Kind::Bytes),
    ("tweet_id", Kind::Int),
    ("fanned_to", Kind::Int),
    ("created_at", Kind::Int),
    ("about_id", Kind::Int),
    ("key_uri", Kind::Text),
    ("synchronizes", Kind::Bool),
    ("reach", Kind::Int),
    ("reached_to", Kind::Text),
    ("carries_id", Kind::Int),
];

/// An activity whose rows are still being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FanningOut {
    /// The stored activity.
    pub outgoing: RowId,
    /// Whose followers get it.
    pub account: AccountId,
    /// What is next.
    pub next: FanOut,
}

/// Who gets the next rows of an activity that fans out: first followers, then other hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FanOut {
    /// Followers after this follow.
    Followers(RowId),
    /// Hosts after this one.
    Hosts(String),
}

/// The oldest activity that is still fanning out.
pub fn fanning_out(conn: &mut Conn) -> Result<Option<FanningOut>, StoreError> {
    conn.query_opt(
        "select id, account_id, fanned_to, reached_to from outbox
         where fanned_to is not null or reached_to is not null order by id limit 1",
        args![],
        |row| {
            let (outgoing, account) = (row.take()?, row.take()?);
            let (followers, hosts): (Option<RowId>, Option<String>) = (row.take()?, row.take()?);
            let next = followers.map_or_else(|| FanOut::Hosts(hosts.unwrap_or_default()), FanOut::Followers);
            Ok(FanningOut { outgoing, account, next })
        },
    )
}

/// Remembers how far an activity has fanned out to other hosts; `None` when it is done.
pub fn reached(conn: &mut Conn, outgoing: RowId, after: Option<String>) -> Result<(), StoreError> {
    conn.execute("update outbox set reached_to = $2 where id = $1", args![outgoing, after.as_deref()])?;
    Ok(())
}

/// Remembers how far an activity has fanned out to followers; `None` when it is done.
pub fn fanned_out(conn: &mut Conn, outgoing: RowId, after: Option<RowId>) -> Result<(), StoreError> {
    conn.execute("update outbox set fanned_to = $2 where id = $1", args![outgoing, after])?;
    Ok(())
}

/// A delivery to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// The row's id.
    pub id: RowId,
    /// The stored activity.
    pub outgoing: RowId,
    /// Who signs it.
    pub account: AccountId,
    /// Where it goes.
    pub target: Target,
}

/// Puts activities into lanes, each once for an inbox.
pub fn insert_rows(conn: &mut Conn, new: &[NewDelivery]) -> Result<u64, StoreError> {
    let rows: Vec<Vec<Value>> = new
        .iter()
        .map(|NewDelivery { id, outgoing, account, target }| {
            let (host, inbox) = (&target.host, &target.inbox);
            vec![(*id).into(), (*outgoing).into(), host.into(), inbox.into(), (*account).into()]
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
        "on conflict (outbox_id, inbox) do nothing",
        &rows,
    )
}

/// The inboxes that some follows lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowerInboxes {
    /// Each once: the shared one where there is one.
    pub targets: Vec<Target>,
    /// How many follows that were.
    pub read: i64,
    /// The last of the follows; `None` when there are no more.
    pub last: Option<RowId>,
}

/// The inboxes of an account's followers, for the next `limit` follows after `after`. Suspended accounts, and dead
/// and blocked hosts, get nothing.
pub fn follower_inboxes(
    conn: &mut Conn,
    account: AccountId,
    after: RowId,
    limit: i64,
    blocks: &mut KnownBlocks,
) -> Result<FollowerInboxes, StoreError> {
    let follows = conn.query(
        "select f.id, case when a.suspended_at is null and coalesce(i.state, 0) <> 3
                 then coalesce(r.shared_inbox, r.inbox) end, r.host
         from (select id, follower_id from follows where followee_id = $1 and id > $2 order by id limit $3) f
             join accounts a on a.id = f.follower_id
             left join actors r on r.account_id = f.follower_id
             left join instances i on i.host = r.host
         order by f.id",
        args![account, after, limit],
        |row| Ok((row.take::<RowId>()?, row.take::<Option<String>>()?, row.take::<Option<String>>()?)),
    )?;
    let read = i64::try_from(follows.len()).unwrap_or(limit);
    let last = follows.last().map(|(id, ..)| *id).filter(|_| read == limit);
    let targets =
        follows.into_iter().filter_map(|(_, inbox, host)| Some(Target { host: host?, inbox: inbox? }));
    Ok(FollowerInboxes { targets: unblocked(conn, targets.collect(), blocks)?, read, last })
}

/// The inboxes of these accounts, as far as they are remote and may be sent to; the shared one where there is one.
pub fn inboxes_of(
    conn: &mut Conn,
    accounts: &[AccountId],
    blocks: &mut KnownBlocks,
) -> Result<Vec<Target>, StoreError> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let targets = conn.query(
        "select distinct r.host, coalesce(r.shared_inbox, r.inbox)
         from actors r left join instances i on i.host = r.host
         where r.account_id in_ints($1) and coalesce(i.state, 0) <> 3",
        args![accounts],
        |row| Ok(Target { host: row.take()?, inbox: row.take()? }),
    )?;
    unblocked(conn, targets.into_iter().collect(), blocks)
}

/// Those on hosts that no admin blocked.
pub(super) fn unblocked(
    conn: &mut Conn,
    targets: BTreeSet<Target>,
    blocks: &mut KnownBlocks,
) -> Result<Vec<Target>, StoreError> {
    blocks.learn(conn, targets.iter().map(|target| target.host.as_str()))?;
    Ok(targets.into_iter().filter(|target| !blocks.blocks(&target.host)).collect())
}

/// How a waiting delivery fared so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fared {
    /// Failures that are its own, not its host's.
    pub attempts: i64,
    /// Refusals that may pass (401).
    pub refusals: i64,
    /// When it last failed.
    pub failed_at: Option<Millis>,
    /// Not to be sent before.
    pub not_before: Millis,
    /// How often it was sent.
    pub sent: i64,
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
    /// The tweet it is about.
    pub tweet: Option<i64>,
    /// What order is kept for, see [`Outgoing::about`].
    pub about: i64,
    /// Whose words it carries, see [`Outgoing::carries`].
    pub carries: Option<AccountId>,
    /// How it fared.
    pub fared: Fared,
}

/// The oldest deliveries that wait for a host after row `after`.
pub fn waiting(conn: &mut Conn, host: &str, after: RowId, limit: i64) -> Result<Vec<Waiting>, StoreError> {
    conn.query(
        "select d.id, d.account_id, d.outbox_id, d.inbox, o.tweet_id, o.about_id, o.carries_id, d.attempts,
             d.refusals, d.failed_at, d.not_before, d.tries
         from deliveries d join outbox o on o.id = d.outbox_id
         where d.host = $1 and d.id > $2 order by d.id limit $3",
        args![host, after, limit],
        |row| {
            Ok(Waiting {
                id: row.take()?,
                account: row.take()?,
                outgoing: row.take()?,
                inbox: row.take()?,
                tweet: row.take()?,
                about: row.take()?,
                carries: row.take()?,
                fared: fared(row)?,
            })
        },
    )
}

fn fared(row: &mut Row<'_>) -> Result<Fared, StoreError> {
    Ok(Fared {
        attempts: row.take()?,
        refusals: row.take()?,
        failed_at: row.take()?,
        not_before: row.take()?,
        sent: row.take()?,
    })
}

/// Remembers how deliveries fared that go on waiting.
pub fn keep(conn: &mut Conn, rows: &[(RowId, Fared)]) -> Result<(), StoreError> {
    for (id, fared) in rows {
        conn.execute(
            "update deliveries set attempts = $2, refusals = $3, failed_at = $4, not_before = $5, tries = $6
             where id = $1",
            args![*id, fared.attempts, fared.refusals, fared.failed_at, fared.not_before, fared.sent],
        )?;
    }
    Ok(())
}

/// What is sent of a stored activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The JSON bytes.
    pub body: Vec<u8>,
    /// The id of a retired key that signs it.
    pub key_uri: Option<String>,
    /// Whether it goes with a word of who follows its author.
    pub synchronizes: bool,
    /// It says that its author left, which alone an author who left may still say.
    pub is_farewell: bool,
}

/// A stored activity.
pub fn stored(conn: &mut Conn, outgoing: RowId) -> Result<Option<Stored>, StoreError> {
    conn.query_opt(
        "select o.body, o.key_uri, o.synchronizes, l.account_id is not null
         from outbox o left join departures l on l.account_id = o.account_id and l.outbox_id = o.id where o.id = $1",
        args![outgoing],
        |row| {
            Ok(Stored {
                body: row.take()?,
                key_uri: row.take()?,
                synchronizes: row.take()?,
                is_farewell: row.take()?,
            })
        },
    )
}

/// Forgets deliveries that are over.
pub fn finish(conn: &mut Conn, ids: Vec<i64>) -> Result<(), StoreError> {
    conn.execute("delete from deliveries where id in_ints($1)", args![ids])?;
    Ok(())
}

/// Forgets everything that waits for a host, at most `limit` rows, and tells the posts of it. Answers how many.
pub fn forget_host(conn: &mut Conn, host: &str, limit: i64, now_ms: Millis) -> Result<u64, StoreError> {
    let ids: Vec<i64> = conn.query(
        "select id from deliveries where host = $1 order by id limit $2",
        args![host, limit],
        super::int,
    )?;
    if ids.is_empty() {
        return Ok(0);
    }
    delivery_results::record_dropped(conn, host, &ids, now_ms)?;
    conn.execute("delete from deliveries where id in_ints($1)", args![ids])
}

/// Forgets stored activities from before `before_ms` that nobody waits for any more, at most `limit`.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from outbox where id in (
             select o.id from outbox o
             where o.created_at < $1 and o.fanned_to is null and o.reached_to is null
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
