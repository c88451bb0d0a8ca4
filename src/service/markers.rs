//! Up to where somebody has read: the same place on all of their devices.

use super::Service;
use crate::error::Result;
use crate::model::ids::{AccountId, RowId};
use crate::model::marker::{Marked, Marker};
use crate::store::markers;

impl Service {
    /// The places that an account has marked; none in a timeline of which nothing was said.
    pub async fn markers(&self, account: AccountId) -> Result<Vec<Marker>> {
        Ok(self.store().read(move |conn| markers::of(conn, account)).await?)
    }

    /// Marks places, be they before the last ones or after: somebody may want to read again. Answers them.
    pub async fn set_markers(&self, account: AccountId, places: Vec<(Marked, RowId)>) -> Result<Vec<Marker>> {
        let now_ms = self.now_ms();
        let set = move |conn: &mut _| {
            places
                .iter()
                .map(|(timeline, last_read)| markers::set(conn, account, *timeline, *last_read, now_ms))
                .collect()
        };
        Ok(self.store().write(set).await?)
    }
}
