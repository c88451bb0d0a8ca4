//! Threads, and the versions of posts.

use std::collections::HashMap;

use serde::Serialize;

use super::{Account, CustomEmoji, MediaAttachment, Scene, Status, when};
use crate::model::ids::TweetId;
use crate::model::tweet::{Tweet, TweetEdit};
use crate::service::{Thread, TweetView};

/// What came before and after a post.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Context {
    ancestors: Vec<Status>,
    descendants: Vec<Status>,
}

impl Context {
    /// A thread: each answer is followed by its own answers.
    pub(in crate::http::mastodon) fn of(thread: &Thread, scene: &Scene<'_>) -> Self {
        let shown = |view: &TweetView| Status::of(view, scene);
        let descendants = in_depth(thread.tweet.tweet.id, &thread.descendants);
        Self {
            ancestors: thread.ancestors.iter().map(shown).collect(),
            descendants: descendants.into_iter().map(shown).collect(),
        }
    }
}

/// The answers below `root` in depth, the older first among those to the same post.
fn in_depth(root: TweetId, answers: &[TweetView]) -> Vec<&TweetView> {
    let mut by_parent: HashMap<TweetId, Vec<&TweetView>> = HashMap::new();
    for view in answers.iter().rev() {
        if let Some(parent) = view.tweet.reply_to {
            by_parent.entry(parent).or_default().push(view);
        }
    }
    let mut reached = Vec::with_capacity(answers.len());
    let mut next = by_parent.remove(&root).unwrap_or_default();
    while let Some(view) = next.pop() {
        reached.push(view);
        next.extend(by_parent.remove(&view.tweet.id).unwrap_or_default());
    }
    reached
}

/// A version of a post.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct StatusEdit {
    content: String,
    spoiler_text: String,
    sensitive: bool,
    created_at: String,
    account: Account,
    media_attachments: Vec<MediaAttachment>,
    emojis: Vec<CustomEmoji>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poll: Option<Question>,
}

/// The poll of a version: what it asked.
#[derive(Clone, Debug, Serialize)]
struct Question {
    options: Vec<Choice>,
}

#[derive(Clone, Debug, Serialize)]
struct Choice {
    title: String,
}

impl StatusEdit {
    /// A version of the post that `now` is at present. Of its pictures those are shown that the post still has: the
    /// files of others are gone.
    pub(in crate::http::mastodon) fn of(version: TweetEdit, now: &TweetView, scene: &Scene<'_>) -> Self {
        let pictures = version.pictures.iter().filter_map(|picture| {
            let media = now.tweet.media.iter().find(|media| media.id == picture.id)?;
            let then = crate::model::tweet::Media { alt: picture.alt.clone(), ..media.clone() };
            Some(MediaAttachment::of(&then, scene))
        });
        let then = Tweet {
            text: version.text,
            html: version.html.clone(),
            content_warning: version.content_warning.clone(),
            ..now.tweet.as_ref().clone()
        };
        let options: Vec<Choice> = version.poll.into_iter().map(|title| Choice { title }).collect();
        let poll = (!options.is_empty()).then_some(Question { options });
        Self {
            content: version.html,
            spoiler_text: version.content_warning,
            sensitive: version.sensitive,
            created_at: when(version.created_at),
            account: Account::of(&now.author, scene),
            media_attachments: pictures.collect(),
            emojis: CustomEmoji::list(scene.palette.of_tweet(&then), scene),
            poll,
        }
    }
}

/// A post's text as it was written.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct StatusSource {
    id: TweetId,
    text: String,
    spoiler_text: String,
}

impl StatusSource {
    /// The text of a post.
    pub(in crate::http::mastodon) fn of(tweet: &Tweet) -> Self {
        Self { id: tweet.id, text: tweet.text.clone(), spoiler_text: tweet.content_warning.clone() }
    }
}
