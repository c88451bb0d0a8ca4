//! Pages that are lists in time: home, local, hashtag, bookmarks, notifications.
//!
//! `older` is the address of the next page, with a keyset cursor in its query; `None` on the last.

use askama::Template;

use super::ToldView;
use crate::http::web::views::{Composer, NotificationView, PageShell, Registration, TweetView};

/// `GET /home`: what the followed accounts write.
#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// Everything around.
    pub shell: PageShell,
    /// The form on top; only on the first page.
    pub composer: Option<Composer>,
    /// What the viewer has not read of what everybody is told; only on the first page.
    pub announcements: Vec<ToldView>,
    /// The tweets, newest first.
    pub tweets: Vec<TweetView>,
    /// The address of older ones.
    pub older: Option<String>,
}

/// `GET /local`, and `GET /` for visitors: what the accounts of this server write; `GET /federated`: what is public
/// of all that are known here.
#[derive(Template)]
#[template(path = "local.html")]
pub struct LocalPage {
    /// Everything around.
    pub shell: PageShell,
    /// Greets a visitor who came to `/`.
    pub welcome: bool,
    /// With what other servers have.
    pub federated: bool,
    /// The tweets, newest first.
    pub tweets: Vec<TweetView>,
    /// The address of older ones.
    pub older: Option<String>,
}

impl LocalPage {
    fn can_join(&self) -> bool {
        self.shell.site.registration != Registration::Closed
    }
}

/// `GET /tags/{tag}`.
#[derive(Template)]
#[template(path = "tag.html")]
pub struct TagPage {
    /// Everything around.
    pub shell: PageShell,
    /// The hashtag as people write it, without `#`.
    pub tag: String,
    /// The tweets, newest first.
    pub tweets: Vec<TweetView>,
    /// The address of older ones.
    pub older: Option<String>,
}

/// `GET /bookmarks`.
#[derive(Template)]
#[template(path = "bookmarks.html")]
pub struct BookmarksPage {
    /// Everything around.
    pub shell: PageShell,
    /// The tweets, last bookmarked first.
    pub tweets: Vec<TweetView>,
    /// The address of older ones.
    pub older: Option<String>,
}

/// `GET /notifications`.
#[derive(Template)]
#[template(path = "notifications.html")]
pub struct NotificationsPage {
    /// Everything around.
    pub shell: PageShell,
    /// The notifications, newest first.
    pub items: Vec<NotificationView>,
    /// The address of older ones.
    pub older: Option<String>,
}

impl NotificationsPage {
    /// The newest id, up to which "mark all read" goes: what arrives meanwhile stays unread.
    fn newest(&self) -> Option<String> {
        self.items
            .first()
            .filter(|_| self.items.iter().any(|item| item.unread))
            .map(|item| item.id.to_string())
    }
}
