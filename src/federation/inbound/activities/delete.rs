//! `Delete`: an author took a post away, or an actor is gone. What is not known here is remembered as gone, so
//! that a late `Create` does not bring it back.

use url::Url;

use super::Failure;
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::{Activity, IdOr};
use crate::federation::origin::same_origin;
use crate::store::{StoreError, accounts, actors, tombstones};

impl Federation {
    pub(super) async fn delete(&self, activity: &Activity, object: &IdOr) -> Result<(), Failure> {
        let Some(id) = object.id() else { return Ok(()) };
        if *id == activity.actor {
            Ok(self.delete_actor(id).await?)
        } else if self.is_actor(id).await? {
            // Nobody takes another away, not even on the same host.
            Ok(())
        } else if same_origin(id, &activity.actor) {
            self.delete_post(&activity.actor, id).await
        } else {
            Ok(())
        }
    }

    async fn is_actor(&self, id: &Url) -> Result<bool, StoreError> {
        let uri = id.as_str().to_owned();
        let known = self.service().store().read(move |conn| accounts::by_uri(conn, &uri)).await?;
        Ok(known.is_some())
    }

    async fn delete_post(&self, actor: &Url, id: &Url) -> Result<(), Failure> {
        let uri = actor.as_str().to_owned();
        let author = self
            .service()
            .store()
            .read(move |conn| accounts::by_uri(conn, &uri))
            .await?
            .map(|author| author.id);
        if self.known_tweet(id).await?.is_some_and(|tweet| Some(tweet.author) != author) {
            return Ok(());
        }
        self.remember_gone(id, actor).await?;
        // Looked for again after the tombstone: see `unless_gone_meanwhile`.
        match self.known_tweet(id).await? {
            Some(tweet) if tweet.retweet_of.is_some() => self.take_back_retweet(tweet).await,
            Some(tweet) => Ok(self.service().remove_tweet(tweet.id, None).await?),
            None => self.stamp_gone(author, id).await,
        }
    }

    /// Remembers that `actor` says that something is gone or undone.
    pub(super) async fn remember_gone(&self, id: &Url, actor: &Url) -> Result<(), StoreError> {
        let (uri, actor, now_ms) = (id.as_str().to_owned(), actor.as_str().to_owned(), self.now_ms());
        self.service().store().write(move |conn| tombstones::insert_by(conn, &uri, &actor, now_ms)).await
    }

    /// Takes an account away: first from sight, then what hangs on it a slice at a time, then its row.
    pub(in crate::federation) async fn delete_actor(&self, id: &Url) -> Result<(), Error> {
        let uri = id.as_str().to_owned();
        let Some(account) = self.service().store().read(move |conn| accounts::by_uri(conn, &uri)).await?
        else {
            return Ok(());
        };
        self.remember_gone(id, id).await?;
        self.service().set_suspended(account.id, true).await?;
        let gone = account.id;
        self.service().erase(gone, false).await?;
        self.service().store().write(move |conn| actors::remove(conn, gone)).await?;
        Ok(())
    }
}
