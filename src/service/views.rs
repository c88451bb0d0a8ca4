//! Tweets as a viewer sees them: whole, with author, original, quote and the viewer's own marks.
//!
//! The one place where a tweet becomes visible: every list and every single tweet passes [`Service::views`],
//! which asks the one predicate of [`crate::model::visibility`]. A page costs a constant number of queries.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Service;
use super::polls::PollView;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::ids::{AccountId, TweetId};
use crate::model::preview::{self, Preview};
use crate::model::quote::{MayQuote, QuotePolicy};
use crate::model::tweet::Tweet;
use crate::model::visibility::{Facts, Place, Relations, Viewer, can_see, can_see_retweet};
use crate::store::tweets::Flags;
use crate::store::{Conn, StoreError, accounts, polls, previews, tweets};

/// A tweet with what a viewer needs to see of it.
#[derive(Clone, Debug)]
pub struct TweetView {
    /// The row: of a retweet, the retweet's own.
    pub tweet: Tweet,
    /// Its author.
    pub author: Arc<Account>,
    /// What the viewer did to it (to the original, for a retweet).
    pub flags: Flags,
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
    pub preview: Option<Preview>,
}

impl TweetView {
    /// The same with whether its viewer may quote it, and what it shows.
    fn for_quoter(mut self, eyes: &Eyes) -> Self {
        self.may_quote = may_quote(&self.tweet, &self.author, eyes.viewer());
        self.retweet_of = self.retweet_of.map(|original| Box::new(original.for_quoter(eyes)));
        self.quote_of = self.quote_of.map(|quoted| Box::new(quoted.for_quoter(eyes)));
        self
    }

    /// The tweet to show: the original of a retweet, else itself.
    pub fn shown(&self) -> &TweetView {
        self.retweet_of.as_deref().unwrap_or(self)
    }
}

/// A viewer with its relations, held while a page is made.
#[derive(Clone, Debug, Default)]
pub struct Eyes {
    viewer: Option<(AccountId, Arc<Relations>)>,
}

impl Eyes {
    /// The eyes of an account with these relations.
    pub fn of(account: AccountId, relations: Arc<Relations>) -> Self {
        Self { viewer: Some((account, relations)) }
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
        let viewer = match viewer {
            Some(id) => Some((id, self.graph().relations(id).await?)),
            None => None,
        };
        Ok(Eyes { viewer })
    }

    /// Those of these tweets that the viewer may see in this place, in the order of `ids`.
    pub async fn views(&self, eyes: &Eyes, ids: Vec<TweetId>, place: Place) -> Result<Vec<TweetView>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let loaded = self.load_views(eyes.account(), ids.clone()).await?;
        Ok(ids.into_iter().filter_map(|id| loaded.view(id, eyes, place, true)).collect())
    }

    /// Reads all that these tweets are shown with.
    pub(super) async fn load_views(&self, viewer: Option<AccountId>, ids: Vec<TweetId>) -> Result<Loaded> {
        let (now_ms, link_previews) = (self.now_ms(), self.rules().link_previews);
        let load = move |conn: &mut Conn| {
            let loaded = load(conn, viewer, &ids, now_ms)?;
            if link_previews { loaded.with_previews(conn) } else { Ok(loaded) }
        };
        Ok(self.store().read(load).await?)
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
        let now_ms = self.now_ms();
        let loaded = self.store().read(move |conn| load(conn, None, &ids, now_ms)).await?;
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

/// What one read brought: everything that the views of a page are put together from.
pub(super) struct Loaded {
    tweets: HashMap<TweetId, Tweet>,
    accounts: HashMap<AccountId, Arc<Account>>,
    flags: HashMap<TweetId, Flags>,
    /// What the viewer chose in polls.
    chosen: HashMap<TweetId, Vec<i64>>,
    previews: HashMap<TweetId, Preview>,
    now_ms: Millis,
}

fn load(
    conn: &mut Conn,
    viewer: Option<AccountId>,
    ids: &[TweetId],
    now_ms: Millis,
) -> Result<Loaded, StoreError> {
    let mut known: HashMap<TweetId, Tweet> = HashMap::new();
    let mut wanted: Vec<TweetId> = ids.to_vec();
    // Three rounds: the tweets, their originals and quotes, and the quotes of originals.
    for _ in 0..3 {
        wanted.retain(|id| !known.contains_key(id));
        wanted.sort_unstable();
        wanted.dedup();
        let found = tweets::by_ids(conn, &wanted)?;
        wanted = found.iter().flat_map(|tweet| [tweet.retweet_of, tweet.quote_of]).flatten().collect();
        known.extend(found.into_iter().map(|tweet| (tweet.id, tweet)));
    }
    let people: HashSet<AccountId> =
        known.values().flat_map(|tweet| [Some(tweet.author), tweet.reply_to_author]).flatten().collect();
    let people: Vec<AccountId> = people.into_iter().collect();
    let accounts = accounts::by_ids(conn, &people)?;
    let flags = match viewer {
        Some(viewer) => tweets::flags(conn, viewer, &known.keys().copied().collect::<Vec<_>>())?,
        None => HashMap::new(),
    };
    let with_poll: Vec<TweetId> =
        known.values().filter(|tweet| tweet.poll.is_some()).map(|tweet| tweet.id).collect();
    let chosen = match viewer {
        Some(viewer) => polls::chosen_by(conn, viewer, &with_poll)?,
        None => HashMap::new(),
    };
    Ok(Loaded {
        chosen,
        previews: HashMap::new(),
        now_ms,
        tweets: known,
        accounts: accounts.into_iter().map(|account| (account.id, Arc::new(account))).collect(),
        flags,
    })
}

impl Loaded {
    fn with_previews(self, conn: &mut Conn) -> Result<Self, StoreError> {
        let with_room: Vec<TweetId> =
            self.tweets.values().filter(|tweet| preview::has_room(tweet)).map(|tweet| tweet.id).collect();
        Ok(Self { previews: previews::of_tweets(conn, &with_room)?, ..self })
    }

    /// Puts a view together when the viewer may see it; `outer` is false for a quoted tweet, whose own quote
    /// is not shown.
    fn view(&self, id: TweetId, eyes: &Eyes, place: Place, outer: bool) -> Option<TweetView> {
        let sees_quoted = |quoted| outer && self.shows(quoted, eyes, Place::Direct);
        let view = self.shows(id, eyes, place).then(|| self.compose(id, eyes.account(), &sees_quoted))?;
        view.map(|view| view.for_quoter(eyes))
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

    /// A tweet of which is known that it may be seen, with whether everybody may quote it; `quotes` says of a quoted one
    /// whether it is shown too.
    pub(super) fn compose(
        &self,
        id: TweetId,
        viewer: Option<AccountId>,
        quotes: &dyn Fn(TweetId) -> bool,
    ) -> Option<TweetView> {
        let (tweet, author) = self.row(id)?;
        let retweet_of = match tweet.retweet_of {
            Some(original) => Some(Box::new(self.compose(original, viewer, quotes)?)),
            None => None,
        };
        let quote_of = tweet
            .quotes()
            .filter(|quoted| quotes(*quoted))
            .and_then(|quoted| self.compose(quoted, viewer, &|_| false))
            .map(Box::new);
        Some(TweetView {
            author: Arc::clone(author),
            flags: self.flags.get(&tweet.retweet_of.unwrap_or(id)).copied().unwrap_or_default(),
            reply_to_author: tweet
                .reply_to_author
                .and_then(|id| self.accounts.get(&id))
                .filter(|account| !account.suspended)
                .map(Arc::clone),
            retweet_of,
            quote_of,
            may_quote: may_quote(tweet, author, None),
            preview: self.previews.get(&id).cloned(),
            poll: PollView::of(tweet, viewer, self.chosen.get(&id), self.now_ms),
            tweet: tweet.clone(),
        })
    }

    /// A tweet with its author.
    pub(super) fn row(&self, id: TweetId) -> Option<(&Tweet, &Arc<Account>)> {
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
