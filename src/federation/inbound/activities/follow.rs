//! `Follow`: somebody wants to follow an account of ours. The answer is planned from the event: an accepted
//! follow is `Followed`, a refused one `FollowRejected`, and one that is asked for again is answered again.

use url::Url;

use super::{Act, Failure};
use crate::federation::Federation;
use crate::model::event::{Event, Relation};
use crate::store::{StoreError, bonds, events, follows};

impl Federation {
    pub(super) async fn follow(&self, act: &Act<'_>, object: &Url) -> Result<(), Failure> {
        let Some(target) = self.local_account(object).await? else { return Ok(()) };
        let relation = self.bond(act, target.id);
        let (written, locked, now_ms) = (relation.clone(), target.locked, self.now_ms());
        let write = self.service().store().write(move |conn| {
            if follows::is_blocking(conn, written.to, written.from)?
                || bonds::hides_host_of(conn, written.to, written.from)?
            {
                return events::append(conn, &[Event::FollowRejected(written.clone())], now_ms);
            }
            if follows::ask_again(conn, &written, now_ms)? {
                return Ok(());
            }
            if locked {
                follows::request(conn, &written, now_ms)?;
            } else {
                follows::follow(conn, &written, now_ms)?;
            }
            Ok(())
        });
        write.await?;
        if self.is_undone(act).await? {
            self.end_follow(relation).await?;
        }
        Ok(())
    }

    /// Ends a follow, or takes the request for it back.
    pub(super) async fn end_follow(&self, relation: Relation) -> Result<(), StoreError> {
        let now_ms = self.now_ms();
        let write = self.service().store().write(move |conn| {
            follows::unfollow(conn, relation.clone(), Event::Unfollowed, now_ms)?;
            follows::cancel_request(conn, &relation, now_ms)
        });
        write.await.map(|_| ())
    }
}
