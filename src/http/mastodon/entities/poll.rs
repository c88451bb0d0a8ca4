//! Polls. A poll has no id of its own here: its post's names it.

use serde::Serialize;

use super::{CustomEmoji, Scene, when};
use crate::model::ids::TweetId;
use crate::service::{PollView, TweetView};

/// A poll as the viewer sees it.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Poll {
    id: TweetId,
    expires_at: Option<String>,
    expired: bool,
    multiple: bool,
    votes_count: i64,
    voters_count: Option<i64>,
    options: Vec<PollOption>,
    emojis: Vec<CustomEmoji>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own_votes: Option<Vec<usize>>,
}

#[derive(Clone, Debug, Serialize)]
struct PollOption {
    title: String,
    votes_count: Option<i64>,
}

impl Poll {
    /// The poll of a post, when it has one.
    pub(in crate::http::mastodon) fn of(view: &TweetView, scene: &Scene<'_>) -> Option<Self> {
        let (poll, counted) = (view.poll.as_ref()?, view.tweet.poll.as_ref()?);
        let options = poll.options.iter().map(|option| PollOption {
            title: option.title.clone(),
            votes_count: poll.shows_counts.then_some(option.votes),
        });
        let is_own = scene.viewer == Some(view.tweet.author);
        Some(Self {
            id: view.tweet.id,
            expires_at: poll.ends_at.map(when),
            expired: poll.over,
            multiple: poll.multiple,
            votes_count: counted.options.iter().map(|option| option.votes).sum(),
            voters_count: poll.voters,
            options: options.collect(),
            emojis: CustomEmoji::list(scene.palette.of_tweet(&view.tweet), scene),
            // Nobody votes in a poll of their own: clients then show the counts instead of the question.
            voted: scene.viewer.map(|_| poll.voted || is_own),
            own_votes: scene.viewer.map(|_| chosen(poll)),
        })
    }
}

fn chosen(poll: &PollView) -> Vec<usize> {
    poll.options
        .iter()
        .enumerate()
        .filter(|(_, option)| option.chosen)
        .map(|(position, _)| position)
        .collect()
}
