//! What is said beside the words of posts: votes and counts of polls, and whether a quote is allowed.

use serde_json::json;

use super::targets::{HOLDERS_LIMIT, Plan, only_to};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::federation::objects::outgoing::{Asked, Vote};
use crate::federation::{Federation, unwritable};
use crate::model::event::{PollVote, QuoteAnswer};
use crate::model::ids::{AccountId, TweetId};
use crate::store::reached::Reach;
use crate::store::{Conn, StoreError, polls, tweets};

impl Federation {
    /// The new counts of a poll: for whom the post is, and if it is open for who voted too.
    pub(super) async fn plan_counts(
        &self,
        tweet: TweetId,
        author: AccountId,
        at_ms: Millis,
    ) -> Result<Option<Plan>> {
        self.plan_beside((tweet, author), at_ms, ("counts", Reach::Nobody), polls::remote_voters).await
    }

    /// Another poll in a post, as those hear of it whose votes in the one before are gone: they may have the post without
    /// ever being sent it.
    pub(super) async fn plan_restarted(
        &self,
        (tweet, author): (TweetId, AccountId),
        voters: &[AccountId],
        at_ms: Millis,
    ) -> Result<Option<Plan>> {
        let view = self.service().tweet(Some(author), tweet).await?;
        if !view.tweet.visibility.is_open() {
            return Ok(None);
        }
        let note = self.note(&view).await?;
        let activity =
            self.local_actor(&view.author).update_beside(&note, "poll", at_ms).map_err(unwritable)?;
        let to = voters.to_vec();
        let (account, tweet) = (author, Some(tweet));
        Ok(Some(Plan { account, activity, to, to_followers: false, reach: Reach::Nobody, tweet }))
    }

    pub(super) async fn plan_vote(&self, vote: &PollVote) -> Result<Option<Plan>> {
        let voter = self.service().account(vote.account).await?;
        let author = self.service().account(vote.author).await?;
        let question = self.tweet_uri(vote.tweet).await?.ok_or(Error::NotFound("tweet"))?;
        let activity = self.local_actor(&voter).vote(&Vote {
            number: vote.id,
            question: &question,
            author: &self.service().addresses().actor(&author),
            option: &vote.option,
        });
        Ok(Some(only_to(vote.account, vote.author, activity)))
    }

    /// Asks the author of what a post of ours quotes.
    pub(super) async fn plan_quote_request(&self, tweet: TweetId, author: AccountId) -> Result<Option<Plan>> {
        let view = self.service().tweet(Some(author), tweet).await?;
        let Some(quoted) = view.tweet.quote_of else { return Ok(None) };
        let parts = self.service().store().read(move |conn| tweets::id_parts(conn, quoted)).await?;
        let Some(parts) = parts else { return Ok(None) };
        let Some(uri) = parts.uri else { return Ok(None) };
        let note = self.note(&view).await?;
        let quoting = match view.tweet.visibility.is_open() {
            true => serde_json::to_value(&note).map_err(unwritable)?,
            false => json!(note.id()),
        };
        let activity = self.local_actor(&view.author).quote_request(tweet.0, &uri, quoting);
        Ok(Some(only_to(author, parts.author, activity)))
    }

    /// Our answer to who asks to quote.
    pub(super) async fn plan_quote_answer(&self, answer: &QuoteAnswer) -> Result<Option<Plan>> {
        let owner = self.service().account(answer.owner).await?;
        let quoter = self.service().account(answer.quoter).await?;
        let (actor, quoter_uri) = (self.local_actor(&owner), self.service().addresses().actor(&quoter));
        let asked = Asked { id: &answer.request, actor: &quoter_uri, object: &actor.status(answer.tweet.0) };
        let activity = match answer.stamp {
            Some(stamp) => actor.accept_quote(answer.id, stamp, &asked, &answer.quoting),
            None => actor.reject_quote(answer.id, &asked, &answer.quoting),
        };
        Ok(Some(only_to(owner.id, quoter.id, activity)))
    }

    /// A quote of ours stands otherwise now: those who have the post hear of it.
    pub(super) async fn plan_quote(
        &self,
        tweet: TweetId,
        author: AccountId,
        at_ms: Millis,
    ) -> Result<Option<Plan>> {
        self.plan_beside((tweet, author), at_ms, ("quote", Reach::Holders), tweets::audience).await
    }

    /// An `Update` of a post of which no word is new: for whom it is, and if it is open for some `others` too.
    async fn plan_beside(
        &self,
        (tweet, author): (TweetId, AccountId),
        at_ms: Millis,
        (what, reach): (&'static str, Reach),
        others: fn(&mut Conn, TweetId, i64) -> Result<Vec<AccountId>, StoreError>,
    ) -> Result<Option<Plan>> {
        let view = self.service().tweet(Some(author), tweet).await?;
        let note = self.note(&view).await?;
        let activity = self.local_actor(&view.author).update_beside(&note, what, at_ms);
        let mut plan = self.about(&view, activity.map_err(unwritable)?);
        if view.tweet.visibility.is_open() {
            plan.reach = reach;
            let read = move |conn: &mut Conn| others(conn, tweet, HOLDERS_LIMIT);
            plan.to.extend(self.service().store().read(read).await?);
        }
        Ok(Some(plan))
    }

    /// A stamp of ours is gone: who quoted hears of it, and who may have seen the quote through us.
    pub(super) async fn plan_withdrawn(
        &self,
        owner: AccountId,
        quoter: AccountId,
        stamp: i64,
    ) -> Result<Option<Plan>> {
        let account = self.service().account(owner).await?;
        let activity = self.local_actor(&account).revoke_quote(stamp);
        Ok(Some(Plan { to_followers: true, ..only_to(owner, quoter, activity) }))
    }
}
