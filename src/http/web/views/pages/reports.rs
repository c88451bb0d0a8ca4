//! Reports: the form that makes one, and the list for admins.

use askama::Template;

use super::admin::AdminTab;
use crate::clock::Millis;
use crate::http::web::views::{AccountView, FormErrors, PageShell, TweetView};

/// What the form holds.
#[derive(Clone, Debug, Default)]
pub struct ReportForm {
    /// What is wrong.
    pub comment: String,
    /// The account's own server is told too.
    pub forward: bool,
}

/// `GET /report?account=&tweet=`.
#[derive(Template)]
#[template(path = "report.html")]
pub struct ReportPage {
    /// Everything around.
    pub shell: PageShell,
    /// Whom it is about.
    pub account: AccountView,
    /// The host of a remote account.
    pub host: Option<String>,
    /// The post that it is about.
    pub tweet: Option<TweetView>,
    /// The form.
    pub form: ReportForm,
    /// Complaints.
    pub errors: FormErrors,
}

impl ReportPage {
    const FIELDS: [&'static str; 1] = ["comment"];
}

/// A reported post, whoever may see it.
#[derive(Clone, Debug, Default)]
pub struct ReportedPost {
    /// Its page here.
    pub href: String,
    /// Its text, plain.
    pub text: String,
    /// When it was written.
    pub created_ms: Millis,
}

/// A report in the list.
#[derive(Clone, Debug, Default)]
pub struct ReportRow {
    /// Its id.
    pub id: String,
    /// Whom it is about.
    pub account: AccountView,
    /// Who made it here.
    pub reporter: Option<AccountView>,
    /// The server that sent it.
    pub origin: Option<String>,
    /// What is wrong.
    pub comment: String,
    /// The account's own server was told.
    pub forwarded: bool,
    /// The posts that it names.
    pub posts: Vec<ReportedPost>,
    /// When it was made.
    pub created_ms: Millis,
    /// Who was done with it, and when.
    pub resolved: Option<(String, Millis)>,
}

/// `GET /admin/reports?state=`.
#[derive(Template)]
#[template(path = "reports.html")]
pub struct ReportsPage {
    /// Everything around.
    pub shell: PageShell,
    /// Those that nobody is done with yet.
    pub open: bool,
    /// The reports, the newest first.
    pub reports: Vec<ReportRow>,
    /// The address of more.
    pub older: Option<String>,
}

impl ReportsPage {
    const TAB: AdminTab = AdminTab::Reports;
}
