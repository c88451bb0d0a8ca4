//! Posts of other hosts: fetched, judged, put into their threads, and stored as tweets.

use url::Url;

use super::fetch::{Budget, Document, FetchError};
use super::place::Place;
use super::{Freshness, ResolveError, compose, quotes};
use crate::clock::{DAY_MS, Millis};
use crate::config::limits;
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::Post;
use crate::federation::objects::parts::Mention as Mentioned;
use crate::federation::origin::same_origin;
use crate::model::account::Account;
use crate::model::address::Local;
use crate::model::handle::Handle;
use crate::model::host::Host;
use crate::model::language;
use crate::model::tweet::{Mention, Tweet};
use crate::service::{blank_tweet, mention, told_of};
use crate::store::tweet_commands::CreateTweet;
use crate::store::{accounts, tombstones, tweets};

/// Posts above a new reply that are fetched with it; the rest when somebody opens the thread.
const ANCESTORS_FETCHED: usize = 20;
/// Mentioned accounts nobody here knew that are looked up with a post: they only make its mentions richer.
const MENTIONED_FETCHED: usize = 3;

/// How old a post may be that was fetched and still tells whom it mentions: its delivery may only be late.
const NEWS_MS: Millis = DAY_MS;

/// How a post came here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Its author's host sent it.
    Delivered,
    /// We asked for it; it may be years old.
    Fetched,
}

/// What a post hangs on, as far as it is known here, and how it came.
pub(super) struct Links {
    parent: Option<Tweet>,
    quoted: Option<Tweet>,
    arrival: Arrival,
}

impl Links {
    /// A fetched post under this one.
    fn fetched(parent: Option<Tweet>) -> Self {
        Self { parent, quoted: None, arrival: Arrival::Fetched }
    }
}

impl Federation {
    pub(in crate::federation) async fn tweet_within(
        &self,
        uri: &Url,
        budget: &Budget,
    ) -> Result<Tweet, ResolveError> {
        if let Some(known) = self.known_tweet(uri).await? {
            return Ok(known);
        }
        if self.is_ours(uri) {
            return Err(Error::NotFound("tweet").into());
        }
        self.refuse_gone(uri, None).await?;
        let document = self.document(uri, budget).await?;
        self.tweet_from_document(&document, budget).await
    }

    pub(super) async fn tweet_from_document(
        &self,
        document: &Document,
        budget: &Budget,
    ) -> Result<Tweet, ResolveError> {
        let post = Post::from_document(&document.map)?;
        self.tweet_that(Arrival::Fetched, &post, budget).await
    }

    /// The tweet stored for a post that was sent to us, is believed and was not known, with the posts above it and the
    /// one it quotes. `author` if what is known of them is fresh.
    pub(in crate::federation) async fn tweet_from(
        &self,
        post: &Post,
        author: Option<&Account>,
        budget: &Budget,
    ) -> Result<Tweet, ResolveError> {
        match author {
            Some(author) => self.new_tweet(Arrival::Delivered, post, author, budget).await,
            None => {
                let author = self.actor_within(&post.attributed_to, Freshness::Day, budget).await?;
                self.new_tweet(Arrival::Delivered, post, &author, budget).await
            }
        }
    }

    /// The same of a post that came this way.
    pub(super) async fn tweet_that(
        &self,
        arrival: Arrival,
        post: &Post,
        budget: &Budget,
    ) -> Result<Tweet, ResolveError> {
        if let Some(known) = self.known_tweet(&post.id).await? {
            return Ok(known);
        }
        self.refuse_foreign(post)?;
        let author = self.actor_within(&post.attributed_to, Freshness::Day, budget).await?;
        self.new_tweet(arrival, post, &author, budget).await
    }

    /// The same of a post of `author` that is not known.
    async fn new_tweet(
        &self,
        arrival: Arrival,
        post: &Post,
        author: &Account,
        budget: &Budget,
    ) -> Result<Tweet, ResolveError> {
        self.refuse_foreign(post)?;
        let parent = self.parent_of(post, budget).await?;
        let quoted = match &post.quote {
            Some(uri) => self.lone_tweet(uri, budget).await?,
            None => None,
        };
        self.store_post(post, author, Links { parent, quoted, arrival }, budget).await
    }

    /// The tweet with this id that is stored here, ours or another's.
    pub(in crate::federation) async fn known_tweet(&self, uri: &Url) -> Result<Option<Tweet>, Error> {
        let own = if self.is_ours(uri) {
            match self.service().addresses().parse(uri.as_str()) {
                Some(Local::Tweet(username, id)) => Some((username, id)),
                _ => return Ok(None),
            }
        } else {
            None
        };
        let uri = uri.as_str().to_owned();
        let read = self.service().store().read(move |conn| match &own {
            Some((username, id)) => {
                let Some(tweet) = tweets::by_id(conn, *id)?.filter(|tweet| tweet.local) else {
                    return Ok(None);
                };
                let author = accounts::by_id(conn, tweet.author)?;
                let named = author.is_some_and(|author| author.username.eq_ignore_ascii_case(username));
                Ok(named.then_some(tweet))
            }
            None => match tweets::id_by_uri(conn, &uri)? {
                Some(id) => tweets::by_id(conn, id),
                None => Ok(None),
            },
        });
        Ok(read.await?)
    }

    /// What a post answers, with some of what is above.
    async fn parent_of(&self, post: &Post, budget: &Budget) -> Result<Option<Tweet>, ResolveError> {
        match &post.in_reply_to {
            Some(parent) => self.fetched_up_from(parent.clone(), &post.id, ANCESTORS_FETCHED, budget).await,
            None => Ok(None),
        }
    }

    /// The post `start`, which the post `below` answers, fetched upwards for at most `hops` posts until something
    /// known, and stored downwards.
    pub(super) async fn fetched_up_from(
        &self,
        start: Url,
        below: &Url,
        hops: usize,
        budget: &Budget,
    ) -> Result<Option<Tweet>, ResolveError> {
        let mut above: Vec<(Post, Account)> = Vec::new();
        let mut next = Some(start);
        let mut parent = None;
        while let Some(uri) = next.take() {
            if let Some(known) = self.known_tweet(&uri).await? {
                parent = Some(known);
                break;
            }
            let seen = uri == *below || above.iter().any(|(post, _)| post.id == uri);
            if seen || above.len() >= hops {
                break;
            }
            let Some(fetched) = self.post_at(&uri, budget).await? else { break };
            // Its author before what is above it: a post without one cannot be kept.
            let author = self.actor_within(&fetched.attributed_to, Freshness::Day, budget).await;
            let Some(author) = optional(author)? else { break };
            next.clone_from(&fetched.in_reply_to);
            above.push((fetched, author));
        }
        for (ancestor, author) in above.iter().rev() {
            let links = Links::fetched(parent.take());
            parent = optional(self.store_post(ancestor, author, links, budget).await)?;
        }
        Ok(parent)
    }

    /// A post that is known or can be fetched, without what it hangs on itself; only what everybody may see.
    async fn lone_tweet(&self, uri: &Url, budget: &Budget) -> Result<Option<Tweet>, ResolveError> {
        let found = match self.known_tweet(uri).await? {
            Some(known) => Some(known),
            None => match self.post_at(uri, budget).await? {
                Some(post) => {
                    let author = self.actor_within(&post.attributed_to, Freshness::Day, budget).await;
                    match optional(author)? {
                        Some(author) => {
                            let stored = self.store_post(&post, &author, Links::fetched(None), budget).await;
                            optional(stored)?
                        }
                        None => None,
                    }
                }
                None => None,
            },
        };
        Ok(found.filter(|tweet| tweet.visibility.is_open()))
    }

    /// A post that is nice to have: `None` when it is not to be had.
    pub(super) async fn post_at(&self, uri: &Url, budget: &Budget) -> Result<Option<Post>, ResolveError> {
        let fetched = async {
            self.refuse_gone(uri, None).await?;
            let document = self.document(uri, budget).await?;
            let post = Post::from_document(&document.map)?;
            self.refuse_foreign(&post)?;
            Ok(post)
        };
        optional(fetched.await)
    }

    /// A post speaks for its author only from their own host, and never from ours.
    pub(super) fn refuse_foreign(&self, post: &Post) -> Result<(), ResolveError> {
        if self.is_ours(&post.id) || !same_origin(&post.id, &post.attributed_to) {
            return Err(ResolveError::Refused("the post is not its author's"));
        }
        Ok(())
    }

    async fn refuse_gone(&self, uri: &Url, owner: Option<&Url>) -> Result<(), ResolveError> {
        if self.is_gone(uri, owner).await? { Err(FetchError::Gone.into()) } else { Ok(()) }
    }

    /// Whether it is remembered that this id was deleted or undone, by us or by its owner. Others of the same host
    /// may say what they like.
    pub(in crate::federation) async fn is_gone(&self, uri: &Url, owner: Option<&Url>) -> Result<bool, Error> {
        let (uri, owner) = (uri.as_str().to_owned(), owner.map_or(String::new(), Url::to_string));
        Ok(self.service().store().read(move |conn| tombstones::exists_by(conn, &uri, &owner)).await?)
    }

    /// Writes a believed post. The same one again is the same tweet.
    async fn store_post(
        &self,
        post: &Post,
        author: &Account,
        links: Links,
        budget: &Budget,
    ) -> Result<Tweet, ResolveError> {
        self.refuse_foreign(post)?;
        let tweet = self.compose(post, author, &links, budget).await?;
        let now_ms = self.now_ms();
        let quoted = links.quoted.as_ref().filter(|_| tweet.quotes().is_some());
        let quoted_author = quoted.map(|quoted| quoted.author);
        let is_news =
            links.arrival == Arrival::Delivered || now_ms.saturating_sub(tweet.created_at) < NEWS_MS;
        let notifications = if is_news { told_of(&tweet, quoted_author, now_ms) } else { Vec::new() };
        let command = CreateTweet { notifications, ..CreateTweet::alone(tweet, now_ms) };
        let awaited = post.in_reply_to.as_ref().filter(|_| command.tweet.reply_to_uri.is_some());
        let written = command.tweet.clone();
        let id = self.service().write_tweet(command).await?;
        self.settle(id, written, post, awaited).await
    }

    /// A post as a tweet of `author`.
    async fn compose(
        &self,
        post: &Post,
        author: &Account,
        links: &Links,
        budget: &Budget,
    ) -> Result<Tweet, ResolveError> {
        let now_ms = self.now_ms();
        let words = compose::words(post, self.service().addresses().base())?;
        let parent = links.parent.as_ref();
        let undated_at = match links.arrival {
            Arrival::Delivered => now_ms,
            // What does not say when it was written must not look new because somebody asked for it.
            Arrival::Fetched => parent.map_or(author.created_at, |parent| parent.created_at),
        };
        let created_at = post.published_ms.unwrap_or(undated_at).clamp(0, now_ms);
        let (uri, owner) = (&post.id, &post.attributed_to);
        let Place { id, followers } = self.place((uri, owner), author.id, created_at).await?;
        let awaited = post.in_reply_to.as_ref().filter(|_| parent.is_none()).map(Url::to_string);
        let poll = compose::poll(post, now_ms);
        let emoji = self.emoji_of_post(post, &words, poll.as_ref()).await?;
        let stated = |total: Option<u64>| total.and_then(|total| i64::try_from(total).ok());
        let (quote_state, quote_stamp) = match &links.quoted {
            Some(quoted) => self.judge_quote(post, author.id, quoted, budget).await?,
            None => Default::default(),
        };
        Ok(Tweet {
            local: false,
            visibility: compose::visibility(post.addressing.audience(followers.as_ref())),
            text: words.text,
            html: words.html,
            content_warning: words.content_warning,
            sensitive: post.sensitive,
            language: post.language.as_deref().and_then(language::primary),
            reply_to: parent.map(|parent| parent.id),
            reply_to_author: parent.map(|parent| parent.author),
            reply_to_uri: awaited.filter(|uri| uri.len() <= limits::URL_MAX_BYTES),
            stated_likes: stated(post.likes_total),
            stated_retweets: stated(post.shares_total),
            thread: parent.map_or(id, |parent| parent.thread),
            quote_of: links.quoted.as_ref().map(|quoted| quoted.id),
            quote_state,
            quote_stamp,
            can_quote: quotes::policy(post, followers.as_ref()),
            uri: Some(post.id.as_str().to_owned()),
            url: post.url.as_ref().map(Url::to_string),
            // An older edit that comes late must not count as a newer one.
            edited_at: post.updated_ms.map(|at_ms| at_ms.min(now_ms)).filter(|at_ms| *at_ms > created_at),
            media: compose::pictures(post, id, author.id, self.service().ids()),
            mentions: self.mentioned(post, budget).await?,
            tags: compose::tags(post),
            poll,
            emoji,
            ..blank_tweet(id, author.id, created_at)
        })
    }

    /// Who is mentioned: those who are tagged and addressed too.
    pub(in crate::federation) async fn mentioned(
        &self,
        post: &Post,
        budget: &Budget,
    ) -> Result<Vec<Mention>, ResolveError> {
        let mut found: Vec<Mention> = Vec::new();
        let mut may_fetch = MENTIONED_FETCHED;
        for mentioned in post.tags.mentions.iter().take(limits::REMOTE_TAGS_MAX) {
            if found.len() >= limits::MENTIONS_MAX {
                break;
            }
            let account = match mentioned.href.as_ref().filter(|href| post.addressing.names(href)) {
                Some(href) => match self.known_account(href).await? {
                    None if may_fetch > 0 && !self.is_ours(href) => {
                        may_fetch -= 1;
                        optional(self.actor_within(href, Freshness::Known, budget).await)?
                    }
                    known => known,
                },
                None => {
                    self.named_account(mentioned).await?.filter(|account| self.is_addressed(post, account))
                }
            };
            let account = account.filter(|account| found.iter().all(|other| other.account != account.id));
            found.extend(account.as_ref().map(mention));
        }
        Ok(found)
    }

    async fn known_account(&self, href: &Url) -> Result<Option<Account>, ResolveError> {
        if self.is_ours(href) {
            return Ok(self.local_account(href).await?);
        }
        match self.known_actor(href).await {
            Ok(known) => Ok(known.map(|(account, _)| account).filter(|account| !account.suspended)),
            Err(Error::Gone(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The known account that a mention names in words; a name without a host is of the post's own host and left.
    async fn named_account(&self, mentioned: &Mentioned) -> Result<Option<Account>, Error> {
        let Some(handle) = mentioned.name.as_deref().and_then(|name| Handle::parse(name.trim()).ok()) else {
            return Ok(None);
        };
        if handle.host.is_none() {
            return Ok(None);
        }
        let handle = handle.relative_to(self.service().addresses().host());
        let read = self.service().store().read(move |conn| {
            accounts::by_handle(conn, &handle.username, handle.host.as_ref().map(Host::as_str))
        });
        Ok(read.await?.filter(|account| !account.suspended))
    }

    fn is_addressed(&self, post: &Post, account: &Account) -> bool {
        Url::parse(&self.service().addresses().actor(account)).is_ok_and(|id| post.addressing.names(&id))
    }
}

/// What is only nice to have: its passing and final failures alike mean that it is not there; ours are told.
pub(super) fn optional<T>(found: Result<T, ResolveError>) -> Result<Option<T>, ResolveError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(ResolveError::Inside(error @ (Error::Busy | Error::Internal(_)))) => Err(error.into()),
        Err(_) => Ok(None),
    }
}
