//! `Block`: somebody does not want to have to do with an account of ours. Both stop seeing and following each other.

use url::Url;

use super::{Act, Failure};
use crate::federation::Federation;
use crate::store::follows;

impl Federation {
    pub(super) async fn block(&self, act: &Act<'_>, object: &Url) -> Result<(), Failure> {
        let Some(target) = self.local_account(object).await? else { return Ok(()) };
        let relation = self.bond(act, target.id);
        let (written, now_ms) = (relation.clone(), self.now_ms());
        self.service().store().write(move |conn| follows::block(conn, &written, now_ms)).await?;
        if self.is_undone(act).await? {
            self.service().store().write(move |conn| follows::unblock(conn, &relation, now_ms)).await?;
        }
        Ok(())
    }
}
