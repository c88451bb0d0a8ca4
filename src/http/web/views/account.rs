//! Accounts as pages show them.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{EmojiText, PageShell, SafeHtml};
use crate::model::emoji::EmojiPicture;
use crate::model::ids::AccountId;

/// The name and face of an account.
#[derive(Clone, Debug, Default)]
pub struct AccountView {
    /// Its id.
    pub id: AccountId,
    /// `ada`, or `ada@example.org` for a remote account; without a leading `@`.
    pub handle: String,
    /// The display name; the username when there is none.
    pub display_name: String,
    /// The emoji in its name, and in what else it says of itself.
    pub emoji: Vec<EmojiPicture>,
    /// The address of its picture on this server.
    pub avatar: Option<String>,
    /// Follows need its consent.
    pub locked: bool,
    /// It is run by a program.
    pub bot: bool,
    /// Its page on its own server, when it is remote.
    pub remote_url: Option<String>,
}

impl AccountView {
    /// Its page here.
    pub fn href(&self) -> String {
        format!("/@{}", self.handle)
    }

    /// Its name with emoji.
    pub fn name(&self) -> EmojiText<'_> {
        self.drawn(&self.display_name)
    }

    /// What it says of itself, with its emoji.
    pub fn drawn<'a>(&'a self, text: &'a str) -> EmojiText<'a> {
        EmojiText { text, emoji: &self.emoji }
    }
}

/// How the viewer and an account stand to each other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Relation {
    /// The viewer follows them.
    pub following: bool,
    /// The viewer has asked to follow them.
    pub requested: bool,
    /// They follow the viewer.
    pub followed_by: bool,
    /// The viewer has muted them.
    pub muting: bool,
    /// The viewer has blocked them.
    pub blocking: bool,
    /// They have blocked the viewer.
    pub blocked_by: bool,
}

/// One row of a profile's table.
#[derive(Clone, Debug, Default)]
pub struct FieldView {
    /// The left side, plain text.
    pub name: String,
    /// The right side.
    pub value: SafeHtml,
}

/// Buttons of an [`AccountRow`] beside the follow button.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowMenu {
    /// Follow only.
    #[default]
    Follow,
    /// Follow, and remove them as a follower.
    Follower,
    /// Accept or reject their request.
    Request,
    /// Unmute.
    Muted,
}

/// An account in a list.
#[derive(Clone, Debug, Default)]
pub struct AccountRow {
    /// The account.
    pub account: AccountView,
    /// The bio as plain text; the row shows two lines of it.
    pub bio: String,
    /// How the viewer stands to it.
    pub relation: Relation,
    /// Its buttons.
    pub menu: RowMenu,
    /// Why it is shown, in the reader's language; empty in most lists.
    pub why: String,
}

/// An account in a list, drawn.
#[derive(Template)]
#[template(path = "_person.html")]
pub struct PersonCard<'a> {
    pub(super) shell: &'a PageShell,
    pub(super) row: &'a AccountRow,
}

impl HtmlSafe for PersonCard<'_> {}

/// The button that follows, unfollows, takes a request back, or unblocks.
#[derive(Template)]
#[template(path = "_follow_button.html")]
pub struct FollowButton<'a> {
    pub(super) shell: &'a PageShell,
    pub(super) account: &'a AccountView,
    pub(super) relation: Relation,
}

impl HtmlSafe for FollowButton<'_> {}
