//! `Add` and `Remove`: an account puts a post of its own on top of its profile, or takes it off.

use url::Url;

use super::{Act, Failure, to_be_had};
use crate::config::limits;
use crate::federation::Federation;
use crate::federation::objects::IdOr;
use crate::federation::origin::same_origin;
use crate::model::ids::RowId;
use crate::model::tweet::Tweet;
use crate::store::actors;
use crate::store::reactions::{self, Mark};

impl Federation {
    pub(super) async fn pin(
        &self,
        act: &Act<'_>,
        object: &IdOr,
        target: &Url,
        wanted: bool,
    ) -> Result<(), Failure> {
        let Some(uri) = object.id().filter(|uri| same_origin(uri, &act.activity.actor)) else {
            return Ok(());
        };
        let account = act.actor.id;
        let reach = self.service().store().read(move |conn| actors::reaches(conn, &[account])).await?.pop();
        if reach.and_then(|(_, reach)| reach.featured_uri).as_deref() != Some(target.as_str()) {
            return Ok(());
        }
        let Some(tweet) = self.to_be_pinned(act, uri, wanted).await? else { return Ok(()) };
        if tweet.author != account || tweet.retweet_of.is_some() || !tweet.visibility.is_open() {
            return Ok(());
        }
        let mark = Mark { id: RowId(self.service().ids().next()), account, tweet: tweet.id };
        let now_ms = self.now_ms();
        let write = self.service().store().write(move |conn| {
            reactions::set_pin(conn, mark, wanted, now_ms)?;
            reactions::keep_newest_pins(conn, account, limits::REMOTE_PINNED_MAX)
        });
        Ok(write.await?)
    }

    /// The post: known already, or fetched when somebody here follows its author.
    async fn to_be_pinned(&self, act: &Act<'_>, uri: &Url, wanted: bool) -> Result<Option<Tweet>, Failure> {
        if let Some(known) = self.known_tweet(uri).await? {
            return Ok(Some(known));
        }
        if !wanted || !self.is_followed(act.actor.id).await? {
            return Ok(None);
        }
        to_be_had(self.tweet_within(uri, act.budget).await)
    }
}
