//! What a group passes on (FEP-1b12: Lemmy, Mbin, PieFed, PeerTube): an `Announce` of somebody's whole activity.
//!
//! The group speaks only for those of its own host; of others it is a hint. A new post is fetched from its own host and
//! shown as repeated by the group; what was changed or deleted is looked at again where it lives; a like or its undoing
//! counts when it is of the group's own host, or its own host shows it.

use serde_json::{Map, Value};
use url::Url;

use super::{Act, Failure, to_be_had};
use crate::federation::Federation;
use crate::federation::objects::{Activity, Body, Object, Post};
use crate::federation::origin::same_origin;
use crate::federation::resolve::{Budget, FetchError, Freshness, ResolveError};
use crate::model::account::AccountKind;

impl Federation {
    pub(super) async fn passed_on(
        &self,
        act: &Act<'_>,
        activity: &Map<String, Value>,
    ) -> Result<(), Failure> {
        let inner = Object(activity);
        let Some(object) = inner.loose_link("object") else { return Ok(()) };
        if act.actor.kind != AccountKind::Group {
            return Ok(());
        }
        match inner.kind() {
            Some("Create") => {
                let post = inner.get("object").and_then(Object::in_value);
                let is_reply = post.is_some_and(|post| post.loose_link("inReplyTo").is_some());
                self.repeat(act, &object, is_reply).await
            }
            Some("Update" | "Delete") => self.look_again(act.activity, &object, act.budget).await,
            Some("Like" | "EmojiReact" | "Undo") => self.vote_passed_on(act, activity).await,
            _ => Ok(()),
        }
    }

    /// Asks a post's own host what became of it.
    pub(super) async fn look_again(
        &self,
        activity: &Activity,
        uri: &Url,
        budget: &Budget,
    ) -> Result<(), Failure> {
        let known = self.known_tweet(uri).await?.filter(|tweet| !tweet.local && tweet.retweet_of.is_none());
        let Some(tweet) = known else { return Ok(()) };
        let fetched = async {
            let document = self.document(uri, budget).await?;
            Ok::<_, ResolveError>(Post::from_document(&document.map)?)
        };
        let fetched = fetched.await;
        if let Err(ResolveError::Fetch(FetchError::Gone)) = fetched {
            return Ok(self.service().remove_tweet(tweet.id, None).await?);
        }
        let Some(post) = to_be_had(fetched)? else { return Ok(()) };
        let author = self.service().accounts(vec![tweet.author]).await?.pop();
        match author {
            Some(author) if author.uri.as_deref() == Some(post.attributed_to.as_str()) => {
                let by_author = Act { activity, actor: &author, is_fresh: false, budget };
                self.update_post(&by_author, &post, tweet).await
            }
            _ => Ok(()),
        }
    }

    /// A like of a post that is known here, or its undoing.
    async fn vote_passed_on(&self, act: &Act<'_>, activity: &Map<String, Value>) -> Result<(), Failure> {
        let Some(inner) = self.verified(act, activity).await? else { return Ok(()) };
        let liked = match &inner.body {
            Body::Like { object, .. } => Some(object.clone()),
            Body::Undo(object) if matches!(object.kind(), Some("Like" | "EmojiReact")) => {
                object.document().and_then(|like| Object(like).loose_link("object"))
            }
            _ => None,
        };
        let Some(liked) = liked else { return Ok(()) };
        if self.known_tweet(&liked).await?.is_none() || self.is_gone(&inner.id, Some(&inner.actor)).await? {
            return Ok(());
        }
        let actor = self.actor_within(&inner.actor, Freshness::Known, act.budget).await;
        let Some(actor) = to_be_had(actor)? else { return Ok(()) };
        let by_voter = Act { activity: &inner, actor: &actor, is_fresh: false, budget: act.budget };
        match &inner.body {
            Body::Undo(object) => self.undo(&by_voter, object).await,
            _ => self.like(&by_voter, &liked).await,
        }
    }

    /// A passed-on activity as its actor did it: of the group's own host, or as its own host shows it.
    async fn verified(
        &self,
        act: &Act<'_>,
        activity: &Map<String, Value>,
    ) -> Result<Option<Activity>, Failure> {
        let Ok(claimed) = Activity::from_document(activity.clone()) else { return Ok(None) };
        if self.is_ours(&claimed.actor) {
            return Ok(None);
        }
        if same_origin(&claimed.actor, &act.activity.actor) {
            return Ok(Some(claimed));
        }
        let fetched = async {
            let document = self.document(&claimed.id, act.budget).await?;
            Ok::<_, ResolveError>(Activity::from_document(document.map.clone())?)
        };
        let found = to_be_had(fetched.await)?;
        Ok(found.filter(|found| found.id == claimed.id && found.actor == claimed.actor))
    }
}
