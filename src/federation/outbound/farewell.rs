//! The last word of an account that left: a `Delete` of the actor to every host that ever took something from it, and to no
//! other, under its own key; when that is over, the key goes too.

use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::{Chain, Result};
use crate::federation::delivery::lane::WHOLE;
use crate::federation::{Federation, unwritable};
use crate::model::account::Account;
use crate::model::ids::{AccountId, RowId};
use crate::service::SETTLED_AFTER_MS;
use crate::store::deliveries::{self, NewDelivery, Outgoing};
use crate::store::departures::{self, Departure};
use crate::store::reached::Reach;
use crate::store::{Conn, StoreError};

/// Departures that are looked at together.
const DEPARTURES: i64 = 100;
/// Hosts that one transaction writes rows for.
const CHUNK: i64 = 1_000;
/// How often it is looked whether somebody left, and whether those who did are through.
const LOOK_EVERY: Duration = Duration::from_secs(10);

impl Federation {
    /// Tells other hosts of accounts that left, until `stop`; `planned` is told when there is something to deliver.
    pub(crate) async fn run_farewells(&self, planned: &watch::Sender<()>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match stop.run_until_cancelled(self.say_farewells()).await {
                Some(Ok(true)) => {
                    planned.send_replace(());
                }
                Some(Err(error)) => {
                    tracing::warn!(error = %Chain(&error), "others could not be told of an account that left; trying again");
                }
                Some(Ok(false)) | None => {}
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.service().farewell_due() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Puts what is still to be said into the lanes, and ends what is over. Answers whether there is something to deliver.
    pub(super) async fn say_farewells(&self) -> Result<bool> {
        let (mut from, mut any) = (AccountId::default(), false);
        loop {
            let read = move |conn: &mut Conn| departures::untold(conn, from, DEPARTURES);
            let some = self.service().store().read(read).await?;
            let Some(last) = some.last() else { return Ok(any) };
            from = last.account;
            for departure in some {
                any |= self.say_farewell(departure).await?;
            }
        }
    }

    async fn say_farewell(&self, departure: Departure) -> Result<bool> {
        let id = departure.account;
        let store = self.service().store();
        let Some(account) = store.read(move |conn| departures::leaver(conn, id)).await? else {
            return Ok(false);
        };
        let (outgoing, mut any) = (self.farewell(&account)?, false);
        let mut telling = store.read(move |conn| departures::telling(conn, id)).await?;
        while telling.untold {
            let (federation, outgoing) = (self.clone(), outgoing.clone());
            store.write(move |conn| federation.tell_some(conn, &outgoing)).await?;
            any = true;
            telling = store.read(move |conn| departures::telling(conn, id)).await?;
        }
        // What was under way when it left may have reached a host since.
        let settled = self.now_ms() >= departure.left_at.saturating_add(SETTLED_AFTER_MS);
        if settled && !telling.waiting {
            self.service().end_telling(id).await?;
            self.0.own_keys.forget(id);
        }
        Ok(any)
    }

    fn farewell(&self, account: &Account) -> Result<Outgoing> {
        let activity = self.local_actor(account).delete_self();
        Ok(Outgoing {
            id: RowId(self.service().ids().next()),
            account: account.id,
            activity_uri: activity.id().to_owned(),
            body: activity.to_bytes().map_err(unwritable)?,
            tweet: None,
            about: WHOLE,
            key_uri: None,
            synchronizes: false,
            to_followers: false,
            reach: Reach::Nobody,
            carries: None,
        })
    }

    /// Writes the rows of some hosts that have not heard.
    fn tell_some(&self, conn: &mut Conn, outgoing: &Outgoing) -> Result<(), StoreError> {
        let targets = departures::take_untold(conn, outgoing.account, CHUNK)?;
        let said = departures::say_farewell(conn, outgoing, self.now_ms())?;
        let rows: Vec<NewDelivery> = self.rows(said, outgoing.account, targets).collect();
        deliveries::insert_rows(conn, &rows)?;
        Ok(())
    }
}
