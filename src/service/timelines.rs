//! Timelines that come from the database: account, local, federated, hashtag; and threads.

use std::collections::HashMap;

use super::Service;
use super::pages::{Look, cut, filled_page, one_more};
use super::views::{Eyes, TweetView};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::cursor::{Cursor, Page};
use crate::model::entities::fold_tag;
use crate::model::ids::{AccountId, TweetId};
use crate::model::preview;
use crate::model::tweet::Tweet;
use crate::model::visibility::{Place, Visibility};
use crate::store::timelines::{self, Line, Slice};
use crate::store::{Conn, StoreError};

/// Which of an account's tweets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Tweets and retweets, no replies to others.
    Posts,
    /// Replies too.
    Replies,
    /// Those with pictures.
    Media,
}

/// A list that everybody shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicList {
    /// By accounts of ours.
    Local,
    /// By anybody known here.
    Federated,
    /// With a hashtag.
    Hashtag(String),
    /// With any of these hashtags, which are folded.
    AnyHashtag(Vec<String>),
    /// With the card of the page at this address.
    Link(String),
}

impl PublicList {
    /// Tweets with the card of a page. Its address is read as those in tweets are.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `url`: `bad_url`.
    pub fn of_page(url: &str) -> Result<Self> {
        let message = "say the address of a page, of http or https";
        preview::page_at(url).map(Self::Link).ok_or_else(|| Error::invalid("url", "bad_url", message))
    }

    /// Whether a tweet is of those that lists like these have: for everybody, no retweet, no answer to somebody else.
    pub fn takes(tweet: &Tweet) -> bool {
        tweet.visibility == Visibility::Public
            && tweet.retweet_of.is_none()
            && stands_alone(tweet.reply_to.is_some(), tweet.reply_to_author, tweet.author)
    }
}

/// Answers are read in their threads; those to oneself go on with what was said.
fn stands_alone(is_reply: bool, reply_to_author: Option<AccountId>, author: AccountId) -> bool {
    !is_reply || reply_to_author == Some(author)
}

/// A tweet with what came before and after it.
#[derive(Clone, Debug)]
pub struct Thread {
    /// What it answers, the oldest first.
    pub ancestors: Vec<TweetView>,
    /// The tweet.
    pub tweet: TweetView,
    /// What answers it, directly or not, the oldest first.
    pub descendants: Vec<TweetView>,
    /// It begins further up than `ancestors` does.
    pub more_above: bool,
    /// There are more answers than `descendants` has.
    pub more_below: bool,
}

impl Service {
    /// The tweets of an account, newest first.
    #[expect(clippy::too_many_arguments, reason = "a viewer, a list of two words, and where to read it")]
    pub async fn account_tweets(
        &self,
        viewer: Option<AccountId>,
        account: AccountId,
        tab: Tab,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<TweetView>> {
        self.account(account).await?;
        let list = move |conn: &mut Conn, slice: Slice| match tab {
            Tab::Media => timelines::by_account_media(conn, account, slice),
            Tab::Posts | Tab::Replies => timelines::by_account(conn, account, slice),
        };
        let keep = move |line: &Line| {
            tab != Tab::Posts
                || line.retweet_of.is_some()
                || !line.is_reply
                || line.reply_to_author == Some(account)
        };
        // Going to a profile is asking for it: a mute does not empty it.
        self.tweet_page(viewer, Place::Direct, (cursor, limit), list, keep).await
    }

    /// A list that everybody shares, newest first.
    pub async fn public_tweets(
        &self,
        viewer: Option<AccountId>,
        list: PublicList,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<TweetView>> {
        let read = move |conn: &mut Conn, slice: Slice| match &list {
            PublicList::Local => timelines::local(conn, slice),
            PublicList::Federated => timelines::public(conn, slice),
            PublicList::Hashtag(tag) => match fold_tag(tag) {
                Some(tag) => timelines::hashtag(conn, &tag, slice),
                None => Ok(Vec::new()),
            },
            PublicList::AnyHashtag(tags) => timelines::any_hashtag(conn, tags, slice),
            PublicList::Link(url) => timelines::linking_to(conn, url, slice),
        };
        let keep = |line: &Line| stands_alone(line.is_reply, line.reply_to_author, line.author);
        self.tweet_page(viewer, Place::PublicList, (cursor, limit), read, keep).await
    }

    /// Fills a page from a list, leaving out what `keep` or the viewer's eyes do not want.
    #[expect(clippy::too_many_arguments, reason = "what to read, for whom, where, and what to leave out")]
    async fn tweet_page(
        &self,
        viewer: Option<AccountId>,
        place: Place,
        (cursor, limit): (Cursor, usize),
        list: impl Fn(&mut Conn, Slice) -> Result<Vec<Line>, StoreError> + Clone + Send + 'static,
        keep: impl Fn(&Line) -> bool,
    ) -> Result<Page<TweetView>> {
        let eyes = self.eyes(viewer).await?;
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let after = cursor.after.map(TweetId);
        let chunk = limit.saturating_mul(2).min(limits::BATCH_IDS_MAX);
        let (eyes, keep) = (&eyes, &keep);
        let look = |before: Option<i64>| {
            let before = before.map(TweetId);
            let (list, slice) =
                (list.clone(), Slice { before, after, limit: i64::try_from(chunk).unwrap_or(1) });
            async move {
                let lines = self.store().read(move |conn| list(conn, slice)).await?;
                let (last, more) = (lines.last().map(|line| line.id.0), lines.len() == chunk);
                let ids = lines.iter().filter(|line| keep(line)).map(|line| line.id).collect();
                Ok::<_, Error>(Look { shown: self.views(eyes, ids, place).await?, last, more })
            }
        };
        filled_page(cursor, limit, |view: &TweetView| view.tweet.id.0, look).await
    }

    /// The tweets that quote a tweet which the viewer may see, newest first.
    pub async fn quotes(
        &self,
        viewer: Option<AccountId>,
        id: TweetId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<TweetView>> {
        let quoted = self.tweet(viewer, id).await?.shown().tweet.id;
        let list = move |conn: &mut Conn, slice: Slice| timelines::quotes(conn, quoted, slice);
        self.tweet_page(viewer, Place::List, (cursor, limit), list, |_| true).await
    }

    /// A tweet with its thread.
    pub async fn thread(&self, viewer: Option<AccountId>, id: TweetId) -> Result<Thread> {
        let tweet = self.tweet(viewer, id).await?.shown().clone();
        let id = tweet.tweet.id;
        let eyes = self.eyes(viewer).await?;
        let (up, down) = (one_more(limits::THREAD_ANCESTORS_MAX), one_more(limits::THREAD_DESCENDANTS_MAX));
        let (mut above, mut below) = self
            .store()
            .read(move |conn| {
                Ok((timelines::ancestors(conn, id, up)?, timelines::descendants(conn, id, down)?))
            })
            .await?;
        let more_above = cut(&mut above, limits::THREAD_ANCESTORS_MAX);
        let more_below = cut(&mut below, limits::THREAD_DESCENDANTS_MAX);
        above.reverse();
        let ancestors = self.views(&eyes, above, Place::Direct).await?;
        let descendants = self.replies(&eyes, id, below).await?;
        Ok(Thread { ancestors, tweet, descendants, more_above, more_below })
    }

    /// The direct answers to a tweet that the viewer may see, the oldest first; the next page is of newer ones.
    pub async fn direct_replies(
        &self,
        viewer: Option<AccountId>,
        id: TweetId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<TweetView>> {
        let id = self.tweet(viewer, id).await?.shown().tweet.id;
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let after = TweetId(cursor.after.unwrap_or(-1));
        let mut ids =
            self.store().read(move |conn| timelines::replies(conn, id, after, one_more(limit))).await?;
        let more = cut(&mut ids, limit);
        let next = ids.last().filter(|_| more).map(|last| Cursor { before: None, after: Some(last.0) });
        let eyes = self.eyes(viewer).await?;
        let items = self.views(&eyes, ids, Place::List).await?;
        Ok(Page { items, next: next.map(|next| next.to_string()), prev: None })
    }

    /// The visible answers; an answer to something hidden is hidden with it.
    async fn replies(
        &self,
        eyes: &Eyes,
        root: TweetId,
        below: Vec<(TweetId, Option<TweetId>)>,
    ) -> Result<Vec<TweetView>> {
        let ids = below.iter().map(|(id, _)| *id).collect();
        let mut answers: HashMap<TweetId, Vec<TweetView>> = HashMap::new();
        for view in self.views(eyes, ids, Place::List).await? {
            if let Some(parent) = view.tweet.reply_to {
                answers.entry(parent).or_default().push(view);
            }
        }
        // Down from the root, not by age: another instance's clock may put an answer before its question.
        let mut reached = Vec::new();
        let mut parents = vec![root];
        while let Some(parent) = parents.pop() {
            let found = answers.remove(&parent).unwrap_or_default();
            parents.extend(found.iter().map(|view| view.tweet.id));
            reached.extend(found);
        }
        reached.sort_by_key(|view| view.tweet.id);
        Ok(reached)
    }
}
