//! Settings: the profile, password and sessions, looks and language.

use askama::Template;

use crate::clock::Millis;
use crate::http::web::i18n::Words;
use crate::http::web::views::{AccountRow, AccountView, FormErrors, PageShell, Theme};
use crate::model::quote::QuotePolicy;

/// What the profile form holds.
#[derive(Clone, Debug, Default)]
pub struct ProfileForm {
    /// The display name.
    pub display_name: String,
    /// The bio as its author typed it.
    pub bio: String,
    /// The wide picture.
    pub header: Option<String>,
    /// Rows of the table, name and value as typed; padded with empty ones to the allowed number.
    pub fields: Vec<(String, String)>,
    /// Follows need consent.
    pub locked: bool,
    /// Run by a program.
    pub bot: bool,
    /// May be suggested and listed.
    pub discoverable: bool,
    /// Public posts may be found by search.
    pub indexable: bool,
    /// Whom it lets quote its posts.
    pub quotable: QuotePolicy,
}

/// `GET /settings/profile`.
#[derive(Template)]
#[template(path = "settings_profile.html")]
pub struct EditProfilePage {
    /// Everything around.
    pub shell: PageShell,
    /// The viewer's account, for its picture.
    pub account: AccountView,
    /// The form.
    pub form: ProfileForm,
    /// Complaints.
    pub errors: FormErrors,
}

impl EditProfilePage {
    const FIELDS: [&'static str; 5] = ["display_name", "bio", "avatar", "header", "fields"];
    const QUOTABLE: [(QuotePolicy, &'static str); 3] = [
        (QuotePolicy::Everyone, "quotable-everyone"),
        (QuotePolicy::Followers, "quotable-followers"),
        (QuotePolicy::Nobody, "quotable-nobody"),
    ];
}

/// A place where the account is signed in.
#[derive(Clone, Debug, Default)]
pub struct SessionView {
    /// Its id.
    pub id: String,
    /// Browser and system, or the name of the token.
    pub device: String,
    /// The address it was last seen from; empty when unknown.
    pub address: String,
    /// When it began.
    pub created_ms: Millis,
    /// When it was last used.
    pub seen_ms: Millis,
    /// It is this one.
    pub current: bool,
}

/// `GET /settings/security`: password and sessions.
#[derive(Template)]
#[template(path = "settings_security.html")]
pub struct SecurityPage {
    /// Everything around.
    pub shell: PageShell,
    /// Sessions, this one first.
    pub sessions: Vec<SessionView>,
    /// Complaints about the password form.
    pub errors: FormErrors,
}

impl SecurityPage {
    const FIELDS: [&'static str; 2] = ["current_password", "new_password"];
}

/// `GET /settings/move`: moving to another account, and from one.
#[derive(Template)]
#[template(path = "settings_move.html")]
pub struct MovePage {
    /// Everything around.
    pub shell: PageShell,
    /// Accounts that are the same person, one a line.
    pub aliases: String,
    /// Where to move, as typed.
    pub target: String,
    /// Where the viewer's account moved.
    pub moved_to: Option<AccountView>,
    /// Complaints.
    pub errors: FormErrors,
}

impl MovePage {
    const FIELDS: [&'static str; 3] = ["target", "password", "aliases"];
}

/// `GET /settings/delete`: deleting one's account.
#[derive(Template)]
#[template(path = "settings_delete.html")]
pub struct LeavePage {
    /// Everything around.
    pub shell: PageShell,
    /// Complaints.
    pub errors: FormErrors,
}

impl LeavePage {
    const FIELDS: [&'static str; 1] = ["password"];
    /// What the page says of what happens.
    const EFFECTS: [&'static str; 4] = ["leave-now", "leave-erased", "leave-elsewhere", "leave-name"];
}

/// How accounts are kept away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// Neither sees the other.
    Blocked,
    /// Out of the viewer's sight.
    Muted,
}

/// `GET /settings/blocked` and `GET /settings/muted`.
#[derive(Template)]
#[template(path = "settings_away.html")]
pub struct KeptAwayPage {
    /// Everything around.
    pub shell: PageShell,
    /// Which of them.
    pub kind: Away,
    /// The accounts, the last first.
    pub rows: Vec<AccountRow>,
    /// The address of more.
    pub older: Option<String>,
}

impl KeptAwayPage {
    fn is_blocked(&self) -> bool {
        self.kind == Away::Blocked
    }
}

/// `GET /settings/appearance`: looks and language.
#[derive(Template)]
#[template(path = "settings_appearance.html")]
pub struct AppearancePage {
    /// Everything around.
    pub shell: PageShell,
    /// The chosen language; empty for that of the browser.
    pub language: String,
}

impl AppearancePage {
    const THEMES: [(Theme, &'static str); 3] =
        [(Theme::Auto, "theme-auto"), (Theme::Light, "theme-light"), (Theme::Dark, "theme-dark")];

    fn languages() -> &'static [Words] {
        Words::all()
    }
}
