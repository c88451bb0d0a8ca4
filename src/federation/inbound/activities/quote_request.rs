//! Quotes with consent (FEP-044f): somebody asks to quote a post of ours, or answers or takes back what ours asked.

use url::Url;

use super::{Act, Failure};
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::{IdOr, Object, Post};
use crate::federation::origin::same_origin;
use crate::model::event::QuoteAnswer;
use crate::model::ids::{AccountId, TweetId};
use crate::model::quote::QuoteState;
use crate::model::tweet::Tweet;
use crate::store::quotes::{self, Decision, Stamp};

/// Quotes that one stamp allows: it is for one, but nobody keeps others from naming it again.
const OF_ONE_STAMP: i64 = 100;

/// What an author says to a request of ours.
pub(super) enum QuoteWord<'a> {
    /// It is allowed, by this stamp.
    Yes(Option<&'a Url>),
    /// It is not, or no longer.
    No,
}

impl Federation {
    /// Answers who asks to quote `object` in `instrument`, and keeps the quoting post when it came along.
    pub(super) async fn quote_request(
        &self,
        act: &Act<'_>,
        object: &Url,
        instrument: &IdOr,
    ) -> Result<(), Failure> {
        let Some(quoted) = self.known_tweet(object).await?.filter(|tweet| tweet.local) else { return Ok(()) };
        let Some(quoting) = instrument.id().filter(|id| same_origin(id, &act.activity.actor)) else {
            return Ok(());
        };
        let embedded = instrument.document().and_then(|document| Post::from_document(document).ok());
        if embedded.as_ref().is_some_and(|post| !post.is_believable_from(&act.activity.actor)) {
            return Ok(());
        }
        let known = self.known_tweet(quoting).await?;
        let allowed = self.lets_quote(act, object, known.as_ref()).await?;
        let (number, now_ms) = (self.service().ids().next(), self.now_ms());
        let stamp = allowed.then(|| Stamp {
            id: number,
            tweet: quoted.id,
            quoting: quoting.as_str().to_owned(),
            quoter: act.actor.id,
        });
        let answer = QuoteAnswer {
            owner: quoted.author,
            quoter: act.actor.id,
            tweet: quoted.id,
            request: act.activity.id.as_str().to_owned(),
            quoting: quoting.as_str().to_owned(),
            stamp: None,
            id: number,
        };
        let write = move |conn: &mut _| quotes::answer(conn, answer.clone(), stamp.as_ref(), now_ms);
        self.service().store().write(write).await?;
        if !allowed {
            return Ok(());
        }
        match (known, embedded) {
            (Some(tweet), _) if tweet.author == act.actor.id && tweet.quote_of == Some(quoted.id) => {
                self.decide(tweet.id, QuoteState::Accepted, self.stamp_for(quoted.id, quoting).await?).await
            }
            (None, Some(post)) if post.quote.as_ref() == Some(object) => self.create_post(act, &post).await,
            _ => Ok(()),
        }
    }

    /// Whether the actor may quote a post of ours; not in one from which its author took the quote away.
    async fn lets_quote(&self, act: &Act<'_>, object: &Url, quoting: Option<&Tweet>) -> Result<bool, Error> {
        let Some(quoted) = self.tweet_seen_by(act.actor, object).await? else { return Ok(false) };
        if quoting.is_some_and(|quoting| quoting.quote_state == QuoteState::Revoked) {
            return Ok(false);
        }
        let owner = self.service().account(quoted.author).await?;
        Ok(quoted.visibility.is_open() && self.service().may_quote(act.actor.id, &owner, &quoted).await?)
    }

    async fn decide(&self, tweet: TweetId, state: QuoteState, stamp: Option<String>) -> Result<(), Failure> {
        let (decision, now_ms) = (Decision { tweet, state, stamp }, self.now_ms());
        self.service().store().write(move |conn| quotes::decide(conn, &decision, now_ms)).await?;
        Ok(())
    }

    /// Takes over how a quote of a known post stands after its author changed the post.
    pub(super) async fn update_quote(
        &self,
        act: &Act<'_>,
        before: &Tweet,
        post: &Post,
    ) -> Result<(), Failure> {
        let Some(quoted_id) = before.quote_of else { return Ok(()) };
        let quoted = match &post.quote {
            Some(uri) => self.known_tweet(uri).await?.filter(|tweet| tweet.id == quoted_id),
            None => None,
        };
        let (state, stamp) = match quoted {
            Some(quoted) => self.judge_quote(post, act.actor.id, &quoted, act.budget).await?,
            // Its author no longer quotes: whoever is quoted may have asked for it.
            None => (QuoteState::Revoked, None),
        };
        self.decide(before.id, state, stamp).await
    }

    /// What is answered: `None` when it is no request to quote, `Some(None)` when it is none of ours to this actor.
    async fn our_quote_request(&self, act: &Act<'_>, object: &IdOr) -> Result<Option<Option<Tweet>>, Error> {
        let by_id = object.id().and_then(request_number);
        let document = object.document().map(Object).filter(|request| request.kind() == Some("QuoteRequest"));
        let quoting = match (by_id, document) {
            (Some((actor, number)), _) => self.own_tweet(&actor, number).await?,
            (None, Some(request)) => match request.loose_link("instrument") {
                Some(quoting) => self.known_tweet(&quoting).await?.filter(|tweet| tweet.local),
                None => None,
            },
            (None, None) => return Ok(None),
        };
        let Some(quoted) = quoting.as_ref().and_then(|tweet| tweet.quote_of) else { return Ok(Some(None)) };
        let quoted =
            self.service().store().read(move |conn| crate::store::tweets::by_id(conn, quoted)).await?;
        let is_theirs = quoted.is_some_and(|quoted| quoted.author == act.actor.id);
        Ok(Some(quoting.filter(|_| is_theirs)))
    }

    async fn own_tweet(&self, actor: &Url, number: i64) -> Result<Option<Tweet>, Error> {
        let Some(author) = self.local_account(actor).await? else { return Ok(None) };
        let read =
            self.service().store().read(move |conn| crate::store::tweets::by_id(conn, TweetId(number)));
        Ok(read.await?.filter(|tweet| tweet.author == author.id))
    }

    /// A yes or a no to a quote of ours. Answers false when it is about something else.
    pub(super) async fn quote_answered(
        &self,
        act: &Act<'_>,
        object: &IdOr,
        word: QuoteWord<'_>,
    ) -> Result<bool, Failure> {
        let Some(asked) = self.our_quote_request(act, object).await? else { return Ok(false) };
        let Some(quoting) = asked else { return Ok(true) };
        match word {
            QuoteWord::Yes(Some(stamp)) if same_origin(stamp, &act.activity.actor) => {
                if !self.is_gone(stamp, Some(&act.activity.actor)).await? {
                    let stamp = Some(stamp.as_str().to_owned());
                    self.decide(quoting.id, QuoteState::Accepted, stamp).await?;
                }
            }
            // A yes without a stamp of theirs can be shown to nobody.
            QuoteWord::Yes(_) => {}
            QuoteWord::No => self.decide(quoting.id, QuoteState::Rejected, None).await?,
        }
        Ok(true)
    }

    /// A stamp is gone by its owner's word: what it allowed is no longer shown.
    pub(super) async fn stamp_gone(&self, owner: Option<AccountId>, stamp: &Url) -> Result<(), Failure> {
        let Some(owner) = owner else { return Ok(()) };
        let uri = stamp.as_str().to_owned();
        let read = move |conn: &mut _| quotes::allowed_by(conn, &uri, owner, OF_ONE_STAMP);
        for tweet in self.service().store().read(read).await? {
            self.decide(tweet, QuoteState::Revoked, None).await?;
        }
        Ok(())
    }
}

/// The actor and the number in the id of a request of ours, `{actor}#quote_requests/{tweet}`.
fn request_number(id: &Url) -> Option<(Url, i64)> {
    let number = id.fragment()?.strip_prefix("quote_requests/")?.parse().ok()?;
    let mut actor = id.clone();
    actor.set_fragment(None);
    Some((actor, number))
}
