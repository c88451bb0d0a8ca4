//! What an account of another instance wrote before anybody here followed it: its last posts, its pinned ones, and
//! its numbers as its own host states them.

use std::time::Duration;

use serde_json::{Map, Value};
use url::Url;

use super::backfill::is_open;
use super::collected::Extent;
use super::fetch::{Allowance, Budget, FetchError};
use super::place::Place;
use super::posts::{Arrival, optional};
use super::reading::Brought;
use super::{Freshness, ResolveError, compose};
use crate::clock::Millis;
use crate::config::limits;
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::{Activity, Body, IdOr, Object, Post};
use crate::model::account::{Account, Stated};
use crate::model::ids::{AccountId, RowId};
use crate::model::tweet::Tweet;
use crate::service::blank_tweet;
use crate::store::actors::{self, Reach};
use crate::store::reactions::{self, Mark};
use crate::store::tweet_commands::CreateTweet;

/// What reading an account may cost: its posts may answer others, which are fetched with them.
const ACCOUNT: Allowance =
    Allowance { fetches: 120, hosts: 25, time: Duration::from_secs(60), failures_ms: Millis::MAX };
/// The outbox and the pinned posts are read to their first page.
const POSTS: Extent = Extent { pages: 1, items: limits::BACKFILL_POSTS_MAX };

/// An account with its addresses, while it is read.
struct Subject {
    account: Account,
    uri: Url,
    reach: Reach,
}

impl Federation {
    /// Fetches the last posts of an account, what it has pinned, and its numbers; its profile too when what is known
    /// is older than a day.
    pub(super) async fn read_account(&self, id: AccountId) -> Result<Brought, ResolveError> {
        let Some(uri) = self.remote_uri(id).await? else { return Ok(Brought::default()) };
        let budget = Budget::of(ACCOUNT);
        let account = match self.actor_within(&uri, Freshness::Day, &budget).await {
            Err(ResolveError::Fetch(FetchError::Gone)) => {
                self.actor_is_gone(&uri).await?;
                return Ok(Brought::default());
            }
            account => account?,
        };
        let Some(reach) = self.reach(id).await? else { return Ok(Brought::default()) };
        let subject = Subject { account, uri, reach };
        let tweets = self.read_outbox(&subject, &budget).await?;
        let read = tweets.is_some();
        let (answers, tweets) = tweets.unwrap_or_default();
        self.state_numbers(&subject, tweets, &budget).await?;
        self.read_pins(&subject, &budget).await?;
        Ok(Brought { answers, read, limited: budget.is_spent(), ..Brought::default() })
    }

    async fn remote_uri(&self, id: AccountId) -> Result<Option<Url>, ResolveError> {
        Ok(self.reach(id).await?.and_then(|reach| Url::parse(&reach.uri).ok()))
    }

    async fn reach(&self, id: AccountId) -> Result<Option<Reach>, ResolveError> {
        let reaches = self.service().store().read(move |conn| actors::reaches(conn, &[id])).await?;
        Ok(reaches.into_iter().next().map(|(_, reach)| reach))
    }

    /// Asks for the followers and followed accounts of an account that was just read, and its posts when they are not
    /// known already.
    pub(super) async fn read_numbers(&self, id: AccountId, budget: &Budget) -> Result<(), ResolveError> {
        let Some(reach) = self.reach(id).await? else { return Ok(()) };
        let Ok(uri) = Url::parse(&reach.uri) else { return Ok(()) };
        let tweets = self.count_at(reach.outbox.as_deref(), &uri, budget).await;
        let stated = self.numbers(&reach, &uri, tweets, budget).await;
        Ok(self.service().store().write(move |conn| actors::state_counts(conn, id, stated)).await?)
    }

    async fn state_numbers(
        &self,
        subject: &Subject,
        tweets: Option<i64>,
        budget: &Budget,
    ) -> Result<(), ResolveError> {
        let stated = self.numbers(&subject.reach, &subject.uri, tweets, budget).await;
        let id = subject.account.id;
        Ok(self.service().store().write(move |conn| actors::state_counts(conn, id, stated)).await?)
    }

    async fn numbers(&self, reach: &Reach, uri: &Url, tweets: Option<i64>, budget: &Budget) -> Stated {
        Stated {
            tweets,
            followers: self.count_at(reach.followers_uri.as_deref(), uri, budget).await,
            following: self.count_at(reach.following_uri.as_deref(), uri, budget).await,
        }
    }

    async fn count_at(&self, collection: Option<&str>, owner: &Url, budget: &Budget) -> Option<i64> {
        self.counted(&Url::parse(collection?).ok()?, owner, budget).await
    }

    /// Stores what the outbox shows first, the oldest first. Answers how many posts were new, and how many there are
    /// in all; `None` when it is not to be had.
    async fn read_outbox(
        &self,
        subject: &Subject,
        budget: &Budget,
    ) -> Result<Option<(usize, Option<i64>)>, ResolveError> {
        let Some(outbox) = subject.reach.outbox.as_deref().and_then(|uri| Url::parse(uri).ok()) else {
            return Ok(None);
        };
        let outbox = self.collected(&IdOr::Id(outbox), &subject.uri, POSTS, budget).await;
        let Some(outbox) = optional(outbox)? else { return Ok(None) };
        let mut new = 0;
        for item in outbox.items.iter().rev() {
            let stored = self.read_deed(item, subject, budget).await;
            new += usize::from(optional(stored)?.unwrap_or(false));
        }
        Ok(Some((new, outbox.total.and_then(|total| i64::try_from(total).ok()))))
    }

    /// Stores one entry of an outbox. Answers whether it was new.
    async fn read_deed(&self, item: &IdOr, subject: &Subject, budget: &Budget) -> Result<bool, ResolveError> {
        let document: Map<String, Value> = match item {
            IdOr::Embedded { document, .. } => document.clone(),
            IdOr::Id(id) => self.document(id, budget).await?.map.clone(),
        };
        match Object(&document).kind() {
            Some("Create" | "Announce") => {}
            _ => {
                let post = Post::from_document(&document)?;
                return self.keep_post(&post, subject, budget).await;
            }
        }
        let activity = Activity::from_document(document)?;
        if activity.actor != subject.uri || self.is_gone(&activity.id, Some(&activity.actor)).await? {
            return Ok(false);
        }
        match &activity.body {
            Body::Create(objects) => {
                let Some(object) = objects.first() else { return Ok(false) };
                let embedded = object.document().and_then(|document| Post::from_document(document).ok());
                let post = match embedded.filter(|post| post.is_believable_from(&subject.uri)) {
                    Some(post) => Some(post),
                    None => match object.id() {
                        Some(id) => self.post_at(id, budget).await?,
                        None => None,
                    },
                };
                match post {
                    Some(post) => self.keep_post(&post, subject, budget).await,
                    None => Ok(false),
                }
            }
            Body::Announce(object) => match object.id() {
                Some(uri) => self.keep_repost(&activity, uri, subject, budget).await,
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }

    async fn keep_post(&self, post: &Post, subject: &Subject, budget: &Budget) -> Result<bool, ResolveError> {
        let is_wanted = post.is_believable_from(&subject.uri) && post.vote().is_none() && is_open(post);
        if !is_wanted || self.known_tweet(&post.id).await?.is_some() {
            return Ok(false);
        }
        self.tweet_that(Arrival::Fetched, post, budget).await?;
        Ok(true)
    }

    /// Stores a repost from long ago: nobody is told.
    async fn keep_repost(
        &self,
        activity: &Activity,
        uri: &Url,
        subject: &Subject,
        budget: &Budget,
    ) -> Result<bool, ResolveError> {
        if self.known_tweet(&activity.id).await?.is_some() {
            return Ok(false);
        }
        let Some(at_ms) = activity.published_ms else { return Ok(false) };
        let original = self.tweet_within(uri, budget).await?;
        let now_ms = self.now_ms();
        let at_ms = at_ms.clamp(0, now_ms);
        let (uri, owner) = (&activity.id, &activity.actor);
        let Place { id, followers } = self.place((uri, owner), subject.account.id, at_ms).await?;
        let visibility = compose::visibility(activity.addressing.audience(followers.as_ref()));
        if !original.visibility.is_open() || !visibility.is_open() || original.retweet_of.is_some() {
            return Ok(false);
        }
        let tweet = Tweet {
            local: false,
            visibility: visibility.max(original.visibility),
            retweet_of: Some(original.id),
            uri: Some(activity.id.as_str().to_owned()),
            ..blank_tweet(id, subject.account.id, at_ms)
        };
        let command = CreateTweet {
            tweet,
            media: Vec::new(),
            retweet_of_author: Some(original.author),
            notifications: Vec::new(),
            idempotency_key: None,
            now_ms,
        };
        let written = self.service().write_tweet(command).await?;
        self.unless_gone_meanwhile(written, &activity.id, &activity.actor).await?;
        Ok(written == id)
    }

    /// Makes the pinned posts here those that its host shows. When that does not answer, they stay.
    async fn read_pins(&self, subject: &Subject, budget: &Budget) -> Result<(), ResolveError> {
        let Some(featured) = subject.reach.featured_uri.as_deref().and_then(|uri| Url::parse(uri).ok())
        else {
            return Ok(());
        };
        let featured = self.collected(&IdOr::Id(featured), &subject.uri, POSTS, budget).await;
        let Some(featured) = optional(featured)? else { return Ok(()) };
        let mut pinned = Vec::new();
        for item in &featured.items {
            let stored = optional(self.pinned_tweet(item, subject, budget).await)?.flatten();
            pinned.extend(stored.map(|tweet| tweet.id));
        }
        let account = subject.account.id;
        // The newest pin comes first and has the highest id.
        let mut marks: Vec<Mark> = pinned
            .into_iter()
            .rev()
            .map(|tweet| Mark { id: RowId(self.service().ids().next()), account, tweet })
            .collect();
        marks.reverse();
        let now_ms = self.now_ms();
        let write = move |conn: &mut _| reactions::replace_pins(conn, account, &marks, now_ms);
        Ok(self.service().store().write(write).await?)
    }

    /// An own and open post of the account.
    async fn pinned_tweet(
        &self,
        item: &IdOr,
        subject: &Subject,
        budget: &Budget,
    ) -> Result<Option<Tweet>, ResolveError> {
        let Some(id) = item.id().filter(|id| !self.is_ours(id)) else { return Ok(None) };
        let tweet = match self.known_tweet(id).await? {
            Some(known) => Some(known),
            None => match self.post_of(item, budget).await? {
                Some(post) if post.is_believable_from(&subject.uri) && is_open(&post) => {
                    Some(self.tweet_that(Arrival::Fetched, &post, budget).await?)
                }
                _ => None,
            },
        };
        let is_own = |tweet: &Tweet| tweet.author == subject.account.id && tweet.retweet_of.is_none();
        Ok(tweet.filter(|tweet| is_own(tweet) && tweet.visibility.is_open()))
    }

    /// An actor's own host says that it is gone: what it left here goes too.
    pub(super) async fn actor_is_gone(&self, uri: &Url) -> Result<(), Error> {
        tracing::info!(federation.actor = uri.as_str(), "an account is gone from its host, and from here");
        self.delete_actor(uri).await
    }
}
