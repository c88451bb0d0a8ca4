//! Tweets as a viewer sees them: whole, with author, original, quote and the viewer's own marks.
//!
//! The one place where a tweet becomes visible: every list and every single tweet passes [`Service::views`],
//! which asks the one predicate of [`crate::model::visibility`]. A page costs a constant number of queries.

use std::collections::HashMap;
use std::sync::Arc;

use super::Service;
use super::polls::PollView;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::filter::{FilterHit, Matcher};
use crate::model::ids::{AccountId, TweetId};
use crate::model::preview::Preview;
use crate::model::quote::{MayQuote, QuotePolicy};
use crate::model::tweet::Tweet;
use crate::model::visibility::{Facts, Place, Relations, Viewer, can_see, can_see_retweet};
use crate::store::marks::Flags;

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
        if let Ok(views) = views_of(&self.at_hand(eyes.account()), eyes, &ids, place) {
            return Ok(views);
        }
        let loaded = self.load_views(eyes.account(), ids.clone()).await?;
        Ok(views_of(&loaded, eyes, &ids, place).unwrap_or_default())
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
            let view = views_of(&loaded, &eyes, &[id], Place::Direct).ok().and_then(|mut views| views.pop());
            views.extend(view.map(|view| (id, view)));
        }
        Ok(views)
    }

    /// One tweet by its address.
    pub async fn tweet(&self, viewer: Option<AccountId>, id: TweetId) -> Result<TweetView> {
        let eyes = self.eyes(viewer).await?;
        self.views(&eyes, vec![id], Place::Direct).await?.pop().ok_or(Error::NotFound("tweet"))
    }
}

/// What views are put together from: what is kept in memory, or what was read for a page.
pub(super) trait Pieces {
    /// A tweet; inside, `None` when it is gone.
    fn tweet(&self, id: TweetId) -> AtHand<Option<Arc<Tweet>>>;
    /// An account; inside, `None` when it is gone.
    fn account(&self, id: AccountId) -> AtHand<Option<Arc<Account>>>;
    /// What the viewer did to a tweet.
    fn flags(&self, tweet: &Tweet) -> AtHand<Flags>;
    /// The card of a tweet, if it has one.
    fn preview(&self, tweet: &Tweet) -> AtHand<Option<Arc<Preview>>>;
    /// What the viewer chose in a tweet's poll.
    fn chosen(&self, id: TweetId) -> Option<&Vec<i64>>;
    /// The time of the page.
    fn now_ms(&self) -> Millis;
}

/// Something, unless it has to be read first.
pub(super) type AtHand<T> = std::result::Result<T, NotAtHand>;

/// It has to be read first.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotAtHand;

/// A tweet with its author, and the same of its original when it is a retweet.
pub(super) struct Rows {
    pub(super) tweet: Arc<Tweet>,
    pub(super) author: Arc<Account>,
    original: Option<Box<Rows>>,
}

impl Rows {
    /// The rows of a tweet; inside, `None` when one of them is gone.
    pub(super) fn of(pieces: &impl Pieces, id: TweetId) -> AtHand<Option<Self>> {
        let Some(tweet) = pieces.tweet(id)? else { return Ok(None) };
        let Some(author) = pieces.account(tweet.author)? else { return Ok(None) };
        let original = match tweet.retweet_of {
            Some(original) => match Self::of(pieces, original)? {
                Some(original) => Some(Box::new(original)),
                None => return Ok(None),
            },
            None => None,
        };
        Ok(Some(Self { tweet, author, original }))
    }

    /// The same when these eyes may see it in this place.
    fn seen(pieces: &impl Pieces, id: TweetId, eyes: &Eyes, place: Place) -> AtHand<Option<Self>> {
        Ok(Self::of(pieces, id)?.filter(|rows| rows.show(eyes, place)))
    }

    /// Whether these eyes may see it in this place.
    pub(super) fn show(&self, eyes: &Eyes, place: Place) -> bool {
        let (viewer, mentioned) = (eyes.viewer(), mentions(&self.tweet));
        let facts = facts(&self.tweet, &self.author, &mentioned);
        let Some(original) = &self.original else { return can_see(viewer.as_ref(), &facts, place) };
        let mentioned = mentions(&original.tweet);
        let original_facts = self::facts(&original.tweet, &original.author, &mentioned);
        can_see_retweet(viewer.as_ref(), &facts, &original_facts, place)
    }

    /// The tweet to show: the original of a retweet, else itself.
    pub(super) fn shown(&self) -> &Tweet {
        self.original.as_ref().map_or(&self.tweet, |original| &original.tweet)
    }

    /// The view of what these eyes may see; `quoted` gives the rows of a quoted tweet when it is shown too.
    pub(super) fn view<P: Pieces>(
        self,
        pieces: &P,
        eyes: &Eyes,
        quoted: &dyn Fn(TweetId) -> AtHand<Option<Self>>,
    ) -> AtHand<TweetView> {
        let (id, now_ms) = (self.tweet.id, pieces.now_ms());
        let hits = |matcher: &Arc<Matcher>| matcher.hits(self.shown(), id, now_ms);
        let filtered = eyes.matcher.as_ref().map(hits).unwrap_or_default();
        let flags = pieces.flags(self.shown())?;
        let Self { tweet, author, original } = self;
        let retweet_of = match original {
            Some(original) => Some(Box::new(original.view(pieces, eyes, quoted)?)),
            None => None,
        };
        let quote_of = match tweet.quotes().map(quoted).transpose()?.flatten() {
            Some(rows) => Some(Box::new(rows.view(pieces, eyes, &|_| Ok(None))?)),
            None => None,
        };
        let reply_to_author = match tweet.reply_to_author {
            Some(author) => pieces.account(author)?.filter(|account| !account.suspended),
            None => None,
        };
        Ok(TweetView {
            filtered,
            flags,
            reply_to_author,
            retweet_of,
            quote_of,
            may_quote: may_quote(&tweet, &author, eyes.viewer()),
            preview: pieces.preview(&tweet)?,
            poll: PollView::of(&tweet, eyes.account(), pieces.chosen(id), now_ms),
            author,
            tweet,
        })
    }
}

/// The views of what these eyes may see in this place, in the order of `ids`.
fn views_of(pieces: &impl Pieces, eyes: &Eyes, ids: &[TweetId], place: Place) -> AtHand<Vec<TweetView>> {
    let mut views = Vec::with_capacity(ids.len());
    let quoted = |quoted| Rows::seen(pieces, quoted, eyes, Place::Direct);
    for id in ids {
        if let Some(rows) = Rows::seen(pieces, *id, eyes, place)? {
            views.push(rows.view(pieces, eyes, &quoted)?);
        }
    }
    Ok(views)
}

/// Of a tweet that may be seen; without a viewer, what holds for everybody.
fn may_quote(tweet: &Tweet, author: &Account, viewer: Option<Viewer<'_>>) -> MayQuote {
    if tweet.retweet_of.is_some() {
        return MayQuote::No;
    }
    if viewer.is_some_and(|viewer| viewer.id == tweet.author) {
        return MayQuote::Yes;
    }
    let follows = || viewer.is_some_and(|viewer| viewer.relations.following.contains(&tweet.author));
    match tweet.quote_policy(author) {
        None | Some(QuotePolicy::Everyone) => MayQuote::Yes,
        Some(QuotePolicy::Followers) if follows() => MayQuote::Yes,
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
