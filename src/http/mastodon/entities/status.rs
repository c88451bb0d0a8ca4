//! Posts.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::card::PreviewCard;
use super::quote::{Quote, QuoteApproval};
use super::tag::{self, TagLink};
use super::{Account, CustomEmoji, FilterResult, MediaAttachment, Poll, Scene, when};
use crate::model::ids::{AccountId, TweetId};
use crate::model::quote_fallback;
use crate::model::tweet;
use crate::model::visibility::Visibility;
use crate::service::TweetView;

/// A post, or somebody's repeating of one.
#[derive(Clone, Debug)]
pub(in crate::http::mastodon) enum Status {
    /// As text, which others may be shown too.
    Text(Arc<RawValue>),
    /// Made for this viewer alone.
    Made(Box<Made>),
}

/// What a post shows.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Made {
    id: TweetId,
    uri: String,
    url: String,
    created_at: String,
    edited_at: Option<String>,
    account: Account,
    content: String,
    visibility: &'static str,
    sensitive: bool,
    spoiler_text: String,
    media_attachments: Vec<MediaAttachment>,
    mentions: Vec<Mention>,
    tags: Vec<TagLink>,
    emojis: Vec<CustomEmoji>,
    reblogs_count: i64,
    favourites_count: i64,
    replies_count: i64,
    quotes_count: i64,
    in_reply_to_id: Option<TweetId>,
    in_reply_to_account_id: Option<AccountId>,
    reblog: Option<Status>,
    poll: Option<Poll>,
    card: Option<PreviewCard>,
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    quote: Option<Quote>,
    quote_approval: QuoteApproval,
    #[serde(flatten)]
    marks: Option<Marks>,
}

/// What the viewer did to it.
#[derive(Clone, Debug, Serialize)]
struct Marks {
    favourited: bool,
    reblogged: bool,
    muted: bool,
    bookmarked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pinned: Option<bool>,
    filtered: Vec<FilterResult>,
}

/// Somebody who is mentioned.
#[derive(Clone, Debug, Serialize)]
struct Mention {
    id: AccountId,
    username: String,
    url: String,
    acct: String,
}

/// How deep in another post a post is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    Outer,
    Quoted,
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            Self::Made(made) => made.serialize(serializer),
        }
    }
}

impl Status {
    /// A post as this API shows it.
    pub(in crate::http::mastodon) fn of(view: &TweetView, scene: &Scene<'_>) -> Self {
        let make = || to_raw_value(&Made::of(view, scene, Depth::Outer)).ok().map(Arc::from);
        let text = scene.kept.and_then(|kept| kept.text(view, scene, make));
        text.map_or_else(|| Self::Made(Box::new(Made::of(view, scene, Depth::Outer))), Self::Text)
    }

    /// A post inside of one that quotes it.
    pub(super) fn quoted(view: &TweetView, scene: &Scene<'_>) -> Self {
        Self::Made(Box::new(Made::of(view, scene, Depth::Quoted)))
    }

    /// One's own post with the text as it was written, to write it anew.
    pub(in crate::http::mastodon) fn with_text(view: &TweetView, scene: &Scene<'_>) -> Self {
        let text = Some(view.tweet.text.clone());
        Self::Made(Box::new(Made { text, ..Made::of(view, scene, Depth::Outer) }))
    }
}

impl Made {
    fn of(view: &TweetView, scene: &Scene<'_>, depth: Depth) -> Self {
        let (tweet, addresses) = (&view.tweet, scene.addresses);
        let status = Self {
            id: tweet.id,
            uri: addresses.tweet(tweet, &view.author),
            url: addresses.tweet_page(tweet, &view.author),
            created_at: when(tweet.created_at),
            edited_at: tweet.edited_at.map(when),
            account: Account::of(&view.author, scene),
            content: content(view, scene),
            visibility: word_of_visibility(tweet.visibility),
            sensitive: tweet.sensitive,
            spoiler_text: tweet.content_warning.clone(),
            media_attachments: tweet.media.iter().map(|media| MediaAttachment::of(media, scene)).collect(),
            mentions: tweet.mentions.iter().map(|mention| Mention::of(mention, scene)).collect(),
            tags: tag::links(&tweet.tags, scene),
            emojis: CustomEmoji::list(scene.palette.of_tweet(tweet), scene),
            reblogs_count: tweet.retweets_shown(),
            favourites_count: tweet.likes_shown(),
            replies_count: tweet.replies_count,
            quotes_count: tweet.quotes_count,
            in_reply_to_id: tweet.reply_to,
            in_reply_to_account_id: tweet.reply_to_author,
            reblog: view.retweet_of.as_deref().map(|original| Status::of(original, scene)),
            poll: Poll::of(view, scene),
            card: view.preview.as_ref().map(|preview| PreviewCard::of(preview, scene)),
            language: tweet.language.clone(),
            text: None,
            quote: match depth {
                Depth::Outer => Quote::of(view, scene),
                Depth::Quoted => Quote::named(view),
            },
            quote_approval: QuoteApproval::of(view),
            marks: scene.viewer.map(|viewer| Marks::of(view, viewer)),
        };
        if tweet.retweet_of.is_some() { status.into_activity(tweet) } else { status }
    }

    /// Somebody's repeating is no post with a page: its addresses are those of the activity.
    fn into_activity(self, retweet: &tweet::Tweet) -> Self {
        let uri = retweet.uri.clone().unwrap_or_else(|| format!("{}/activity", self.uri));
        Self { url: uri.clone(), uri, ..self }
    }
}

impl Marks {
    fn of(view: &TweetView, viewer: AccountId) -> Self {
        let (flags, shown) = (view.flags, &view.shown().tweet);
        let may_pin = shown.author == viewer && shown.visibility.is_open() && view.tweet.retweet_of.is_none();
        Self {
            favourited: flags.liked,
            reblogged: flags.retweeted,
            muted: flags.muted,
            bookmarked: flags.bookmarked,
            pinned: may_pin.then_some(flags.pinned),
            filtered: view.filtered.iter().map(FilterResult::of).collect(),
        }
    }
}

impl Mention {
    fn of(mention: &tweet::Mention, scene: &Scene<'_>) -> Self {
        let acct = match &mention.domain {
            Some(host) => format!("{}@{host}", mention.username),
            None => mention.username.clone(),
        };
        let url = mention.uri.clone().filter(|_| mention.domain.is_some());
        Self {
            id: mention.account,
            username: mention.username.clone(),
            url: url.unwrap_or_else(|| scene.addresses.at(&format!("/@{acct}"))),
            acct,
        }
    }
}

/// Who knows no quotes reads that there is one in the text; who does, leaves those words out by their class.
fn content(view: &TweetView, scene: &Scene<'_>) -> String {
    match view.quote_of.as_deref() {
        Some(quoted) => {
            let page = scene.addresses.tweet_page(&quoted.tweet, &quoted.author);
            quote_fallback::with(&view.tweet.html, &page)
        }
        None => view.tweet.html.clone(),
    }
}

/// Mastodon's word for whom a post is for.
pub(in crate::http::mastodon) fn word_of_visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Unlisted => "unlisted",
        Visibility::Followers => "private",
        Visibility::Direct => "direct",
    }
}
