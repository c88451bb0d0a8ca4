//! `Update`: an author changed a post, or an actor itself. Never goes backwards in time.

use std::collections::BTreeSet;

use url::Url;

use super::{Act, Failure, to_be_had};
use crate::federation::Federation;
use crate::federation::objects::{Actor, ActorKind, IdOr, Post};
use crate::federation::resolve::{Freshness, compose, policy_of_quotes};
use crate::model::language;
use crate::model::notification::NotificationKind;
use crate::model::tweet::{Media, Tweet};
use crate::service::told_of;
use crate::store::Conn;
use crate::store::tweet_commands::{self, EditTweet};
use crate::store::{actors, media, polls, quotes};

impl Federation {
    pub(super) async fn update(&self, act: &Act<'_>, object: &IdOr) -> Result<(), Failure> {
        let is_actor = object.id() == Some(&act.activity.actor);
        if is_actor || object.kind().and_then(ActorKind::of).is_some() {
            return if is_actor { self.update_actor(act, object).await } else { Ok(()) };
        }
        let Some(post) = self.own_post(act, object).await? else { return Ok(()) };
        match self.known_tweet(&post.id).await? {
            Some(tweet) if tweet.author == act.actor.id && tweet.retweet_of.is_none() => {
                self.update_post(act, &post, tweet).await
            }
            Some(_) => Ok(()),
            // It came before its Create, or was not wanted then.
            None => self.create_post(act, &post).await,
        }
    }

    /// Takes over the poll as it is told now. New counts, even another question, are no new version of the words.
    async fn update_poll(&self, before: &Tweet, post: &Post) -> Result<(), Failure> {
        let (now_ms, tweet) = (self.now_ms(), before.id);
        let poll = compose::poll(post, now_ms);
        if poll != before.poll {
            let write = move |conn: &mut Conn| polls::refresh(conn, tweet, poll.as_ref(), now_ms);
            self.service().store().write(write).await?;
        }
        Ok(())
    }

    /// Takes over whom its author lets quote it now.
    async fn update_policy(&self, before: &Tweet, post: &Post) -> Result<(), Failure> {
        let (id, author) = (before.id, before.author);
        let read = move |conn: &mut Conn| actors::followers_uris(conn, &[author]);
        let followers = self.service().store().read(read).await?.remove(&author);
        let followers = followers.and_then(|uri| Url::parse(&uri).ok());
        let policy = policy_of_quotes(post, followers.as_ref());
        if policy != before.can_quote {
            self.service().store().write(move |conn| quotes::set_policy(conn, id, policy)).await?;
        }
        Ok(())
    }

    async fn update_actor(&self, act: &Act<'_>, object: &IdOr) -> Result<(), Failure> {
        let embedded = object.document().and_then(|document| Actor::from_document(document).ok());
        let learned = match embedded.filter(|actor| actor.id == act.activity.actor) {
            Some(actor) => self.believe_actor(&actor, act.budget).await,
            None => self.actor_within(&act.activity.actor, Freshness::Now, act.budget).await,
        };
        to_be_had(learned)?;
        Ok(())
    }

    pub(super) async fn update_post(&self, act: &Act<'_>, post: &Post, before: Tweet) -> Result<(), Failure> {
        let now_ms = self.now_ms();
        let updated_ms = post.updated_ms.or(act.activity.published_ms).unwrap_or(now_ms).min(now_ms);
        // Many tell whole seconds: another edit of the same second is not older.
        if before.edited_at.is_some_and(|edited_at| updated_ms < edited_at) {
            return Ok(());
        }
        self.update_poll(&before, post).await?;
        self.update_quote(act, &before, post).await?;
        self.update_policy(&before, post).await?;
        let Some(words) = to_be_had(compose::words(post, self.service().addresses().base()))? else {
            return Ok(());
        };
        let poll = compose::poll(post, now_ms);
        let emoji = self.emoji_of_post(post, &words, poll.as_ref()).await?;
        let Some(mentions) = to_be_had(self.mentioned(post, act.budget).await)? else { return Ok(()) };
        let pictures = compose::pictures(post, before.id, before.author, self.service().ids());
        let other_pictures = !pictures.iter().map(shown).eq(before.media.iter().map(shown));
        let after = Tweet {
            text: words.text,
            html: words.html,
            content_warning: words.content_warning,
            sensitive: post.sensitive,
            language: post.language.as_deref().and_then(language::primary),
            media: if other_pictures { pictures } else { before.media.clone() },
            mentions,
            tags: compose::tags(post),
            emoji,
            ..before.clone()
        };
        if !other_pictures && is_same(&before, &after) {
            return Ok(());
        }
        let was_mentioned = |id| before.mentions.iter().any(|mention| mention.account == id);
        let told = told_of(&after, None, now_ms).into_iter();
        let edit = EditTweet {
            notifications: told
                .filter(|told| told.kind == NotificationKind::Mention && !was_mentioned(told.account))
                .collect(),
            tweet: Tweet { edited_at: Some(updated_ms), ..after },
            version_id: self.service().ids().next(),
            media: None,
            poll: None,
            now_ms,
        };
        let write = self.service().store().write(move |conn| {
            if tweet_commands::edit(conn, &edit)? && other_pictures {
                media::replace_remote(conn, &edit.tweet)?;
            }
            Ok(())
        });
        Ok(write.await?)
    }
}

/// What tells a picture from another.
fn shown(media: &Media) -> (&Option<String>, &str) {
    (&media.remote_url, &media.alt)
}

/// Whether two versions say the same; pictures aside.
fn is_same(before: &Tweet, after: &Tweet) -> bool {
    let words = |tweet: &Tweet| {
        let (text, html) = (tweet.text.clone(), tweet.html.clone());
        (text, html, tweet.content_warning.clone(), tweet.sensitive, tweet.language.clone())
    };
    let names = |tweet: &Tweet| {
        let mentions: BTreeSet<_> = tweet.mentions.iter().map(|mention| mention.account).collect();
        let tags: BTreeSet<_> = tweet.tags.iter().cloned().collect();
        (mentions, tags)
    };
    words(before) == words(after) && names(before) == names(after) && before.emoji == after.emoji
}
