//! Newer counts of others' polls, while somebody looks at them.

use std::sync::Arc;

use url::Url;

use super::ResolveError;
use super::compose;
use super::fetch::Budget;
use crate::clock::{MINUTE_MS, Millis};
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::Post;
use crate::model::tweet::Tweet;
use crate::service::TweetView;
use crate::store::polls;

/// Counts this young are new enough.
const FRESH_MS: Millis = 5 * MINUTE_MS;

impl Federation {
    /// Asks in the background for newer counts of another instance's poll, when those here are some minutes old.
    /// Whoever looks sees them the next time.
    pub fn freshen_poll(&self, view: &TweetView) {
        let tweet = &view.shown().tweet;
        let running = tweet.poll.as_ref().is_some_and(|poll| !poll.is_over(self.now_ms()));
        if tweet.local || !running || !self.service().rules().federation {
            return;
        }
        let Ok(place) = Arc::clone(&self.0.asking_polls).try_acquire_owned() else { return };
        let (federation, tweet) = (self.clone(), tweet.clone());
        tokio::spawn(async move {
            if let Err(error) = federation.ask_for_counts(&tweet).await {
                tracing::debug!(tweet.id = %tweet.id, %error, "the counts of a poll are not renewed");
            }
            drop(place);
        });
    }

    pub(in crate::federation) async fn ask_for_counts(&self, tweet: &Tweet) -> Result<(), ResolveError> {
        let Some(uri) = tweet.uri.as_deref().and_then(|uri| Url::parse(uri).ok()) else { return Ok(()) };
        let (id, now_ms) = (tweet.id, self.now_ms());
        let store = self.service().store();
        let before_ms = now_ms.saturating_sub(FRESH_MS);
        // Most who look find them new enough: those cost no write.
        let old = store.read(move |conn| polls::is_old(conn, id, before_ms)).await.map_err(Error::from)?;
        if !old {
            return Ok(());
        }
        let turn = store.write(move |conn| polls::claim_check(conn, id, before_ms, now_ms)).await;
        if !turn.map_err(Error::from)? {
            return Ok(());
        }
        let document = self.document(&uri, &Budget::new()).await?;
        let post = Post::from_document(&document.map)?;
        let author = self.service().account(tweet.author).await?;
        if author.uri.as_deref() != Some(post.attributed_to.as_str()) || post.id != uri {
            return Err(ResolveError::Refused("the post is not its author's"));
        }
        let poll = compose::poll(&post, now_ms);
        let written = store.write(move |conn| polls::refresh(conn, id, poll.as_ref(), now_ms)).await;
        Ok(written.map_err(Error::from)?)
    }
}
