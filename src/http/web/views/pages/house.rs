//! What admins write of the instance: rules, texts about it, and announcements.

use askama::Template;

use super::admin::AdminTab;
use crate::clock::Millis;
use crate::http::web::views::{FormErrors, PageShell, SafeHtml};
use crate::model::about::{HouseRule, TextKind};
use crate::model::announcement::Announcement;
use crate::model::ids::RowId;

/// The form of a rule, as typed.
#[derive(Clone, Debug, Default)]
pub struct RuleForm {
    /// The rule.
    pub rule: String,
    /// What is meant by it.
    pub hint: String,
}

/// The form of a text about the instance.
#[derive(Clone, Debug)]
pub struct TextForm {
    /// Its word, which its input and its place on the page go by.
    pub field: &'static str,
    /// The text, as it stands or as typed.
    pub words: String,
    /// When it was written.
    pub updated_ms: Option<Millis>,
}

impl TextForm {
    /// The form of this text.
    pub fn of(kind: TextKind, words: String, updated_ms: Option<Millis>) -> Self {
        Self { field: kind.as_str(), words, updated_ms }
    }

    fn title(&self) -> &'static str {
        match self.field {
            "privacy" => "about-privacy",
            "terms" => "about-terms",
            _ => "about-more",
        }
    }

    fn hint(&self) -> &'static str {
        if self.field == "terms" { "house-terms-hint" } else { "house-words-hint" }
    }

    fn hint_id(&self) -> &'static str {
        match self.field {
            "privacy" => "privacy-hint",
            "terms" => "terms-hint",
            _ => "about-hint",
        }
    }
}

/// `GET /admin/about`.
#[derive(Template)]
#[template(path = "house.html")]
pub struct HousePage {
    /// Everything around.
    pub shell: PageShell,
    /// The rules, in their order.
    pub rules: Vec<HouseRule>,
    /// The form for one more.
    pub rule: RuleForm,
    /// The texts.
    pub texts: Vec<TextForm>,
    /// Complaints.
    pub errors: FormErrors,
}

impl HousePage {
    const TAB: AdminTab = AdminTab::About;
    const FIELDS: [&'static str; 6] = ["rule", "hint", "about", "privacy", "terms", "picture"];
}

/// `GET /admin/about/rules/{id}`.
#[derive(Template)]
#[template(path = "house_rule.html")]
pub struct RulePage {
    /// Everything around.
    pub shell: PageShell,
    /// The rule.
    pub id: RowId,
    /// Its form.
    pub form: RuleForm,
    /// Complaints.
    pub errors: FormErrors,
}

impl RulePage {
    const TAB: AdminTab = AdminTab::About;
    const FIELDS: [&'static str; 2] = ["rule", "hint"];
}

/// The form of an announcement, as typed.
#[derive(Clone, Debug, Default)]
pub struct AnnouncementForm {
    /// The words.
    pub words: String,
    /// When that of which it tells begins.
    pub starts_at: String,
    /// When that ends.
    pub ends_at: String,
    /// Whether only the days count.
    pub all_day: bool,
}

/// An announcement with its words as HTML.
#[derive(Clone, Debug)]
pub struct ToldView {
    /// The announcement.
    pub announcement: Announcement,
    /// Its words.
    pub html: SafeHtml,
}

impl ToldView {
    fn is_over(&self, now_ms: &Millis) -> bool {
        !self.announcement.is_current(*now_ms)
    }
}

/// `GET /admin/announcements`.
#[derive(Template)]
#[template(path = "announcements.html")]
pub struct AnnouncementsPage {
    /// Everything around.
    pub shell: PageShell,
    /// All of them, the newest first.
    pub announcements: Vec<ToldView>,
    /// The form for a new one.
    pub form: AnnouncementForm,
    /// Complaints.
    pub errors: FormErrors,
}

impl AnnouncementsPage {
    const TAB: AdminTab = AdminTab::Announcements;
    const FIELDS: [&'static str; 3] = ["words", "starts_at", "ends_at"];
}

/// `GET /admin/announcements/{id}`.
#[derive(Template)]
#[template(path = "announcement.html")]
pub struct AnnouncementPage {
    /// Everything around.
    pub shell: PageShell,
    /// The announcement.
    pub id: RowId,
    /// Its form.
    pub form: AnnouncementForm,
    /// Complaints.
    pub errors: FormErrors,
}

impl AnnouncementPage {
    const TAB: AdminTab = AdminTab::Announcements;
    const FIELDS: [&'static str; 3] = ["words", "starts_at", "ends_at"];
}
