//! `GET /search?q=&kind=`.

use askama::Template;

use crate::federation::resolve::Missed;
use crate::http::web::views::{AccountRow, PageShell, TweetView};
use crate::search::Why;

/// What is searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchKind {
    /// Posts.
    #[default]
    Posts,
    /// Accounts.
    People,
    /// Hashtags.
    Tags,
}

impl SearchKind {
    const ALL: [Self; 3] = [Self::Posts, Self::People, Self::Tags];

    /// Reads the `kind` of the query; anything else is [`SearchKind::Posts`].
    pub fn from_value(value: &str) -> Self {
        match value {
            "people" => Self::People,
            "tags" => Self::Tags,
            _ => Self::Posts,
        }
    }

    fn value(self) -> &'static str {
        match self {
            Self::Posts => "posts",
            Self::People => "people",
            Self::Tags => "tags",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Posts => "search-tab-posts",
            Self::People => "search-tab-people",
            Self::Tags => "search-tab-tags",
        }
    }
}

/// A hashtag and how often it was used lately.
#[derive(Clone, Debug, Default)]
pub struct TagRow {
    /// The hashtag as people write it, without `#`.
    pub name: String,
    /// Tweets with it.
    pub tweets: u64,
}

impl TagRow {
    fn href(&self) -> String {
        let name: String = url::form_urlencoded::byte_serialize(self.name.as_bytes()).collect();
        format!("/tags/{name}")
    }
}

/// What came of looking up a handle or an address on another server.
#[derive(Clone, Debug, Default)]
pub enum Lookup {
    /// The query was none.
    #[default]
    None,
    /// It is this account.
    Found(Box<AccountRow>),
    /// It is this tweet.
    FoundTweet(Box<TweetView>),
    /// Nothing, for this reason.
    Failed(Missed),
    /// Only signed-in viewers make this server ask others.
    SignIn,
}

/// The search page, before and after a search.
#[derive(Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// Everything around.
    pub shell: PageShell,
    /// What the viewer typed; empty at first.
    pub query: String,
    /// The tab.
    pub kind: SearchKind,
    /// The best matches first, instead of the newest.
    pub best: bool,
    /// What another server said.
    pub lookup: Lookup,
    /// Found tweets; filled on their tab.
    pub tweets: Vec<TweetView>,
    /// Why each of them stands where it does, where the best are first.
    pub why: Vec<Vec<Why>>,
    /// Found accounts; filled on their tab.
    pub people: Vec<AccountRow>,
    /// Found hashtags; filled on their tab.
    pub tags: Vec<TagRow>,
    /// Before a search: hashtags that many use of late.
    pub trending: Vec<TagRow>,
    /// Before a search: whom the viewer might follow, with the reasons.
    pub suggested: Vec<AccountRow>,
    /// The address of more.
    pub older: Option<String>,
}

impl SearchPage {
    /// The sentence that says why a look-up found nothing.
    fn missed_key(&self) -> &'static str {
        match self.lookup {
            Lookup::Failed(Missed::Nonsense) => "search-lookup-nonsense",
            Lookup::Failed(Missed::Gone) => "search-lookup-gone",
            Lookup::Failed(Missed::Unreachable) => "search-lookup-unreachable",
            Lookup::Failed(Missed::Refused) => "search-lookup-refused",
            Lookup::Failed(Missed::Blocked) => "search-lookup-blocked",
            _ => "search-lookup-unknown",
        }
    }

    fn tab_href(&self, kind: SearchKind) -> String {
        let query: String = url::form_urlencoded::byte_serialize(self.query.as_bytes()).collect();
        format!("/search?q={query}&kind={}", kind.value())
    }

    /// The list of posts in one of its orders.
    pub fn order_href(&self, best: bool) -> String {
        let order = if best { "&sort=best" } else { "" };
        format!("{}{order}", self.tab_href(SearchKind::Posts))
    }

    /// Why the tweet at a place of the list stands there, in words.
    fn reasons(&self, place: &usize) -> Option<String> {
        let words = self.why.get(*place)?.iter().map(|why| self.shell.t(why_key(*why)).to_string());
        Some(words.collect::<Vec<_>>().join(" · ")).filter(|words| !words.is_empty())
    }

    fn finds_nothing(&self) -> bool {
        let lists_empty = self.tweets.is_empty() && self.people.is_empty() && self.tags.is_empty();
        lists_empty && !matches!(self.lookup, Lookup::Found(_) | Lookup::FoundTweet(_))
    }
}

/// The words for a reason.
fn why_key(why: Why) -> &'static str {
    match why {
        Why::Own => "why-own",
        Why::Followed => "why-followed",
        Why::Touched => "why-touched",
        Why::Near => "why-near",
        Why::Recent => "why-recent",
        Why::Words => "why-words",
    }
}
