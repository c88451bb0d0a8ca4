//! `Announce`: somebody repeats a post. It is fetched from its own host; an embedded copy is not looked at. What a group
//! announces may also be an activity of somebody else.

use url::Url;

use super::{Act, Failure, to_be_had};
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::IdOr;
use crate::federation::quirks;
use crate::federation::resolve::{Place, ResolveError, compose};
use crate::model::ids::AccountId;
use crate::model::notification::NotificationKind;
use crate::model::tweet::Tweet;
use crate::service::blank_tweet;
use crate::store::notifications::NewNotification;
use crate::store::tweet_commands::CreateTweet;
use crate::store::tweets;

impl Federation {
    pub(super) async fn announce(&self, act: &Act<'_>, object: &IdOr) -> Result<(), Failure> {
        match (quirks::announced_activity(object), object.id()) {
            (Some(activity), _) => self.passed_on(act, activity).await,
            (None, Some(uri)) => self.repeat(act, uri, false).await,
            (None, None) => Ok(()),
        }
    }

    /// Shows a post as repeated by the actor. An answer that a group passes on is only kept: in its thread, not in
    /// everybody's timeline.
    pub(super) async fn repeat(&self, act: &Act<'_>, uri: &Url, is_reply: bool) -> Result<(), Failure> {
        if !self.is_ours(uri) && !self.is_followed(act.actor.id).await? {
            return Ok(());
        }
        if self.known_tweet(uri).await?.is_none()
            && to_be_had(self.tweet_within(uri, act.budget).await)?.is_none()
        {
            return Ok(());
        }
        let Some(original) = self.tweet_seen_by(act.actor, uri).await? else { return Ok(()) };
        if is_reply || (!original.visibility.is_open() && original.author != act.actor.id) {
            return Ok(());
        }
        let Some(tweet) = to_be_had(self.retweet_row(act, &original).await)? else { return Ok(()) };
        let (author, new, at_ms) = (original.author, tweet.id, tweet.created_at);
        let id = match self.service().write_tweet(retweet_command(tweet, author, self.now_ms())).await {
            // The original was deleted since it was found.
            Err(Error::NotFound(_)) => return Ok(()),
            written => written?,
        };
        if id != new {
            // Made anew before the undo of the first time came: that one finds nothing by its id any more.
            let uri = act.activity.id.as_str().to_owned();
            self.service().store().write(move |conn| tweets::go_by(conn, id, &uri, at_ms)).await?;
        }
        to_be_had(self.unless_gone_meanwhile(id, &act.activity.id, &act.activity.actor).await)?;
        Ok(())
    }

    async fn retweet_row(&self, act: &Act<'_>, original: &Tweet) -> Result<Tweet, ResolveError> {
        let now_ms = self.now_ms();
        let at_ms = act.activity.published_ms.map_or(now_ms, |at_ms| at_ms.clamp(0, now_ms));
        let (uri, owner) = (&act.activity.id, &act.activity.actor);
        let Place { id, followers } = self.place((uri, owner), act.actor.id, at_ms).await?;
        let audience = act.activity.addressing.audience(followers.as_ref());
        Ok(Tweet {
            local: false,
            // Never wider than what it repeats.
            visibility: compose::visibility(audience).max(original.visibility),
            retweet_of: Some(original.id),
            uri: Some(act.activity.id.as_str().to_owned()),
            ..blank_tweet(id, act.actor.id, at_ms)
        })
    }
}

fn retweet_command(retweet: Tweet, author: AccountId, now_ms: i64) -> CreateTweet {
    let told = NewNotification {
        account: author,
        kind: NotificationKind::Retweet,
        from: retweet.author,
        tweet: retweet.retweet_of,
        at_ms: now_ms,
    };
    CreateTweet {
        tweet: retweet,
        media: Vec::new(),
        retweet_of_author: Some(author),
        notifications: vec![told],
        idempotency_key: None,
        now_ms,
    }
}
