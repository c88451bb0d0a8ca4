//! Of what somebody wants to be told, by whom and by which way, and the hours in which they are not to be disturbed.
//!
//! This is asked in one place for each way: what the list is not to have is not written (`store/notifications.rs`), what
//! is not to be pushed is not planned (`store/push.rs`). It speaks of what happened; what becomes of the rest by who the
//! doer is, is said by [`sifting`](super::sifting).

use super::Service;
use super::preferences::known_zone;
use crate::error::{Error, Result};
use crate::model::digest::{Digest, Every};
use crate::model::hours::{Quiet, QuietHours, TimeOfDay};
use crate::model::ids::AccountId;
use crate::model::notification::NotificationKind;
use crate::model::preferences::Preferences;
use crate::model::telling::{Channel, Doers, Telling};
use crate::store::{Conn, accounts, digests, preferences, telling};

/// What somebody chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TellingView {
    /// Of what they are told.
    pub telling: Telling,
    /// When they are not to be disturbed, and where they live.
    pub quiet: Quiet,
    /// How they get their digest.
    pub digest: Digest,
}

/// What changes of it; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct TellingChanges {
    /// Of whom one is told a kind by one way.
    pub told: Vec<(NotificationKind, Channel, Doers)>,
    /// From when until when one is not to be disturbed, or never.
    pub quiet_hours: Option<Option<(TimeOfDay, TimeOfDay)>>,
    /// The time zone one lives in, or none.
    pub time_zone: Option<Option<String>>,
    /// How often one's digest comes.
    pub every: Option<Every>,
    /// At which hour of the day.
    pub hour: Option<i64>,
}

impl Service {
    /// Of what somebody is told.
    pub async fn telling(&self, account: AccountId) -> Result<TellingView> {
        let read = move |conn: &mut Conn| Ok((telling::of(conn, account)?, digests::of(conn, account)?));
        let ((telling, quiet), digest) = self.store().read(read).await?;
        Ok(TellingView { telling, quiet, digest })
    }

    /// Chooses of what one is told from now on. Answers all of it.
    ///
    /// # Errors
    /// 422 on `quiet_hours`: `same_time`; on `time_zone`: `bad_time_zone`; on `hour`: `bad_hour`.
    pub async fn set_telling(&self, account: AccountId, changes: TellingChanges) -> Result<TellingView> {
        let time_zone = changes.time_zone.as_ref().map(|zone| known_zone(zone.as_deref())).transpose()?;
        let hours = changes.quiet_hours.map(|hours| {
            let hours = hours.map(|(from, until)| QuietHours::new(from, until));
            hours.transpose()
        });
        let hours = hours.transpose()?;
        if changes.hour.is_some_and(|hour| !(0..24).contains(&hour)) {
            return Err(Error::invalid("hour", "bad_hour", "an hour of the day is a number from 0 to 23"));
        }
        let now_ms = self.now_ms();
        let write = move |conn: &mut Conn| {
            // Held from reading to writing, so that no change undoes another.
            accounts::hold(conn, account)?;
            let (mut telling, before) = telling::of(conn, account)?;
            for (kind, channel, doers) in &changes.told {
                telling.choose(*kind, *channel, *doers);
            }
            let hours = hours.unwrap_or(before.hours);
            telling::set(conn, account, &telling, hours)?;
            let zone = match &time_zone {
                Some(zone) => {
                    let wishes = preferences::of(conn, account)?;
                    preferences::set(conn, account, &Preferences { time_zone: zone.clone(), ..wishes })?;
                    zone.clone()
                }
                None => before.zone,
            };
            let before = digests::of(conn, account)?;
            let digest = Digest {
                every: changes.every.unwrap_or(before.every),
                hour: changes.hour.unwrap_or(before.hour),
                failed: before.failed && changes.every.is_none(),
                ..before
            };
            if changes.every.is_some() || changes.hour.is_some() {
                digests::set(conn, account, &digest, digest.next_at(zone.as_deref(), now_ms))?;
            } else if time_zone.is_some() {
                digests::next(conn, account, digest.next_at(zone.as_deref(), now_ms), 0)?;
            }
            Ok(TellingView { telling, quiet: Quiet { hours, zone }, digest })
        };
        Ok(self.store().write(write).await?)
    }

    /// Ends somebody's digests; the hour stays as it was.
    pub async fn end_digest(&self, account: AccountId) -> Result<()> {
        let changes = TellingChanges { every: Some(Every::Off), ..TellingChanges::default() };
        self.set_telling(account, changes).await.map(drop)
    }
}
