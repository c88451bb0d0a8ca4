//! The place of a new tweet of another host: its id before it is written, and its thread after.

use url::Url;

use super::ResolveError;
use super::fetch::FetchError;
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::Post;
use crate::model::ids::{AccountId, IdMaker, TweetId};
use crate::model::tweet::Tweet;
use crate::store::intake::{AskGround, AskSince, Since};
use crate::store::{Conn, StoreError, threads, tweets};

/// Answers that are put under a post which came after them, at most.
const MENDED_MAX: i64 = 100;
/// Tweets of a thread that get another number in one unit of work.
const RENUMBERED: i64 = 500;

/// The place of something new.
pub(in crate::federation) struct Place {
    /// Its id, of the time when it was made.
    pub(in crate::federation) id: TweetId,
    /// The id of its author's followers collection.
    pub(in crate::federation) followers: Option<Url>,
}

impl Federation {
    /// Where something new of `author` goes that was made at that time: its id is `uri` and its word `owner`'s. Refused
    /// when it is remembered as gone.
    pub(in crate::federation) async fn place(
        &self,
        (uri, owner): (&Url, &Url),
        author: AccountId,
        at_ms: i64,
    ) -> Result<Place, ResolveError> {
        let (uri, owner) = (uri.as_str().to_owned(), owner.as_str().to_owned());
        let mut id = TweetId(self.service().ids().at(at_ms));
        let ground = self.0.inbound.grounds.read(AskGround { uri, owner, author, id }).await?;
        if ground.is_gone {
            return Err(FetchError::Gone.into());
        }
        if ground.is_taken {
            let federation = self.clone();
            let free = move |conn: &mut Conn| free_id(conn, federation.service().ids(), at_ms);
            id = self.service().store().read(free).await?;
        }
        let followers = ground.followers_uri.and_then(|uri| Url::parse(&uri).ok());
        Ok(Place { id, followers })
    }

    /// What is left to do for a post that was just written as `written`, or that was there already as `id`. Puts what
    /// came before its time in its place: answers to this post, and itself if what it awaited came meanwhile. Whoever is
    /// written later looks after it is written, so one of two at once sees the other.
    pub(super) async fn settle(
        &self,
        id: TweetId,
        written: Tweet,
        post: &Post,
        awaited: Option<&Url>,
    ) -> Result<Tweet, ResolveError> {
        let (uri, is_new) = (post.id.as_str().to_owned(), written.id == id);
        let is_awaited = self.since_written(id, &post.id, &post.attributed_to).await?;
        let (mut there, mut answers) = (None, Vec::new());
        if is_awaited || !is_new {
            let read = self.service().store().read(move |conn| {
                let there = if is_new { None } else { tweets::by_id(conn, id)? };
                Ok((there, threads::awaiting(conn, &uri, MENDED_MAX)?))
            });
            (there, answers) = read.await?;
        }
        for answer in answers {
            self.put_under(answer, id).await?;
        }
        let parent = match awaited {
            Some(awaited) => self.known_tweet(awaited).await?,
            None => None,
        };
        match parent {
            Some(parent) if self.put_under(id, parent.id).await? => Ok(self.stored(id).await?),
            _ if is_new => Ok(written),
            _ => Ok(there.ok_or(Error::NotFound("tweet"))?),
        }
    }

    /// Puts an answer with all that is below it under what it awaits, if it awaits it.
    pub(super) async fn put_under(&self, answer: TweetId, under: TweetId) -> Result<bool, ResolveError> {
        let (store, now_ms) = (self.service().store(), self.now_ms());
        if !store.write(move |conn| threads::link(conn, answer, under, now_ms)).await? {
            return Ok(false);
        }
        let thread = store.read(move |conn| tweets::by_id(conn, under)).await?.map(|tweet| tweet.thread);
        if let Some(thread) = thread.filter(|thread| *thread != answer) {
            // It began its own thread until now.
            let move_some = move |conn: &mut Conn| threads::renumber(conn, answer, thread, RENUMBERED);
            while store.write(move_some).await? > 0 {}
        }
        Ok(true)
    }

    /// Takes a tweet that was just written away again if word came meanwhile that it is gone: whoever writes a tombstone
    /// looks for the tweet after it, whoever writes a tweet looks for the tombstone after it, so one of them sees both.
    pub(in crate::federation) async fn unless_gone_meanwhile(
        &self,
        id: TweetId,
        uri: &Url,
        owner: &Url,
    ) -> Result<(), ResolveError> {
        self.since_written(id, uri, owner).await.map(|_| ())
    }

    /// The same; answers whether answers wait for the tweet.
    async fn since_written(&self, id: TweetId, uri: &Url, owner: &Url) -> Result<bool, ResolveError> {
        let (uri, owner) = (uri.as_str().to_owned(), owner.as_str().to_owned());
        let Since { is_gone, is_awaited } = self.0.inbound.since.read(AskSince { uri, owner }).await?;
        if is_gone {
            self.service().remove_tweet(id, None).await?;
            return Err(FetchError::Gone.into());
        }
        Ok(is_awaited)
    }

    async fn stored(&self, id: TweetId) -> Result<Tweet, Error> {
        let found = self.service().store().read(move |conn| tweets::by_id(conn, id)).await?;
        found.ok_or(Error::NotFound("tweet"))
    }
}

/// An id of that time that no tweet has: many servers give their times in whole seconds.
fn free_id(conn: &mut Conn, ids: &IdMaker, at_ms: i64) -> Result<TweetId, StoreError> {
    const TRIES: usize = 100;
    for _ in 0..TRIES {
        let id = TweetId(ids.at(at_ms));
        if !tweets::exists(conn, id)? {
            return Ok(id);
        }
    }
    Ok(TweetId(ids.next()))
}
