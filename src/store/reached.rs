//! The hosts that ever took something from an account of ours: they hold copies, whoever follows it now.

use std::collections::BTreeMap;

use super::conn::Conn;
use super::deliveries::{self, Target};
use super::instances::KnownBlocks;
use super::value::args;
use super::{Kind, StoreError, Value};
use crate::clock::Millis;
use crate::model::ids::{AccountId, RowId};

/// Which hosts get an activity beside those of the accounts that it names and of followers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// None.
    #[default]
    Nobody,
    /// All that its author ever reached.
    Everybody,
    /// Those of them that took something about its tweet, as far as that is still known.
    Holders,
}

impl Reach {
    /// The stored number.
    pub fn code(self) -> i64 {
        match self {
            Self::Nobody => 0,
            Self::Everybody => 1,
            Self::Holders => 2,
        }
    }
}

/// Remembers that `host` took something from these accounts, each at an inbox; only the first time counts.
pub fn record(
    conn: &mut Conn,
    host: &str,
    reached: &BTreeMap<AccountId, String>,
    now_ms: Millis,
) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = reached
        .iter()
        .map(|(account, inbox)| vec![(*account).into(), host.into(), inbox.into(), now_ms.into()])
        .collect();
    conn.insert_rows(
        "reached_hosts",
        &[("account_id", Kind::Int), ("host", Kind::Text), ("inbox", Kind::Text), ("first_at", Kind::Int)],
        "on conflict (account_id, host) do nothing",
        &rows,
    )?;
    Ok(())
}

/// The hosts that an account reached after `after`, by name.
pub fn hosts(
    conn: &mut Conn,
    account: AccountId,
    after: &str,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    conn.query(
        "select host from reached_hosts where account_id = $1 and host > $2 order by host limit $3",
        args![account, after, limit],
        |row| row.take(),
    )
}

/// An account's inboxes on these of the hosts that it reached, the shared ones where they are known. Dead and blocked
/// hosts are left out.
pub fn inboxes_on(
    conn: &mut Conn,
    account: AccountId,
    hosts: Vec<String>,
) -> Result<Vec<Target>, StoreError> {
    let found = conn.query(
        "select h.host, coalesce(
             (select a.shared_inbox from actors a where a.host = h.host and a.shared_inbox is not null limit 1), h.inbox)
         from reached_hosts h left join instances i on i.host = h.host
         where h.account_id = $1 and h.host in_texts($2) and coalesce(i.state, 0) <> 3",
        args![account, hosts],
        |row| Ok(Target { host: row.take()?, inbox: row.take()? }),
    )?;
    deliveries::unblocked(conn, found.into_iter().collect(), &mut KnownBlocks::default())
}

/// Some hosts that an activity goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachedInboxes {
    /// An inbox on each, the shared one where one is known.
    pub targets: Vec<Target>,
    /// How many hosts were looked at.
    pub read: i64,
    /// The last host that was looked at; `None` when there are no more.
    pub last: Option<String>,
}

/// Inboxes on the next `limit` hosts after `after` that a stored activity goes to: those that its author reached, and
/// those for which something about its tweet still waits. Where something newer about the tweet has ended, the activity
/// was there already; dead and blocked hosts get nothing.
pub fn inboxes(
    conn: &mut Conn,
    outgoing: RowId,
    after: &str,
    limit: i64,
    blocks: &mut KnownBlocks,
) -> Result<ReachedInboxes, StoreError> {
    let found = conn.query(
        "select f.host, case when coalesce(i.state, 0) <> 3 then min(f.inbox) end from (
             select * from (
                 select h.host as host, coalesce(
                     (select a.shared_inbox from actors a where a.host = h.host and a.shared_inbox is not null limit 1),
                     h.inbox) as inbox
                 from outbox o join reached_hosts h on h.account_id = o.account_id
                 where o.id = $1 and h.host > $2
                     and (o.reach <> 2 or exists (select 1 from delivery_results g
                         where g.tweet_id = o.tweet_id and g.host = h.host and g.delivered > 0))
                     and not exists (select 1 from delivery_results g
                         where g.tweet_id = o.tweet_id and g.host = h.host and g.id > o.id)
                 order by h.host limit $3) reached
             union all
             select * from (
                 select d.host as host, min(d.inbox) as inbox
                 from outbox o join outbox p on p.tweet_id = o.tweet_id and p.id < o.id
                     join deliveries d on d.outbox_id = p.id
                 where o.id = $1 and d.host > $2 group by d.host order by d.host limit $3) waiting) f
             left join instances i on i.host = f.host
         group by f.host, i.state order by f.host limit $3",
        args![outgoing, after, limit],
        |row| Ok((row.take::<String>()?, row.take::<Option<String>>()?)),
    )?;
    let read = i64::try_from(found.len()).unwrap_or(limit);
    let last = found.last().map(|(host, _)| host.clone()).filter(|_| read == limit);
    let targets = found.into_iter().filter_map(|(host, inbox)| Some(Target { host, inbox: inbox? }));
    Ok(ReachedInboxes { targets: deliveries::unblocked(conn, targets.collect(), blocks)?, read, last })
}
