//! Apps of other people's making: the page that asks for consent, and the list of those that have it.

use askama::Template;

use crate::clock::Millis;
use crate::http::web::views::PageShell;

/// `GET /oauth/authorize`: an app asks to act for the viewer.
#[derive(Template)]
#[template(path = "authorize.html")]
pub struct ConsentPage {
    /// Everything around.
    pub shell: PageShell,
    /// What the app calls itself.
    pub app_name: String,
    /// Its website, which anybody may have written; empty when it names none.
    pub website: String,
    /// What it may do then, as keys of words.
    pub permissions: Vec<String>,
    /// What the form carries along.
    pub hidden: Vec<(&'static str, String)>,
    /// This page, to come back to with another account.
    pub again: String,
}

/// `GET /oauth/authorize/native`: the code of an app that cannot be called.
#[derive(Template)]
#[template(path = "authorize_code.html")]
pub struct CodePage {
    /// Everything around.
    pub shell: PageShell,
    /// The code.
    pub code: String,
}

/// An app that acts for the viewer.
#[derive(Clone, Debug, Default)]
pub struct AppRow {
    /// Its id.
    pub id: String,
    /// What it calls itself.
    pub name: String,
    /// Its website; empty when it names none.
    pub website: String,
    /// What it may do, as keys of words.
    pub permissions: Vec<String>,
    /// Since when.
    pub since_ms: Millis,
    /// When it last did something.
    pub seen_ms: Millis,
}

/// `GET /settings/apps`.
#[derive(Template)]
#[template(path = "settings_apps.html")]
pub struct AppsPage {
    /// Everything around.
    pub shell: PageShell,
    /// The apps, the last to be used first.
    pub apps: Vec<AppRow>,
}
