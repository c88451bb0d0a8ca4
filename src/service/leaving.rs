//! Leaving for good: an account of ours is gone at once, and erased after; and the erasing, which accounts of other
//! instances that are gone share.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Service;
use super::sessions::SignedIn;
use crate::clock::{MINUTE_MS, Millis};
use crate::error::{Chain, Error, Result};
use crate::model::cursor::Cursor;
use crate::model::event::{Event, Relation};
use crate::model::ids::{AccountId, MediaId};
use crate::store::departures::{self, Departure};
use crate::store::follows::{self, Bonds};
use crate::store::{Conn, StoreError, accounts, reactions, tweets};
use crate::telemetry::metrics as names;

/// Rows of an account that goes which are taken away in one unit of work.
const SLICE: i64 = 100;
/// Rows of those kinds that nobody counts.
const PLAIN_SLICE: i64 = 200;
/// How long after somebody left it is looked once more: what was being written at that moment is there by then.
pub(crate) const SETTLED_AFTER_MS: Millis = MINUTE_MS;
/// Departures that are looked at together.
const DEPARTURES: i64 = 100;
/// How often it is looked whether somebody left, for what other processes wrote or could not finish.
const LOOK_EVERY: Duration = Duration::from_secs(30);

impl Service {
    /// Deletes one's own account for good. The password makes sure that it is its owner who asks.
    pub async fn leave(&self, who: &SignedIn, password: String) -> Result<()> {
        self.confirm_password(who, "password", password).await?;
        self.delete_account(who.account).await
    }

    /// Deletes an account of ours for good, by its owner's hand or an admin's. When this is answered nobody sees it any
    /// more and its sessions have ended; the rest is erased, and other hosts told, beside. Its name stays taken.
    pub async fn delete_account(&self, id: AccountId) -> Result<()> {
        let (files, now_ms) = ([MediaId(self.next_id()), MediaId(self.next_id())], self.now_ms());
        if !self.store().write(move |conn| departures::leave(conn, id, files, now_ms)).await? {
            return Err(Error::NotFound("account"));
        }
        metrics::counter!(names::ACCOUNTS_DELETED_TOTAL).increment(1);
        tracing::info!(account.id = id.0, "an account was deleted; it is being erased");
        self.0.left.notify_one();
        self.0.farewell_due.notify_one();
        Ok(())
    }

    /// Who of ours had this username and left, as it was written, and when.
    pub async fn left(&self, username: &str) -> Result<Option<(String, Millis)>> {
        let username = username.to_owned();
        Ok(self.store().read(move |conn| departures::left_by_name(conn, &username)).await?)
    }

    /// Resolves when somebody left of whom other hosts are to hear.
    pub(crate) async fn farewell_due(&self) {
        self.0.farewell_due.notified().await;
    }

    /// Other hosts have heard that an account left, or are given up: what was needed for that goes, its keys too.
    pub(crate) async fn end_telling(&self, id: AccountId) -> Result<()> {
        while !self.store().write(move |conn| departures::told(conn, id, PLAIN_SLICE)).await? {}
        Ok(())
    }

    /// Erases what is left of those who left. Each is looked at until nothing is found, and once more a while later.
    pub(crate) async fn erase_departed(&self) -> Result<()> {
        let mut from = AccountId::default();
        loop {
            let some = self.store().read(move |conn| departures::unerased(conn, from, DEPARTURES)).await?;
            let Some(last) = some.last() else { return Ok(()) };
            from = last.account;
            for Departure { account, left_at, .. } in some {
                let found = self.erase(account, true).await?;
                if !found && self.now_ms() >= left_at.saturating_add(SETTLED_AFTER_MS) {
                    // Where nothing is exchanged with others, nobody is ever told.
                    if !self.rules().federation {
                        self.end_telling(account).await?;
                    }
                    self.store().write(move |conn| departures::erased(conn, account)).await?;
                }
            }
        }
    }

    /// Takes away what hangs on an account that nobody sees any more: its follows, likes and tweets a slice at a time, so
    /// that counters and everything that follows the log keep up, then the rest. Answers whether there was anything.
    pub(crate) async fn erase(&self, gone: AccountId, local: bool) -> Result<bool> {
        let now_ms = self.now_ms();
        let mut found = self.end_bonds(gone, local).await?;
        let unlike = move |conn: &mut Conn| reactions::unlike_some(conn, gone, local, SLICE, now_ms);
        while self.store().write(unlike).await? > 0 {
            found = true;
        }
        loop {
            let some = self.store().read(move |conn| tweets::of_account(conn, gone, SLICE)).await?;
            if some.is_empty() {
                break;
            }
            found = true;
            for tweet in some {
                self.remove_tweet(tweet, None).await?;
            }
        }
        while self.store().write(move |conn| departures::erase_some(conn, gone, PLAIN_SLICE)).await? {
            found = true;
        }
        Ok(found)
    }

    /// Ends all follows of an account, either way. Answers whether there were any.
    pub(crate) async fn end_bonds(&self, gone: AccountId, local: bool) -> Result<bool> {
        let now_ms = self.now_ms();
        let mut found = false;
        for which in [Bonds::Followers, Bonds::Following] {
            while self.store().write(move |conn| unbind(conn, (gone, local), which, now_ms)).await? {
                found = true;
            }
        }
        Ok(found)
    }
}

/// Ends some of the follows of an account that goes. Answers whether there were any.
fn unbind(
    conn: &mut Conn,
    (gone, local): (AccountId, bool),
    which: Bonds,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    let bonds = follows::bonds(conn, which, gone, Cursor::default(), SLICE)?;
    let others: Vec<AccountId> = bonds.iter().map(|(_, other)| *other).collect();
    for other in accounts::by_ids(conn, &others)? {
        let (this, that) = ((gone, local), (other.id, other.is_local()));
        let (from, to) = if which == Bonds::Followers { (that, this) } else { (this, that) };
        let relation =
            Relation { from: from.0, to: to.0, from_local: from.1, to_local: to.1, id: 0, uri: None };
        follows::unfollow(conn, relation, Event::Unfollowed, now_ms)?;
    }
    Ok(!bonds.is_empty())
}

/// Erases those who left until `stop`.
pub async fn run(service: Service, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Some(Err(error)) = stop.run_until_cancelled(service.erase_departed()).await {
            tracing::warn!(error = %Chain(&error), "an account that left could not be erased; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = service.0.left.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
