//! Pages about accounts: a profile, who follows whom, who asks to.

use askama::Template;

use crate::clock::Millis;
use crate::http::web::views::{AccountRow, AccountView, FieldView, PageShell, Relation, SafeHtml, TweetView};

/// The tabs of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProfileTab {
    /// Posts and reposts.
    #[default]
    Posts,
    /// With replies.
    Replies,
    /// Posts with images.
    Media,
}

impl ProfileTab {
    const ALL: [Self; 3] = [Self::Posts, Self::Replies, Self::Media];

    /// Reads the `tab` of the query; anything else is [`ProfileTab::Posts`].
    pub fn from_value(value: &str) -> Self {
        match value {
            "replies" => Self::Replies,
            "media" => Self::Media,
            _ => Self::Posts,
        }
    }

    fn query(self) -> &'static str {
        match self {
            Self::Posts => "",
            Self::Replies => "?tab=replies",
            Self::Media => "?tab=media",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Posts => "profile-tab-posts",
            Self::Replies => "profile-tab-replies",
            Self::Media => "profile-tab-media",
        }
    }
}

/// An account with everything its profile says.
#[derive(Clone, Debug, Default)]
pub struct ProfileView {
    /// Name and face.
    pub account: AccountView,
    /// The wide picture on top.
    pub header: Option<String>,
    /// What they say about themselves.
    pub bio: SafeHtml,
    /// The table.
    pub fields: Vec<FieldView>,
    /// When the account was made.
    pub joined_ms: Millis,
    /// Tweets.
    pub tweets: u64,
    /// Accounts they follow.
    pub following: u64,
    /// Accounts that follow them.
    pub followers: u64,
    /// The same three as far as is known here, when they are another server's word.
    pub seen_here: Option<SeenHere>,
    /// The account that they moved to.
    pub moved_to: Option<AccountView>,
    /// How the viewer stands to them.
    pub relation: Relation,
}

/// What is known here of the numbers of an account of another server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeenHere {
    /// Tweets.
    pub tweets: u64,
    /// Accounts they follow.
    pub following: u64,
    /// Accounts that follow them.
    pub followers: u64,
}

/// `GET /@{handle}`.
#[derive(Template)]
#[template(path = "profile.html")]
pub struct ProfilePage {
    /// Everything around.
    pub shell: PageShell,
    /// The account.
    pub profile: ProfileView,
    /// The tab.
    pub tab: ProfileTab,
    /// Pinned tweets, shown first; only on the first page of the first tab.
    pub pinned: Vec<TweetView>,
    /// The tweets, newest first.
    pub tweets: Vec<TweetView>,
    /// The address of older ones.
    pub older: Option<String>,
}

impl ProfilePage {
    /// Followers-only posts are hidden from the viewer.
    fn is_hidden(&self) -> bool {
        self.profile.relation.blocking || self.profile.relation.blocked_by
    }
}

/// Which side of the follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowsKind {
    /// Who follows the account.
    Followers,
    /// Whom the account follows.
    Following,
}

/// `GET /@{handle}/followers` and `GET /@{handle}/following`.
#[derive(Template)]
#[template(path = "follows.html")]
pub struct FollowsPage {
    /// Everything around.
    pub shell: PageShell,
    /// The account in the middle.
    pub account: AccountView,
    /// Which side.
    pub kind: FollowsKind,
    /// The accounts, last followed first.
    pub rows: Vec<AccountRow>,
    /// The address of more.
    pub older: Option<String>,
}

impl FollowsPage {
    fn is_followers(&self) -> bool {
        self.kind == FollowsKind::Followers
    }
}

/// `GET /follow-requests`.
#[derive(Template)]
#[template(path = "requests.html")]
pub struct RequestsPage {
    /// Everything around.
    pub shell: PageShell,
    /// Who asks; rows with [`super::super::RowMenu::Request`].
    pub rows: Vec<AccountRow>,
    /// The address of more.
    pub older: Option<String>,
}
