//! `Like`, and `EmojiReact`, which counts as one. Of a tweet that is known here and that the actor may see.

use url::Url;

use super::{Act, Failure};
use crate::error::Error;
use crate::federation::Federation;
use crate::model::event::Reaction;
use crate::store::inbox;
use crate::store::reactions::{self, Like};

impl Federation {
    pub(super) async fn like(&self, act: &Act<'_>, object: &Url) -> Result<(), Failure> {
        let Some(tweet) = self.tweet_seen_by(act.actor, object).await? else {
            return self.wait_for_post(object).await;
        };
        let reaction = Reaction {
            account: act.actor.id,
            local: false,
            tweet: tweet.id,
            author: tweet.author,
            id: self.service().ids().next(),
        };
        let uri = Some(act.activity.id.as_str().to_owned());
        let now_ms = self.now_ms();
        match self.service().write_like(Like { reaction: reaction.clone(), uri, now_ms }).await {
            // It was deleted since it was found.
            Err(Error::NotFound(_)) => return Ok(()),
            written => written?,
        };
        if self.is_undone(act).await? {
            self.service()
                .store()
                .write(move |conn| reactions::unlike(conn, reaction.clone(), now_ms))
                .await?;
        }
        Ok(())
    }

    /// A liked post that is not known may be waiting in the inbox itself: then the like comes after it.
    async fn wait_for_post(&self, object: &Url) -> Result<(), Failure> {
        let uri = object.as_str().to_owned();
        if self.service().store().read(move |conn| inbox::is_waiting(conn, &uri)).await? {
            return Err(Failure::Passing("what it likes is still to be worked off".to_owned()));
        }
        Ok(())
    }
}
