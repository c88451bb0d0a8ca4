//! Pages about one tweet: its thread, writing, editing, its history, deleting it.

use askama::Template;

use crate::clock::Millis;
use crate::http::web::views::{AccountRow, Composer, PageShell, SafeHtml, TweetView};
use crate::model::delivery::{DeliveryTrace, Outcome};

/// `GET /@{handle}/{tweet_id}`: a tweet, what it answers to, and its replies.
#[derive(Template)]
#[template(path = "thread.html")]
pub struct ThreadPage {
    /// Everything around.
    pub shell: PageShell,
    /// Where the thread goes on above the first ancestor, when it is too long for one page.
    pub above: Option<String>,
    /// What it answers to, oldest first.
    pub ancestors: Vec<TweetView>,
    /// The tweet.
    pub focus: TweetView,
    /// The form for a reply; `None` for those who may not.
    pub composer: Option<Composer>,
    /// The replies.
    pub replies: Vec<TweetView>,
    /// Where the thread goes on below the last reply, when it is too long for one page.
    pub below: Option<String>,
    /// How it stands with what other servers have of the thread; `None` when none of it is theirs.
    pub backfill: Option<BackfillView>,
}

/// How it stands with the missing posts of a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackfillView {
    /// They are being looked for.
    pub running: bool,
    /// How many were found.
    pub posts: u64,
}

/// What people did with a tweet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// They shared it.
    Repost,
    /// They quoted it.
    Quote,
    /// They like it.
    Like,
}

impl Reaction {
    const ALL: [Self; 3] = [Self::Repost, Self::Quote, Self::Like];

    /// The last part of the address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Repost => "reposts",
            Self::Quote => "quotes",
            Self::Like => "likes",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Repost => "reactions-reposts",
            Self::Quote => "reactions-quotes",
            Self::Like => "reactions-likes",
        }
    }
}

/// `GET /tweets/{id}/likes`, `/reposts` and `/quotes`.
#[derive(Template)]
#[template(path = "reactions.html")]
pub struct ReactionsPage {
    /// Everything around.
    pub shell: PageShell,
    /// The tweet.
    pub tweet: TweetView,
    /// What people did.
    pub kind: Reaction,
    /// Who did, the last first; empty for quotes.
    pub rows: Vec<AccountRow>,
    /// The quotes, newest first.
    pub quotes: Vec<TweetView>,
    /// The address of more.
    pub older: Option<String>,
}

/// `GET /compose` and `GET /tweets/{id}/edit`: the form on a page of its own.
#[derive(Template)]
#[template(path = "compose.html")]
pub struct ComposePage {
    /// Everything around.
    pub shell: PageShell,
    /// The form.
    pub composer: Composer,
}

impl ComposePage {
    /// The key of the heading.
    fn heading(&self) -> &'static str {
        match (self.composer.editing, &self.composer.reply_to, &self.composer.quote_of) {
            (Some(_), _, _) => "compose-title-edit",
            (None, Some(_), _) => "compose-title-reply",
            (None, None, Some(_)) => "compose-title-quote",
            (None, None, None) => "compose-title",
        }
    }
}

/// One wording of a tweet.
#[derive(Clone, Debug, Default)]
pub struct VersionView {
    /// The text.
    pub html: SafeHtml,
    /// The warning.
    pub content_warning: Option<String>,
    /// The language of the text, BCP 47.
    pub language: Option<String>,
    /// How its pictures were described; empty for one that was not.
    pub pictures: Vec<String>,
    /// When it became so.
    pub since_ms: Millis,
}

/// `GET /tweets/{id}/history`.
#[derive(Template)]
#[template(path = "history.html")]
pub struct HistoryPage {
    /// Everything around.
    pub shell: PageShell,
    /// The tweet as it is.
    pub tweet: TweetView,
    /// Every wording, newest first, the present one included.
    pub versions: Vec<VersionView>,
}

/// `GET /tweets/{id}/delete`: asks before deleting.
#[derive(Template)]
#[template(path = "delete.html")]
pub struct DeletePage {
    /// Everything around.
    pub shell: PageShell,
    /// The tweet.
    pub tweet: TweetView,
    /// Where to go afterwards, and on second thoughts: a path on this server.
    pub return_to: String,
}

/// `GET /tweets/{id}/delivery`.
#[derive(Template)]
#[template(path = "delivery.html")]
pub struct DeliveryPage {
    /// Everything around.
    pub shell: PageShell,
    /// The tweet.
    pub tweet: TweetView,
    /// What became of it, the last first.
    pub traces: Vec<DeliveryTrace>,
    /// The address of more.
    pub older: Option<String>,
}

/// The word for how deliveries ended.
fn outcome_key(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "delivery-delivered",
        Outcome::Refused => "delivery-refused",
        Outcome::GivenUp => "delivery-given-up",
        Outcome::Dropped => "delivery-dropped",
        Outcome::Waiting => "delivery-waiting",
    }
}
