//! Posts to come.

use serde::Serialize;

use super::status::word_of_visibility;
use super::{MediaAttachment, Scene, when, word_of_quotable};
use crate::clock::SECOND_MS;
use crate::model::ids::{MediaId, RowId, TweetId};
use crate::service::{NewPoll, ScheduledView};

/// A post to come.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct ScheduledStatus {
    id: RowId,
    scheduled_at: String,
    params: Params,
    media_attachments: Vec<MediaAttachment>,
    /// Not Mastodon's: why it could not be published when its time came. It stays until it gets another time.
    failure: Option<String>,
}

/// What was asked for.
#[derive(Clone, Debug, Serialize)]
struct Params {
    text: String,
    poll: Option<Poll>,
    media_ids: Option<Vec<MediaId>>,
    sensitive: Option<bool>,
    spoiler_text: Option<String>,
    visibility: Option<&'static str>,
    in_reply_to_id: Option<TweetId>,
    quoted_status_id: Option<TweetId>,
    quote_approval_policy: Option<&'static str>,
    language: Option<String>,
    application_id: Option<i64>,
    scheduled_at: Option<String>,
    idempotency: Option<String>,
    with_rate_limit: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Poll {
    options: Vec<String>,
    expires_in: i64,
    multiple: bool,
    hide_totals: bool,
}

impl ScheduledStatus {
    /// A post to come as this API shows it.
    pub(in crate::http::mastodon) fn of(view: &ScheduledView, scene: &Scene<'_>) -> Self {
        let tweet = &view.tweet;
        Self {
            id: view.id,
            scheduled_at: when(view.due_at),
            params: Params {
                text: tweet.text.clone(),
                poll: tweet.poll.as_ref().map(Poll::of),
                media_ids: Some(tweet.media.clone()).filter(|media| !media.is_empty()),
                sensitive: tweet.sensitive,
                spoiler_text: tweet.content_warning.clone(),
                visibility: tweet.visibility.map(word_of_visibility),
                in_reply_to_id: tweet.reply_to,
                quoted_status_id: tweet.quote_of,
                quote_approval_policy: tweet.quotable.map(word_of_quotable),
                language: tweet.language.clone(),
                application_id: None,
                scheduled_at: None,
                idempotency: None,
                with_rate_limit: false,
            },
            media_attachments: view.media.iter().map(|media| MediaAttachment::of(media, scene)).collect(),
            failure: view.failure.clone(),
        }
    }
}

impl Poll {
    fn of(poll: &NewPoll) -> Self {
        Self {
            options: poll.options.clone(),
            expires_in: poll.lasts_ms.div_euclid(SECOND_MS),
            multiple: poll.multiple,
            hide_totals: false,
        }
    }
}
