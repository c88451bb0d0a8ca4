//! Tweets, their media and mentions as the rest of the house sees them.

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::attachment::{Focus, MediaState};
use super::emoji::RemoteEmoji;
use super::ids::{AccountId, MediaId, TweetId};
use super::poll::Poll;
use super::quote::{QuotePolicy, QuoteState};
use super::visibility::Visibility;
use crate::clock::Millis;

/// A tweet, a reply, a quote or a retweet.
#[derive(Clone, Debug, PartialEq)]
pub struct Tweet {
    /// Its id.
    pub id: TweetId,
    /// Its author.
    pub author: AccountId,
    /// Whether the author is one of ours.
    pub local: bool,
    /// Who may see it.
    pub visibility: Visibility,
    /// What its author wrote; for remote tweets the plain text of the HTML.
    pub text: String,
    /// Sanitised HTML.
    pub html: String,
    /// A warning to show before the content; empty when there is none.
    pub content_warning: String,
    /// Whether media are hidden at first.
    pub sensitive: bool,
    /// A BCP 47 language tag.
    pub language: Option<String>,
    /// The tweet that it answers.
    pub reply_to: Option<TweetId>,
    /// The author of that tweet.
    pub reply_to_author: Option<AccountId>,
    /// The ActivityPub id of what it answers, while that is not here.
    pub reply_to_uri: Option<String>,
    /// The first tweet of the thread; its own id when it begins one.
    pub thread: TweetId,
    /// The tweet that this row repeats.
    pub retweet_of: Option<TweetId>,
    /// The tweet that it quotes.
    pub quote_of: Option<TweetId>,
    /// How that stands with the quoted author.
    pub quote_state: QuoteState,
    /// The id of the stamp by which they allow it.
    pub quote_stamp: Option<String>,
    /// Whom its author lets quote it; `None` when nothing was said of this very tweet.
    pub can_quote: Option<QuotePolicy>,
    /// The ActivityPub id of a remote tweet.
    pub uri: Option<String>,
    /// The page of a remote tweet.
    pub url: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last edited.
    pub edited_at: Option<Millis>,
    /// How many like it.
    pub likes_count: i64,
    /// How many repeated it.
    pub retweets_count: i64,
    /// How many answered it.
    pub replies_count: i64,
    /// How many quoted it.
    pub quotes_count: i64,
    /// How many like a remote tweet, as its own host said.
    pub stated_likes: Option<i64>,
    /// How many repeated a remote tweet, as its own host said.
    pub stated_retweets: Option<i64>,
    /// Pictures, in order.
    pub media: Vec<Media>,
    /// Who is mentioned.
    pub mentions: Vec<Mention>,
    /// Hashtags, folded.
    pub tags: Vec<String>,
    /// Its poll.
    pub poll: Option<Poll>,
    /// Another instance's emoji in its text, warning and poll.
    pub emoji: Vec<RemoteEmoji>,
}

/// A local public tweet with nothing in it.
pub(crate) fn blank_tweet(id: TweetId, author: AccountId, now_ms: Millis) -> Tweet {
    Tweet {
        id,
        author,
        local: true,
        visibility: Visibility::Public,
        text: String::new(),
        html: String::new(),
        content_warning: String::new(),
        sensitive: false,
        language: None,
        reply_to: None,
        reply_to_author: None,
        reply_to_uri: None,
        thread: id,
        retweet_of: None,
        quote_of: None,
        quote_state: QuoteState::default(),
        quote_stamp: None,
        can_quote: None,
        uri: None,
        url: None,
        created_at: now_ms,
        edited_at: None,
        likes_count: 0,
        retweets_count: 0,
        replies_count: 0,
        quotes_count: 0,
        stated_likes: None,
        stated_retweets: None,
        media: Vec::new(),
        mentions: Vec::new(),
        tags: Vec::new(),
        poll: None,
        emoji: Vec::new(),
    }
}

/// A mentioned account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The account.
    pub account: AccountId,
    /// Its username.
    pub username: String,
    /// Its host; `None` for ours.
    pub domain: Option<String>,
    /// The ActivityPub id of a remote account.
    pub uri: Option<String>,
}

/// A picture, film or sound of a tweet, or one that waits for its tweet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// Whose it is.
    pub account: AccountId,
    /// The tweet it belongs to.
    pub tweet: Option<TweetId>,
    /// `image`, `gif`, `gifv` (a film without sound that goes round), `video` or `audio`.
    pub kind: String,
    /// Its media type.
    pub mime: String,
    /// Where our store keeps it, or what was uploaded while that is worked on; `None` for a remote picture that was not
    /// fetched yet.
    pub file_key: Option<String>,
    /// Where our store keeps the small version.
    pub thumb_key: Option<String>,
    /// Where a remote picture comes from.
    pub remote_url: Option<String>,
    /// The description for those who cannot see it.
    pub alt: String,
    /// Pixels; 0 when unknown.
    pub width: i64,
    /// Pixels; 0 when unknown.
    pub height: i64,
    /// Pixels of the small version.
    pub thumb_width: i64,
    /// Pixels of the small version.
    pub thumb_height: i64,
    /// A blurred preview (blurhash).
    pub blurhash: Option<String>,
    /// Bytes of the file.
    pub size_bytes: i64,
    /// What stays to be seen when it is cut.
    #[serde(default)]
    pub focus: Option<Focus>,
    /// How far it is.
    #[serde(default)]
    pub state: MediaState,
    /// How long a film or sound lasts; 0 for pictures.
    #[serde(default)]
    pub duration_ms: Millis,
}

/// A version of an edited tweet before its present one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TweetEdit {
    /// What its author had written.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// The warning of that time.
    pub content_warning: String,
    /// Whether its media were hidden at first.
    pub sensitive: bool,
    /// Its pictures of that time, in order.
    pub pictures: Vec<EditPicture>,
    /// Whom it mentioned.
    pub mentions: Vec<AccountId>,
    /// What its poll offered; nothing when it had none.
    pub poll: Vec<String>,
    /// From when it stood.
    pub created_at: Millis,
}

/// A picture of a version: the file goes when no tweet shows it any more, its description stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditPicture {
    /// Which picture it was.
    pub id: MediaId,
    /// How it was described.
    pub alt: String,
}

impl Tweet {
    /// The tweet that it quotes with the consent of that one's author.
    pub fn quotes(&self) -> Option<TweetId> {
        self.quote_of.filter(|_| self.quote_state == QuoteState::Accepted)
    }

    /// Whom its author, who is `author`, lets quote it; `None` when another instance does not say. What is not for
    /// everybody only its author quotes.
    pub fn quote_policy(&self, author: &Account) -> Option<QuotePolicy> {
        match (self.visibility.is_open(), self.local) {
            (false, _) => Some(QuotePolicy::Nobody),
            (true, true) => Some(self.can_quote.unwrap_or(author.quotable)),
            (true, false) => self.can_quote,
        }
    }

    /// How many like it: as its host says, or as is known here when that is more.
    pub fn likes_shown(&self) -> i64 {
        self.stated_likes.unwrap_or_default().max(self.likes_count)
    }

    /// How many repeated it: as its host says, or as is known here when that is more.
    pub fn retweets_shown(&self) -> i64 {
        self.stated_retweets.unwrap_or_default().max(self.retweets_count)
    }

    /// The tweet as one of its versions.
    pub fn version(&self) -> TweetEdit {
        let picture = |media: &Media| EditPicture { id: media.id, alt: media.alt.clone() };
        TweetEdit {
            text: self.text.clone(),
            html: self.html.clone(),
            content_warning: self.content_warning.clone(),
            sensitive: self.sensitive,
            pictures: self.media.iter().map(picture).collect(),
            mentions: self.mentions.iter().map(|mention| mention.account).collect(),
            poll: self
                .poll
                .iter()
                .flat_map(|poll| &poll.options)
                .map(|option| option.title.clone())
                .collect(),
            created_at: self.edited_at.unwrap_or(self.created_at),
        }
    }
}
