//! A tweet as pages show it.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{AccountView, EmojiText, PageShell, SafeHtml};
use crate::clock::Millis;
use crate::model::emoji::EmojiPicture;
use crate::model::ids::TweetId;

/// Who a tweet is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// Everybody, and listed.
    #[default]
    Public,
    /// Everybody who has the link or follows.
    Unlisted,
    /// Followers.
    Followers,
    /// The mentioned accounts.
    Direct,
}

impl Audience {
    /// All of them, widest first.
    pub const ALL: [Self; 4] = [Self::Public, Self::Unlisted, Self::Followers, Self::Direct];

    /// The value in forms and in the API.
    pub fn value(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Followers => "followers",
            Self::Direct => "direct",
        }
    }

    /// Its icon.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Public => "globe",
            Self::Unlisted => "unlisted",
            Self::Followers => "lock",
            Self::Direct => "mail",
        }
    }

    /// The key of its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Public => "audience-public",
            Self::Unlisted => "audience-unlisted",
            Self::Followers => "audience-followers",
            Self::Direct => "audience-direct",
        }
    }
}

/// What a tweet shows beside its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MediaShape {
    /// A picture.
    #[default]
    Picture,
    /// A film.
    Film,
    /// A film without sound that goes round.
    Loop,
    /// A sound.
    Sound,
}

/// An image, film or sound of a tweet.
#[derive(Clone, Debug, Default)]
pub struct MediaView {
    /// What it is.
    pub shape: MediaShape,
    /// The small picture in the timeline; empty when a film or sound has none.
    pub preview_url: String,
    /// The picture itself.
    pub url: String,
    /// What it shows, in words; may be empty.
    pub alt: String,
    /// Width of the preview in pixels.
    pub width: u32,
    /// Height of the preview in pixels.
    pub height: u32,
    /// Width of the picture itself, when it may stand for the preview where there is room.
    pub full_width: Option<u32>,
}

/// The page that a tweet links to.
#[derive(Clone, Debug, Default)]
pub struct PreviewView {
    /// Where the link leads.
    pub url: String,
    /// The host of that.
    pub host: String,
    /// The page's title.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// The name of its site, when it is not that of the host.
    pub site_name: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Its picture, small, and what that shows in words.
    pub picture: Option<(String, String)>,
}

/// What a tweet answers to.
#[derive(Clone, Debug, Default)]
pub struct ReplyContext {
    /// Who wrote that; `None` when it is not known here.
    pub account: Option<AccountView>,
    /// The page of that tweet.
    pub href: String,
}

/// A poll, with what the viewer may do.
#[derive(Clone, Debug, Default)]
pub struct PollView {
    /// What may be chosen.
    pub options: Vec<PollOptionView>,
    /// Several may be chosen.
    pub multiple: bool,
    /// When it ends or ended.
    pub ends_ms: Option<Millis>,
    /// It is over.
    pub over: bool,
    /// How many voted, when that is known.
    pub voters: Option<u64>,
    /// The viewer may see the counts.
    pub shows_counts: bool,
    /// The viewer may vote.
    pub may_vote: bool,
}

/// One of the things to choose.
#[derive(Clone, Debug, Default)]
pub struct PollOptionView {
    /// Its words.
    pub title: String,
    /// How many of a hundred voters chose it.
    pub percent: u64,
    /// The viewer chose it.
    pub chosen: bool,
}

/// What a tweet quotes.
#[derive(Clone, Debug)]
pub enum QuoteView {
    /// The quoted tweet, which the viewer may see.
    Shown(Box<TweetView>),
    /// Its author does not consent, or not yet: a link to it, and the key of why.
    Unapproved {
        /// Its page here.
        href: String,
        /// The key of what there is to say.
        why: &'static str,
    },
    /// It is deleted, not for the viewer, or not known here.
    Unavailable,
}

/// How often people did something with a tweet.
#[derive(Clone, Copy, Debug, Default)]
pub struct TweetCounts {
    /// Replies.
    pub replies: u64,
    /// Retweets.
    pub retweets: u64,
    /// Likes.
    pub likes: u64,
    /// Quotes.
    pub quotes: u64,
}

/// A tweet, with what the viewer did to it and may do. Of a retweet, the tweet it shares.
#[derive(Clone, Debug, Default)]
pub struct TweetView {
    /// The tweet that the buttons act on.
    pub id: TweetId,
    /// The row of the list: the retweet's id when somebody shared it, else the same as `id`.
    pub entry: TweetId,
    /// Who wrote it.
    pub author: AccountView,
    /// Who shared it, when this row is a retweet.
    pub retweeted_by: Option<AccountView>,
    /// What it answers to.
    pub reply_to: Option<ReplyContext>,
    /// Its text as sanitised HTML.
    pub html: SafeHtml,
    /// Its text without markup, for summaries.
    pub text: String,
    /// The emoji in its text, warning and poll.
    pub emoji: Vec<EmojiPicture>,
    /// The language of its text, BCP 47.
    pub language: Option<String>,
    /// The warning that hides text and images until asked for.
    pub content_warning: Option<String>,
    /// Images are hidden until asked for.
    pub sensitive: bool,
    /// Its images.
    pub media: Vec<MediaView>,
    /// Its poll.
    pub poll: Option<PollView>,
    /// What it quotes.
    pub quote: Option<QuoteView>,
    /// The page that it links to.
    pub preview: Option<PreviewView>,
    /// Who it is for.
    pub audience: Audience,
    /// When it was written.
    pub created_ms: Millis,
    /// When it was last changed.
    pub edited_ms: Option<Millis>,
    /// Its counts.
    pub counts: TweetCounts,
    /// The viewer likes it.
    pub liked: bool,
    /// The viewer shared it.
    pub retweeted: bool,
    /// The viewer bookmarked it.
    pub bookmarked: bool,
    /// The viewer pinned it.
    pub pinned: bool,
    /// It stands at the top of its author's profile, as one of those that are pinned there.
    pub on_top: bool,
    /// The viewer wrote it.
    pub mine: bool,
    /// It quotes a tweet of the viewer, who may take that back.
    pub quotes_mine: bool,
    /// Its author decides about each quote of it.
    pub asks_before_quote: bool,
    /// The viewer may share it.
    pub can_retweet: bool,
    /// Its page on its own server, when it is remote.
    pub remote_url: Option<String>,
}

impl TweetView {
    /// Its page here.
    pub fn href(&self) -> String {
        format!("/@{}/{}", self.author.handle, self.id)
    }

    /// Plain words of it, with its emoji.
    pub fn drawn<'a>(&'a self, text: &'a str) -> EmojiText<'a> {
        EmojiText { text, emoji: &self.emoji }
    }

    /// The first part of the addresses of its actions.
    pub fn path(&self) -> String {
        format!("/tweets/{}", self.id)
    }
}

/// How a tweet stands on its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardRole {
    /// One of a list.
    Row,
    /// Above the focus, joined to what follows by a line.
    Ancestor,
    /// The tweet that the page is about.
    Focus,
    /// To look at only, without buttons.
    Still,
}

/// A tweet, drawn.
#[derive(Template)]
#[template(path = "_tweet.html")]
pub struct TweetCard<'a> {
    pub(super) shell: &'a PageShell,
    pub(super) tweet: &'a TweetView,
    pub(super) role: CardRole,
}

impl HtmlSafe for TweetCard<'_> {}

impl TweetCard<'_> {
    /// Where its forms return to: this very tweet on the same page.
    fn return_to(&self) -> String {
        format!("{}#tweet-{}", self.shell.here, self.tweet.entry)
    }

    fn has_actions(&self) -> bool {
        self.role != CardRole::Still
    }

    fn is_focus(&self) -> bool {
        self.role == CardRole::Focus
    }

    fn role_class(&self) -> &'static str {
        match self.role {
            CardRole::Row => "",
            CardRole::Ancestor => " ancestor",
            CardRole::Focus => " focus",
            CardRole::Still => " still",
        }
    }
}
