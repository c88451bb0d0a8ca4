//! What the templates draw: plain data that handlers fill in, and small drawable parts.
//!
//! Text fields are plain text and escaped by the templates. Markup enters a page only as
//! [`SafeHtml`], which is made from sanitised HTML, and from the drawable parts of this module; no
//! template uses the `safe` filter, and a test makes sure of it.

mod account;
mod compose;
mod flash;
mod notification;
pub mod pages;
mod parts;
mod shell;
mod time;
mod tweet;

use std::fmt;

use askama::filters::HtmlSafe;
use askama::{FastWritable, Template, Values};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

pub use account::{AccountRow, AccountView, FieldView, FollowButton, PersonCard, Relation, RowMenu};
pub use compose::{Composer, ComposerCard, FieldError, FormErrors, ImageSlot, PollDraft};
pub use flash::Flash;
pub use notification::{NotificationCard, NotificationKind, NotificationView};
pub use parts::{Aria, EmojiText, Empty, ErrorText, Icon, Phrase, Picture, TimeTag};
pub use shell::{
    ContactView, Nav, NavEntry, PageShell, Registration, SitePicture, SiteView, Theme, ViewerView,
};
pub use tweet::{
    Audience, CardRole, MediaShape, MediaView, PollOptionView, PollView, PreviewView, QuoteView,
    ReplyContext, TweetCard, TweetCounts, TweetView,
};

/// HTML that the sanitiser has passed: the only text that templates do not escape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// Marks `html` as sanitised. Only for the output of the HTML sanitiser or of our own renderer.
    pub fn sanitised(html: impl Into<String>) -> Self {
        Self(html.into())
    }

    /// Nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FastWritable for SafeHtml {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

impl HtmlSafe for SafeHtml {}

/// A whole page as an answer. `Cache-Control` is left to the caller.
pub fn page(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(error) => {
            tracing::error!(error.text = %error, "a page could not be drawn");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
