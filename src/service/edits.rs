//! Changing tweets, and the versions they had.
//!
//! A change says what becomes other; it is laid over the tweet in the unit that writes it, so that two changes at
//! once, one of the text and one of the warning, both hold.

use std::collections::{BTreeMap, HashSet};

use super::Service;
use super::polls::{self, NewPoll};
use super::views::TweetView;
use super::words::{Parsed, content_warning, pictures, told_of};
use crate::clock::Millis;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::attachment::Focus;
use crate::model::ids::{AccountId, MediaId, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::poll::Poll;
use crate::model::quote::QuotePolicy;
use crate::model::tweet::{Mention, Tweet, TweetEdit};
use crate::model::visibility::Visibility;
use crate::model::{language, text};
use crate::store::media::KeptFor;
use crate::store::tweet_commands::{self, EditTweet, Picture};
use crate::store::{media, quotes, tweets};

/// What an author changes of a tweet; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct TweetChanges {
    /// The new text.
    pub text: Option<String>,
    /// The pictures after the edit.
    pub media: Option<Vec<MediaId>>,
    /// New descriptions of these pictures.
    pub alts: BTreeMap<MediaId, String>,
    /// What stays to be seen of these pictures.
    pub focus: BTreeMap<MediaId, Focus>,
    /// The new warning.
    pub content_warning: Option<String>,
    /// Whether pictures are hidden at first.
    pub sensitive: Option<bool>,
    /// The language.
    pub language: Option<String>,
    /// The poll after the edit, which may be none. The same question keeps its votes and runs anew from now on; of another
    /// one, those who voted are told.
    pub poll: Option<Option<NewPoll>>,
    /// Whom its author lets quote it. That alone is no new version.
    pub quotable: Option<QuotePolicy>,
}

/// A change that keeps every rule, ready to be written.
#[derive(Clone, Debug)]
pub struct CheckedEdit {
    author: AccountId,
    tweet: TweetId,
    words: Option<(String, Parsed)>,
    pictures: Option<Vec<Picture>>,
    content_warning: Option<String>,
    sensitive: Option<bool>,
    language: Option<String>,
    poll: Option<Option<Poll>>,
    quotable: Option<QuotePolicy>,
}

impl Service {
    /// Changes a tweet of the author's; the version before is kept.
    pub async fn edit_tweet(
        &self,
        author: AccountId,
        id: TweetId,
        changes: TweetChanges,
    ) -> Result<TweetView> {
        let checked = self.check_edit(author, id, changes).await?;
        self.write_edit(checked).await
    }

    /// Holds a change against the rules. Nothing is written, and nothing looked up elsewhere, for a refused one.
    pub async fn check_edit(
        &self,
        author: AccountId,
        id: TweetId,
        changes: TweetChanges,
    ) -> Result<CheckedEdit> {
        let before = self.own_tweet(author, id).await?.tweet;
        if before.retweet_of.is_some() {
            return Err(Error::forbidden("not_yours", "a repost has no text of its own to edit"));
        }
        let words = match changes.text {
            Some(text) => {
                // Whether it may be empty is a matter of the pictures, which are not known before the end.
                let text = text::validate(&text, self.rules().tweet_limit, true)?;
                let parsed = self.parse(&text).await?;
                Some((text, parsed))
            }
            None => None,
        };
        // A tweet may have more than a new one may: an admin has lowered the number since.
        let most = self.rules().max_images.max(before.media.len());
        let pictures = changes
            .media
            .as_ref()
            .map(|ids| pictures(ids, (changes.alts, changes.focus), most))
            .transpose()?;
        if let Some(ids) = changes.media {
            let wanted = ids.clone();
            let kept = KeptFor::Tweet(id);
            let free = self.store().read(move |conn| media::are_free(conn, author, kept, &wanted)).await?;
            if !free {
                return Err(tweet_commands::unknown_media());
            }
            self.refuse_unready(ids).await?;
        }
        let checked = CheckedEdit {
            author,
            tweet: id,
            words,
            pictures,
            content_warning: changes.content_warning.map(|new| content_warning(Some(&new))).transpose()?,
            sensitive: changes.sensitive,
            language: changes.language.as_deref().map(language::validate).transpose()?,
            poll: match changes.poll {
                Some(Some(poll)) => Some(Some(polls::checked(&poll, self.now_ms())?)),
                Some(None) => Some(None),
                None => None,
            },
            quotable: changes.quotable,
        };
        checked.over(&before, self.now_ms())?;
        Ok(checked)
    }

    /// Writes a checked change.
    pub async fn write_edit(&self, mut checked: CheckedEdit) -> Result<TweetView> {
        if let Some((text, parsed)) = checked.words.take() {
            let parsed = self.parsed_again(&text, parsed).await?;
            checked.words = Some((text, parsed));
        }
        let (author, id) = (checked.author, checked.tweet);
        if let Some(policy) = checked.quotable
            && checked.is_of_nothing_else()
        {
            return self.set_quotable(author, id, policy).await;
        }
        let (version_id, now_ms) = (self.next_id(), self.now_ms());
        self.store()
            .write(move |conn| {
                let before = tweets::hold(conn, id)?.ok_or(Error::NotFound("tweet"))?;
                if checked.quotable.is_some() {
                    quotes::set_policy(conn, id, checked.quotable)?;
                }
                let tweet = checked.over(&before, now_ms)?;
                let edit = EditTweet {
                    notifications: newly_told(&before, &tweet, now_ms),
                    tweet,
                    version_id,
                    media: checked.pictures.clone(),
                    poll: checked.poll.clone(),
                    now_ms,
                };
                tweet_commands::edit_held(conn, &before, &edit)
            })
            .await?;
        self.tweet(Some(author), id).await
    }

    /// The versions of a tweet, oldest first; the last one is the present. Those of a closed tweet are for its
    /// author, whom they mentioned, and, when it is for followers, for them: whom a later version brings in does
    /// not see what was said before.
    pub async fn tweet_history(&self, viewer: Option<AccountId>, id: TweetId) -> Result<Vec<TweetEdit>> {
        let now = self.tweet(viewer, id).await?.shown().tweet.clone();
        let (id, visibility, author) = (now.id, now.visibility, now.author);
        let limit = i64::try_from(limits::EDITS_MAX).unwrap_or(i64::MAX);
        let mut versions = self.store().read(move |conn| tweets::edits(conn, id, limit)).await?;
        let eyes = self.eyes(viewer).await?;
        let follows = eyes.relations().is_some_and(|relations| relations.following.contains(&author));
        let sees_all = visibility.is_open()
            || viewer == Some(author)
            || (visibility == Visibility::Followers && follows);
        versions
            .retain(|version| sees_all || viewer.is_some_and(|viewer| version.mentions.contains(&viewer)));
        versions.push(now.version());
        Ok(versions)
    }
}

impl CheckedEdit {
    /// The new text, in which accounts may be mentioned that are not known yet; empty when it stays.
    pub fn text(&self) -> &str {
        self.words.as_ref().map_or("", |(text, _)| text)
    }

    /// Whether nothing changes but whom its author lets quote it.
    fn is_of_nothing_else(&self) -> bool {
        self.words.is_none()
            && self.pictures.is_none()
            && self.content_warning.is_none()
            && self.sensitive.is_none()
            && self.language.is_none()
            && self.poll.is_none()
    }

    /// The tweet as it becomes.
    fn over(&self, before: &Tweet, now_ms: Millis) -> Result<Tweet> {
        let mut tweet = Tweet { edited_at: Some(now_ms), ..before.clone() };
        if let Some((text, parsed)) = &self.words {
            tweet.text.clone_from(text);
            tweet.html.clone_from(&parsed.html);
            tweet.tags.clone_from(&parsed.tags);
            tweet.mentions.clone_from(&parsed.mentions);
            tweet.mentions.extend(still_addressed(before, &parsed.mentions));
        }
        if let Some(warning) = &self.content_warning {
            tweet.content_warning.clone_from(warning);
        }
        if let Some(language) = &self.language {
            tweet.language = Some(language.clone());
        }
        tweet.sensitive = self.sensitive.unwrap_or(before.sensitive);
        let pictures = self.pictures.as_ref().map_or(before.media.len(), Vec::len);
        if tweet.text.is_empty() && pictures == 0 {
            return Err(text::empty());
        }
        Ok(tweet)
    }
}

/// Whom a closed answer is addressed to whatever its text says: the author of what it answers.
fn still_addressed(before: &Tweet, mentions: &[Mention]) -> Option<Mention> {
    let answered = before.reply_to_author.filter(|_| !before.visibility.is_open())?;
    if mentions.iter().any(|mention| mention.account == answered) {
        return None;
    }
    before.mentions.iter().find(|mention| mention.account == answered).cloned()
}

/// The newly mentioned are told; the others were.
fn newly_told(
    before: &Tweet,
    after: &Tweet,
    now_ms: Millis,
) -> Vec<crate::store::notifications::NewNotification> {
    let mentioned: HashSet<AccountId> = before.mentions.iter().map(|mention| mention.account).collect();
    told_of(after, None, now_ms)
        .into_iter()
        .filter(|told| told.kind == NotificationKind::Mention && !mentioned.contains(&told.account))
        .collect()
}
