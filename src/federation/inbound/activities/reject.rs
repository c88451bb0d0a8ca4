//! `Reject`: somebody does not let an account of ours follow or quote them, or no longer.

use super::quote_request::QuoteWord;
use super::{Act, Failure};
use crate::federation::Federation;
use crate::federation::objects::IdOr;
use crate::model::event::Event;
use crate::store::follows;

impl Federation {
    pub(super) async fn reject(&self, act: &Act<'_>, object: &IdOr) -> Result<(), Failure> {
        if self.quote_answered(act, object, QuoteWord::No).await? {
            return Ok(());
        }
        let Some(relation) = self.our_follow(act, object).await? else { return Ok(()) };
        let now_ms = self.now_ms();
        let write = self.service().store().write(move |conn| {
            follows::reject(conn, &relation, now_ms)?;
            follows::unfollow(conn, relation.clone(), Event::FollowRejected, now_ms)
        });
        write.await?;
        Ok(())
    }
}
