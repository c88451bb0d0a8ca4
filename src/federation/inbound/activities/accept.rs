//! `Accept`: somebody lets an account of ours follow or quote them. One that nobody asked for is ignored.

use url::Url;

use super::quote_request::QuoteWord;
use super::{Act, Failure};
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::{IdOr, Object};
use crate::model::event::Relation;
use crate::store::follows;

impl Federation {
    pub(super) async fn accept(
        &self,
        act: &Act<'_>,
        object: &IdOr,
        result: Option<&Url>,
    ) -> Result<(), Failure> {
        if self.quote_answered(act, object, QuoteWord::Yes(result)).await? {
            return Ok(());
        }
        let Some(relation) = self.our_follow(act, object).await? else { return Ok(()) };
        let now_ms = self.now_ms();
        if self.service().store().write(move |conn| follows::accept(conn, &relation, now_ms)).await? {
            self.look_at(act.actor);
        }
        Ok(())
    }

    /// The follow of ours that the actor answers: named by its id, `{our actor}#follows/{number}`, or written out.
    pub(super) async fn our_follow(&self, act: &Act<'_>, object: &IdOr) -> Result<Option<Relation>, Error> {
        let document = object.document().map(Object);
        let is_other = document.is_some_and(|follow| {
            let followed = follow.loose_link("object");
            follow.kind().is_some_and(|kind| kind != "Follow")
                || followed.is_some_and(|followed| followed != act.activity.actor)
        });
        let follower =
            document.and_then(|follow| follow.loose_link("actor")).or_else(|| object.id().cloned());
        let Some(follower) = follower.filter(|_| !is_other) else { return Ok(None) };
        let account = self.local_account(&follower).await?;
        Ok(account.map(|account| Relation {
            from: account.id,
            to: act.actor.id,
            from_local: true,
            to_local: false,
            id: 0,
            uri: None,
        }))
    }
}
