//! `Like`, and `EmojiReact`, which counts as one. Of a tweet that is known here and that the actor may see.

use url::Url;

use super::{Act, Failure};
use crate::federation::Federation;
use crate::model::event::Reaction;
use crate::store::reactions::{self, Like};

impl Federation {
    pub(super) async fn like(&self, act: &Act<'_>, object: &Url) -> Result<(), Failure> {
        let Some(tweet) = self.tweet_seen_by(act.actor, object).await? else { return Ok(()) };
        let reaction = Reaction {
            account: act.actor.id,
            local: false,
            tweet: tweet.id,
            author: tweet.author,
            id: self.service().ids().next(),
        };
        let uri = Some(act.activity.id.as_str().to_owned());
        let now_ms = self.now_ms();
        self.service().write_like(Like { reaction: reaction.clone(), uri, now_ms }).await?;
        if self.is_gone(act.activity.id.as_str()).await? {
            self.service()
                .store()
                .write(move |conn| reactions::unlike(conn, reaction.clone(), now_ms))
                .await?;
        }
        Ok(())
    }
}
