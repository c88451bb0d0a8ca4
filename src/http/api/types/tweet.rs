//! Tweets and threads.

use serde::Serialize;
use utoipa::ToSchema;

use super::{CustomEmoji, FilterMatch, Id, LinkPreview, Media, Poll, Scene, User, UserRef, when, words};
use crate::federation::resolve::Backfill;
use crate::model::ids::{MediaId, TweetId};
use crate::model::quote::QuotePolicy;
use crate::model::quote_fallback;
use crate::model::tweet::{Mention, TweetEdit};
use crate::model::visibility::Visibility;
use crate::service::{self, TweetView};

/// A tweet as the viewer sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Tweet {
    /// Its id.
    #[schema(value_type = Id)]
    id: TweetId,
    /// Its page.
    url: String,
    /// Who wrote it; of a retweet, who repeated it.
    author: User,
    /// What its author wrote; empty for a retweet.
    text: String,
    /// The same as safe HTML.
    html: String,
    /// A warning to show before the content.
    content_warning: Option<String>,
    /// Whether pictures are hidden at first.
    sensitive: bool,
    /// The language it is in, as a BCP 47 tag.
    language: Option<String>,
    /// Who may see it.
    #[schema(schema_with = words::visibility)]
    visibility: Visibility,
    /// The tweet it answers.
    #[schema(value_type = Option<Id>)]
    reply_to: Option<TweetId>,
    /// The author of that tweet, when known.
    reply_to_user: Option<UserRef>,
    /// The first tweet of its thread.
    #[schema(value_type = Id)]
    thread_id: TweetId,
    /// The tweet that this one repeats.
    #[schema(value_type = Option<Id>)]
    retweet_of: Option<TweetId>,
    /// That tweet itself.
    #[schema(no_recursion)]
    original: Option<Box<Tweet>>,
    /// The tweet that it quotes.
    #[schema(value_type = Option<Id>)]
    quote_of: Option<TweetId>,
    /// How that stands with the author of that tweet; null when it quotes nothing. Only what is `accepted` is shown.
    #[schema(schema_with = words::quote_state)]
    quote_state: Option<&'static str>,
    /// Whom its author lets quote it; null when another instance does not say.
    #[schema(schema_with = words::tweet_quote_policy)]
    quotable: Option<&'static str>,
    /// Whether you may quote it, or its author is asked.
    #[schema(schema_with = words::may_quote)]
    may_quote: &'static str,
    /// That tweet itself; null when you may not see it, or its author does not consent.
    #[schema(no_recursion)]
    quoted: Option<Box<Tweet>>,
    /// Its pictures.
    media: Vec<Media>,
    /// Its poll.
    poll: Option<Poll>,
    /// The page that it links to, once that was asked; null when there is nothing to show, or when it has pictures, a
    /// poll or a quote.
    preview: Option<LinkPreview>,
    /// Whom it mentions.
    mentions: Vec<UserRef>,
    /// Its hashtags, in lower case, without `#`.
    hashtags: Vec<String>,
    /// The custom emoji in its text, warning and poll; in `html` they stand as codes too.
    emoji: Vec<CustomEmoji>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last edited.
    #[schema(format = DateTime)]
    edited_at: Option<String>,
    /// How many like it; of another instance's tweet as that one says, or as is known here when that is more.
    #[schema(minimum = 0)]
    likes_count: i64,
    /// How many repeated it, counted like the likes.
    #[schema(minimum = 0)]
    retweets_count: i64,
    /// How many answered it.
    #[schema(minimum = 0)]
    replies_count: i64,
    /// How many quoted it.
    #[schema(minimum = 0)]
    quotes_count: i64,
    /// Whether you like it.
    liked: bool,
    /// Whether you repeated it.
    retweeted: bool,
    /// Whether you put a bookmark on it.
    bookmarked: bool,
    /// Whether you have it pinned on your profile.
    pinned: bool,
    /// Whether you are told nothing more of its thread.
    thread_muted: bool,
    /// What your filters found in it, wherever they count; it is for you to hide it.
    filtered: Vec<FilterMatch>,
}

impl Tweet {
    /// A tweet as the API shows it.
    pub(in crate::http::api) fn of(view: &TweetView, scene: &Scene<'_>) -> Self {
        let tweet = &view.tweet;
        let addresses = scene.addresses;
        let inner = |inner: &TweetView| Box::new(Self::of(inner, scene));
        Self {
            id: tweet.id,
            url: addresses.tweet_page(tweet, &view.author),
            author: User::of(&view.author, scene),
            text: tweet.text.clone(),
            html: match view.quote_of {
                Some(_) => quote_fallback::without(&tweet.html).into_owned(),
                None => tweet.html.clone(),
            },
            content_warning: Some(tweet.content_warning.clone()).filter(|warning| !warning.is_empty()),
            sensitive: tweet.sensitive,
            language: tweet.language.clone(),
            visibility: tweet.visibility,
            reply_to: tweet.reply_to,
            reply_to_user: view
                .reply_to_author
                .as_ref()
                .map(|account| UserRef { id: account.id, handle: account.acct() }),
            thread_id: tweet.thread,
            retweet_of: tweet.retweet_of,
            original: view.retweet_of.as_deref().map(inner),
            quote_of: tweet.quote_of,
            quote_state: tweet.quote_of.map(|_| tweet.quote_state.as_str()),
            quotable: tweet.quote_policy(&view.author).map(QuotePolicy::as_str),
            may_quote: view.may_quote.as_str(),
            quoted: view.quote_of.as_deref().map(inner),
            media: tweet.media.iter().map(|media| Media::of(media, addresses)).collect(),
            poll: view.poll.as_ref().map(Poll::of),
            preview: view.preview.as_ref().map(|preview| LinkPreview::of(preview, scene)),
            mentions: tweet.mentions.iter().map(mentioned).collect(),
            hashtags: tweet.tags.clone(),
            emoji: CustomEmoji::list(scene.palette.of_tweet(tweet), scene),
            created_at: when(tweet.created_at),
            edited_at: tweet.edited_at.map(when),
            likes_count: tweet.likes_shown(),
            retweets_count: tweet.retweets_shown(),
            replies_count: tweet.replies_count,
            quotes_count: tweet.quotes_count,
            liked: view.flags.liked,
            retweeted: view.flags.retweeted,
            bookmarked: view.flags.bookmarked,
            pinned: view.flags.pinned,
            thread_muted: view.flags.muted,
            filtered: view.filtered.iter().map(FilterMatch::of).collect(),
        }
    }
}

fn mentioned(mention: &Mention) -> UserRef {
    let handle = match &mention.domain {
        Some(host) => format!("{}@{host}", mention.username),
        None => mention.username.clone(),
    };
    UserRef { id: mention.account, handle }
}

/// A tweet with what came before and after it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Thread {
    /// What it answers, the oldest first.
    ancestors: Vec<Tweet>,
    /// The tweet.
    tweet: Tweet,
    /// What answers it, directly or not, the oldest first.
    descendants: Vec<Tweet>,
    /// Whether the thread goes on above the first ancestor: in that one's thread.
    more_ancestors: bool,
    /// Whether there are more answers: each tweet's `replies` list all of its own.
    more_descendants: bool,
    /// `running` while other instances are asked for what is missing here, which a look by somebody signed in sets off;
    /// else `done`. What is found is in the thread when it is read again.
    #[schema(example = "done")]
    backfill: &'static str,
    /// How many missing tweets were found, so far or the last time.
    #[schema(minimum = 0)]
    backfill_found: i64,
}

impl Thread {
    /// A thread as the API shows it.
    pub(in crate::http::api) fn of(
        thread: &service::Thread,
        backfill: Option<Backfill>,
        scene: &Scene<'_>,
    ) -> Self {
        let shown = |views: &[TweetView]| views.iter().map(|view| Tweet::of(view, scene)).collect();
        Self {
            ancestors: shown(&thread.ancestors),
            tweet: Tweet::of(&thread.tweet, scene),
            descendants: shown(&thread.descendants),
            more_ancestors: thread.more_above,
            more_descendants: thread.more_below,
            backfill: if backfill.is_some_and(|backfill| backfill.running) { "running" } else { "done" },
            backfill_found: backfill.map_or(0, |backfill| backfill.found),
        }
    }
}

/// A picture of a version.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct VersionPicture {
    /// Its id; while the tweet still shows it, it stands under this id in the tweet's `media`.
    #[schema(value_type = Id)]
    id: MediaId,
    /// How it was described; empty when it was not.
    alt: String,
}

/// A version of a tweet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Version {
    /// What its author had written.
    text: String,
    /// The same as safe HTML.
    html: String,
    /// The warning of that time.
    content_warning: Option<String>,
    /// Whether pictures were hidden at first.
    sensitive: bool,
    /// Its pictures of that time. The file of one that the tweet shows no more is not kept, its description is.
    pictures: Vec<VersionPicture>,
    /// What its poll offered; empty when it had none.
    poll_options: Vec<String>,
    /// From when it stood.
    #[schema(format = DateTime)]
    created_at: String,
}

impl Version {
    /// A version as the API shows it.
    pub(in crate::http::api) fn of(edit: TweetEdit) -> Self {
        Self {
            text: edit.text,
            html: edit.html,
            content_warning: Some(edit.content_warning).filter(|warning| !warning.is_empty()),
            sensitive: edit.sensitive,
            pictures: edit
                .pictures
                .into_iter()
                .map(|picture| VersionPicture { id: picture.id, alt: picture.alt })
                .collect(),
            poll_options: edit.poll,
            created_at: when(edit.created_at),
        }
    }
}
