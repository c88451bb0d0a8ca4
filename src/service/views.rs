//! Tweets as a viewer sees them: whole, with author, original, quote and the viewer's own marks.
//!
//! The one place where a tweet becomes visible: every list and every single tweet passes [`Service::views`],
//! which asks the one predicate of [`crate::model::visibility`]. A page costs a constant number of queries.

use std::collections::HashMap;
use std::sync::Arc;

use super::Service;
use super::loading::Loaded;
use super::polls::PollView;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::filter::{FilterHit, Matcher};
use crate::model::ids::{AccountId, TweetId};
use crate::model::preview::Preview;
use crate::model::quote::{MayQuote, QuotePolicy};
use crate::model::tweet::Tweet;
use crate::model::visibility::{Facts, Place, Relations, Viewer, can_see, can_see_retweet};
use crate::store::tweets::Flags;

/// A tweet with what a viewer needs to see of it.
#[derive(Clone, Debug)]
pub struct TweetView {
    /// The row: of a retweet, the retweet's own.
    pub tweet: Arc<Tweet>,
    /// Its author.
    pub author: Arc<Account>,
    /// What the viewer did to it (to the original, for a retweet).
    pub flags: Flags,
    /// What the viewer's filters find in it (in the original, for a retweet). Whoever shows it does the rest.
    pub filtered: Vec<FilterHit>,
    /// The author of the tweet it answers.
    pub reply_to_author: Option<Arc<Account>>,
    /// The original, when this is a retweet.
    pub retweet_of: Option<Box<TweetView>>,
    /// The quoted tweet, when there is one, its author consents, and the viewer may see it.
    pub quote_of: Option<Box<TweetView>>,
    /// Whether the viewer may quote it.
    pub may_quote: MayQuote,
    /// Its poll.
    pub poll: Option<PollView>,
    /// The page that it links to, when that says something of itself and nothing else takes its place.
    pub preview: Option<Arc<Preview>>,
}

impl TweetView {
    /// The tweet to show: the original of a retweet, else itself.
    pub fn shown(&self) -> &TweetView {
        self.retweet_of.as_deref().unwrap_or(self)
    }
}

/// A viewer with its relations and filters, held while a page is made.
#[derive(Clone, Debug, Default)]
pub struct Eyes {
    viewer: Option<(AccountId, Arc<Relations>)>,
    matcher: Option<Arc<Matcher>>,
}

impl Eyes {
    /// The eyes of an account with these relations, and without its filters.
    pub fn of(account: AccountId, relations: Arc<Relations>) -> Self {
        Self { viewer: Some((account, relations)), matcher: None }
    }

    /// The viewer as the predicate wants it.
    pub fn viewer(&self) -> Option<Viewer<'_>> {
        self.viewer.as_ref().map(|(id, relations)| Viewer { id: *id, relations })
    }

    /// The viewer's account.
    pub fn account(&self) -> Option<AccountId> {
        self.viewer.as_ref().map(|(id, _)| *id)
    }

    /// Whether there is a block between the viewer and this account, whoever made it.
    pub fn blocked(&self, other: AccountId) -> bool {
        self.relations().is_some_and(|relations| {
            relations.blocking.contains(&other) || relations.blocked_by.contains(&other)
        })
    }

    /// The viewer's relations.
    pub fn relations(&self) -> Option<&Relations> {
        self.viewer.as_ref().map(|(_, relations)| relations.as_ref())
    }
}

impl Service {
    /// A viewer's eyes; `None` is somebody who is not signed in.
    pub async fn eyes(&self, viewer: Option<AccountId>) -> Result<Eyes> {
        let Some(id) = viewer else { return Ok(Eyes::default()) };
        let matcher = self.matcher(id).await?;
        Ok(Eyes { viewer: Some((id, self.graph().relations(id).await?)), matcher: Some(matcher) })
    }

    /// Those of these tweets that the viewer may see in this place, in the order of `ids`.
    pub async fn views(&self, eyes: &Eyes, ids: Vec<TweetId>, place: Place) -> Result<Vec<TweetView>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let loaded = self.load_views(eyes.account(), ids.clone()).await?;
        Ok(ids.into_iter().filter_map(|id| loaded.view(id, eyes, place, true)).collect())
    }

    /// Tweets as their authors see them, by tweet, without marks; those that are gone are left out.
    pub(crate) async fn views_of_authors(
        &self,
        wanted: Vec<(AccountId, TweetId)>,
    ) -> Result<HashMap<TweetId, TweetView>> {
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<TweetId> = wanted.iter().map(|(_, tweet)| *tweet).collect();
        let loaded = self.load_now(ids, false).await?;
        let mut views = HashMap::new();
        for (author, id) in wanted {
            let eyes = self.eyes(Some(author)).await?;
            views.extend(loaded.view(id, &eyes, Place::Direct, true).map(|view| (id, view)));
        }
        Ok(views)
    }

    /// One tweet by its address.
    pub async fn tweet(&self, viewer: Option<AccountId>, id: TweetId) -> Result<TweetView> {
        let eyes = self.eyes(viewer).await?;
        self.views(&eyes, vec![id], Place::Direct).await?.pop().ok_or(Error::NotFound("tweet"))
    }
}

impl Loaded {
    /// Puts a view together when the viewer may see it; `outer` is false for a quoted tweet, whose own quote
    /// is not shown.
    fn view(&self, id: TweetId, eyes: &Eyes, place: Place, outer: bool) -> Option<TweetView> {
        let sees_quoted = |quoted| outer && self.shows(quoted, eyes, Place::Direct);
        self.shows(id, eyes, place).then(|| self.compose(id, eyes, &sees_quoted))?
    }

    /// Whether the viewer may see it in this place.
    pub(super) fn shows(&self, id: TweetId, eyes: &Eyes, place: Place) -> bool {
        let Some((tweet, author)) = self.row(id) else { return false };
        let (viewer, mentioned) = (eyes.viewer(), mentions(tweet));
        let facts = facts(tweet, author, &mentioned);
        let Some(original) = tweet.retweet_of else { return can_see(viewer.as_ref(), &facts, place) };
        let Some((original, original_author)) = self.row(original) else { return false };
        let mentioned = mentions(original);
        let original_facts = self::facts(original, original_author, &mentioned);
        can_see_retweet(viewer.as_ref(), &facts, &original_facts, place)
    }

    /// A tweet of which is known that these eyes may see it; `quotes` says of a quoted one whether it is shown too.
    pub(super) fn compose(
        &self,
        id: TweetId,
        eyes: &Eyes,
        quotes: &dyn Fn(TweetId) -> bool,
    ) -> Option<TweetView> {
        let (tweet, author) = self.row(id)?;
        let retweet_of = match tweet.retweet_of {
            Some(original) => Some(Box::new(self.compose(original, eyes, quotes)?)),
            None => None,
        };
        let quote_of = tweet
            .quotes()
            .filter(|quoted| quotes(*quoted))
            .and_then(|quoted| self.compose(quoted, eyes, &|_| false))
            .map(Box::new);
        let shown = tweet.retweet_of.and_then(|original| self.tweets.get(&original)).unwrap_or(tweet);
        let matcher = eyes.matcher.as_ref();
        Some(TweetView {
            author: Arc::clone(author),
            filtered: matcher.map(|matcher| matcher.hits(shown, id, self.now_ms)).unwrap_or_default(),
            flags: self.flags.get(&tweet.retweet_of.unwrap_or(id)).copied().unwrap_or_default(),
            reply_to_author: tweet
                .reply_to_author
                .and_then(|id| self.accounts.get(&id))
                .filter(|account| !account.suspended)
                .map(Arc::clone),
            retweet_of,
            quote_of,
            may_quote: may_quote(tweet, author, eyes.viewer()),
            preview: self.previews.get(&id).cloned(),
            poll: PollView::of(tweet, eyes.account(), self.chosen.get(&id), self.now_ms),
            tweet: Arc::clone(tweet),
        })
    }

    /// A tweet with its author.
    pub(super) fn row(&self, id: TweetId) -> Option<(&Arc<Tweet>, &Arc<Account>)> {
        let tweet = self.tweets.get(&id)?;
        Some((tweet, self.accounts.get(&tweet.author)?))
    }
}

/// Of a tweet that may be seen; without a viewer, what holds for everybody.
fn may_quote(tweet: &Tweet, author: &Account, viewer: Option<Viewer<'_>>) -> MayQuote {
    if tweet.retweet_of.is_some() {
        return MayQuote::No;
    }
    if viewer.is_some_and(|viewer| viewer.id == tweet.author) {
        return MayQuote::Yes;
    }
    let follows = viewer.is_some_and(|viewer| viewer.relations.following.contains(&tweet.author));
    match tweet.quote_policy(author) {
        None | Some(QuotePolicy::Everyone) => MayQuote::Yes,
        Some(QuotePolicy::Followers) if follows => MayQuote::Yes,
        Some(QuotePolicy::Asked) => MayQuote::Ask,
        Some(QuotePolicy::Followers | QuotePolicy::Nobody) => MayQuote::No,
    }
}

fn mentions(tweet: &Tweet) -> Vec<AccountId> {
    tweet.mentions.iter().map(|mention| mention.account).collect()
}

fn facts<'a>(tweet: &Tweet, author: &'a Account, mentions: &'a [AccountId]) -> Facts<'a> {
    Facts {
        author: tweet.author,
        author_domain: author.domain.as_deref(),
        author_suspended: author.suspended,
        author_limited: author.limited,
        visibility: tweet.visibility,
        mentions,
    }
}
