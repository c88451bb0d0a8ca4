//! `Create`: somebody wrote a post, or voted. The embedded copy is believed when the author sent it, else it is
//! fetched.

use super::{Act, Failure, to_be_had};
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::liberal::ObjectError;
use crate::federation::objects::{IdOr, Post};
use crate::federation::origin::same_origin;
use crate::federation::resolve::ResolveError;
use crate::store::intake::{AskNews, News};

impl Federation {
    pub(super) async fn create(&self, act: &Act<'_>, objects: &[IdOr]) -> Result<(), Failure> {
        for object in objects {
            if let Some(post) = self.own_post(act, object).await? {
                self.create_post(act, &post).await?;
            }
        }
        Ok(())
    }

    /// Stores a post of the actor's if anybody here has to do with it.
    pub(super) async fn create_post(&self, act: &Act<'_>, post: &Post) -> Result<(), Failure> {
        if let Some(choice) = post.vote() {
            return self.count_choice(act, post, choice).await;
        }
        let ask = AskNews { uri: post.id.as_str().to_owned(), author: act.actor.id };
        let News { is_known, is_followed } = self.0.inbound.news.read(ask).await?;
        if is_known {
            return Ok(());
        }
        if is_followed || self.is_wanted(post).await? {
            let author = (act.is_fresh && post.attributed_to == act.activity.actor).then_some(act.actor);
            to_be_had(self.tweet_from(post, author, act.budget).await)?;
        }
        Ok(())
    }

    /// A choice in a poll of ours; one that does not count there leaves nothing.
    async fn count_choice(&self, act: &Act<'_>, post: &Post, choice: &str) -> Result<(), Failure> {
        let Some(question) = post.in_reply_to.as_ref().filter(|uri| self.is_ours(uri)) else { return Ok(()) };
        if let Some(tweet) = self.tweet_seen_by(act.actor, question).await? {
            self.service().count_remote_choice(act.actor.id, &tweet, choice).await?;
        }
        Ok(())
    }

    /// The post that an activity is about, if it is the actor's own.
    pub(super) async fn own_post(&self, act: &Act<'_>, object: &IdOr) -> Result<Option<Post>, Failure> {
        let actor = &act.activity.actor;
        let Some(id) = object.id().filter(|id| same_origin(id, actor)) else { return Ok(None) };
        match object.document().map(Post::from_document) {
            Some(Ok(post)) if post.is_believable_from(actor) => return Ok(Some(post)),
            Some(Err(ObjectError::UnknownType(_))) => return Ok(None),
            Some(Err(error)) => return Err(error.into()),
            Some(Ok(_)) | None => {}
        }
        if !self.may_be_wanted(act).await? {
            return Ok(None);
        }
        let fetched = async {
            let document = self.document(id, act.budget).await?;
            Ok::<_, ResolveError>(Post::from_document(&document.map)?)
        };
        Ok(to_be_had(fetched.await)?.filter(|post| post.is_believable_from(actor)))
    }

    /// Whether a post is worth fetching, as far as its envelope tells.
    async fn may_be_wanted(&self, act: &Act<'_>) -> Result<bool, Error> {
        if self.is_followed(act.actor.id).await? {
            return Ok(true);
        }
        self.addresses_us(act.activity).await
    }
}
