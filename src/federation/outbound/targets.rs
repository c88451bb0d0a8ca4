//! What an event of ours says to others, and to whom.

use super::plan::Ahead;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::federation::objects::outgoing::Asked;
use crate::federation::objects::{Addressing, LocalActor, OutgoingActivity};
use crate::federation::{Federation, unwritable};
use crate::model::account::{Account, INSTANCE};
use crate::model::event::{Event, Reaction, Relation, TweetCreated, TweetDeleted};
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::visibility::Visibility;
use crate::service::{ReportView, TweetView};
use crate::store::reached::Reach;
use crate::store::tweets;

/// Accounts that the edit of an open post tells beyond those it mentions: they may hold a copy.
pub(super) const HOLDERS_LIMIT: i64 = 500;

/// One activity with its addressees.
pub(super) struct Plan {
    /// Who signs it.
    pub(super) account: AccountId,
    /// The activity.
    pub(super) activity: OutgoingActivity,
    /// Accounts that get it by name; ours among them are passed over.
    pub(super) to: Vec<AccountId>,
    /// Whether the signer's followers get it.
    pub(super) to_followers: bool,
    /// Which hosts get it beside.
    pub(super) reach: Reach,
    /// The tweet it is about.
    pub(super) tweet: Option<TweetId>,
}

impl Federation {
    /// The activity that an event makes, if it makes one. What is gone meanwhile needs no telling.
    pub(super) async fn plan(&self, event: &Event, ahead: &Ahead) -> Result<Option<Plan>> {
        let planned = match event {
            Event::TweetCreated(created) if created.local => self.plan_created(created, ahead).await,
            Event::TweetEdited { tweet, author } => self.plan_edited(*tweet, *author).await,
            Event::TweetDeleted(deleted) if deleted.local => self.plan_deleted(deleted).await,
            Event::Liked(reaction) if reaction.local => self.plan_like(reaction, false).await,
            Event::Unliked(reaction) if reaction.local => self.plan_like(reaction, true).await,
            Event::Voted(vote) => self.plan_vote(vote).await,
            Event::QuoteAsked { tweet, author } => self.plan_quote_request(*tweet, *author).await,
            Event::QuoteAnswered(answer) => self.plan_quote_answer(answer).await,
            Event::QuoteDecided { tweet, author, at_ms } => self.plan_quote(*tweet, *author, *at_ms).await,
            Event::QuoteWithdrawn { owner, quoter, stamp } => {
                self.plan_withdrawn(*owner, *quoter, *stamp).await
            }
            Event::PollRestarted { tweet, author, voters, at_ms } => {
                self.plan_restarted((*tweet, *author), voters, *at_ms).await
            }
            Event::PollChanged { tweet, author, at_ms } => self.plan_counts(*tweet, *author, *at_ms).await,
            Event::FollowRequested(relation) if outgoing(relation) => self.plan_follow(relation, false).await,
            Event::FollowRequestCancelled(relation) | Event::Unfollowed(relation) if outgoing(relation) => {
                self.plan_follow(relation, true).await
            }
            Event::Followed(relation) if incoming(relation) => self.plan_answer(relation, true).await,
            Event::FollowRejected(relation) if incoming(relation) => self.plan_answer(relation, false).await,
            Event::Blocked(relation) if outgoing(relation) => self.plan_block(relation, false).await,
            Event::Unblocked(relation) if outgoing(relation) => self.plan_block(relation, true).await,
            Event::AccountUpdated { account, local: true } => self.plan_profile(*account).await,
            Event::AccountMoved { account, local: true, target } => self.plan_moved(*account, *target).await,
            Event::Reported { report } => self.plan_report(*report).await,
            Event::KeyRotated { account, at_ms, .. } if *account != INSTANCE => {
                self.plan_rotation(*account, *at_ms).await
            }
            Event::PinChanged { tweet, author, pinned } => self.plan_pin(*tweet, *author, *pinned).await,
            _ => return Ok(None),
        };
        match planned {
            Ok(plan) => Ok(plan),
            Err(Error::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn plan_created(&self, created: &TweetCreated, ahead: &Ahead) -> Result<Option<Plan>> {
        let read;
        let view = match ahead.views.get(&created.tweet) {
            Some(view) => view,
            None => {
                read = self.service().tweet(Some(created.author), created.tweet).await?;
                &read
            }
        };
        let activity = self.created(view).await?;
        Ok(Some(self.about(view, activity)))
    }

    /// The activity that made a tweet or retweet of ours.
    pub async fn created(&self, view: &TweetView) -> Result<OutgoingActivity> {
        let actor = self.local_actor(&view.author);
        match &view.retweet_of {
            Some(original) => self.retweeted(&actor, view, original).await,
            None => actor.create(&self.note(view).await?).map_err(unwritable),
        }
    }

    async fn retweeted(
        &self,
        actor: &LocalActor,
        view: &TweetView,
        original: &TweetView,
    ) -> Result<OutgoingActivity> {
        let uri = self.tweet_uri(original.tweet.id).await?.ok_or(Error::NotFound("tweet"))?;
        let addressing = self.retweet_addressing(actor, view, &original.author)?;
        Ok(actor.announce(view.tweet.id.0, &uri, view.tweet.created_at, &addressing))
    }

    /// A retweet is also for the author of what it repeats.
    fn retweet_addressing(
        &self,
        actor: &LocalActor,
        view: &TweetView,
        author: &Account,
    ) -> Result<Addressing> {
        let mut addressing = self.addressing(actor, &view.tweet)?;
        let author = self.service().addresses().actor(author);
        addressing.cc.push(url::Url::parse(&author).map_err(Error::internal)?);
        Ok(addressing)
    }

    async fn plan_edited(&self, tweet: TweetId, author: AccountId) -> Result<Option<Plan>> {
        let view = self.service().tweet(Some(author), tweet).await?;
        if !view.author.is_local() {
            return Ok(None);
        }
        let updated_ms = view.tweet.edited_at.unwrap_or(view.tweet.created_at);
        let note = self.note(&view).await?;
        let activity = self.local_actor(&view.author).update_note(&note, updated_ms).map_err(unwritable)?;
        let mut plan = self.about(&view, activity);
        // What is not for everybody goes to those whom it names and to who follows now, and to nobody else.
        if view.tweet.visibility.is_open() {
            plan.reach = Reach::Holders;
            let audience = move |conn: &mut _| tweets::audience(conn, tweet, HOLDERS_LIMIT);
            plan.to.extend(self.service().store().read(audience).await?);
        }
        Ok(Some(plan))
    }

    /// A plan for those whom a tweet or retweet is for: those it mentions and the author's followers; if it is open,
    /// also whom it answers or quotes. Who is repeated is told of it in any case.
    pub(super) fn about(&self, view: &TweetView, activity: OutgoingActivity) -> Plan {
        let mentioned = view.tweet.mentions.iter().map(|mention| mention.account);
        let open = view.tweet.visibility.is_open();
        let answered = view.tweet.reply_to_author.filter(|_| open);
        let quoted = view.quote_of.as_ref().map(|quoted| quoted.tweet.author).filter(|_| open);
        let repeated = view.retweet_of.as_ref().map(|original| original.tweet.author);
        Plan {
            account: view.tweet.author,
            activity,
            to: mentioned.chain([answered, quoted, repeated].into_iter().flatten()).collect(),
            to_followers: view.tweet.visibility != Visibility::Direct,
            reach: Reach::Nobody,
            tweet: Some(view.tweet.id),
        }
    }

    async fn plan_deleted(&self, deleted: &TweetDeleted) -> Result<Option<Plan>> {
        let author = self.service().account(deleted.author).await?;
        let actor = self.local_actor(&author);
        let mut to = deleted.audience.clone();
        let activity = match deleted.retweet_of {
            Some(original) => {
                let uri = self.tweet_uri(original).await?.ok_or(Error::NotFound("tweet"))?;
                let parts = self.service().store().read(move |conn| tweets::id_parts(conn, original)).await?;
                to.extend(parts.map(|parts| parts.author));
                let addressing = self.addressing(&actor, &gone_retweet(deleted))?;
                let announce = actor.announce(deleted.tweet.0, &uri, deleted.tweet.time_ms(), &addressing);
                actor.undo(&announce).map_err(unwritable)?
            }
            None => actor.delete_status(deleted.tweet.0).map_err(unwritable)?,
        };
        // A direct word is where those are whom it names; of anything else copies are wherever the author was heard.
        let told_widely = deleted.visibility != Visibility::Direct;
        Ok(Some(Plan {
            account: deleted.author,
            activity,
            to,
            to_followers: told_widely,
            reach: if told_widely { Reach::Everybody } else { Reach::Nobody },
            tweet: Some(deleted.tweet),
        }))
    }

    async fn plan_like(&self, reaction: &Reaction, undo: bool) -> Result<Option<Plan>> {
        let who = self.service().account(reaction.account).await?;
        let uri = self.tweet_uri(reaction.tweet).await?.ok_or(Error::NotFound("tweet"))?;
        let actor = self.local_actor(&who);
        let like = actor.like(reaction.id, &uri);
        let activity = if undo { actor.undo(&like).map_err(unwritable)? } else { like };
        Ok(Some(only_to(reaction.account, reaction.author, activity)))
    }

    async fn plan_follow(&self, relation: &Relation, undo: bool) -> Result<Option<Plan>> {
        let (from, to) = self.ends(relation).await?;
        let actor = self.local_actor(&from);
        let follow = actor.follow(relation.id, &self.service().addresses().actor(&to));
        let activity = if undo { actor.undo(&follow).map_err(unwritable)? } else { follow };
        Ok(Some(only_to(from.id, to.id, activity)))
    }

    /// Our answer to a Follow from outside. Without the Follow's id there is nothing to answer.
    async fn plan_answer(&self, relation: &Relation, yes: bool) -> Result<Option<Plan>> {
        let (from, to) = self.ends(relation).await?;
        let Some(uri) = &relation.uri else { return Ok(None) };
        let actor = self.local_actor(&to);
        let follower = self.service().addresses().actor(&from);
        let asked = Asked { id: uri, actor: &follower, object: actor.id() };
        let number = self.service().ids().next();
        let activity =
            if yes { actor.accept_follow(number, &asked) } else { actor.reject_follow(number, &asked) };
        Ok(Some(only_to(to.id, from.id, activity)))
    }

    async fn plan_block(&self, relation: &Relation, undo: bool) -> Result<Option<Plan>> {
        let (from, to) = self.ends(relation).await?;
        let actor = self.local_actor(&from);
        let block = actor.block(relation.id, &self.service().addresses().actor(&to));
        let activity = if undo { actor.undo(&block).map_err(unwritable)? } else { block };
        Ok(Some(only_to(from.id, to.id, activity)))
    }

    async fn plan_profile(&self, id: AccountId) -> Result<Option<Plan>> {
        let account = self.service().account(id).await?;
        let document = self.actor_document(&account).await?;
        let activity = self.local_actor(&account).update_actor(account.updated_at, &document);
        let activity = activity.map_err(unwritable)?;
        Ok(Some(to_followers(id, activity)))
    }

    async fn plan_moved(&self, id: AccountId, target: AccountId) -> Result<Option<Plan>> {
        let (old, new) = (self.service().account(id).await?, self.service().account(target).await?);
        let (number, uri) = (self.service().ids().next(), self.service().addresses().actor(&new));
        let activity = self.local_actor(&old).move_to(number, &uri);
        Ok(Some(Plan { to: vec![target], ..to_followers(id, activity) }))
    }

    /// A report of an account of another instance, when its maker wants that instance told: by our own actor, so that
    /// nobody learns who made it.
    async fn plan_report(&self, id: RowId) -> Result<Option<Plan>> {
        let ReportView { report, account, tweets, .. } = self.service().report_view(id).await?;
        if !report.forward || account.is_local() {
            return Ok(None);
        }
        let addresses = self.service().addresses();
        let posts: Vec<String> = tweets.iter().map(|tweet| addresses.tweet(tweet, &account)).collect();
        let actor = LocalActor::instance(addresses.origin());
        let activity = actor.flag(report.id.0, &addresses.actor(&account), &posts, &report.comment);
        Ok(Some(only_to(INSTANCE, account.id, activity)))
    }

    /// The new key in its owner's document; the planner lets the old key sign it.
    async fn plan_rotation(&self, id: AccountId, at_ms: Millis) -> Result<Option<Plan>> {
        let account = self.service().account(id).await?;
        let document = self.actor_document(&account).await?;
        let activity = self.local_actor(&account).update_actor(at_ms, &document).map_err(unwritable)?;
        Ok(Some(to_followers(id, activity)))
    }

    async fn plan_pin(&self, tweet: TweetId, author: AccountId, pinned: bool) -> Result<Option<Plan>> {
        let account = self.service().account(author).await?;
        if !account.is_local() {
            return Ok(None);
        }
        let actor = self.local_actor(&account);
        let activity = if pinned { actor.pin(tweet.0) } else { actor.unpin(tweet.0) };
        Ok(Some(Plan { tweet: Some(tweet), ..to_followers(author, activity) }))
    }

    async fn ends(&self, relation: &Relation) -> Result<(Account, Account)> {
        Ok((self.service().account(relation.from).await?, self.service().account(relation.to).await?))
    }
}

pub(super) fn only_to(account: AccountId, to: AccountId, activity: OutgoingActivity) -> Plan {
    Plan { account, activity, to: vec![to], to_followers: false, reach: Reach::Nobody, tweet: None }
}

fn to_followers(account: AccountId, activity: OutgoingActivity) -> Plan {
    Plan { account, activity, to: Vec::new(), to_followers: true, reach: Reach::Nobody, tweet: None }
}

fn outgoing(relation: &Relation) -> bool {
    relation.from_local && !relation.to_local
}

fn incoming(relation: &Relation) -> bool {
    !relation.from_local && relation.to_local
}

/// The retweet that is gone, as far as its addressing needs it.
fn gone_retweet(deleted: &TweetDeleted) -> crate::model::tweet::Tweet {
    let blank = crate::service::blank_tweet(deleted.tweet, deleted.author, deleted.tweet.time_ms());
    crate::model::tweet::Tweet { visibility: deleted.visibility, ..blank }
}
