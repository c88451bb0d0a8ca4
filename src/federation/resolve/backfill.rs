//! The answers of a thread that nobody sent us: asked for when somebody opens it.
//!
//! First upwards from the opened post, then down: each post of another instance is asked for its collection of
//! replies, the opened one first. A post says what it answers, and only one that answers the post whose collection
//! named it is taken: nobody fills a thread with what does not belong there. What is not for everybody is left.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use futures_util::future::join_all;
use url::Url;

use super::ResolveError;
use super::collected::Extent;
use super::fetch::{Allowance, Budget};
use super::posts::{Arrival, optional};
use super::reading::Brought;
use crate::clock::Millis;
use crate::config::limits;
use crate::federation::Federation;
use crate::federation::objects::{Audience, IdOr, Post};
use crate::model::ids::TweetId;
use crate::model::tweet::Tweet;
use crate::store::backfills::{self, Subject};
use crate::store::{threads, timelines, tweets};

/// What reading a thread once may cost: an answer is a post and, of an author who is new here, three fetches more.
const THREAD: Allowance =
    Allowance { fetches: 600, hosts: 60, time: Duration::from_secs(120), failures_ms: Millis::MAX };
/// Posts of one thread that are asked for their replies in one go.
const POSTS_ASKED_MAX: usize = 60;
/// How far one collection of replies is read.
const REPLIES: Extent = Extent { pages: 4, items: 100 };
/// Answers that are fetched at once.
const AT_ONCE: usize = 4;

/// A post of the thread that is to be asked for its replies.
struct Next {
    tweet: TweetId,
    uri: Url,
    /// Its document, if it just came.
    post: Option<Post>,
}

impl Federation {
    /// Fetches what is missing of a thread around `opened`.
    pub(super) async fn read_thread(
        &self,
        thread: TweetId,
        opened: TweetId,
    ) -> Result<Brought, ResolveError> {
        let budget = Budget::of(THREAD);
        let mut brought = Brought::default();
        let root = self.climb(opened, &mut brought, &budget).await?.unwrap_or(thread);
        brought.thread = Some(root);
        let mut queue = self.known_posts(root, opened).await?;
        let mut asked = HashSet::new();
        while let Some(next) = queue.pop_front() {
            let room = limits::BACKFILL_ANSWERS_MAX.saturating_sub(brought.answers);
            if room == 0 || asked.len() >= POSTS_ASKED_MAX || budget.is_spent() {
                brought.limited = true;
                break;
            }
            if !asked.insert(next.tweet) {
                continue;
            }
            let Some(post) = self.document_of(&next, &budget).await? else { continue };
            brought.read = true;
            let answers = self.new_answers(&post, room, &budget).await?;
            if answers.is_empty() {
                continue;
            }
            brought.answers += answers.len();
            for (tweet, post) in answers {
                queue.push_back(Next { tweet: tweet.id, uri: post.id.clone(), post: Some(post) });
            }
            let (subject, found) = (Subject::Thread(thread), brought.found());
            self.service().store().write(move |conn| backfills::bring(conn, subject, found)).await?;
        }
        Ok(brought)
    }

    /// Fetches what is missing above a tweet; answers what the thread begins with now.
    async fn climb(
        &self,
        opened: TweetId,
        brought: &mut Brought,
        budget: &Budget,
    ) -> Result<Option<TweetId>, ResolveError> {
        let most = i64::try_from(limits::THREAD_ANCESTORS_MAX).unwrap_or(i64::MAX);
        let store = self.service().store();
        let read = store.read(move |conn| {
            let above = timelines::ancestors(conn, opened, most)?;
            let top = above.last().copied().unwrap_or(opened);
            Ok((above.len(), tweets::by_id(conn, top)?))
        });
        let (steps, Some(top)) = read.await? else { return Ok(None) };
        let address = |uri: &Option<String>| uri.as_deref().and_then(|uri| Url::parse(uri).ok());
        let (Some(awaited), Some(own)) = (address(&top.reply_to_uri), address(&top.uri)) else {
            return Ok(Some(top.thread));
        };
        let hops = limits::BACKFILL_ANCESTORS_MAX.saturating_sub(steps);
        if let Some(parent) = self.fetched_up_from(awaited, &own, hops, budget).await? {
            brought.read = true;
            // Storing the parent has done it, unless the parent was here.
            self.put_under(top.id, parent.id).await?;
        }
        let read = store.read(move |conn| {
            let above = timelines::ancestors(conn, opened, most)?;
            Ok((above.len(), tweets::by_id(conn, opened)?))
        });
        let (steps_now, opened) = read.await?;
        brought.ancestors = steps_now.saturating_sub(steps);
        Ok(opened.map(|opened| opened.thread))
    }

    /// The posts of other instances that are known of a thread, the opened one first.
    async fn known_posts(&self, thread: TweetId, opened: TweetId) -> Result<VecDeque<Next>, ResolveError> {
        let most = i64::try_from(POSTS_ASKED_MAX).unwrap_or(i64::MAX);
        let read = self.service().store().read(move |conn| {
            let opened = tweets::by_id(conn, opened)?.filter(|tweet| tweet.visibility.is_open());
            Ok((opened, threads::remote_in(conn, thread, most)?))
        });
        let (opened, others) = read.await?;
        let first = opened.and_then(|tweet| Some((tweet.id, tweet.uri?)));
        let all = first.into_iter().chain(others);
        let next =
            |(tweet, uri): (TweetId, String)| Some(Next { tweet, uri: Url::parse(&uri).ok()?, post: None });
        Ok(all.filter_map(next).collect())
    }

    /// The document of a post, and with it how often it is liked and repeated by now.
    async fn document_of(&self, next: &Next, budget: &Budget) -> Result<Option<Post>, ResolveError> {
        if let Some(post) = &next.post {
            return Ok(Some(post.clone()));
        }
        let Some(post) = self.post_at(&next.uri, budget).await? else { return Ok(None) };
        let count = |total: Option<u64>| total.and_then(|total| i64::try_from(total).ok());
        let (tweet, likes, shares) = (next.tweet, count(post.likes_total), count(post.shares_total));
        if likes.is_some() || shares.is_some() {
            let write = move |conn: &mut _| threads::state_counts(conn, tweet, likes, shares);
            self.service().store().write(write).await?;
        }
        Ok(Some(post))
    }

    /// The answers to a post that its collection of replies names and that are not here, stored.
    async fn new_answers(
        &self,
        parent: &Post,
        room: usize,
        budget: &Budget,
    ) -> Result<Vec<(Tweet, Post)>, ResolveError> {
        let Some(replies) = &parent.replies else { return Ok(Vec::new()) };
        let named = optional(self.collected(replies, &parent.id, REPLIES, budget).await)?.unwrap_or_default();
        let uris = named.items.iter().filter_map(IdOr::id).map(Url::to_string).collect::<Vec<_>>();
        let mut seen = self.service().store().read(move |conn| threads::known_among(conn, &uris)).await?;
        let is_new = |item: &&IdOr| {
            item.id().is_some_and(|id| !self.is_ours(id) && seen.insert(id.as_str().to_owned()))
        };
        let new: Vec<&IdOr> = named.items.iter().filter(is_new).take(room).collect();
        let mut answers = Vec::new();
        for some in new.chunks(AT_ONCE) {
            let fetched = join_all(some.iter().map(|item| self.answer(item, parent, budget))).await;
            for answer in fetched {
                answers.extend(answer?);
            }
        }
        Ok(answers)
    }

    /// One answer, if it is one to `parent` and for everybody.
    async fn answer(
        &self,
        item: &IdOr,
        parent: &Post,
        budget: &Budget,
    ) -> Result<Option<(Tweet, Post)>, ResolveError> {
        let Some(post) = self.post_of(item, budget).await? else { return Ok(None) };
        let belongs = post.in_reply_to.as_ref() == Some(&parent.id) && post.vote().is_none();
        if !belongs || !is_open(&post) {
            return Ok(None);
        }
        let stored = optional(self.tweet_that(Arrival::Fetched, &post, budget).await)?;
        Ok(stored.map(|tweet| (tweet, post)))
    }

    /// The post that a collection names: its copy there if that came from its own host, else its document.
    pub(super) async fn post_of(&self, item: &IdOr, budget: &Budget) -> Result<Option<Post>, ResolveError> {
        let Some(id) = item.id() else { return Ok(None) };
        // What a collection embeds is of its owner's origin, and so is this copy's author.
        let embedded = item.document().and_then(|document| Post::from_document(document).ok());
        match embedded {
            Some(post) if !self.is_ours(&post.id) => Ok(Some(post)),
            _ => self.post_at(id, budget).await,
        }
    }
}

/// Whether a post is for everybody.
pub(super) fn is_open(post: &Post) -> bool {
    matches!(post.addressing.audience(None), Audience::Public | Audience::Unlisted)
}
