//! One's e-mail address, and the page that a letter leads to.

use askama::Template;

use crate::http::web::views::{FormErrors, PageShell};
use crate::model::ids::AccountId;
use crate::notify::EmailView;

/// `GET /settings/email`.
#[derive(Template)]
#[template(path = "settings_email.html")]
pub struct EmailPage {
    /// Everything around.
    pub shell: PageShell,
    /// How the address stands.
    pub email: EmailView,
    /// Another address, as typed.
    pub typed: String,
    /// Complaints.
    pub errors: FormErrors,
}

impl EmailPage {
    const FIELDS: [&'static str; 2] = ["email", "password"];
}

/// `GET /email/confirm`: whether an address is one's own.
#[derive(Template)]
#[template(path = "confirm_email.html")]
pub struct ConfirmEmailPage {
    /// Everything around.
    pub shell: PageShell,
    /// The address; empty when the link is no good.
    pub address: String,
    /// Whose it is.
    pub account: AccountId,
    /// The proof, as the link has it.
    pub token: String,
    /// Complaints.
    pub errors: FormErrors,
}

impl ConfirmEmailPage {
    /// The form has nothing to be filled in.
    const FIELDS: [&'static str; 0] = [];
}

/// `GET /unsubscribe`: ending digests.
#[derive(Template)]
#[template(path = "unsubscribe.html")]
pub struct UnsubscribePage {
    /// Everything around.
    pub shell: PageShell,
    /// Whose they are.
    pub account: AccountId,
    /// The proof, as the link has it.
    pub token: String,
    /// They have ended.
    pub done: bool,
    /// Complaints.
    pub errors: FormErrors,
}

impl UnsubscribePage {
    /// The form has nothing to be filled in.
    const FIELDS: [&'static str; 0] = [];
}
