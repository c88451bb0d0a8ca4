//! What the kinds of activities do here, one file each. Every effect is such that a second time changes nothing,
//! and activities may come in any order: what was undone or deleted before it came is remembered as gone.
//!
//! Only what somebody here has to do with is kept: posts and retweets of those who are followed from here, and
//! what mentions, answers or quotes somebody here.

mod accept;
mod announce;
mod block;
mod collection;
mod create;
mod delete;
mod flag;
mod follow;
mod group;
mod like;
mod move_to;
mod quote_request;
mod reject;
mod relayed;
mod undo;
mod update;

use url::Url;

use super::subject::announced;
use super::worker::Failure;
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::liberal::ObjectError;
use crate::federation::objects::{Activity, Body, IdOr, Post};
use crate::federation::resolve::{Budget, Freshness, ResolveError, is_gone_for_sure, is_stale};
use crate::model::account::{Account, AccountKind};
use crate::model::address::Local;
use crate::model::event::Relation;
use crate::model::ids::AccountId;
use crate::model::tweet::Tweet;
use crate::store::intake::{AskDoer, Doer};
use crate::store::{accounts, follows};

/// Groups of one post that are looked at: it is written to one.
const GROUPS_ASKED: usize = 3;

/// An activity under way.
struct Act<'a> {
    activity: &'a Activity,
    /// Who acts, verified.
    actor: &'a Account,
    /// Whether what is known of them need not be asked for again.
    is_fresh: bool,
    budget: &'a Budget,
}

/// Who sent an activity.
enum Sender {
    /// And whether what is known is fresh.
    Known(Box<Account>, bool),
    Stranger,
}

impl Federation {
    /// Does what a verified activity says.
    pub(super) async fn perform(&self, activity: Activity) -> Result<(), Failure> {
        if let Body::Delete(object) = &activity.body {
            return self.delete(&activity, object).await;
        }
        let Some(sender) = self.sender(&activity).await? else { return Ok(()) };
        if self.about_relays(&activity).await? {
            return Ok(());
        }
        if let Body::Flag { objects, content } = &activity.body {
            return self.flag(&activity, objects, content.as_deref()).await;
        }
        let budget = Budget::new();
        let (actor, is_fresh) = match sender {
            Sender::Known(account, _) if account.suspended => return Ok(()),
            Sender::Known(account, is_fresh) => (*account, is_fresh),
            Sender::Stranger => {
                if let Body::Undo(object) = &activity.body {
                    return self.undo_of_stranger(&activity, object).await;
                }
                if !self.concerns_us(&activity).await? {
                    return Ok(());
                }
                let actor = self.actor_within(&activity.actor, Freshness::Known, &budget).await;
                let Some(actor) = to_be_had(actor)? else { return Ok(()) };
                (actor, true)
            }
        };
        let act = Act { activity: &activity, actor: &actor, is_fresh, budget: &budget };
        match &activity.body {
            Body::Create(objects) => self.create(&act, objects).await,
            Body::Update(object) => self.update(&act, object).await,
            Body::Follow(object) => self.follow(&act, object).await,
            Body::Accept { object, result } => self.accept(&act, object, result.as_ref()).await,
            Body::Reject(object) => self.reject(&act, object).await,
            Body::Like { object, .. } => self.like(&act, object).await,
            Body::Announce(object) => self.announce(&act, object).await,
            Body::Undo(object) => self.undo(&act, object).await,
            Body::Block(object) => self.block(&act, object).await,
            Body::Move { object, target } => self.move_to(&act, object, target).await,
            Body::Add { object, target } => self.pin(&act, object, target, true).await,
            Body::Remove { object, target } => self.pin(&act, object, target, false).await,
            Body::QuoteRequest { object, instrument } => self.quote_request(&act, object, instrument).await,
            // What nobody knows: nothing to do.
            _ => Ok(()),
        }
    }

    /// Who acts, as far as they are known here; `None` when they, or the activity itself, are remembered as gone.
    async fn sender(&self, activity: &Activity) -> Result<Option<Sender>, Error> {
        let (id, actor) = (activity.id.as_str().to_owned(), activity.actor.as_str().to_owned());
        let ask = AskDoer { activity_uri: id, actor_uri: actor };
        let Doer { is_gone, gone_since, account } = self.0.inbound.doers.read(ask).await?;
        let now_ms = self.now_ms();
        if is_gone || is_gone_for_sure(gone_since, now_ms) {
            return Ok(None);
        }
        Ok(Some(account.map_or(Sender::Stranger, |(account, fetched_at)| {
            Sender::Known(Box::new(account), !is_stale(fetched_at, now_ms))
        })))
    }

    /// Whether anybody here has to do with what a stranger did. Judged by the activity and by what is known here, before
    /// an account is made for who sent it.
    async fn concerns_us(&self, activity: &Activity) -> Result<bool, Error> {
        match &activity.body {
            Body::Follow(object) | Body::Block(object) => Ok(self.local_account(object).await?.is_some()),
            Body::Like { object, .. } => Ok(self.known_tweet(object).await?.is_some()),
            Body::QuoteRequest { object, .. } => {
                Ok(self.is_ours(object) && self.known_tweet(object).await?.is_some())
            }
            Body::Announce(object) => match announced(object).filter(|uri| self.is_ours(uri)) {
                Some(uri) => Ok(self.known_tweet(&uri).await?.is_some()),
                None => Ok(false),
            },
            Body::Create(objects) => {
                for object in objects {
                    if self.post_concerns_us(activity, object).await? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Body::Update(object) => self.post_concerns_us(activity, object).await,
            _ => Ok(false),
        }
    }

    /// The same of one post; of one that is not embedded, as far as its envelope tells.
    async fn post_concerns_us(&self, activity: &Activity, object: &IdOr) -> Result<bool, Error> {
        match object.document().map(Post::from_document) {
            Some(Ok(post)) => self.names_or_answers_us(&post).await,
            Some(Err(_)) => Ok(false),
            None => self.addresses_us(activity).await,
        }
    }

    /// A bond of the actor with an account of ours, as the activity makes it.
    fn bond(&self, act: &Act<'_>, to: AccountId) -> Relation {
        Relation {
            from: act.actor.id,
            to,
            from_local: false,
            to_local: true,
            id: self.service().ids().next(),
            uri: Some(act.activity.id.as_str().to_owned()),
        }
    }

    /// Whether anybody here has to do with a post of somebody who is not followed from here.
    async fn is_wanted(&self, post: &Post) -> Result<bool, Error> {
        Ok(self.names_or_answers_us(post).await? || self.is_for_followed_group(post).await?)
    }

    /// Whether a post was written to a group that somebody here follows.
    async fn is_for_followed_group(&self, post: &Post) -> Result<bool, Error> {
        for group in post.audience.iter().take(GROUPS_ASKED) {
            let known = match self.known_actor(group).await {
                Err(Error::Gone(_)) => None,
                known => known?,
            };
            if let Some((group, _)) = known.filter(|(account, _)| account.kind == AccountKind::Group)
                && self.is_followed(group.id).await?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a post mentions somebody here, or answers or quotes a post of ours.
    async fn names_or_answers_us(&self, post: &Post) -> Result<bool, Error> {
        if self.names_local(post.addressing.everyone(), post).await? {
            return Ok(true);
        }
        for target in [&post.in_reply_to, &post.quote].into_iter().flatten() {
            if self.is_ours(target) && self.known_tweet(target).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether anybody here follows the account.
    async fn is_followed(&self, account: AccountId) -> Result<bool, Error> {
        Ok(self.service().store().read(move |conn| follows::has_local_follower(conn, account)).await?)
    }

    /// Whether an activity is addressed to somebody here.
    async fn addresses_us(&self, activity: &Activity) -> Result<bool, Error> {
        let addressed = activity.addressing.everyone();
        self.any_local(addressed.filter_map(|url| self.local_username(url)).collect()).await
    }

    /// Whether a post mentions somebody here: tagged, and addressed too.
    async fn names_local(&self, addressed: impl Iterator<Item = &Url>, post: &Post) -> Result<bool, Error> {
        let tagged = |url: &Url| post.tags.mentions.iter().any(|tag| tag.href.as_ref() == Some(url));
        let names: Vec<String> =
            addressed.filter(|url| tagged(url)).filter_map(|url| self.local_username(url)).collect();
        self.any_local(names).await
    }

    /// Whether any of these is the username of an account here.
    async fn any_local(&self, names: Vec<String>) -> Result<bool, Error> {
        let read = self.service().store().read(move |conn| {
            for name in &names {
                if accounts::by_handle(conn, name, None)?.is_some_and(|account| !account.suspended) {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        Ok(read.await?)
    }

    fn local_username(&self, url: &Url) -> Option<String> {
        match self.service().addresses().parse(url.as_str())? {
            Local::Account(username) => Some(username),
            Local::Tweet(..) => None,
        }
    }

    /// The stored tweet with this id as the actor may see it; a retweet stands for its original.
    async fn tweet_seen_by(&self, actor: &Account, uri: &Url) -> Result<Option<Tweet>, Error> {
        let Some(tweet) = self.known_tweet(uri).await? else { return Ok(None) };
        match self.service().tweet(Some(actor.id), tweet.id).await {
            Ok(view) => Ok(Some(Tweet::clone(&view.shown().tweet))),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Something of another host: `None` when it is not to be had or not believed, which is nobody's fault here.
fn to_be_had<T>(found: Result<T, ResolveError>) -> Result<Option<T>, Failure> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(ResolveError::Object(error)) if !matches!(error, ObjectError::UnknownType(_)) => {
            Err(error.into())
        }
        Err(error) if error.is_passing() => Err(error.into()),
        Err(error) => {
            tracing::debug!(federation.reason = %error, "something of another host is left");
            Ok(None)
        }
    }
}
