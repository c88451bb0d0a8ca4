//! `Undo` of a follow, like, retweet or block: found by its id, else by what the embedded copy says.
//!
//! The undone id is remembered as gone first: what comes late is then not done at all.

use url::Url;

use super::{Act, Failure};
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::{Activity, IdOr, Object};
use crate::federation::origin::same_origin;
use crate::model::event::{Reaction, Relation};
use crate::model::ids::{AccountId, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::tweet::Tweet;
use crate::store::{Conn, StoreError, follows, inbox, notifications, reactions, tweet_commands, tweets};

/// Something of the actor's that stands and is to be taken back.
enum Standing {
    Follow(AccountId),
    Like(TweetId),
    Retweet(TweetId),
    Block(AccountId),
}

impl Federation {
    pub(super) async fn undo(&self, act: &Act<'_>, object: &IdOr) -> Result<(), Failure> {
        let document = object.document().map(Object);
        let by_another = document
            .and_then(|undone| undone.loose_link("actor"))
            .is_some_and(|actor| actor != act.activity.actor);
        if by_another {
            return Ok(());
        }
        let mut standing = None;
        if let Some(id) = object.id() {
            if !same_origin(id, &act.activity.actor) {
                return Ok(());
            }
            self.remember_gone(id, &act.activity.actor).await?;
            let (uri, actor) = (id.as_str().to_owned(), act.actor.id);
            standing = self.service().store().read(move |conn| by_id(conn, &uri, actor)).await?;
        }
        if standing.is_none()
            && let Some(undone) = document
        {
            standing = self.by_words(act, undone, object.id()).await?;
        }
        match standing {
            Some(standing) => self.take_back(act, standing).await,
            None => Ok(()),
        }
    }

    /// Whether the actor undid an activity meanwhile, or before it came.
    pub(super) async fn is_undone(&self, act: &Act<'_>) -> Result<bool, Error> {
        self.is_gone(&act.activity.id, Some(&act.activity.actor)).await
    }

    /// An undo by somebody of whom nothing is known here: what it undoes may be still to come.
    pub(super) async fn undo_of_stranger(&self, activity: &Activity, object: &IdOr) -> Result<(), Failure> {
        match object.id() {
            Some(id) if same_origin(id, &activity.actor) => {
                Ok(self.remember_gone(id, &activity.actor).await?)
            }
            _ => Ok(()),
        }
    }

    /// What the embedded copy of an undone activity speaks of.
    async fn by_words(
        &self,
        act: &Act<'_>,
        undone: Object<'_>,
        id: Option<&Url>,
    ) -> Result<Option<Standing>, Failure> {
        let Some(target) = undone.loose_link("object") else { return Ok(None) };
        Ok(match undone.kind() {
            Some("Follow") => self.local_account(&target).await?.map(|account| Standing::Follow(account.id)),
            Some("Block") => self.local_account(&target).await?.map(|account| Standing::Block(account.id)),
            Some("Like" | "EmojiReact") => {
                self.known_tweet(&target).await?.map(|tweet| Standing::Like(tweet.id))
            }
            // One that came itself stands by its id or no more: what stands now was made anew.
            Some("Announce") if self.has_come(act, id).await? => None,
            Some("Announce") => self.retweet_of(act, &target).await?.map(Standing::Retweet),
            _ => None,
        })
    }

    /// Whether an activity with this id came from the actor.
    async fn has_come(&self, act: &Act<'_>, id: Option<&Url>) -> Result<bool, Failure> {
        let Some(id) = id else { return Ok(false) };
        let (id, actor) = (id.as_str().to_owned(), act.activity.actor.as_str().to_owned());
        Ok(self.service().store().read(move |conn| inbox::object_of(conn, &id, &actor)).await?.is_some())
    }

    async fn retweet_of(&self, act: &Act<'_>, original: &Url) -> Result<Option<TweetId>, Failure> {
        let Some(original) = self.known_tweet(original).await? else { return Ok(None) };
        let (id, actor) = (original.id, act.actor.id);
        Ok(self.service().store().read(move |conn| tweets::retweet_by(conn, actor, id)).await?)
    }

    async fn take_back(&self, act: &Act<'_>, standing: Standing) -> Result<(), Failure> {
        let now_ms = self.now_ms();
        let store = self.service().store();
        match standing {
            Standing::Follow(to) => self.end_follow(self.bond(act, to)).await?,
            Standing::Like(tweet) => {
                let account = act.actor.id;
                let unlike = move |conn: &mut Conn| {
                    let Some(author) = tweets::by_id(conn, tweet)?.map(|tweet| tweet.author) else {
                        return Ok(false);
                    };
                    let reaction = Reaction { account, local: false, tweet, author, id: 0 };
                    reactions::unlike(conn, reaction, now_ms)
                };
                store.write(unlike).await?;
            }
            Standing::Retweet(id) => {
                if let Some(retweet) = store.read(move |conn| tweets::by_id(conn, id)).await? {
                    self.take_back_retweet(retweet).await?;
                }
            }
            Standing::Block(target) => {
                let relation: Relation = self.bond(act, target);
                store.write(move |conn| follows::unblock(conn, &relation, now_ms)).await?;
            }
        }
        Ok(())
    }

    /// Removes a retweet, and what its author was told of it.
    pub(super) async fn take_back_retweet(&self, retweet: Tweet) -> Result<(), Failure> {
        let now_ms = self.now_ms();
        let write = self.service().store().write(move |conn| {
            let original = match retweet.retweet_of {
                Some(original) => tweets::by_id(conn, original)?,
                None => None,
            };
            tweet_commands::delete(conn, retweet.id, None, now_ms)?;
            if let Some(original) = original {
                let kind = NotificationKind::Retweet;
                notifications::retract(conn, original.author, kind, retweet.author, Some(original.id))?;
            }
            Ok(())
        });
        Ok(write.await?)
    }
}

/// What `actor` has standing under this id.
fn by_id(conn: &mut Conn, uri: &str, actor: AccountId) -> Result<Option<Standing>, StoreError> {
    if let Some((from, to)) = follows::by_uri(conn, uri)? {
        return Ok((from == actor).then_some(Standing::Follow(to)));
    }
    if let Some((account, tweet)) = reactions::like_by_uri(conn, uri)? {
        return Ok((account == actor).then_some(Standing::Like(tweet)));
    }
    if let Some(id) = tweets::id_by_uri(conn, uri)? {
        let retweet = tweets::by_id(conn, id)?.filter(|tweet| tweet.retweet_of.is_some());
        return Ok(retweet.filter(|tweet| tweet.author == actor).map(|tweet| Standing::Retweet(tweet.id)));
    }
    let block = follows::block_by_uri(conn, uri)?;
    Ok(block.filter(|(account, _)| *account == actor).map(|(_, target)| Standing::Block(target)))
}
