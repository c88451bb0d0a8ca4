//! What every page has around its content: the site, the viewer, the navigation, words and looks.

use std::borrow::Cow;
use std::sync::Arc;

use url::Url;

use super::{
    AccountRow, AccountView, Aria, CardRole, Composer, ComposerCard, Empty, ErrorText, Flash, FollowButton,
    FormErrors, Icon, NotificationCard, NotificationView, PersonCard, Phrase, Picture, Relation, TimeTag,
    TweetCard, TweetView,
};
use crate::clock::Millis;
use crate::http::web::assets;
use crate::http::web::i18n::Words;
use crate::model::credentials::validate_email;

/// Who may make an account here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registration {
    /// Anybody.
    #[default]
    Open,
    /// Anybody, after an admin has agreed.
    Approval,
    /// Nobody.
    Closed,
}

/// The site, the same on every page.
#[derive(Clone, Debug, Default)]
pub struct SiteView {
    /// The name people read, such as "Rookery".
    pub name: String,
    /// The host in handles.
    pub host: String,
    /// One or two sentences about the place; may be empty.
    pub description: String,
    /// Where the source code of this very server is (AGPL, section 13); may be empty.
    pub source_url: String,
    /// How to reach whoever runs it.
    pub contact: Option<ContactView>,
    /// Its picture, for pages that have none of their own.
    pub picture: Option<SitePicture>,
    /// The version of the server.
    pub version: String,
    /// Who may sign up.
    pub registration: Registration,
    /// Local accounts.
    pub accounts: u64,
    /// Local tweets.
    pub tweets: u64,
}

impl SiteView {
    /// The licence, as SPDX writes it.
    pub fn licence(&self) -> &'static str {
        env!("CARGO_PKG_LICENSE")
    }
}

/// The picture of the instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SitePicture {
    /// Its whole address: others read it.
    pub url: String,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

/// How to reach whoever runs the instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactView {
    /// What people read.
    pub text: String,
    /// Where it leads, when it is an address.
    pub href: Option<String>,
}

impl ContactView {
    /// Reads an e-mail address, the address of a page, or words.
    pub fn read(text: &str) -> Self {
        let is_mail = validate_email(text).is_ok();
        let is_page = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http" | "mailto"));
        let href = match (is_mail, is_page) {
            (true, _) => Some(format!("mailto:{text}")),
            (_, true) => Some(text.to_owned()),
            _ => None,
        };
        Self { text: text.strip_prefix("mailto:").unwrap_or(text).to_owned(), href }
    }
}

/// The signed-in account and what its navigation shows.
#[derive(Clone, Debug, Default)]
pub struct ViewerView {
    /// Their public face.
    pub account: AccountView,
    /// Unread notifications.
    pub unread: u64,
    /// Follow requests that wait for an answer.
    pub follow_requests: u64,
    /// People and reports that wait for an admin's word; `None` when the viewer is no admin.
    pub admin: Option<u64>,
}

/// Light, dark, or as the reader's device says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device says.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The value in the form and in the cookie.
    pub fn value(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads [`Theme::value`]; anything else is [`Theme::Auto`].
    pub fn from_value(value: &str) -> Self {
        match value {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }
}

/// The entry of the navigation that the page belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nav {
    /// The home timeline.
    Home,
    /// The local timeline.
    Local,
    /// Search and hashtags.
    Search,
    /// Notifications.
    Notifications,
    /// Bookmarks.
    Bookmarks,
    /// Follow requests.
    Requests,
    /// What only admins see.
    Admin,
    /// The viewer's own profile.
    Profile,
    /// Settings.
    Settings,
    /// Writing a post.
    Compose,
    /// None of them.
    #[default]
    None,
}

/// One entry of the main navigation.
#[derive(Clone, Debug)]
pub struct NavEntry {
    pub(super) href: String,
    pub(super) icon: &'static str,
    pub(super) key: &'static str,
    /// How many new things wait there.
    pub(super) badge: u64,
    /// Shown only where there is room; a phone's bar has five places.
    pub(super) wide: bool,
    pub(super) current: bool,
}

/// Everything around the content of a page.
#[derive(Clone, Debug)]
pub struct PageShell {
    /// The site.
    pub site: Arc<SiteView>,
    /// The language of the page.
    pub words: &'static Words,
    /// The looks of the page.
    pub theme: Theme,
    /// Single keys do something.
    pub keys: bool,
    /// Who is looking; `None` when signed out.
    pub viewer: Option<ViewerView>,
    /// The navigation entry that is current.
    pub nav: Nav,
    /// Path and query of this page: where its forms return to. Always starts with one slash.
    pub here: String,
    /// The present, for relative times.
    pub now_ms: Millis,
    /// What just happened, after a redirect.
    pub flash: Option<Flash>,
}

impl PageShell {
    /// The text of `key`.
    pub fn t(&self, key: &str) -> Cow<'static, str> {
        self.words.t(key)
    }

    /// The text of `key` with one text argument.
    pub fn with(&self, key: &str, name: &str, value: &str) -> Cow<'static, str> {
        self.words.with(key, name, value)
    }

    /// The text of `key` for a count.
    pub fn plural(&self, key: &str, n: &u64) -> Cow<'static, str> {
        self.words.plural(key, *n)
    }

    /// The text of `key` for a length or a position in a list.
    pub fn numbered(&self, key: &str, n: &usize) -> Cow<'static, str> {
        self.words.plural(key, u64::try_from(*n).unwrap_or(u64::MAX))
    }

    /// The sentence of `key` with the account's name as a link in it.
    pub fn phrase<'a>(&self, key: &str, account: &'a AccountView) -> Phrase<'a> {
        Phrase::new(self.words.around(key), account)
    }

    /// A short number: 999, 1.2K.
    pub fn count(&self, n: &u64) -> String {
        self.words.compact(*n)
    }

    /// A `<time>` relative to now.
    pub fn when(&self, at_ms: &Millis) -> TimeTag {
        TimeTag::relative(self.words, *at_ms, self.now_ms)
    }

    /// A `<time>` with date and time in full, UTC.
    pub fn when_exactly(&self, at_ms: &Millis) -> TimeTag {
        TimeTag::exact(self.words, *at_ms)
    }

    /// A `<time>` with the day.
    pub fn day(&self, at_ms: &Millis) -> TimeTag {
        TimeTag::day(self.words, *at_ms)
    }

    /// A `<time>` with the month and year.
    pub fn when_month(&self, at_ms: &Millis) -> TimeTag {
        TimeTag::month(self.words, *at_ms)
    }

    /// A picture of the icon file.
    pub fn icon<'a>(&self, name: &'a str) -> Icon<'a> {
        Icon(name)
    }

    /// The address of an asset.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    /// The round picture of an account, 48 px unless `class` says otherwise.
    pub fn avatar<'a>(&self, account: &'a AccountView, class: &'static str) -> Picture<'a> {
        Picture::of(account, class)
    }

    /// A tweet in a list.
    pub fn card<'a>(&'a self, tweet: &'a TweetView) -> TweetCard<'a> {
        TweetCard { shell: self, tweet, role: CardRole::Row }
    }

    /// A tweet above the one that a thread page is about.
    pub fn ancestor<'a>(&'a self, tweet: &'a TweetView) -> TweetCard<'a> {
        TweetCard { shell: self, tweet, role: CardRole::Ancestor }
    }

    /// The tweet that a thread page is about.
    pub fn focus<'a>(&'a self, tweet: &'a TweetView) -> TweetCard<'a> {
        TweetCard { shell: self, tweet, role: CardRole::Focus }
    }

    /// A tweet to look at, without buttons.
    pub fn still<'a>(&'a self, tweet: &'a TweetView) -> TweetCard<'a> {
        TweetCard { shell: self, tweet, role: CardRole::Still }
    }

    /// The form that writes or edits a tweet.
    pub fn composer<'a>(&'a self, form: &'a Composer) -> ComposerCard<'a> {
        ComposerCard { shell: self, form }
    }

    /// One notification.
    pub fn notification<'a>(&'a self, item: &'a NotificationView) -> NotificationCard<'a> {
        NotificationCard { shell: self, item }
    }

    /// An account in a list.
    pub fn person<'a>(&'a self, row: &'a AccountRow) -> PersonCard<'a> {
        PersonCard { shell: self, row }
    }

    /// The button that follows, unfollows or unblocks.
    pub fn follow_button<'a>(&'a self, account: &'a AccountView, relation: &Relation) -> FollowButton<'a> {
        FollowButton { shell: self, account, relation: *relation }
    }

    /// What to show when a list has nothing.
    pub fn empty(&self, title: &str, text: &str) -> Empty {
        Empty { title: self.t(title), text: self.t(text) }
    }

    /// The complaint about one input, or nothing.
    pub fn field_error(&self, errors: &FormErrors, field: &'static str) -> ErrorText {
        ErrorText { field, text: errors.of(field).map(|error| error.text(self.words)) }
    }

    /// The attributes that tie an input to its complaint, or nothing.
    pub fn aria(&self, errors: &FormErrors, field: &'static str) -> Aria {
        Aria { field, wrong: errors.of(field).is_some(), hint: None }
    }

    /// [`PageShell::aria`] of an input that also has a hint, with the id of the hint.
    pub fn aria_with_hint(&self, errors: &FormErrors, field: &'static str, hint: &'static str) -> Aria {
        Aria { hint: Some(hint), ..self.aria(errors, field) }
    }

    /// The main navigation.
    pub fn entries(&self) -> Vec<NavEntry> {
        let entry = |nav, href: &str, icon, key, badge, wide| NavEntry {
            href: href.to_owned(),
            icon,
            key,
            badge,
            wide,
            current: self.nav == nav,
        };
        let Some(viewer) = &self.viewer else {
            return vec![
                entry(Nav::Local, "/local", "colony", "nav-local", 0, false),
                entry(Nav::Search, "/search", "search", "nav-search", 0, false),
            ];
        };
        let mut entries = vec![
            entry(Nav::Home, "/home", "home", "nav-home", 0, false),
            entry(Nav::Local, "/local", "colony", "nav-local", 0, false),
            entry(Nav::Search, "/search", "search", "nav-search", 0, false),
            entry(Nav::Notifications, "/notifications", "bell", "nav-notifications", viewer.unread, false),
            entry(Nav::Bookmarks, "/bookmarks", "bookmark", "nav-bookmarks", 0, true),
        ];
        if viewer.follow_requests > 0 {
            let waiting = viewer.follow_requests;
            entries.push(entry(Nav::Requests, "/follow-requests", "people", "nav-requests", waiting, true));
        }
        if let Some(waiting) = viewer.admin {
            entries.push(entry(Nav::Admin, "/admin", "colony", "nav-admin", waiting, true));
        }
        entries.push(entry(Nav::Profile, &viewer.account.href(), "person", "nav-profile", 0, true));
        entries.push(entry(Nav::Settings, "/settings/profile", "settings", "nav-settings", 0, true));
        entries
    }

    /// Whether `account` is the viewer's own.
    pub fn is_viewer(&self, account: &AccountView) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.account.id == account.id)
    }

    /// The address of the log-in page that comes back here.
    pub fn login_href(&self) -> String {
        let query: String = url::form_urlencoded::byte_serialize(self.here.as_bytes()).collect();
        format!("/login?return_to={query}")
    }

    /// What the viewer's unread notifications add to the page title, such as `(3) `.
    pub fn title_badge(&self) -> String {
        match self.viewer.as_ref().map_or(0, |viewer| viewer.unread) {
            0 => String::new(),
            unread => format!("({}) ", self.words.compact(unread)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_a_link_when_it_is_an_address() {
        let href = |text| ContactView::read(text).href;
        assert_eq!(href("help@rook.test").as_deref(), Some("mailto:help@rook.test"));
        assert_eq!(href("https://rook.test/help").as_deref(), Some("https://rook.test/help"));
        assert_eq!(ContactView::read("mailto:help@rook.test").text, "help@rook.test");
        for words in ["ask ann at the market", "javascript:alert(1)", "@ann"] {
            assert_eq!(href(words), None, "{words}");
        }
    }
}
