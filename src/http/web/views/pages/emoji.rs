//! The instance's own emoji, as admins see them.

use askama::Template;

use super::admin::AdminTab;
use crate::http::web::views::{FormErrors, PageShell};
use crate::model::emoji::OwnEmoji;
use crate::model::pictures;

/// What the form for a new emoji holds.
#[derive(Clone, Debug, Default)]
pub struct EmojiForm {
    /// The name between the colons, as typed.
    pub shortcode: String,
    /// The heading under which it is offered.
    pub category: String,
}

/// `GET /admin/emoji`.
#[derive(Template)]
#[template(path = "emoji.html")]
pub struct EmojiPage {
    /// Everything around.
    pub shell: PageShell,
    /// The emoji, by code, also those that are not enabled.
    pub emoji: Vec<OwnEmoji>,
    /// The address of more.
    pub older: Option<String>,
    /// The form for a new one.
    pub form: EmojiForm,
    /// Complaints.
    pub errors: FormErrors,
}

impl EmojiPage {
    const TAB: AdminTab = AdminTab::Emoji;
    const FIELDS: [&'static str; 3] = ["shortcode", "category", "picture"];
}
