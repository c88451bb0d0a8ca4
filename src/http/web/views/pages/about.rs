//! What the instance says of itself.

use askama::Template;

use crate::clock::Millis;
use crate::http::web::views::{PageShell, SafeHtml};
use crate::model::about::HouseRule;

/// A text about the instance.
#[derive(Clone, Debug)]
pub struct AboutText {
    /// Its word, which is the place of it on the page too.
    pub id: &'static str,
    /// The text as HTML.
    pub html: SafeHtml,
    /// When it was last changed.
    pub updated_ms: Millis,
}

impl AboutText {
    fn title(&self) -> &'static str {
        match self.id {
            "privacy" => "about-privacy",
            "terms" => "about-terms",
            _ => "about-more",
        }
    }
}

/// `GET /about`.
#[derive(Template)]
#[template(path = "about.html")]
pub struct AboutPage {
    /// Everything around.
    pub shell: PageShell,
    /// Its rules, in their order.
    pub rules: Vec<HouseRule>,
    /// Its texts.
    pub texts: Vec<AboutText>,
}
