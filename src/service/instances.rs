//! What an admin may see of other instances and do about them: their health, what waits for them, what came from
//! them and could not be worked off.

use std::fmt;

use super::Service;
use super::pages::{cut, one_more, page_of_rows};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::cursor::{Cursor, Page};
use crate::model::host::Host;
use crate::model::ids::{AccountId, RowId};
use crate::model::instance::{Instance, InstanceState, Parked};
use crate::store::{deliveries, instance_admin, parked};

/// Waiting deliveries that are dropped in one unit of work.
const DROP_ROWS: i64 = 1_000;
/// Hosts below a blocked domain that are looked at together.
const HOSTS_AT_ONCE: i64 = 200;

/// Who decides something about an instance, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// An admin, on the pages.
    Admin(AccountId),
    /// Whoever may run commands on the machine.
    CommandLine,
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Admin(id) => write!(f, "admin {id}"),
            Self::CommandLine => f.write_str("the command line"),
        }
    }
}

/// Some instances, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instances {
    /// The instances.
    pub items: Vec<Instance>,
    /// The name after which the list goes on; `None` at its end.
    pub next: Option<String>,
}

impl Service {
    /// Known instances after the name `after`, of one state or of all.
    pub async fn instances(
        &self,
        state: Option<InstanceState>,
        after: &str,
        limit: usize,
    ) -> Result<Instances> {
        let (after, limit) = (after.to_owned(), limit.max(1));
        let read = move |conn: &mut _| instance_admin::list(conn, state, &after, one_more(limit));
        let mut items = self.store().read(read).await?;
        let more = cut(&mut items, limit);
        let next = items.last().filter(|_| more).map(|instance| instance.host.clone());
        Ok(Instances { items, next })
    }

    /// One instance.
    pub async fn instance(&self, host: &str) -> Result<Instance> {
        let host = host_name(host)?;
        let found = self.store().read(move |conn| instance_admin::one(conn, &host)).await?;
        found.ok_or(Error::NotFound("instance"))
    }

    /// Tries an instance at once, also a dead one, and what pauses for it.
    pub async fn retry_instance(&self, by: Operator, host: &str) -> Result<()> {
        let (host, now_ms) = (host_name(host)?, self.now_ms());
        let name = host.clone();
        let known = self.store().write(move |conn| instance_admin::retry(conn, &name, now_ms)).await?;
        if !known {
            return Err(Error::NotFound("instance"));
        }
        tracing::info!(%by, host, "an instance is tried again at once");
        Ok(())
    }

    /// Drops what waits for an instance. Answers how many deliveries that were.
    pub async fn forget_waiting(&self, by: Operator, host: &str) -> Result<u64> {
        let host = self.instance(host).await?.host;
        let dropped = self.drop_waiting(&host).await?;
        tracing::info!(%by, host, dropped, "what waited for an instance is dropped");
        Ok(dropped)
    }

    /// Blocks an instance, or a domain with all instances below it, known or not: nothing is sent there, what waits is
    /// dropped, and nothing is taken from there. Answers whether it was not blocked before.
    pub async fn block_instance(&self, by: Operator, host: &str) -> Result<bool> {
        let (host, now_ms) = (host_name(host)?, self.now_ms());
        if host == self.addresses().host().as_str() {
            return Err(Error::invalid("host", "own_host", "an instance cannot block itself"));
        }
        let name = host.clone();
        let block = move |conn: &mut _| instance_admin::set_blocked(conn, &name, true, now_ms);
        let changed = self.store().write(block).await?;
        tracing::info!(%by, host, "an instance is blocked");
        let mut after = String::new();
        loop {
            let name = host.clone();
            let below = move |conn: &mut _| instance_admin::below(conn, &name, &after, HOSTS_AT_ONCE);
            let hosts = self.store().read(below).await?;
            let Some(last) = hosts.last().cloned() else { return Ok(changed) };
            for below in hosts {
                self.drop_waiting(&below).await?;
            }
            after = last;
        }
    }

    /// Lifts the block of an instance or domain. Answers whether there was one.
    pub async fn unblock_instance(&self, by: Operator, host: &str) -> Result<bool> {
        let (host, now_ms) = (host_name(host)?, self.now_ms());
        let name = host.clone();
        let lift = move |conn: &mut _| instance_admin::set_blocked(conn, &name, false, now_ms);
        let changed = self.store().write(lift).await?;
        tracing::info!(%by, host, "an instance is not blocked any more");
        Ok(changed)
    }

    async fn drop_waiting(&self, host: &str) -> Result<u64> {
        let mut all = 0;
        loop {
            let (name, now_ms) = (host.to_owned(), self.now_ms());
            let forget = move |conn: &mut _| deliveries::forget_host(conn, &name, DROP_ROWS, now_ms);
            match self.store().write(forget).await? {
                0 => return Ok(all),
                dropped => all += dropped,
            }
        }
    }

    /// Activities that came in and could not be worked off, the newest first.
    pub async fn parked(&self, cursor: Cursor, limit: usize) -> Result<Page<Parked>> {
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let rows = self.store().read(move |conn| parked::list(conn, cursor, one_more(limit))).await?;
        Ok(page_of_rows(rows, cursor, limit, |parked| parked.id.0))
    }

    /// Works a parked activity off once more.
    pub async fn retry_parked(&self, by: Operator, id: RowId) -> Result<()> {
        let there = self.store().write(move |conn| parked::retry(conn, id)).await?;
        tracing::info!(%by, activity = id.0, there, "a parked activity is tried again");
        if there { Ok(()) } else { Err(Error::NotFound("parked activity")) }
    }

    /// Gives a parked activity up.
    pub async fn forget_parked(&self, by: Operator, id: RowId) -> Result<()> {
        let there = self.store().write(move |conn| parked::forget(conn, id)).await?;
        tracing::info!(%by, activity = id.0, there, "a parked activity is forgotten");
        if there { Ok(()) } else { Err(Error::NotFound("parked activity")) }
    }
}

/// A host in the one form in which it is stored.
fn host_name(text: &str) -> Result<String> {
    let host = Host::parse(text.trim());
    host.map(Host::into_string).map_err(|bad| Error::invalid("host", "bad_host", bad.to_string()))
}
