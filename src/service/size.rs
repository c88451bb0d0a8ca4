//! How big this instance is: counts that everybody may ask for, kept for a while because they cost a walk.

use super::Service;
use crate::clock::{DAY_MS, MINUTE_MS, Millis, SECOND_MS};
use crate::error::Result;
use crate::store::accounts;

/// How old the counts may be.
const KEEP_MS: Millis = 5 * MINUTE_MS;
/// Up to so many tweets counting costs next to nothing, and one more is news: they are kept for a moment only.
const FEW: u64 = 1_000;
const FEW_KEEP_MS: Millis = SECOND_MS;

/// The size of the instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Local accounts.
    pub users: u64,
    /// Tweets that they have written.
    pub tweets: u64,
    /// Local accounts that wrote in the last 30 days.
    pub active_month: u64,
    /// Local accounts that wrote in the last 180 days.
    pub active_halfyear: u64,
}

/// The counts and when they were read. Whoever comes while they are read waits for the same reading.
pub(super) type Counted = tokio::sync::Mutex<Option<(Millis, Counts)>>;

impl Service {
    /// How big this instance is, at most some minutes ago.
    pub async fn counts(&self) -> Result<Counts> {
        let now_ms = self.now_ms();
        let mut known = self.0.counted.lock().await;
        if let Some((at_ms, counts)) = *known
            && (0..keep_ms(&counts)).contains(&now_ms.saturating_sub(at_ms))
        {
            return Ok(counts);
        }
        let read = self.store().read(move |conn| {
            let days = |days: i64| now_ms.saturating_sub(days.saturating_mul(DAY_MS));
            let count = |n: i64| u64::try_from(n).unwrap_or(0);
            Ok(Counts {
                users: count(accounts::count_local(conn)?),
                tweets: count(accounts::count_local_tweets(conn)?),
                active_month: count(accounts::count_active_local(conn, days(30))?),
                active_halfyear: count(accounts::count_active_local(conn, days(180))?),
            })
        });
        let counts = read.await?;
        *known = Some((now_ms, counts));
        Ok(counts)
    }
}

fn keep_ms(counts: &Counts) -> Millis {
    if counts.users.max(counts.tweets) < FEW { FEW_KEEP_MS } else { KEEP_MS }
}
